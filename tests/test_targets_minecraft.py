"""Structures and schematics: written by nbtlib or by hand, which way is up, and files that lie."""

import gzip
import io
import struct
import time
import zlib

import nbtlib
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import voxnca
from voxnca import FileError
from voxnca.targets.block_colours import GLASS_ALPHA, block_colour
from voxnca.targets.minecraft import decode_schem, decode_structure
from voxnca.targets.nbt import MAX_BYTES, read_nbt
from voxnca.targets.reading import DamagedError

# From a white block red leads 3 along x, green 2 along y (up), blue 1 along z.
WOOL = {"white": (0, 0, 0), "red": (3, 0, 0), "green": (0, 2, 0), "blue": (0, 0, 1)}
BLOCKS = {(0, 0, 0): "white", (1, 0, 0): "red", (2, 0, 0): "red", (3, 0, 0): "red"}
BLOCKS |= {(0, 1, 0): "green", (0, 2, 0): "green", (0, 0, 1): "blue"}
SIZE = (4, 3, 2)
NAMES = ["minecraft:air", *(f"minecraft:{dye}_wool" for dye in WOOL)]


def written(root, *, name="", packed=True):
    buffer = io.BytesIO()
    nbtlib.File(root, root_name=name).write(buffer)
    return gzip.compress(buffer.getvalue()) if packed else buffer.getvalue()


def structure(blocks=None, size=SIZE, names=NAMES, **options):
    blocks = blocks or {place: 1 + list(WOOL).index(dye) for place, dye in BLOCKS.items()}
    compounds = [
        nbtlib.Compound({"pos": nbtlib.List[nbtlib.Int](place), "state": nbtlib.Int(state)})
        for place, state in blocks.items()
    ]
    root = {
        "DataVersion": nbtlib.Int(3700),
        "size": nbtlib.List[nbtlib.Int](size),
        "palette": nbtlib.List[nbtlib.Compound](
            nbtlib.Compound({"Name": nbtlib.String(name)}) for name in names
        ),
        "blocks": nbtlib.List[nbtlib.Compound](compounds),
        "entities": nbtlib.List[nbtlib.Compound](),
    }
    return written(root, **options)


def varint(number):
    out = []
    while number > 127:
        out.append(number & 127 | 128)
        number >>= 7
    return bytes([*out, number])


def schem(version, numbers=None, size=SIZE, names=None):
    width, height, length = size
    if numbers is None:
        dyes = list(WOOL)
        numbers = [
            1 + dyes.index(BLOCKS[x, y, z]) if (x, y, z) in BLOCKS else 0
            for y in range(height)
            for z in range(length)
            for x in range(width)
        ]
    names = names or {name: number for number, name in enumerate(NAMES)}
    data = np.frombuffer(b"".join(map(varint, numbers)), np.int8)
    palette = nbtlib.Compound({name: nbtlib.Int(number) for name, number in names.items()})
    sides = {"Width": width, "Height": height, "Length": length}
    sides = {name: nbtlib.Short.from_unsigned(side) for name, side in sides.items()}
    root = {"Version": nbtlib.Int(version), **sides}
    if version < 3:
        root |= {"Palette": palette, "BlockData": nbtlib.ByteArray(data)}
        return written(root, name="Schematic")
    root["Blocks"] = nbtlib.Compound({"Palette": palette, "Data": nbtlib.ByteArray(data)})
    return written({"Schematic": nbtlib.Compound(root)})


def file_of(folder, suffix):
    version = {".nbt": None, ".schem": 2}[suffix]
    path = folder / f"arms{suffix}"
    path.write_bytes(schem(version) if version else structure())
    return path


@pytest.mark.parametrize(
    "drawing",
    [decode_structure(structure()), decode_structure(structure(packed=False))]
    + [decode_schem(schem(version)) for version in (1, 2, 3)],
)
def test_a_chiral_build_keeps_its_hand_and_stands_upright(drawing):
    assert drawing.notes == ()
    place = {}
    for dye in WOOL:
        colour, _ = block_colour(f"{dye}_wool")
        place[dye] = np.argwhere((drawing.rgba8 == colour).all(-1))[:, ::-1]
    (white,) = place["white"]
    arms = {
        dye: max((p - white for p in place[dye]), key=lambda arm: abs(arm).sum()).tolist()
        for dye in ("red", "green", "blue")
    }
    # Up is y there and z here; south, z there, is -y here: right-handed both.
    assert arms == {"red": [3, 0, 0], "green": [0, 0, 2], "blue": [0, -1, 0]}
    assert (drawing.rgba8[..., 3] > 0).sum() == len(BLOCKS)


@given(st.lists(st.integers(0, 40000), min_size=6, max_size=6))
def test_numbers_of_any_length_are_unpacked(numbers):
    names = {f"minecraft:block_{n}": n for n in set(numbers)}
    drawing = decode_schem(schem(2, numbers, (6, 1, 1), names))
    expected = [list(block_colour(f"block_{n}")[0]) for n in numbers]
    assert drawing.rgba8[0, 0].tolist() == expected


def test_air_of_every_kind_is_empty():
    names = ["air", "minecraft:cave_air", "void_air", "minecraft:structure_void", "stone"]
    content = structure({(n, 0, 0): n for n in range(5)}, (5, 1, 1), names)
    assert decode_structure(content).rgba8[0, 0, :, 3].tolist() == [0, 0, 0, 0, 255]


def test_only_air_is_refused():
    with pytest.raises(DamagedError, match="only air"):
        decode_structure(structure({(0, 0, 0): 0}))


def test_glass_is_translucent_yet_solid(tmp_path):
    names = ["minecraft:glass", "blue_stained_glass_pane", "water", "bricks"]
    content = structure({(n, 0, 0): n for n in range(4)}, (4, 1, 1), names)
    (tmp_path / "glass.nbt").write_bytes(content)
    target = voxnca.load_target(tmp_path / "glass.nbt")
    assert target.rgba8[0, 0, :, 3].tolist() == [GLASS_ALPHA] * 3 + [255]
    assert target.num_solid == 4


@pytest.mark.parametrize(
    ("name", "same"),
    [
        ("oak_stairs[facing=east]", "oak_planks"),
        ("dark_oak_fence_gate", "dark_oak_log"),
        ("stone_bricks", "stone_brick_wall"),
        ("light_blue_wool", "light_blue_concrete"),
        ("waxed_oxidized_cut_copper_slab", "oxidized_cut_copper"),
        ("stripped_birch_wood", "birch_door"),
        ("minecraft:sandstone_stairs", "sandstone"),
        ("quartz_stairs", "quartz_block"),
    ],
)
def test_forms_of_a_material_have_its_colour(name, same):
    assert block_colour(name) == block_colour(same)
    assert block_colour(name)[1]


def test_light_blue_is_not_blue_and_dark_oak_not_oak():
    assert block_colour("light_blue_wool") != block_colour("blue_wool")
    assert block_colour("dark_oak_planks") != block_colour("oak_planks")


def test_an_unknown_block_has_a_colour_of_its_own_and_is_named():
    drawing = decode_structure(
        structure({(0, 0, 0): 0, (1, 0, 0): 1}, SIZE, ["mod:zorb", "mod:quux"])
    )
    zorb, quux = drawing.rgba8[0, -1, :2].tolist()
    assert zorb != quux
    assert zorb == [159, 178, 67, 255]  # the same on every machine, in every run
    assert drawing.notes == ("The colours of 2 kinds of block are made up: mod:quux, mod:zorb.",)


def bare(kind, body):
    return b"\x0a\0\0" + bytes([kind]) + b"\0\1a" + body


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "cut off"),
        (b"PK\3\4", "no NBT file"),
        (b"\x0a\0\0", "cut off"),
        (b"\x0a\0\0\0", "no structure"),
        (bare(13, b""), "unknown kind 13"),
        (bare(7, struct.pack(">i", 2**31 - 1)), "cut off"),
        (bare(7, struct.pack(">i", -5)), "cut off"),
        (bare(12, struct.pack(">i", 2**31 - 1)), "cut off"),
        (bare(9, b"\x03" + struct.pack(">i", 2**31 - 1)), "cut off"),
        (bare(9, b"\x0a" + struct.pack(">i", 2**31 - 1)), "cut off"),
        (bare(9, b"\0" + struct.pack(">i", 2**31 - 1) + b"\0"), "no structure"),
        (bare(9, (b"\x09" + struct.pack(">i", 1)) * 5000), "deep"),
        (bare(9, b"\x0a" + struct.pack(">i", 5_000_000) + bytes(5_000_000)), "tags"),
        (gzip.compress(structure(packed=False))[:-20], "cut off|unpacked"),
        (b"\x1f\x8b" + bytes(40), "unpacked"),
        (structure(size=(2**31 - 1,) * 3), "more than .* cells"),
        (structure(size=(0, 4, 4)), "empty side"),
        (structure(size=(-4, 4, -4)), "empty side"),
        (structure({(4, 0, 0): 1}), "outside"),
        (structure({(-1, 0, 0): 1}), "outside"),
        (structure({(0, 0, 0): 9}), "none of its palette"),
        (structure({(0, 0, 0): -1}), "lacks its place or its state"),
    ],
)
def test_a_damaged_structure_is_refused_with_its_reason_and_at_once(content, reason):
    start = time.process_time()
    with pytest.raises(DamagedError, match=reason):
        decode_structure(content)
    assert time.process_time() - start < 20


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (schem(4), "version 4 is none of"),
        (structure(), "version None is none of"),
        (schem(2, [1] * 23), "holds 23 blocks, not the 24"),
        (schem(2, [1] * 25), "holds 25 blocks, not the 24"),
        (schem(2, [5] * 24), "none of its palette"),
        (schem(3, [1], (65535, 65535, 65535)), "more than .* cells"),
        (schem(2, [2**35] + [0] * 23), "blocks, not the 24"),
        (schem(2, [0] * 24, names={"a": 2**31 - 1}), "out of range"),
        (schem(2, [0] * 24, names={"a": -1}), "out of range"),
    ],
)
def test_a_damaged_schematic_is_refused_with_its_reason(content, reason):
    with pytest.raises(DamagedError, match=reason):
        decode_schem(content)


def test_a_bomb_is_not_unpacked():
    packing = zlib.compressobj(9, wbits=31)
    block = bytes(2**20)
    bomb = b"".join(packing.compress(block) for _ in range(2 * MAX_BYTES // len(block)))
    with pytest.raises(DamagedError, match="unpacks to more than 128 MB"):
        read_nbt(bomb + packing.flush())


def test_a_damaged_file_is_one_line(tmp_path):
    (tmp_path / "bad.schem").write_bytes(structure())
    with pytest.raises(FileError, match=r"bad\.schem': its version"):
        voxnca.load_target(tmp_path / "bad.schem")


@pytest.mark.parametrize("suffix", [".nbt", ".schem"])
def test_a_file_is_loaded_as_a_target(tmp_path, suffix):
    target = voxnca.load_target(file_of(tmp_path, suffix))
    assert (target.name, target.size, target.num_solid) == ("arms", (3, 2, 4), 7)
