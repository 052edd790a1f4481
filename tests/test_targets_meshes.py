"""Meshes of every kind: which way is up, colours, thin parts, and files that lie."""

import json
import struct
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import pyvista
from PIL import Image
from pyvista import examples
from scipy import ndimage

import voxnca
from voxnca import ArgumentError, FileError
from voxnca.targets import mesh_file
from voxnca.targets.arrays import DEFAULT_COLOUR
from voxnca.targets.loading import SUFFIXES
from voxnca.targets.meshes import SUFFIXES as MESHES

WHITE, RED, GREEN, BLUE = (255, 255, 255), (255, 0, 0), (0, 255, 0), (0, 0, 255)
# A white cube in the corner; from it red leads 3 cubes along x, green 2 along y, blue 1 along z.
ARMS = {WHITE: ((0, 0, 0), (1, 1, 1)), RED: ((1, 0, 0), (4, 1, 1))}
ARMS |= {GREEN: ((0, 1, 0), (1, 3, 1)), BLUE: ((0, 0, 1), (1, 1, 2))}
SIDE = 4  # cells of a cube


def box(low, high):
    """Return the corners of the 12 triangles of a box, seen from outside counterclockwise."""
    mesh = pyvista.Box([n for pair in zip(low, high, strict=True) for n in pair]).triangulate()
    return np.asarray(mesh.points, float)[mesh.faces.reshape(-1, 4)[:, 1:]]


def arms():
    triangles = np.concatenate([box(*ends) for ends in ARMS.values()])
    return triangles, np.repeat(np.array(list(ARMS), np.uint8), 12, axis=0)


def expected_cells():
    cells = np.zeros((2, 3, 4), bool)
    for (x, y, z), (x2, y2, z2) in ARMS.values():
        cells[z:z2, y:y2, x:x2] = True
    return cells.repeat(SIDE, 0).repeat(SIDE, 1).repeat(SIDE, 2)


def stl(triangles, count=None):
    body = b"".join(struct.pack("<12fH", 0, 0, 0, *triangle.ravel(), 0) for triangle in triangles)
    return bytes(80) + struct.pack("<I", len(triangles) if count is None else count) + body


def obj(triangles, colours=None, *, head=""):
    colours = "" if colours is None else [" {} {} {}".format(*(c / 255)) for c in colours]
    lines = [head]
    for n, triangle in enumerate(triangles):
        lines += ["v {} {} {}".format(*p) + (colours[n] if colours else "") for p in triangle]
        lines.append(f"f {3 * n + 1} {3 * n + 2} {3 * n + 3}")
    return "\n".join(lines).encode()


def ply(triangles, colours=None, *, faces=True):
    """Write a .ply whose faces, or else whose corners, have colours."""
    of_colour = "".join(f"property uchar {c}\n" for c in ("red", "green", "blue"))
    coloured = colours is not None
    head = "ply\nformat ascii 1.0\n" + f"element vertex {3 * len(triangles)}\n"
    head += "".join(f"property float {c}\n" for c in "xyz") + of_colour * (coloured and not faces)
    head += f"element face {len(triangles)}\nproperty list uchar int vertex_indices\n"
    head += of_colour * (coloured and faces) + "end_header\n"
    rows = []
    for n, triangle in enumerate(triangles):
        tail = " {} {} {}".format(*colours[n]) if coloured and not faces else ""
        rows += [" ".join(map(str, point)) + tail for point in triangle]
    for n in range(len(triangles)):
        tail = " {} {} {}".format(*colours[n]) if coloured and faces else ""
        rows.append(f"3 {3 * n} {3 * n + 1} {3 * n + 2}{tail}")
    return (head + "\n".join(rows) + "\n").encode()


def glb(triangles, colours=None, *, factor=None, texture=None, uv=None):
    points = np.asarray(triangles, "<f4").reshape(-1, 3)
    parts = [points.tobytes()]
    accessors = [
        {"componentType": 5126, "type": "VEC3", "min": points.min(0).tolist()}
        | {"max": points.max(0).tolist()}
    ]
    attributes = {"POSITION": 0}
    if colours is not None:
        parts.append(
            np.column_stack([np.repeat(colours, 3, 0), [255] * len(points)]).astype("u1").tobytes()
        )
        accessors.append({"componentType": 5121, "normalized": True, "type": "VEC4"})
        attributes["COLOR_0"] = 1
    if uv is not None:
        parts.append(np.asarray(uv, "<f4").tobytes())
        accessors.append({"componentType": 5126, "type": "VEC2"})
        attributes["TEXCOORD_0"] = len(accessors) - 1
    material = {"baseColorFactor": [*(factor or (1, 1, 1)), 1]}
    document = {"asset": {"version": "2.0"}, "scene": 0, "scenes": [{"nodes": [0]}]}
    if texture is not None:
        parts.append(texture)
        material["baseColorTexture"] = {"index": 0}
        document |= {"textures": [{"source": 0, "sampler": 0}]}
        document |= {
            "samplers": [{"magFilter": 9728, "minFilter": 9728, "wrapS": 10497, "wrapT": 10497}]
        }
        document |= {"images": [{"bufferView": len(parts) - 1, "mimeType": "image/png"}]}
    views, at = [], 0
    for part in parts:
        views.append({"buffer": 0, "byteOffset": at, "byteLength": len(part)})
        at += len(part)
    primitive = {"attributes": attributes, "material": 0}
    document |= {
        "nodes": [{"mesh": 0, "translation": [7, 0, 0]}],
        "meshes": [{"primitives": [primitive]}],
        "materials": [{"pbrMetallicRoughness": material}],
        "buffers": [{"byteLength": at}],
        "bufferViews": views,
        "accessors": [
            accessor | {"bufferView": n, "count": len(points)}
            for n, accessor in enumerate(accessors)
        ],
    }
    text, blob = json.dumps(document).encode(), b"".join(parts)
    text, blob = text + b" " * (-len(text) % 4), blob + bytes(-len(blob) % 4)
    chunks = struct.pack("<I4s", len(text), b"JSON") + text
    chunks += struct.pack("<I4s", len(blob), b"BIN\0") + blob
    return b"glTF" + struct.pack("<II", 2, 12 + len(chunks)) + chunks


def vtp(triangles, colours, folder):
    mesh = pyvista.PolyData.from_regular_faces(
        triangles.reshape(-1, 3), np.arange(3 * len(triangles)).reshape(-1, 3)
    )
    mesh.cell_data["RGB"] = colours
    mesh.save(folder / "written.vtp")
    return (folder / "written.vtp").read_bytes()


def write(folder, suffix, triangles, colours):
    content = {
        ".stl": lambda: stl(triangles),
        ".obj": lambda: obj(triangles, colours),
        ".ply": lambda: ply(triangles, colours),
        ".glb": lambda: glb(triangles, colours),
        ".vtp": lambda: vtp(triangles, colours, folder),
    }[suffix]()
    path = folder / f"arms{suffix.upper()}"
    path.write_bytes(content)
    return path


TO_FILE = {  # from x, y, z (z up) to the file's axes, for each axis that may be up
    "x": lambda p: p[..., [2, 0, 1]],
    "y": lambda p: p[..., [0, 2, 1]] * [1, 1, -1],
    "z": lambda p: p,
}


@pytest.mark.parametrize("suffix", MESHES)
@pytest.mark.parametrize("up", ["x", "y", "z", None])
def test_a_chiral_mesh_keeps_its_hand_and_its_colours(tmp_path, suffix, up):
    triangles, colours = arms()
    custom = "y" if suffix in {".obj", ".glb"} else "z"
    path = write(tmp_path, suffix, TO_FILE[up or custom](triangles), colours)
    target = voxnca.load_target(path, size=4 * SIDE, up=up)
    np.testing.assert_array_equal(target.solid, expected_cells())
    ends = [target.rgba8[place].tolist() for place in ((1, 1, -2), (1, -2, 1), (-2, 1, 1))]
    if suffix == ".stl":
        assert ends == [list(DEFAULT_COLOUR)] * 3
        assert "no colours" in target.notes[0]
    else:
        assert ends == [[*colour, 255] for colour in (RED, GREEN, BLUE)]


def test_the_colours_of_corners_blend_over_a_face(tmp_path):
    triangles = box((0, 0, 0), (2, 1, 1))
    colours = np.where(triangles[..., :1] > 1, RED, BLUE).reshape(-1, 3)
    text = ply(triangles, np.zeros((12, 3), int), faces=False).decode().splitlines()
    start = text.index("end_header") + 1
    for n, colour in enumerate(colours):
        text[start + n] = " ".join([*text[start + n].split()[:3], *map(str, colour)])
    (tmp_path / "bar.ply").write_text("\n".join(text) + "\n")
    target = voxnca.load_target(tmp_path / "bar.ply", size=20)
    red = target.rgba8[5, 0, :, 0].astype(int)
    middle = slice(1, -1)  # the ends are nearer to the end faces
    np.testing.assert_allclose(red[middle], (255 * (np.arange(20) + 0.5) / 20)[middle], atol=1)


def test_what_lies_within_has_the_colour_of_the_nearest_voxel_outside(tmp_path):
    colours = np.repeat([RED, BLUE], 12, axis=0)
    triangles = np.concatenate([box((0, 0, 0), (1, 1, 1)), box((1.5, 0, 0), (2.5, 1, 1))])
    (tmp_path / "two.ply").write_bytes(ply(triangles, colours))
    rgba8 = voxnca.load_target(tmp_path / "two.ply", size=25).rgba8
    assert (rgba8[:, :, :10] == (*RED, 255)).all()
    assert (rgba8[:, :, 15:] == (*BLUE, 255)).all()


def test_a_texture_is_read_the_right_way_up(tmp_path):
    rows = np.array([[RED, GREEN], [BLUE, WHITE]], np.uint8)
    Image.fromarray(rows).save(tmp_path / "t.png")
    triangles = box((0, 0, 0), (1, 1, 1))
    uv = triangles.reshape(-1, 3)[:, :2] * [1, -1] + [0, 1]  # glTF: v = 0 is the picture's top
    path = tmp_path / "cube.glb"
    path.write_bytes(glb(triangles, texture=(tmp_path / "t.png").read_bytes(), uv=uv))
    seen = voxnca.load_target(path, size=8, up="z").rgba8[-1]  # from above; y leads up the picture
    corners = [seen[-2, 1], seen[-2, -2], seen[1, 1], seen[1, -2]]
    assert [tuple(c[:3].tolist()) for c in corners] == [RED, GREEN, BLUE, WHITE]


def test_the_colours_of_materials_are_read(tmp_path):
    triangles, _ = arms()
    text = obj(triangles, head="mtllib m.mtl").decode().splitlines()
    faces = [n for n, line in enumerate(text) if line.startswith("f ")]
    for n in (36, 24, 12, 0):
        text.insert(faces[n] - 3, f"usemtl m{n // 12}")
    (tmp_path / "arms.obj").write_text("\n".join(text))
    shades = "".join(
        "newmtl m{}\nKd {} {} {}\n".format(n, *np.array(c) / 255) for n, c in enumerate(ARMS)
    )
    (tmp_path / "m.mtl").write_text(shades)
    target = voxnca.load_target(tmp_path / "arms.obj", size=16, up="z")
    assert target.rgba8[1, 1, -2].tolist() == [*RED, 255]
    assert target.rgba8[-2, 1, 1].tolist() == [*BLUE, 255]
    path = tmp_path / "red.glb"
    path.write_bytes(glb(box((0, 0, 0), (1, 1, 1)), factor=(1, 0, 0.2140411)))
    assert voxnca.load_target(path, size=4).rgba8[0, 0, 0].tolist() == [255, 0, 127, 255]


@pytest.mark.parametrize("size", [9, 24, 40])
def test_a_ball_has_the_volume_of_a_ball(tmp_path, size):
    pyvista.Sphere(theta_resolution=60, phi_resolution=60).save(tmp_path / "ball.stl")
    target = voxnca.load_target(tmp_path / "ball.stl", size=size)
    assert target.size == (size,) * 3
    assert target.num_solid == pytest.approx(np.pi / 6 * size**3, rel=0.03)


@pytest.mark.parametrize("size", [6, 12, 24, 33])
@pytest.mark.parametrize("width", [0.01, 0.1, 0.3])
def test_a_thin_pole_stays_whole_and_on_its_block(tmp_path, size, width):
    low, high = 1.37 - width / 2, 1.37 + width / 2
    triangles = np.concatenate([box((0, 0, 0), (3, 3, 2)), box((low, low, 2), (high, high, 5))])
    (tmp_path / "pole.stl").write_bytes(stl(triangles))
    solid = voxnca.load_target(tmp_path / "pole.stl", size=size).solid.numpy()
    assert len(solid) == size
    assert solid.any((1, 2)).all()
    assert ndimage.label(solid, np.ones((3, 3, 3)))[1] == 1


def test_a_thin_ring_stays_closed(tmp_path):
    pyvista.ParametricTorus(ringradius=1, crosssectionradius=0.02).save(tmp_path / "ring.stl")
    for size in (12, 24, 48):
        solid = voxnca.load_target(tmp_path / "ring.stl", size=size).solid.any(0).numpy()
        assert ndimage.label(solid, np.ones((3, 3)))[1] == 1
        assert ndimage.label(~np.pad(solid, 1))[1] == 2  # outside and the hole


def test_hollow_is_a_shell_one_voxel_thick(tmp_path):
    (tmp_path / "box.stl").write_bytes(stl(box((0, 0, 0), (4, 3, 2))))
    hollow = voxnca.load_target(tmp_path / "box.stl", size=16, hollow=True).solid.numpy()
    expected = np.ones((8, 12, 16), bool)
    expected[1:-1, 1:-1, 1:-1] = False
    np.testing.assert_array_equal(hollow, expected)


def test_an_open_mesh_is_filled_and_said(tmp_path):
    (tmp_path / "open.stl").write_bytes(stl(box((0, 0, 0), (1, 1, 1))[2:]))  # a side is missing
    target = voxnca.load_target(tmp_path / "open.stl", size=8)
    assert target.num_solid == 8**3
    assert "not closed" in target.notes[-1]


@pytest.mark.parametrize("name", ["antfile", "planefile", "spherefile", "nutfile"])
def test_the_meshes_of_pyvista_are_targets_of_24_cells(name):
    target = voxnca.load_target(getattr(examples, name))
    assert max(target.size) == 24
    assert ndimage.label(target.solid.numpy(), np.ones((3, 3, 3)))[1] == 1


CUBE = box((0, 0, 0), (1, 1, 1))


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("a.stl", b"", "."),
        ("a.stl", stl(CUBE[:0]), "."),
        ("a.stl", stl(CUBE * [1, 1, 0]), "flat"),
        ("a.stl", stl(CUBE * 0), "flat|no surface|damaged"),
        ("a.stl", stl(CUBE * [1, np.nan, 1]), "not finite|no surface"),
        ("a.stl", stl(np.where(CUBE > 0.5, np.inf, CUBE)), "not finite|no surface"),
        ("a.stl", stl(CUBE * 1e38), "beyond measure"),
        ("a.obj", b"v 0 0 0\nf 1 2 3\n", "."),
        ("a.obj", b"v 0 0 0\nv 1 1 1\n", "no surface"),
        ("a.ply", ply(CUBE).replace(b"vertex 36", b"vertex 2000000000"), "."),
        ("a.ply", ply(CUBE).replace(b"3 0 1 2", b"3 0 1 99"), "."),
        ("a.glb", glb(CUBE)[:200], "description is cut short"),
        ("a.glb", glb(CUBE)[:-99], "buffer is cut short"),
        ("a.glb", glb(CUBE)[:12], "no binary glTF"),
        ("a.glb", glb(CUBE).replace(b'"count": 36', b'"count": 99'), "counts beyond its buffer"),
        ("a.glb", glb(CUBE).replace(b'"count": 36', b'"count": -1'), "not as it must be"),
        ("a.glb", glb(CUBE).replace(b'"VEC3"', b'"VEC9"'), "not as it must be"),
        ("a.glb", glb(CUBE).replace(b'"buffer": 0', b'"buffer": 7'), "not as it must be"),
        ("a.glb", glb(CUBE).replace(b'"uri', b'"url').replace(b"{", b"[", 1), "not JSON"),
        ("a.vtp", b"<VTKFile/>", "."),
    ],
)
def test_a_damaged_mesh_is_one_line(tmp_path, name, content, reason):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(FileError, match=reason) as caught:
        voxnca.load_target(tmp_path / name)
    assert str(caught.value).isprintable()


def test_a_count_that_lies_takes_no_memory(tmp_path):
    (tmp_path / "a.stl").write_bytes(stl(CUBE, count=2**32 - 1))
    assert voxnca.load_target(tmp_path / "a.stl", size=4).num_solid == 4**3


def test_too_many_triangles_are_refused(tmp_path, monkeypatch):
    script = tmp_path / "strict.py"
    text = Path(mesh_file.__file__).read_text("utf-8")
    script.write_text(text.replace("MAX_TRIANGLES = 2**21", "MAX_TRIANGLES = 11"))
    monkeypatch.setattr(mesh_file, "__file__", str(script))
    (tmp_path / "cube.stl").write_bytes(stl(CUBE))
    with pytest.raises(FileError, match="more than 11 triangles"):
        voxnca.load_target(tmp_path / "cube.stl")


def test_a_reader_that_crashes_is_one_line(tmp_path, monkeypatch):
    script = tmp_path / "crash.py"
    script.write_text("import os; os.abort()")
    monkeypatch.setattr(mesh_file, "__file__", str(script))
    (tmp_path / "cube.stl").write_bytes(stl(CUBE))
    with pytest.raises(FileError, match=r"cube\.stl': a damaged mesh \(its reader crashed\)"):
        voxnca.load_target(tmp_path / "cube.stl")


def test_options_of_meshes_do_not_apply_to_anything_else(tmp_path):
    np.save(tmp_path / "a.npy", np.ones((3, 3, 3), bool))
    for source in ("heart", tmp_path / "a.npy"):
        with pytest.raises(ArgumentError, match=r"up='z' does not apply .*\.stl"):
            voxnca.load_target(source, up="z")
        with pytest.raises(ArgumentError, match="hollow=True does not apply"):
            voxnca.load_target(source, hollow=True)
    with pytest.raises(ArgumentError, match="up='w' must be 'x', 'y' or 'z'"):
        voxnca.load_target(examples.antfile, up="w")


def test_the_suffixes_are_the_loader_s():
    assert set(MESHES) <= set(SUFFIXES)


def test_import_voxnca_loads_no_vtk_and_a_mesh_does():
    code = (
        "import sys, voxnca; heavy = {'pyvista', 'vtk', 'vtkmodules'};"
        "assert not heavy & set(sys.modules), heavy & set(sys.modules);"
        f"voxnca.load_target({examples.spherefile!r}); assert 'pyvista' in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
