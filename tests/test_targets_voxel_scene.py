"""Scenes of several models, their bytes built by hand from the published extension."""

import itertools
import struct

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from voxnca.targets.magicavoxel import decode_vox
from voxnca.targets.reading import DamagedError

RED, GREEN, BLUE, WHITE = (255, 0, 0, 255), (0, 255, 0, 255), (0, 0, 255, 255), (255,) * 4
COLOURS = (WHITE, RED, GREEN, BLUE)
# One white voxel; from it red leads 3 along x, green 2 along y, blue 1 along z.
ARMS = [(0, 0, 0, 1), (1, 0, 0, 2), (2, 0, 0, 2), (3, 0, 0, 2), (0, 1, 0, 3), (0, 2, 0, 3)]
ARMS += [(0, 0, 1, 4)]


def chunk(kind, content=b"", children=b""):
    return kind + struct.pack("<ii", len(content), len(children)) + content + children


def text(value):
    return struct.pack("<i", len(value)) + value.encode()


def pairs(entries):
    body = b"".join(text(key) + text(value) for key, value in entries.items())
    return struct.pack("<i", len(entries)) + body


def model(space, voxels):
    body = struct.pack("<i", len(voxels)) + b"".join(bytes(voxel) for voxel in voxels)
    return chunk(b"SIZE", struct.pack("<iii", *space)) + chunk(b"XYZI", body)


def transform(node, child, *, layer=-1, hidden=False, **frame):
    attributes = pairs({"_hidden": "1"} if hidden else {})
    links = struct.pack("<iiii", child, -1, layer, 1)
    frame = pairs({f"_{key}": value for key, value in frame.items()})
    return chunk(b"nTRN", struct.pack("<i", node) + attributes + links + frame)


def group(node, *children):
    body = pairs({}) + struct.pack(f"<{1 + len(children)}i", len(children), *children)
    return chunk(b"nGRP", struct.pack("<i", node) + body)


def shape(node, *models):
    body = pairs({}) + struct.pack("<i", len(models))
    body += b"".join(struct.pack("<i", number) + pairs({}) for number in models)
    return chunk(b"nSHP", struct.pack("<i", node) + body)


def material(index, **properties):
    properties = {f"_{key}": value for key, value in properties.items()}
    return chunk(b"MATL", struct.pack("<i", index) + pairs(properties))


def vox(*chunks):
    palette = b"".join(bytes(c) for c in COLOURS).ljust(1024, b"\0")
    children = b"".join(chunks) + chunk(b"RGBA", palette)
    return b"VOX " + struct.pack("<i", 150) + chunk(b"MAIN", b"", children)


def packed(turn):
    """Pack a rotation as the format says: the column of the first two rows' entries, the signs."""
    columns = [int(np.flatnonzero(row)[0]) for row in turn]
    signs = [int(row.sum() < 0) for row in turn]
    return columns[0] | columns[1] << 2 | signs[0] << 4 | signs[1] << 5 | signs[2] << 6


def coloured(rgba8):
    """Return the white voxel (x, y, z), and how far each colour leads from it."""
    place = {
        colour: np.argwhere((rgba8 == colour).all(-1))[:, ::-1]
        for colour in (WHITE, RED, GREEN, BLUE)
    }
    (white,) = place[WHITE]
    return white, [
        max((voxel - white for voxel in place[colour]), key=lambda arm: np.abs(arm).sum()).tolist()
        for colour in (RED, GREEN, BLUE)
    ]


def signed_permutations():
    for columns in itertools.permutations(range(3)):
        for signs in itertools.product([1, -1], repeat=3):
            turn = np.zeros((3, 3), int)
            turn[range(3), columns] = signs
            yield turn


def test_the_packing_is_that_of_the_published_example():
    assert packed(np.array([[0, 1, 0], [0, 0, -1], [-1, 0, 0]])) == 1 | 2 << 2 | 1 << 5 | 1 << 6


@pytest.mark.parametrize("turn", list(signed_permutations()))
def test_a_chiral_model_turns_as_its_matrix_says(turn):
    content = vox(model((4, 3, 2), ARMS), transform(0, 1, r=str(packed(turn))), shape(1, 0))
    _, arms = coloured(decode_vox(content).rgba8)
    expected = [(turn @ arm).tolist() for arm in ([3, 0, 0], [0, 2, 0], [0, 0, 1])]
    assert arms == expected


def test_transforms_of_groups_and_their_children_are_one_after_the_other():
    quarter = np.array([[0, -1, 0], [1, 0, 0], [0, 0, 1]])  # x to y, y to -x
    content = vox(
        model((1, 1, 1), [(0, 0, 0, 1)]),
        model((1, 1, 1), [(0, 0, 0, 2)]),
        transform(0, 1),
        group(1, 2, 4),
        transform(2, 3),
        shape(3, 0),
        transform(4, 5, r=str(packed(quarter)), t="10 0 0"),
        group(5, 6),
        transform(6, 7, t="0 5 2"),
        shape(7, 1),
    )
    drawing = decode_vox(content)
    white, arms = np.argwhere((drawing.rgba8 == WHITE).all(-1))[0], (drawing.rgba8 == RED).all(-1)
    red = np.argwhere(arms)[0]
    # The middle of a voxel of a model of size 1 lies at (.5, .5, .5): turned, at (-.5, .5, .5).
    assert (red - white)[::-1].tolist() == [10 - 5 - 1, 0, 2]
    assert drawing.notes == ("The file's scene shows 2 models; together they are the target.",)


@pytest.mark.parametrize(("side", "low"), [(1, 0), (2, -1), (3, -1), (4, -2), (5, -2)])
def test_a_model_stands_on_its_middle_voxel(side, low):
    """A model of side 2n spans -n..n-1; one of 2n + 1 spans -n..n."""
    beam = [(n, 0, 0, 2) for n in range(side)]
    content = vox(
        model((1, 1, 1), [(0, 0, 0, 1)]),
        model((side, 1, 1), beam),
        transform(0, 1),
        group(1, 2, 4),
        transform(2, 3),
        shape(3, 0),
        transform(4, 5, t="0 1 0"),
        shape(5, 1),
    )
    rgba8 = decode_vox(content).rgba8
    white = np.argwhere((rgba8 == WHITE).all(-1))[0, 2]
    red = np.argwhere((rgba8 == RED).all(-1))[:, 2]
    assert (red.min() - white, red.max() - white) == (low, low + side - 1)


@given(st.integers(-50, 50), st.integers(-50, 50), st.integers(-50, 50))
def test_a_translation_is_by_whole_voxels(x, y, z):
    content = vox(
        model((1, 1, 1), [(0, 0, 0, 1)]),
        model((1, 1, 1), [(0, 0, 0, 2)]),
        transform(0, 1),
        group(1, 2, 4),
        transform(2, 3, t="100 100 100"),
        shape(3, 0),
        transform(4, 5, t=f"{x} {y} {z}"),
        shape(5, 1),
    )
    rgba8 = decode_vox(content).rgba8
    white, red = (np.argwhere((rgba8 == c).all(-1))[0] for c in (WHITE, RED))
    assert (red - white)[::-1].tolist() == [x - 100, y - 100, z - 100]


@pytest.mark.parametrize("how", ["node", "layer"])
def test_what_is_hidden_is_left_out_and_said(how):
    layer = chunk(b"LAYR", struct.pack("<i", 3) + pairs({"_hidden": "1"}) + struct.pack("<i", -1))
    content = vox(
        model((1, 1, 1), [(0, 0, 0, 1)]),
        model((9, 9, 9), [(8, 8, 8, 2)]),
        transform(0, 1),
        group(1, 2, 4),
        transform(2, 3),
        shape(3, 0),
        transform(4, 5, layer=3 if how == "layer" else -1, hidden=how == "node"),
        shape(5, 1),
        layer,
    )
    drawing = decode_vox(content)
    assert drawing.rgba8.tolist() == [[[list(WHITE)]]]
    assert drawing.notes[1] == "Of the file's models 1 are hidden, and left out."


def test_a_model_shown_twice_is_there_twice_and_of_a_movie_the_first_frame():
    content = vox(
        model((1, 1, 1), [(0, 0, 0, 1)]),
        model((1, 1, 1), [(0, 0, 0, 2)]),
        transform(0, 1),
        group(1, 2, 4),
        transform(2, 3),
        shape(3, 0, 1),
        transform(4, 3, t="3 0 0"),
    )
    rgba8 = decode_vox(content).rgba8
    assert (rgba8 == WHITE).all(-1).tolist() == [[[True, False, False, True]]]
    assert not (rgba8 == RED).all(-1).any()


@pytest.mark.parametrize(
    ("properties", "alpha"),
    [
        ({"type": "_glass", "trans": "0.25"}, 191),
        ({"type": "_glass", "alpha": "0.25"}, 191),
        ({"type": "_glass", "trans": "0.1", "alpha": "0.9"}, 230),
        ({"type": "_glass"}, 153),
        ({"type": "_glass", "trans": "1"}, 153),
        ({"type": "_glass", "trans": "nan"}, 153),
        ({"type": "_metal", "trans": "0.5"}, 255),
        ({"trans": "0.5"}, 255),
    ],
)
def test_glass_is_translucent_yet_solid(properties, alpha):
    content = vox(model((2, 1, 1), [(0, 0, 0, 1), (1, 0, 0, 2)]), material(2, **properties))
    assert decode_vox(content).rgba8[0, 0, :, 3].tolist() == [255, alpha]


ONE = model((1, 1, 1), [(0, 0, 0, 1)])


@pytest.mark.parametrize(
    ("chunks", "reason"),
    [
        ((transform(0, 1),), "lacks node 1"),
        ((transform(0, 0),), "a ring"),
        ((transform(0, 1), group(1, 0)), "a ring"),
        ((transform(5, 1), shape(1, 0)), "lacks node 0"),
        ((transform(0, 1), shape(1, 1)), "model that is not there"),
        ((transform(0, 1), shape(1, -1)), "model that is not there"),
        ((transform(0, 1), shape(1)), "shows no voxel"),
        ((transform(0, 1, hidden=True), shape(1, 0)), "shows no voxel"),
        ((transform(0, 1, r="0"), shape(1, 0)), "rotation '0' is none"),
        ((transform(0, 1, r="3"), shape(1, 0)), "rotation '3' is none"),
        ((transform(0, 1, r="132"), shape(1, 0)), "rotation '132' is none"),
        ((transform(0, 1, r="x"), shape(1, 0)), "rotation 'x' is none"),
        ((transform(0, 1, t="1 2"), shape(1, 0)), "no x y z"),
        ((transform(0, 1, t="1 2 9999999999"), shape(1, 0)), "no x y z"),
        ((chunk(b"nTRN", b"abc"),), "cut off"),
        ((chunk(b"nGRP", struct.pack("<iii", 0, 0, 2**31 - 1)),), "does not fit its chunk"),
        ((chunk(b"nGRP", struct.pack("<iii", 0, 0, -1)),), "does not fit its chunk"),
        ((material(2, type="_glass", trans="much"),), "is no number"),
        (
            (
                transform(0, 1),
                group(1, 2, 4),
                transform(2, 3, t="99999999 0 0"),
                shape(3, 0),
                transform(4, 3),
            ),
            "more than .* cells",
        ),
    ],
)
def test_a_damaged_scene_is_refused_with_its_reason(chunks, reason):
    with pytest.raises(DamagedError, match=reason):
        decode_vox(vox(ONE, *chunks))


def test_a_scene_of_a_million_models_is_refused_at_once():
    nodes = [transform(0, 1)]
    for n in range(20):  # each group shows the next twice
        nodes.append(group(2 * n + 1, 2 * n + 2, 2 * n + 2))
        nodes.append(transform(2 * n + 2, 2 * n + 3))
    with pytest.raises(DamagedError, match="more than 16384 nodes"):
        decode_vox(vox(ONE, *nodes, shape(41, 0)))
