"""Any bytes, and any file damaged anywhere, give a target or one line: nothing else."""

import gzip
import io
import struct
import tempfile
import zlib
from pathlib import Path

import nbtlib
import numpy as np
import pytest
import pyvista
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from vtkmodules.vtkIOGeometry import vtkGLTFWriter

import voxnca
from voxnca.export.voxels import encode_vox


def valid_png():
    rows = np.random.default_rng(0).integers(0, 256, (9, 7, 4)).astype(np.uint8)
    images = [Image.fromarray(rows), Image.fromarray(rows).convert("P"), Image.new("I;16", (4, 4))]
    for image in images:
        buffer = io.BytesIO()
        image.save(buffer, "PNG")
        yield buffer.getvalue()


def valid_gif():
    rows = np.random.default_rng(2).integers(0, 256, (2, 9, 7, 4)).astype(np.uint8)
    frames = [Image.fromarray(frame) for frame in rows]
    for more in ([], frames[1:]):
        buffer = io.BytesIO()
        frames[0].save(buffer, "GIF", save_all=True, append_images=more)
        yield buffer.getvalue()


def valid_vox():
    rgba8 = np.random.default_rng(1).integers(0, 256, (4, 5, 6, 4)).astype(np.uint8)
    yield encode_vox(rgba8)
    yield vox_scene()


def vox_scene():
    """A scene of two models, one of them turned, and glass."""

    def pairs(**entries):
        strings = [part.encode() for key, value in entries.items() for part in (key, value)]
        body = b"".join(struct.pack("<i", len(part)) + part for part in strings)
        return struct.pack("<i", len(entries)) + body

    def chunk(kind, content, children=b""):
        return kind + struct.pack("<ii", len(content), len(children)) + content + children

    numbers = struct.Struct("<i").pack
    model = chunk(b"SIZE", numbers(2) * 3) + chunk(b"XYZI", numbers(1) + b"\1\0\0\1")
    parts = [model, model]
    for node, child, frame in ((0, 1, {}), (2, 4, {}), (3, 5, {"_r": "40", "_t": "3 -4 5"})):
        links = struct.pack("<iiii", child, -1, 0, 1)
        parts.append(chunk(b"nTRN", numbers(node) + pairs() + links + pairs(**frame)))
    parts.append(chunk(b"nGRP", numbers(1) + pairs() + struct.pack("<iii", 2, 2, 3)))
    for node in (4, 5):
        body = numbers(node) + pairs() + struct.pack("<ii", 1, node - 4) + pairs()
        parts.append(chunk(b"nSHP", body))
    parts.append(chunk(b"MATL", numbers(1) + pairs(_type="_glass", _trans="0.3")))
    parts.append(chunk(b"LAYR", numbers(7) + pairs(_hidden="1") + numbers(-1)))
    return b"VOX " + numbers(200) + chunk(b"MAIN", b"", b"".join(parts))


def valid_npy():
    for array in (
        np.full((4, 5, 4), 255, np.uint8),
        np.ones((3, 4, 5), bool),
        np.ones((1, 3, 4, 8)),
    ):
        buffer = io.BytesIO()
        np.save(buffer, array)
        yield buffer.getvalue()


def valid_minecraft(suffix):
    """The same few blocks, packed and not."""
    compound, numbers = nbtlib.Compound, nbtlib.List[nbtlib.Int]
    if suffix == ".nbt":
        names = [compound({"Name": nbtlib.String(name)}) for name in ("stone", "glass", "zorb")]
        blocks = [compound({"pos": numbers([n, 0, 0]), "state": nbtlib.Int(n)}) for n in range(3)]
        root = {"size": numbers([3, 1, 1]), "palette": nbtlib.List[compound](names)}
        root["blocks"] = nbtlib.List[compound](blocks)
    else:
        palette = compound({"stone": nbtlib.Int(0), "air": nbtlib.Int(1)})
        blocks = {"Palette": palette, "Data": nbtlib.ByteArray([0, 1, 0, 1])}
        sides = {name: nbtlib.Short(side) for name, side in (("Width", 2), ("Height", 2))}
        root = {"Version": nbtlib.Int(3), **sides, "Length": nbtlib.Short(1)}
        root = {"Schematic": compound(root | {"Blocks": compound(blocks)})}
    buffer = io.BytesIO()
    nbtlib.File(root).write(buffer)
    yield buffer.getvalue()
    yield gzip.compress(buffer.getvalue(), mtime=0)


def valid_mesh(suffix):
    """A coloured cube; glTF's, with a texture, is written in the tests of meshes."""
    cube = pyvista.Cube().triangulate()
    cube.cell_data["RGB"] = np.arange(36, dtype=np.uint8).reshape(12, 3)
    for binary in (True, False) if suffix in {".stl", ".ply", ".vtp"} else (True,):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / f"cube{suffix}"
            if suffix == ".glb":
                scene = vtkGLTFWriter()
                scene.SetInputDataObject(pyvista.MultiBlock([pyvista.MultiBlock([cube])]))
                scene.SetFileName(str(path))
                scene.Write()
            else:
                cube.save(path, binary=binary)
            yield path.read_bytes()


MESHES = {suffix: list(valid_mesh(suffix)) for suffix in (".stl", ".obj", ".ply", ".glb", ".vtp")}
MINECRAFT = {suffix: list(valid_minecraft(suffix)) for suffix in (".nbt", ".schem")}
VALID = MINECRAFT | {
    ".png": list(valid_png()),
    ".gif": list(valid_gif()),
    ".vox": list(valid_vox()),
    ".npy": list(valid_npy()),
}


@st.composite
def damaged(draw, contents):
    """Cut, change, repeat or insert bytes of a valid file, a few times."""
    content = bytearray(draw(st.sampled_from(contents)))
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(content)))
        other = draw(st.binary(min_size=1, max_size=8))
        kind = draw(st.sampled_from(["cut", "change", "insert", "remove", "repeat"]))
        if kind == "cut":
            del content[at:]
        elif kind == "change":
            content[at : at + len(other)] = other
        elif kind == "insert":
            content[at:at] = other
        elif kind == "remove":
            del content[at : at + draw(st.integers(1, 64))]
        else:
            content[at:at] = content[at : at + 64]
    return bytes(content)


PNG_CHUNKS = b"PLTE tRNS iCCP gAMA cHRM pHYs zTXt iTXt tEXt eXIf acTL fcTL fdAT sRGB IDAT IHDR IEND"


@st.composite
def png_of_chunks(draw):
    """Chunks with good checksums in a good order, but with anything in them."""
    image = [st.sampled_from([1, 2, 4, 8, 16, 3]), st.sampled_from([0, 2, 3, 4, 6, 1])]
    sizes = [st.integers(0, 9) | st.integers(0, 2**32 - 1)] * 2
    head = struct.pack(
        ">IIBBBBB", *(draw(part) for part in (*sizes, *image)), 0, 0, draw(st.integers(0, 1))
    )
    pixels = (b"IDAT", zlib.compress(draw(st.binary(max_size=400))))
    extra = st.tuples(st.sampled_from(PNG_CHUNKS.split()), st.binary(max_size=60))
    chunks = [(b"IHDR", head), *draw(st.lists(extra, max_size=4)), pixels]
    chunks += [*draw(st.lists(extra, max_size=2)), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        for kind, body in chunks
    )


def load(path, content, num_dims):
    path.write_bytes(content)
    try:
        target = voxnca.load_target(path, num_dims=num_dims)
    except voxnca.VoxncaError as error:
        message = str(error)
        assert "\n" not in message
        assert message.isprintable()
        return
    assert target.num_solid >= 1
    assert max(target.size) <= 64
    assert num_dims in (None, target.num_dims)


@pytest.mark.parametrize("suffix", [*VALID, *MESHES])
def test_the_files_to_damage_are_good(tmp_path, suffix):
    for number, content in enumerate((VALID | MESHES)[suffix]):
        path = tmp_path / f"{number}{suffix}"
        path.write_bytes(content)
        assert voxnca.load_target(path).num_solid >= 1


@pytest.fixture(scope="session")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("fuzz")


dims = st.sampled_from([None, 2, 3])


@pytest.mark.parametrize("suffix", VALID)
@given(content=st.binary(max_size=200), num_dims=dims)
def test_any_bytes(folder, suffix, content, num_dims):
    load(folder / f"any{suffix}", content, num_dims)


@pytest.mark.parametrize("suffix", VALID)
@given(content=st.binary(max_size=200), num_dims=dims)
def test_any_bytes_after_the_signature(folder, suffix, content, num_dims):
    load(folder / f"signed{suffix}", VALID[suffix][0][:20] + content, num_dims)


@pytest.mark.parametrize("suffix", VALID)
@settings(max_examples=300)
@given(data=st.data(), num_dims=dims)
def test_any_damage(folder, suffix, data, num_dims):
    load(folder / f"damaged{suffix}", data.draw(damaged(VALID[suffix])), num_dims)


@settings(max_examples=500)
@given(content=png_of_chunks())
def test_any_chunks_of_a_png(folder, content):
    load(folder / "chunks.png", content, None)


@pytest.mark.parametrize("suffix", VALID)
def test_any_truncation(folder, suffix):
    for content in VALID[suffix]:
        for length in range(0, len(content), max(1, len(content) // 150)):
            load(folder / f"short{suffix}", content[:length], None)


@pytest.mark.parametrize("suffix", MESHES)
@settings(max_examples=8)  # each takes a process of its own
@given(data=st.data())
def test_any_damage_to_a_mesh(folder, suffix, data):
    load(folder / f"damaged{suffix}", data.draw(damaged(MESHES[suffix])), None)


@pytest.mark.parametrize("suffix", MESHES)
def test_any_truncation_of_a_mesh(folder, suffix):
    for content in MESHES[suffix]:
        for length in range(0, len(content), max(1, len(content) // 5)):
            load(folder / f"short{suffix}", content[:length], None)
