"""Voxels from meshes: .stl, .obj, .ply, .glb and .vtp."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from voxnca.targets import mesh_file
from voxnca.targets.arrays import DEFAULT_COLOUR
from voxnca.targets.gltf import check_glb
from voxnca.targets.reading import DamagedError, Drawing, read_bytes

SUFFIXES = (".stl", ".obj", ".ply", ".glb", ".vtp")
UP = {".stl": "z", ".obj": "y", ".ply": "z", ".glb": "y", ".vtp": "z"}
"""Which of a file's axes points up, when nobody says."""
_LONGEST_SECONDS = 2 * mesh_file.MAX_SECONDS
_LARGEST = 1e30
_FLAT = 1e-6
_TURNS = {"x": ([1, 2, 0], [1, 1, 1]), "y": ([0, 2, 1], [1, -1, 1]), "z": ([0, 1, 2], [1, 1, 1])}
"""For each axis that may point up: what becomes x, y, z, and its sign; rotations, no mirrors."""

Arrays = Mapping[str, NDArray[np.float64]]


def decode_mesh(path: Path, *, size: int, up: str | None = None, hollow: bool = False) -> Drawing:
    """Read a mesh and fill it with voxels.

    A voxel that can be seen has the colour of the nearest point of the surface: of its texture,
    its corners or its face, or a default where the file has none; one within has that of the
    nearest that can be seen.

    Args:
        path: of the file.
        size: voxels along its longest side.
        up: which axis of the file points up, "x", "y" or "z"; None is its format's custom.
        hollow: keep a shell one voxel thick.

    Raises:
        DamagedError: when the file is no mesh, is empty, flat or not finite, or takes too much
            time or memory to read.
    """
    if path.suffix.lower() == ".glb":
        check_glb(read_bytes(path))
    arrays = _read(path)
    corners = arrays["corners"]
    if not len(corners):
        raise DamagedError("it holds no surface; export a mesh with faces")
    if not (np.abs(corners) < _LARGEST).all():
        raise DamagedError("a corner is not finite, or beyond measure; mend the mesh")
    order, signs = _TURNS[up or UP[path.suffix.lower()]]
    corners = corners[..., order] * signs
    extent = np.ptp(corners, axis=(0, 1))
    if extent.min() <= _FLAT * extent.max():
        raise DamagedError("it is flat and encloses nothing; give it some thickness")
    from voxnca.targets import voxelizing  # noqa: PLC0415  # PyVista, on first use

    grid = voxelizing.fit(corners, size)
    kept = np.linalg.norm(_normals(grid.triangles), axis=1) > 1e-12
    if not kept.any():
        raise DamagedError("its triangles have no area; mend the mesh")
    grid = voxelizing.Grid(grid.triangles[kept], grid.space)
    solid = voxelizing.voxelize(grid)
    if hollow:
        solid = voxelizing.shell(solid)
    rgba8 = np.zeros((*grid.space, 4), np.uint8)
    rgba8[solid] = DEFAULT_COLOUR
    notes = []
    if np.isfinite(arrays["colours"][kept]).any() or any(k.startswith("texture") for k in arrays):
        outer = voxelizing.shell(solid)
        which, weights = voxelizing.nearest_corners(grid, np.argwhere(outer))
        rgba8[outer] = _colours(arrays, np.flatnonzero(kept)[which], weights)
        rgba8[solid] = rgba8[voxelizing.nearest_cells(outer, solid)]
    else:
        notes.append("The mesh has no colours; its voxels have the default colour.")
    if not voxelizing.is_closed(grid.triangles):
        notes.append("The mesh is not closed; what its surface nearly encloses was filled.")
    return Drawing(rgba8, tuple(notes))


def _read(path: Path) -> Arrays:
    """Read the file in a process of its own, which a damaged one may crash."""
    with tempfile.TemporaryDirectory() as folder:
        output = Path(folder) / "mesh.npz"
        script = [sys.executable, "-P", mesh_file.__file__]
        try:
            done = subprocess.run(  # noqa: S603  # our own script; the path is one argument
                [*script, str(path.absolute()), path.suffix.lower(), str(output)],
                capture_output=True,
                timeout=_LONGEST_SECONDS,
                check=False,
                stdin=subprocess.DEVNULL,
            )
        except subprocess.TimeoutExpired as error:
            raise DamagedError("it takes too long to read; simplify the mesh") from error
        if done.returncode or not output.is_file():
            lines = done.stderr.decode("utf-8", "replace").strip().splitlines() or [""]
            reason = lines[-1] if done.returncode == 1 else "its reader crashed"
            readable = "".join(c if c.isprintable() else "?" for c in reason)
            raise DamagedError(f"a damaged mesh ({readable}); export it again, or simplify it")
        with np.load(output, allow_pickle=False) as arrays:
            return dict(arrays)


def _normals(triangles: NDArray[np.float64]) -> NDArray[np.float64]:
    a, b, c = np.moveaxis(triangles, 1, 0)
    return np.cross(b - a, c - a)


def _colours(
    arrays: Arrays, which: NDArray[np.intp], weights: NDArray[np.float64]
) -> NDArray[np.uint8]:
    """Return the RGBA of points on triangles, opaque: uint8 `(N, 4)`."""
    mixed = (arrays["colours"][which] * weights[..., None]).sum(1)
    part = arrays["part"][which]
    uv = (arrays["uv"][which] * weights[..., None]).sum(1)
    for name in arrays:
        if not name.startswith("texture"):
            continue
        mine = part == int(name.removeprefix("texture"))
        texture = arrays[name]
        place = (np.nan_to_num(uv[mine]) % 1 * texture.shape[1::-1]).astype(int)
        column, row = np.minimum(place, np.array(texture.shape[1::-1]) - 1).T
        tint = np.where(np.isnan(mixed[mine]), 1.0, mixed[mine])
        mixed[mine] = texture[row, column] / 255 * tint
    bare = np.isnan(mixed).any(1)
    rgba8: NDArray[np.uint8] = np.rint(255 * np.clip(np.nan_to_num(mixed), 0, 1)).astype(np.uint8)
    rgba8[:, 3] = 255
    rgba8[bare] = DEFAULT_COLOUR
    return rgba8
