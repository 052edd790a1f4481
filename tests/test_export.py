"""States as files: what is written is what was there, on the same side."""

import io
import struct
import subprocess
import sys

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from PIL import Image, ImageSequence

import voxnca
from voxnca import ArgumentError, FileError, export
from voxnca.export.movie import encode_gif, encode_mp4
from voxnca.export.pictures import SOFT_BACKGROUND, picture
from voxnca.export.projection import OVERSAMPLING, frame_of
from voxnca.export.voxels import encode_vox

RED, GREEN, BLUE, WHITE = (220, 30, 30, 255), (30, 220, 30, 255), (30, 30, 220, 255), (255,) * 4


def state_of(rgba8, num_channels=8):
    """Return a state `(1, *space, C)` of these colours."""
    rgba = torch.from_numpy(np.array(rgba8, np.float32) / 255)
    rgba[..., :3] *= rgba[..., 3:]
    state = torch.full((1, *rgba.shape[:-1], num_channels), 0.25)
    state[0, ..., :4] = rgba
    return state


def arms():
    """Return a chiral target: white corner, red along x, green along y, blue along z."""
    rgba8 = np.zeros((3, 4, 5, 4), np.uint8)
    rgba8[0, 0, 0], rgba8[0, 0, 1:], rgba8[0, 1:, 0], rgba8[1:, 0, 0] = WHITE, RED, GREEN, BLUE
    return rgba8


def flag():
    """Return a chiral picture."""
    rgba8 = np.zeros((5, 8, 4), np.uint8)
    rgba8[:, 0], rgba8[0, 1:], rgba8[2, 1:4] = RED, GREEN, BLUE
    return rgba8


@pytest.mark.parametrize(
    ("rgba8", "suffix"), [(arms(), ".vox"), (arms(), ".npy"), (flag(), ".png"), (flag(), ".npy")]
)
def test_a_chiral_state_keeps_its_hand_through_writer_and_reader(tmp_path, rgba8, suffix):
    path = tmp_path / f"chiral{suffix}"
    export.save_state(state_of(rgba8), path)
    target = voxnca.load_target(path, size=max(rgba8.shape[:-1]))
    np.testing.assert_array_equal(target.rgba8, rgba8)


def test_a_chiral_picture_keeps_its_hand_in_a_movie(tmp_path):
    path = tmp_path / "flag.gif"
    export.save_movie([state_of(flag())], path, size_px=80)
    with Image.open(path) as image:
        small = np.asarray(image.convert("RGB"))[5::10, 5::10]
    shown = np.where(flag()[..., 3:] > 0, flag()[..., :3], SOFT_BACKGROUND)
    np.testing.assert_array_equal(small, shown)


def mean_place(image, colour):
    """Return the mean (right, down) of the pixels whose hue is nearest to a colour's."""
    pixels = np.asarray(image).astype(float)
    strength = pixels[..., :3].sum(-1, keepdims=True)
    hue = pixels[..., :3] / np.maximum(strength, 1)
    wanted = np.array(colour[:3]) / sum(colour[:3])
    near = (pixels[..., 3] == 255) & (strength[..., 0] > 90) & (np.abs(hue - wanted).max(-1) < 0.06)
    down, right = np.nonzero(near)
    assert len(right) > 20
    return np.array([right.mean(), down.mean()])


def test_a_picture_of_voxels_is_what_a_right_handed_camera_sees():
    rgba8 = np.zeros((7, 8, 9, 4), np.uint8)
    places = {RED: (6, 0, 8), GREEN: (0, 7, 8), BLUE: (6, 7, 0), (200, 200, 20, 255): (0, 0, 0)}
    for colour, place in places.items():
        rgba8[place] = colour
    image = picture(rgba8, size_px=600)
    forward = np.array([-1.0, 1.0, -1.0])  # x, y, z: from the corner +x, -y, +z
    right = np.cross(forward, [0, 0, 1])
    up = np.cross(right, forward)
    seen = np.array([mean_place(image, colour) for colour in places])
    voxels = np.array([place[::-1] for place in places.values()])
    along, across = (voxels @ (axis / np.linalg.norm(axis)) for axis in (right, -up))
    scale = np.ptp(seen[:, 0]) / np.ptp(along)
    expected = scale * np.column_stack([along, across])
    difference = (seen - seen.mean(0)) - (expected - expected.mean(0))
    assert np.abs(difference).max() < 0.12 * scale


@given(hnp.arrays(np.uint8, (4, 4, 4), elements=st.sampled_from([0, 0, 1, 2, 3])))
def test_each_pixel_shows_the_first_voxel_on_its_ray(kinds):
    colours = np.array([(0, 0, 0, 0), (255, 0, 0, 255), (0, 255, 0, 255), (0, 0, 255, 255)])
    drawn = np.asarray(picture(colours.astype(np.uint8)[kinds], size_px=300, crop=False))
    frame = frame_of(kinds.shape, 300)
    # Points from which the ray meets one plane between cells at a time: a third, two, a whole on.
    faces = np.array([(1, 0.67, 0.67), (0.33, 0, 0.67), (0.67, 0.67, 1)])  # z, y, x
    for start in (cell + face for cell in np.argwhere(kinds) for face in faces):
        ray = start + np.arange(0.01, 4, 0.01)[:, None] * (1, -1, 1)
        ray = np.floor(ray[((ray >= 0) & (ray < 4)).all(1)]).astype(int)
        if kinds[tuple(ray.T)].any():
            continue  # hidden
        right, down = (start @ frame.steps + frame.origin) // OVERSAMPLING
        inside = np.floor(start - 0.001 * np.array((1, -1, 1))).astype(int)
        assert drawn[int(down), int(right), :3].argmax() == kinds[tuple(inside)] - 1


def test_what_is_in_front_hides_what_is_behind():
    rgba8 = np.zeros((3, 3, 3, 4), np.uint8)
    for step, colour in enumerate((RED, GREEN, BLUE)):
        rgba8[step, 2 - step, step] = colour  # one behind the other, towards the camera
    drawn = np.asarray(picture(rgba8)).astype(int)
    opaque = drawn[drawn[..., 3] == 255]
    assert len(opaque) > 100
    assert (opaque[:, 2] > opaque[:, :2].max(1)).all()


@given(st.integers(1, 6), st.integers(1, 6), st.integers(1, 6), st.integers(40, 200))
def test_a_box_has_no_seams_and_fits(depth, rows, columns, size_px):
    rgba8 = np.full((depth, rows, columns, 4), 255, np.uint8)
    image = picture(rgba8, size_px=size_px)
    assert max(image.size) <= size_px
    assert max(image.size) > 0.6 * size_px  # sides are whole pixels
    opaque = np.asarray(image)[..., 3] == 255
    assert opaque.any()
    for lines in (opaque, opaque.T):
        changes = np.abs(np.diff(np.pad(lines, ((0, 0), (1, 1))).astype(int))).sum(1)
        assert changes.max() == 2  # one run of pixels a line


def test_faces_are_lit_from_above():
    drawn = np.asarray(picture(np.full((4, 4, 4, 4), 200, np.uint8), size_px=300)).astype(int)
    middle = drawn.shape[1] // 2
    column = drawn[:, middle - 40, 0][drawn[:, middle - 40, 3] == 255]
    other = drawn[:, middle + 40, 0][drawn[:, middle + 40, 3] == 255]
    top, left, right = column[len(column) // 8], column[-20], other[-20]
    assert top > left > right


def test_pixels_are_enlarged_by_a_whole_factor():
    image = picture(flag(), size_px=100)
    np.testing.assert_array_equal(np.asarray(image), flag().repeat(12, 0).repeat(12, 1))
    assert picture(flag(), size_px=100, background=(1, 2, 3)).getpixel((99 - 4, 50)) == (
        1,
        2,
        3,
        255,
    )


@given(
    hnp.arrays(np.uint8, st.tuples(*[st.integers(1, 5)] * 3, st.just(3))),
    st.randoms(use_true_random=False),
)
def test_vox_round_trip_is_exact(rgb, random):
    solid = np.array([random.random() < 0.6 for _ in range(rgb[..., 0].size)])
    solid[0] = solid[-1] = True
    alpha = np.where(solid.reshape(rgb.shape[:-1]), 255, 0).astype(np.uint8)
    rgba8 = np.concatenate([rgb, alpha[..., None]], -1)
    rgba8[alpha == 0] = 0
    content = encode_vox(rgba8)
    drawing = voxnca.targets.magicavoxel.decode_vox(content)
    np.testing.assert_array_equal(drawing.rgba8, rgba8)


def test_vox_bytes_are_those_of_the_format():
    rgba8 = np.zeros((1, 2, 3, 4), np.uint8)
    rgba8[0, 1, 2] = RED
    size = b"SIZE" + struct.pack("<5i", 12, 0, 3, 2, 1)
    voxels = b"XYZI" + struct.pack("<3i", 8, 0, 1) + bytes((2, 1, 0, 1))
    palette = b"RGBA" + struct.pack("<2i", 1024, 0) + bytes(RED) + b"\xff" * 1020
    children = size + voxels + palette
    expected = b"VOX " + struct.pack("<i", 150) + b"MAIN" + struct.pack("<2i", 0, len(children))
    assert encode_vox(rgba8) == expected + children


def test_more_colours_than_vox_has_are_merged_into_close_ones():
    levels = np.linspace(0, 255, 16).round().astype(np.uint8)
    rgb = np.stack(np.meshgrid(levels, levels, levels), -1)
    rgba8 = np.concatenate([rgb, np.full((16, 16, 16, 1), 255, np.uint8)], -1)
    drawn = voxnca.targets.magicavoxel.decode_vox(encode_vox(rgba8)).rgba8
    assert (drawn[..., 3] == 255).all()
    assert 200 < len(np.unique(drawn.reshape(-1, 4), axis=0)) <= 255
    distance = np.linalg.norm(drawn.astype(float) - rgba8, axis=-1)
    assert distance.mean() < 24  # a perfect lattice of 255 colours has a mean of about 20


@given(st.sampled_from([(4, 5), (3, 4, 5)]), st.integers(1, 3), st.integers(4, 9))
def test_an_array_holds_the_states_bit_by_bit(space, batch_size, num_channels):
    state = torch.randn(batch_size, *space, num_channels)
    buffer = export.saving._encode_npy(state)
    np.testing.assert_array_equal(np.load(io.BytesIO(buffer)), state.numpy())


def growing(count):
    """Return frames in which `arms` grows cell by cell."""
    cells = np.argwhere(arms()[..., 3])
    for shown in range(1, count + 1):
        rgba8 = np.zeros_like(arms())
        rgba8[tuple(cells[:shown].T)] = arms()[tuple(cells[:shown].T)]
        yield rgba8


def test_a_movie_has_its_frames_its_pace_and_no_end(tmp_path):
    path = tmp_path / "growing.gif"
    export.save_movie(map(state_of, growing(8)), path, fps=10)
    with Image.open(path) as image:
        assert image.n_frames == 8
        assert image.info["loop"] == 0
        assert {frame.info["duration"] for frame in ImageSequence.Iterator(image)} == {100}


def test_colours_of_a_movie_do_not_flicker_and_its_view_is_still():
    frames = list(growing(10))
    with Image.open(io.BytesIO(encode_gif(frames, size_px=120))) as image:
        drawn = [np.asarray(f.convert("RGB")).astype(int) for f in ImageSequence.Iterator(image)]
    assert {frame.shape for frame in drawn} == {drawn[0].shape}
    assert all((frame[0] == SOFT_BACKGROUND).all() for frame in drawn)
    colours = {tuple(c) for frame in drawn for c in frame.reshape(-1, 3)}
    assert len(colours) <= 256
    alone = picture(frames[-1], size_px=120, background=SOFT_BACKGROUND, crop=False)
    assert np.abs(drawn[-1] - np.asarray(alone.convert("RGB"))).mean() < 1


@pytest.mark.parametrize("frames", [list(growing(10)), [flag()] * 10], ids=["3D", "2D"])
def test_an_mp4_shows_what_the_pictures_show(frames, decode_mp4):
    encoded = encode_mp4(frames, fps=10, size_px=161)
    decoded = decode_mp4(encoded)
    assert len(decoded) == 10
    assert all(side % 2 == 0 for side in decoded[0].shape[:2])
    alone = picture(frames[-1], size_px=161, background=SOFT_BACKGROUND, crop=False)
    expected = np.asarray(alone.convert("RGB"))
    shown = decoded[-1][: expected.shape[0], : expected.shape[1]]
    assert np.abs(shown.astype(int) - expected).mean() < 6
    assert encoded == encode_mp4(frames, fps=10, size_px=161)


def test_an_mp4_is_written_by_its_suffix(tmp_path, decode_mp4):
    export.save_movie(map(state_of, growing(5)), tmp_path / "growing.MP4")
    assert len(decode_mp4((tmp_path / "growing.MP4").read_bytes())) == 5


def test_a_background_that_is_rare_keeps_its_colour_exactly():
    noise = np.random.default_rng(0).integers(0, 256, (60, 60, 4)).astype(np.uint8)
    noise[..., 3] = 255
    noise[20, 30] = 0
    with Image.open(io.BytesIO(encode_gif([noise], size_px=60))) as image:
        assert image.convert("RGB").getpixel((30, 20)) == SOFT_BACKGROUND


@pytest.mark.parametrize("space", [(6, 7), (5, 6, 7)])
@pytest.mark.parametrize("suffix", export.SUFFIXES)
def test_a_dead_state_can_be_written(tmp_path, space, suffix):
    path = tmp_path / f"dead{suffix}"
    state = torch.zeros(1, *space, 8)
    if suffix in export.MOVIE_SUFFIXES:
        export.save_movie([state, state], path)
    elif (suffix, len(space)) != (".vox", 2):
        export.save_state(state, path)
    assert path.exists() or (suffix, len(space)) == (".vox", 2)


def test_values_that_are_not_finite_can_be_drawn(tmp_path):
    state = state_of(flag())
    state[0, 0, 0, :4] = torch.tensor([torch.nan, torch.inf, 0, torch.inf])
    export.save_state(state, tmp_path / "exploded.png")


@pytest.mark.parametrize("name", ["x.webm", "x", "x.vti", ".png"])
@pytest.mark.parametrize("save", [export.save_state, export.save_movie])
def test_an_unknown_suffix_lists_what_can_be_written(tmp_path, name, save):
    with pytest.raises(ArgumentError) as caught:
        save(state_of(flag()), tmp_path / name)
    assert all(suffix in str(caught.value) for suffix in export.SUFFIXES)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("state", "name", "rule"),
    [
        (state_of(flag()), "x.vox", "holds voxels, but the state is 2D"),
        (torch.zeros(1, 1, 1, 257, 4), "x.vox", "too large for .vox"),
        (state_of(flag()).repeat(2, 1, 1, 1), "x.png", r"2 samples; pass one .* state\[:1\]"),
        (state_of(arms()).repeat(3, 1, 1, 1, 1), "x.vox", "3 samples"),
        (state_of(flag())[0], "x.png", r"state\[None\]"),
        (state_of(flag()), "x.gif", "save_movie"),
    ],
)
def test_a_state_that_a_file_cannot_hold_is_refused(tmp_path, state, name, rule):
    with pytest.raises(ArgumentError, match=rule):
        export.save_state(state, tmp_path / name)


@pytest.mark.parametrize(
    ("frames", "options", "rule"),
    [
        ([], {}, "at least one"),
        ([state_of(flag()), state_of(arms())], {}, "differ in their space"),
        ([state_of(flag())], {"fps": 0}, "fps=0 must be from 1 to 50"),
        ([state_of(flag())], {"fps": 51}, "fps=51"),
        ([state_of(flag())], {"size_px": 4}, "size_px=4"),
    ],
)
def test_an_impossible_movie_is_refused(tmp_path, frames, options, rule):
    with pytest.raises(ArgumentError, match=rule):
        export.save_movie(frames, tmp_path / "x.gif", **options)
    with pytest.raises(ArgumentError, match=rule):
        export.save_movie(frames, tmp_path / "x.mp4", **options)
    with pytest.raises(ArgumentError, match="holds no movie"):
        export.save_movie(frames, tmp_path / "x.png", **options)


def test_a_place_that_cannot_be_written_is_one_line(tmp_path):
    with pytest.raises(FileError, match="cannot be written"):
        export.save_state(state_of(flag()), tmp_path / "missing" / "x.png")


def test_arrays_and_voxels_are_written_without_pillow(tmp_path):
    code = (
        "import sys, torch; from voxnca import export;"
        f"state = torch.ones(1, 4, 4, 4, 8); export.save_state(state, {str(tmp_path / 'x.vox')!r});"
        f"export.save_state(state, {str(tmp_path / 'x.npy')!r}); assert 'PIL' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
