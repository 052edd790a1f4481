"""Reads a mesh file with PyVista and writes plain arrays: a script, run in a process of its own.

VTK's readers are written for files that are right: a count that lies can crash the process or
take all its memory. So this runs beside `voxnca.targets.meshes`, within limits, and imports
nothing of voxnca, whose torch would take a second more.

    python mesh_file.py MESH SUFFIX ARRAYS.npz
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

MAX_MEMORY_BYTES = 2**32
MAX_SECONDS = 60
MAX_TRIANGLES = 2**21
MAX_TEXTURE_PIXELS = 2**24
COLOUR_NAMES = ("RGBA", "RGB", "COLOR_0", "Colors", "colors", "rgb", "rgba")


class Part(NamedTuple):
    """A piece of a mesh.

    Attributes:
        corners: float `(T, 3, 3)`, where each corner of each triangle lies.
        colours: RGBA in [0, 1], `(T, 3, 4)`, of each corner; NaN where the file has none.
        uv: `(T, 3, 2)`, each corner's place in the texture.
        texture: uint8 `(h, w, 4)`, row 0 at v = 0 (the bottom), or None.
    """

    corners: NDArray[Any]
    colours: NDArray[Any]
    uv: NDArray[Any]
    texture: NDArray[np.uint8] | None


def main(mesh: str, suffix: str, output: str) -> None:
    """Read, and write the arrays of all parts.

    Raises:
        SystemExit: with a line for people, when the file is none that can be used.
    """
    _limit()
    import pyvista  # noqa: PLC0415  # after the limits, which hold for it too

    get_reader: Any = pyvista.get_reader
    try:
        reader = get_reader(mesh, force_ext=suffix)
        parts = [_part(surface, reader, Path(mesh), suffix) for surface in _surfaces(reader.read())]
    except MemoryError:
        sys.exit("it takes more memory than it may")
    except Exception as error:  # noqa: BLE001  # whatever a reader raises, the file is at fault
        sys.exit(" ".join(str(error).split())[:200] or type(error).__name__)
    if sum(len(part.corners) for part in parts) > MAX_TRIANGLES:
        sys.exit(f"it has more than {MAX_TRIANGLES} triangles")
    textures: dict[str, Any] = {
        f"texture{i}": p.texture for i, p in enumerate(parts) if p.texture is not None
    }
    arrays: dict[str, Any] = {
        "corners": np.concatenate([np.empty((0, 3, 3)), *(part.corners for part in parts)]),
        "colours": np.concatenate([np.empty((0, 3, 4)), *(part.colours for part in parts)]),
        "uv": np.concatenate([np.empty((0, 3, 2)), *(part.uv for part in parts)]),
        "part": np.repeat(np.arange(len(parts)), [len(part.corners) for part in parts]),
    }
    np.savez(output, **arrays, **textures)


def _limit() -> None:
    """Bound memory and time, where the system can."""
    try:
        import resource  # noqa: PLC0415  # not on Windows
    except ImportError:
        return
    with suppress(OSError, ValueError):  # macOS may refuse
        resource.setrlimit(resource.RLIMIT_AS, (MAX_MEMORY_BYTES, MAX_MEMORY_BYTES))
    with suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_CPU, (MAX_SECONDS, MAX_SECONDS))
    with suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _surfaces(mesh: Any) -> Iterator[Any]:
    """Yield the triangles of a mesh, or of every block of it."""
    if mesh is None:
        return
    if hasattr(mesh, "keys") and hasattr(mesh, "n_blocks"):
        for block in mesh:
            yield from _surfaces(block)
        return
    if mesh.n_points and (mesh.n_faces_strict or mesh.n_strips):
        polys = mesh.GetPolys()
        connected = np.asarray(mesh.faces)
        if len(connected) and (connected.max() >= mesh.n_points or connected.min() < 0):
            sys.exit("a face names a point that is not there")
        if polys.GetNumberOfCells() > MAX_TRIANGLES:
            sys.exit(f"it has more than {MAX_TRIANGLES} triangles")
        yield mesh


def _part(mesh: Any, reader: Any, path: Path, suffix: str) -> Part:
    faces_before = mesh.n_faces_strict
    mesh.cell_data["voxnca face"] = np.arange(mesh.n_cells) - (mesh.n_cells - faces_before)
    surface = mesh.triangulate(pass_verts=False, pass_lines=False)
    triangles = surface.faces.reshape(-1, 4)[:, 1:]
    corners = np.asarray(surface.points, np.float64)[triangles]
    colours = np.full((*triangles.shape, 4), np.nan)
    for data, pick in ((surface.point_data, triangles), (surface.cell_data, None)):
        found = _colours(data)
        if found is not None:
            colours = found[pick] if pick is not None else found[:, None].repeat(3, 1)
            break
    uv = np.zeros((*triangles.shape, 2))
    texture = None
    if suffix == ".glb":
        texture, colours = _gltf_material(surface, reader, colours)
        if texture is not None and "TEXCOORD_0" in surface.point_data:
            uv = np.asarray(surface.point_data["TEXCOORD_0"], np.float64)[triangles]
            uv[..., 1] = 1 - uv[..., 1]  # glTF counts v from the top
        else:
            texture = None
    if suffix == ".obj":
        colours = _obj_colours(path, surface, triangles, colours)
    return Part(corners, colours, uv, texture)


def _colours(data: Any) -> NDArray[Any] | None:
    """Return RGBA in [0, 1] if a mesh has colours, by their names or as bytes."""
    names = [name for name in COLOUR_NAMES if name in data]
    names += [name for name in data if np.asarray(data[name]).dtype == np.uint8]
    for name in names:
        values = np.asarray(data[name])
        if values.ndim != 2 or values.shape[1] not in {3, 4}:
            continue
        colours = values / 255 if values.dtype.kind in "iu" else values.astype(np.float64)
        if colours.shape[1] == 3:
            colours = np.column_stack([colours, np.ones(len(colours))])
        return colours
    return None


def _gltf_material(
    surface: Any, reader: Any, colours: NDArray[Any]
) -> tuple[NDArray[np.uint8] | None, NDArray[Any]]:
    """Return a part's texture, and its colours times its material's."""
    fields = surface.field_data
    texture = None
    if "BaseColorTextureIndex" in fields:
        index = int(fields["BaseColorTextureIndex"][0])
        if 0 <= index < reader.reader.GetNumberOfTextures():
            texture = _pixels(reader.reader.GetTexture(index))
    if "BaseColorMultiplier" in fields:
        factor = np.asarray(fields["BaseColorMultiplier"], np.float64).ravel()[:4]
        if len(factor) == 4:
            factor[:3] = np.where(  # glTF's factors are linear light, colours are not
                factor[:3] <= 0.0031308,
                12.92 * factor[:3],
                1.055 * np.clip(factor[:3], 0, 1) ** (1 / 2.4) - 0.055,
            )
            factor[3] = 1
            colours = np.where(np.isnan(colours), 1.0, colours) * factor
    return texture, colours


def _pixels(texture: Any) -> NDArray[np.uint8] | None:
    """Return a glTF texture as RGBA, row 0 at the bottom."""
    import pyvista  # noqa: PLC0415

    image = pyvista.wrap(texture.GetVTKTexture().GetInput())
    if image is None or not image.n_points or image.n_points > MAX_TEXTURE_PIXELS:
        return None
    values = np.asarray(image.active_scalars)
    if values.dtype != np.uint8:
        return None
    values = values.reshape(image.dimensions[1], image.dimensions[0], -1)
    if values.shape[-1] < 3:
        values = values[..., :1].repeat(3, -1)
    return np.dstack([values[..., :3], np.full(values.shape[:2], 255, np.uint8)])


def _obj_colours(
    path: Path, surface: Any, triangles: NDArray[Any], colours: NDArray[Any]
) -> NDArray[Any]:
    """Return the colours of a .obj's corners (numbers 4 to 6 of a `v`) or of its materials.

    VTK's reader leaves both out. Its points are the file's, some repeated.
    """
    points: list[list[float]] = []
    by_place: dict[bytes, list[float]] = {}
    materials: dict[str, list[float]] = {}
    faces: list[str] = []
    material = ""
    with path.open(encoding="utf-8", errors="replace") as file:
        for line in file:
            kind, *words = line.split() or [""]
            if kind == "v" and len(words) >= 6:
                points.append([float(word) for word in words[3:6]])
                by_place[np.array(words[:3], np.float32).tobytes()] = points[-1]
            elif kind == "mtllib" and words:
                materials |= _materials(path.parent / Path(" ".join(words)).name)
            elif kind == "usemtl":
                material = " ".join(words)
            elif kind == "f":
                faces.append(material)
    if points:
        if len(points) != surface.n_points:  # repeated, for another place in a texture
            places = np.asarray(surface.points, np.float32)
            points = [by_place.get(place.tobytes(), [np.nan] * 3) for place in places]
        of_points = np.column_stack([points, np.ones(len(points))])
        if of_points[:, :3].max() > 1:
            of_points[:, :3] /= 255
        at_corners: NDArray[Any] = of_points[triangles]
        return at_corners
    if materials and len(faces) > int(surface.cell_data["voxnca face"].max()):
        none = [np.nan] * 4
        of_faces = np.array([materials.get(name, none) for name in faces])
        which = np.asarray(surface.cell_data["voxnca face"])
        whole: NDArray[Any] = of_faces[which][:, None].repeat(3, 1)
        return whole
    return colours


def _materials(path: Path) -> dict[str, list[float]]:
    """Read the diffuse colours of a .mtl file that lies beside its .obj."""
    found: dict[str, list[float]] = {}
    name = ""
    if path.suffix.lower() != ".mtl" or not path.is_file():
        return found
    with path.open(encoding="utf-8", errors="replace") as file:
        for line in file:
            kind, *words = line.split() or [""]
            if kind == "newmtl":
                name = " ".join(words)
            elif kind == "Kd" and len(words) >= 3:
                found[name] = [*(float(word) for word in words[:3]), 1.0]
    return found


if __name__ == "__main__":
    main(*sys.argv[1:4])
