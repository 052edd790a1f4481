"""Pictures of every type of PNG, their background, and broken ones."""

import io
import struct
import zlib

import numpy as np
import pytest
from PIL import Image

import voxnca
from voxnca.targets.images import WORKING_SIDE, decode_gif, decode_png
from voxnca.targets.reading import DamagedError
from voxnca.targets.resizing import resize

RED, BLUE, WHITE, CLEAR = (255, 0, 0, 255), (0, 0, 255, 255), (255,) * 4, (0,) * 4


def png(image, **options):
    buffer = io.BytesIO()
    image.save(buffer, "PNG", **options)
    return buffer.getvalue()


def bare_png(width, height, *, depth=8, kind=6, data=b"", extra=b""):
    """Write a PNG by the format's specification, with whatever size is claimed."""

    def chunk(name, body):
        return (
            struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
        )

    head = struct.pack(">IIBBBBB", width, height, depth, kind, 0, 0, 0)
    parts = chunk(b"IHDR", head) + extra + chunk(b"IDAT", zlib.compress(data)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + parts


def picture(*rows):
    return Image.fromarray(np.array(rows, np.uint8))


def test_row_0_is_the_top_and_column_0_the_left():
    drawing = decode_png(png(picture([RED, BLUE, CLEAR], [WHITE, CLEAR, CLEAR])))
    assert drawing.rgba8.tolist() == [
        [list(RED), list(BLUE), list(CLEAR)],
        [list(WHITE), list(CLEAR), list(CLEAR)],
    ]
    assert drawing.notes == ()


def test_every_type_of_png_gives_the_colours_it_shows():
    grey = Image.fromarray(np.array([[0, 80], [160, 255]], np.uint8))
    expected = [[[0] * 3 + [255], [80] * 3 + [255]], [[160] * 3 + [255], [255] * 4]]
    deep = Image.fromarray(np.array([[9, 80 * 256 + 7], [160 * 256 + 99, 65535]], np.uint16))
    for image in (grey, grey.convert("RGB"), grey.convert("LA"), grey.convert("P"), deep):
        assert decode_png(png(image)).rgba8.tolist() == expected


def test_palettes_and_single_colours_can_be_transparent():
    palette = Image.new("P", (2, 1))
    palette.putpalette([255, 0, 0, 0, 0, 255])
    palette.putdata([0, 1])
    assert decode_png(png(palette, transparency=1)).rgba8[0, 1, 3] == 0
    assert decode_png(png(palette, transparency=b"\xff\x80")).rgba8[0, 1].tolist() == [
        0,
        0,
        255,
        128,
    ]
    rgb = picture([RED[:3], BLUE[:3]])
    assert decode_png(png(rgb, transparency=(255, 0, 0))).rgba8[0, :, 3].tolist() == [0, 255]


def test_sixteen_bits_a_channel_are_read():
    data = b"".join(b"\0" + struct.pack(">4H", 65535, 0, 32896, 65535) for _ in range(1))
    assert decode_png(bare_png(1, 1, depth=16, data=data)).rgba8.tolist() == [[[255, 0, 128, 255]]]


def test_a_background_of_one_colour_is_removed_up_to_the_outline_and_said():
    rows = np.full((7, 8, 3), 255, np.uint8)
    rows[2:6, 2:6] = (200, 30, 30)
    rows[3, 3] = 255  # a white eye is no background
    drawing = decode_png(png(Image.fromarray(rows)))
    solid = drawing.rgba8[..., 3] == 255
    expected = np.zeros((7, 8), bool)
    expected[2:6, 2:6] = True
    np.testing.assert_array_equal(solid, expected)
    assert not drawing.rgba8[~solid].any()
    assert drawing.notes == ("The picture's border is #ffffff; that background was removed.",)


@pytest.mark.parametrize("odd_pixel", [(0, 3), (5, 3), (2, 7), (2, 0)])
def test_a_picture_without_a_background_is_the_target_whole_and_said(odd_pixel):
    rows = np.full((6, 8, 3), 255, np.uint8)
    rows[odd_pixel] = 0
    drawing = decode_png(png(Image.fromarray(rows)))
    assert (drawing.rgba8[..., 3] == 255).all()
    assert drawing.notes == ("The picture has no transparency; all of it is the target.",)


def test_a_picture_of_one_colour_is_not_all_background():
    assert (decode_png(png(Image.new("RGB", (4, 4), "teal"))).rgba8 == (0, 128, 128, 255)).all()


def test_shrinking_does_not_darken_edges(tmp_path):
    rows = np.zeros((2048, 2048, 4), np.uint8)  # transparent black round a red disc
    y, x = np.mgrid[:2048, :2048] - 1023.5
    rows[x**2 + y**2 < 1000**2] = RED
    path = tmp_path / "disc.png"
    Image.fromarray(rows).save(path)
    target = voxnca.load_target(path, size=20)
    assert target.size == (20, 20)
    seen = target.rgba8[target.rgba8[..., 3] > 0]
    assert (seen[:, :3] == RED[:3]).all()
    assert target.rgba8[..., 3].sum() / 255 == pytest.approx(np.pi * 100, rel=0.01)


def test_a_large_picture_is_decoded_at_the_working_size():
    drawing = decode_png(png(Image.new("RGBA", (3 * WORKING_SIDE, 30), (9, 8, 7, 100))))
    assert drawing.rgba8.shape == (10, WORKING_SIDE, 4)
    assert np.abs(drawing.rgba8.astype(int) - (9, 8, 7, 100)).max() <= 1  # rounded twice


@pytest.mark.parametrize(
    ("space", "size", "expected"), [((10, 40), 20, (5, 20)), ((3, 99), 9, (1, 9))]
)
def test_the_aspect_is_kept(space, size, expected):
    assert resize(np.full((*space, 4), 255, np.uint8), size).shape == (*expected, 4)


def test_enlarging_repeats_pixels():
    small = np.array([[RED, BLUE], [CLEAR, WHITE]], np.uint8)
    np.testing.assert_array_equal(resize(small, 6), small.repeat(3, 0).repeat(3, 1))
    row = np.array([[RED, BLUE, WHITE]], np.uint8)
    np.testing.assert_array_equal(resize(row, 5)[0], row[0, [0, 0, 1, 2, 2]])


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "no .png file"),
        (b"\xff\xd8\xff\xe0JFIF", "no .png file"),
        (b"\x89PNG\r\n\x1a\n", "damaged picture"),
        (bare_png(40000, 40000), r"damaged picture|more than \d+ cells"),
        (bare_png(2**31 - 1, 2**31 - 1), r"damaged picture|more than \d+ cells"),
        (bare_png(8192, 8192), r"more than \d+ cells"),
        (bare_png(0, 4), "damaged picture|empty side"),
        (bare_png(4, 4, kind=5), "damaged picture"),
        (bare_png(64, 64, data=b"short"), "damaged picture"),
        (png(Image.new("RGBA", (64, 64)))[:-30], "damaged picture"),
    ],
)
def test_a_damaged_or_monstrous_file_is_refused(content, reason):
    with pytest.raises(DamagedError, match=reason):
        decode_png(content)


def gif(*frames, **options):
    buffer = io.BytesIO()
    frames[0].save(buffer, "GIF", save_all=True, append_images=frames[1:], **options)
    return buffer.getvalue()


def test_the_first_frame_of_a_movie_is_read_with_its_transparency_and_said():
    first, second = (
        picture([RED, BLUE, CLEAR], [WHITE, CLEAR, CLEAR]),
        Image.new("RGBA", (3, 2), RED),
    )
    drawing = decode_gif(gif(first, second))
    assert drawing.rgba8[..., 3].tolist() == [[255, 255, 0], [255, 0, 0]]
    assert drawing.rgba8[0, :2].tolist() == [list(RED), list(BLUE)]
    assert drawing.notes == ("The file is a movie; its first frame is the target.",)


def test_the_background_of_a_gif_is_removed_and_said():
    image = Image.new("RGB", (6, 5), "white")
    image.paste((200, 30, 30), (2, 1, 4, 4))
    drawing = decode_gif(gif(image))
    assert np.argwhere(drawing.rgba8[..., 3])[[0, -1]].tolist() == [[1, 2], [3, 3]]
    assert drawing.notes == ("The picture's border is #ffffff; that background was removed.",)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "no .gif file"),
        (png(Image.new("RGBA", (4, 4))), "no .gif file"),
        (b"GIF89a", "damaged picture"),
        (b"GIF89a" + struct.pack("<HHBBB", 65535, 65535, 0, 0, 0) + b";", "damaged|cells"),
        (gif(Image.new("L", (64, 64)))[:30], "damaged picture"),
    ],
)
def test_a_damaged_gif_is_refused(content, reason):
    with pytest.raises(DamagedError, match=reason):
        decode_gif(content)


def test_a_compressed_text_of_a_gigabyte_takes_no_memory():
    body = b"Comment\0\0" + zlib.compress(bytes(2**26), 9)
    text = struct.pack(">I", len(body)) + b"zTXt" + body
    content = bare_png(
        1, 1, data=b"\0\xff\0\0\xff", extra=text + struct.pack(">I", zlib.crc32(b"zTXt" + body))
    )
    with pytest.raises(DamagedError, match="too large"):
        decode_png(content)
