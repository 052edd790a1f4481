""".vox files, their bytes built by hand from the published format."""

import struct

import numpy as np
import pytest

import voxnca
from voxnca.targets.magicavoxel import decode_vox, default_palette
from voxnca.targets.reading import DamagedError

RED, GREEN, BLUE, WHITE = (255, 0, 0, 255), (0, 255, 0, 255), (0, 0, 255, 255), (255,) * 4


def chunk(kind, content=b"", children=b""):
    return kind + struct.pack("<ii", len(content), len(children)) + content + children


def size(x, y, z):
    return chunk(b"SIZE", struct.pack("<iii", x, y, z))


def xyzi(*voxels, count=None):
    head = struct.pack("<i", len(voxels) if count is None else count)
    return chunk(b"XYZI", head + b"".join(bytes(voxel) for voxel in voxels))


def rgba(*colours):
    return chunk(b"RGBA", b"".join(bytes(c) for c in colours).ljust(1024, b"\0"))


def vox(*chunks, version=150):
    return b"VOX " + struct.pack("<i", version) + chunk(b"MAIN", b"", b"".join(chunks))


ONE = (size(1, 1, 1), xyzi((0, 0, 0, 1)))


def test_a_chiral_model_keeps_its_hand():
    arms = [(0, 0, 0, 1), (1, 0, 0, 2), (2, 0, 0, 2), (3, 0, 0, 2)]  # red along x
    arms += [(0, 1, 0, 3), (0, 2, 0, 3), (0, 0, 1, 4)]  # green along y, blue along z
    drawing = decode_vox(vox(size(4, 3, 2), xyzi(*arms), rgba(WHITE, RED, GREEN, BLUE)))
    expected = np.zeros((2, 3, 4, 4), np.uint8)
    expected[0, 0, 0] = WHITE
    expected[0, 0, 1:] = RED
    expected[0, 1:, 0] = GREEN
    expected[1, 0, 0] = BLUE
    np.testing.assert_array_equal(drawing.rgba8, expected)
    assert drawing.notes == ()


def test_colour_n_of_the_palette_chunk_is_index_n_plus_one():
    colours = [(n, 2 * n % 256, 255 - n, 255) for n in range(255)]
    drawing = decode_vox(
        vox(size(255, 1, 1), xyzi(*((n, 0, 0, n + 1) for n in range(255))), rgba(*colours))
    )
    np.testing.assert_array_equal(drawing.rgba8[0, 0], colours)


def test_the_alpha_of_a_palette_does_not_hide_voxels():
    drawing = decode_vox(vox(*ONE, rgba((10, 20, 30, 0))))
    assert drawing.rgba8.tolist() == [[[[10, 20, 30, 255]]]]


def test_index_0_is_no_voxel_and_the_last_of_two_at_one_place_holds():
    voxels = [(0, 0, 0, 1), (1, 0, 0, 0), (0, 0, 0, 2)]
    drawing = decode_vox(vox(size(2, 1, 1), xyzi(*voxels), rgba(RED, BLUE)))
    assert drawing.rgba8[0, 0].tolist() == [list(BLUE), [0, 0, 0, 0]]


def test_without_a_palette_the_colours_are_the_default_ones():
    places = {1: 0xFFFFFFFF, 2: 0xFFCCFFFF, 7: 0xFFFFCCFF, 37: 0xFFFFFFCC, 215: 0xFF330000}
    places |= {216: 0xFF0000EE, 225: 0xFF000011, 226: 0xFF00EE00, 236: 0xFFEE0000}
    places |= {246: 0xFFEEEEEE, 255: 0xFF111111}
    drawing = decode_vox(vox(size(256, 1, 1), xyzi(*((n, 0, 0, n) for n in places))))
    palette = default_palette()
    for index, abgr in places.items():
        # The published table is written as little-endian words, red in the lowest byte.
        assert drawing.rgba8[0, 0, index].tolist() == list(abgr.to_bytes(4, "little"))
        np.testing.assert_array_equal(palette[index], drawing.rgba8[0, 0, index])
    assert len({tuple(colour) for colour in palette.tolist()}) == 256


@pytest.mark.parametrize("version", [150, 200])
def test_chunks_of_no_concern_are_passed_over(version):
    extra = (
        chunk(b"PACK", struct.pack("<i", 1)),
        chunk(b"rCAM", b"abc", chunk(b"????")),
        chunk(b"rOBJ"),
    )
    drawing = decode_vox(vox(*extra, *ONE, rgba(RED), chunk(b"NOTE", b"x" * 9), version=version))
    assert drawing.rgba8.tolist() == [[[list(RED)]]]


def test_of_several_models_the_first_is_taken_and_said():
    second = (size(2, 2, 2), xyzi((1, 1, 1, 2)))
    drawing = decode_vox(vox(chunk(b"PACK", struct.pack("<i", 2)), *ONE, *second, rgba(RED, BLUE)))
    assert drawing.rgba8.tolist() == [[[list(RED)]]]
    assert drawing.notes == ("The file holds 2 models; the first is the target.",)


def test_an_empty_model_before_the_first_with_voxels_is_passed_over_and_said():
    drawing = decode_vox(vox(size(3, 3, 3), xyzi(), *ONE, rgba(RED)))
    assert drawing.rgba8.tolist() == [[[list(RED)]]]
    assert drawing.notes == (
        "The file holds 2 models; number 2, the first with voxels, is the target.",
    )


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "does not begin with 'VOX '"),
        (b"RIFF" + bytes(40), "does not begin with 'VOX '"),
        (b"VOX \x96\0\0\0", "no MAIN chunk"),
        (vox(*ONE, version=99), "version 99 is none of"),
        (vox(*ONE)[:-1], "cut off at"),
        (vox(*ONE, b"RGB"), "head is cut off"),
        (vox(*ONE, b"RGBA" + struct.pack("<II", 2**32 - 1, 0)), "longer than the file"),
        (vox(*ONE, b"RGBA" + struct.pack("<II", 0, 2**32 - 1)), "longer than the file"),
        (vox(*ONE, chunk(b"RGBA", bytes(1020))), "palette is too short"),
        (vox(chunk(b"SIZE", bytes(8)), xyzi()), "SIZE chunk is too short"),
        (vox(size(0, 1, 1), xyzi((0, 0, 0, 1))), "0 x 1 x 1 is not within 1 to 256"),
        (vox(size(2**31 - 1, 2**31 - 1, 2**31 - 1), xyzi()), "is not within 1 to 256"),
        (vox(size(1, 1, 257), xyzi((0, 0, 0, 1))), "is not within 1 to 256"),
        (vox(xyzi((0, 0, 0, 1))), "before their size"),
        (vox(size(1, 1, 1), chunk(b"XYZI")), "lacks some of the 0 voxels"),
        (vox(size(1, 1, 1), xyzi((0, 0, 0, 1), count=2)), "lacks some of the 2 voxels"),
        (vox(size(1, 1, 1), xyzi((0, 0, 0, 1), count=-1)), "lacks some of the 4294967295"),
        (vox(size(1, 2, 3), xyzi((1, 0, 0, 1))), "outside of the model"),
        (vox(size(1, 2, 3), xyzi((0, 2, 0, 1))), "outside of the model"),
        (vox(size(1, 2, 3), xyzi((0, 0, 3, 1))), "outside of the model"),
        (vox(), "no voxel"),
        (vox(size(1, 1, 1), xyzi()), "no voxel"),
        (vox(size(1, 1, 1), xyzi((0, 0, 0, 0))), "no voxel"),
    ],
)
def test_a_damaged_file_is_refused_with_its_reason(content, reason):
    with pytest.raises(DamagedError, match=reason):
        decode_vox(content)


def test_a_file_is_loaded_as_a_target_cropped_to_its_voxels(tmp_path):
    path = tmp_path / "Castle.VOX"
    path.write_bytes(vox(size(9, 9, 9), xyzi((4, 4, 4, 1), (5, 4, 4, 2)), rgba(RED, BLUE)))
    target = voxnca.load_target(path)
    assert (target.name, target.size, target.num_solid) == ("Castle", (1, 1, 2), 2)
    assert target.rgba8.tolist() == [[[list(RED), list(BLUE)]]]
