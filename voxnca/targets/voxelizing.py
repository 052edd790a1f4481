"""From triangles to cells: what lies inside a surface, and what of it is thinner than a cell."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyvista
from numpy.typing import NDArray
from scipy import ndimage

THIN_CELLS = 0.6
"""A cell whose middle is no farther from the surface may be joined, where the body is thin."""
_BLOCK = 8

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Grid:
    """Cells of a side of one, round a mesh.

    Attributes:
        triangles: float `(T, 3, 3)`, corners (x, y, z) in cells; cell [z, y, x] fills x..x+1 and
            so on.
        space: `(D, H, W)`.
    """

    triangles: Floats
    space: tuple[int, int, int]

    def centres(self, cells: NDArray[np.integer]) -> Floats:
        """Return the middles, (x, y, z), of cells given as (z, y, x)."""
        return np.asarray(cells[:, ::-1] + 0.5, np.float64)


def fit(triangles: Floats, size: int) -> Grid:
    """Scale and move triangles so that their longest side is `size` cells."""
    low, high = triangles.min((0, 1)), triangles.max((0, 1))
    cell = (high - low).max() / size
    sides = np.maximum(1, np.ceil((high - low) / cell - 1e-6)).astype(int)
    centred = (triangles - (low + high) / 2) / cell + sides / 2
    return Grid(centred, (int(sides[2]), int(sides[1]), int(sides[0])))


def voxelize(grid: Grid) -> Mask:
    """Return the cells of a mesh: bool `(D, H, W)`.

    A cell belongs to the body if its middle does. Where the body is thinner than a cell, that
    would leave holes: there the cells are joined whose middle is within `THIN_CELLS` of the
    surface. Thick bodies do not swell.
    """
    surface = _surface(grid.triangles)
    inside = _inside(grid)
    near = _near_surface(grid, surface)
    thick = _opened(inside & ~near)
    thin = near & ~_grown(thick, 2)
    solid = inside | (near & _grown(thin, 2))
    axis = int(np.argmax(grid.space))
    for end in (0, -1):  # a tip that holds no cell's middle: be of the size that was asked for
        if not solid.take(end, axis).any():
            solid[_tip(grid, axis, end)] = True
    return solid


def _tip(grid: Grid, axis: int, end: int) -> tuple[int, ...]:
    """Return the cell in which the mesh comes nearest to one end of an axis of the cells."""
    corners = grid.triangles[..., ::-1]  # z, y, x
    along = corners[..., axis]
    triangle, corner = np.unravel_index(along.argmax() if end else along.argmin(), along.shape)
    inward = corners[triangle].mean(0) - corners[triangle, corner]  # off the cells' edges
    cell = np.floor(corners[triangle, corner] + 1e-3 * inward).astype(int)
    return tuple(int(n) for n in np.clip(cell, 0, np.array(grid.space) - 1))


def shell(solid: Mask) -> Mask:
    """Return the cells that have a face outside of the body: a shell one cell thick."""
    outer: Mask = solid & ~ndimage.binary_erosion(solid)
    return outer


def nearest_corners(grid: Grid, cells: NDArray[np.integer]) -> tuple[NDArray[np.intp], Floats]:
    """Return the triangle nearest to each cell, and the weights of its corners there, `(N, 3)`."""
    found: Any = _surface(grid.triangles).find_closest_cell(
        grid.centres(cells), return_closest_point=True
    )
    which = np.atleast_1d(found[0])
    a, b, c = np.moveaxis(grid.triangles[which], 1, 0)
    across, along, point = b - a, c - a, np.atleast_2d(found[1]) - a
    d = [
        (u * v).sum(1)
        for u, v in (
            (across, across),
            (across, along),
            (along, along),
            (point, across),
            (point, along),
        )
    ]
    whole = np.maximum(d[0] * d[2] - d[1] ** 2, 1e-30)
    v, w = (d[2] * d[3] - d[1] * d[4]) / whole, (d[0] * d[4] - d[1] * d[3]) / whole
    weights = np.clip(np.column_stack([1 - v - w, v, w]), 0, 1)
    return which, weights / np.maximum(weights.sum(1, keepdims=True), 1e-9)


def nearest_cells(given: Mask, wanted: Mask) -> tuple[NDArray[np.integer], ...]:
    """Return, as an index, the cell of `given` that is nearest to each cell of `wanted`."""
    index = ndimage.distance_transform_edt(~given, return_distances=False, return_indices=True)
    return tuple(axis[wanted] for axis in index)


def is_closed(triangles: Floats) -> bool:
    """Tell whether every edge has a triangle on either side."""
    return int(_surface(triangles).clean().n_open_edges) == 0


def _surface(triangles: Floats) -> Any:
    faces = np.arange(3 * len(triangles)).reshape(-1, 3)
    regular: Any = pyvista.PolyData.from_regular_faces
    return regular(triangles.reshape(-1, 3), faces)


def _inside(grid: Grid) -> Mask:
    """Let lines along each axis decide what is inside; two of three win, if the mesh has holes."""
    votes = np.zeros(grid.space, np.uint8)
    for turn in range(3):
        order = np.roll([0, 1, 2], turn)  # of x, y, z: a rotation
        sides = np.array(grid.space[::-1])[order]
        volume = pyvista.ImageData(dimensions=sides, spacing=(1, 1, 1), origin=(0.5, 0.5, 0.5))
        surface = _surface(grid.triangles[..., order]).clean()
        mask = surface.voxelize_binary_mask(reference_volume=volume)["mask"]
        cells = np.asarray(mask).reshape(sides[::-1])  # last axis first
        places = [int(np.flatnonzero(order == axis)[0]) for axis in (2, 1, 0)]
        votes += cells.transpose([2 - place for place in places]) > 0
    return votes >= 2


def _near_surface(grid: Grid, surface: Any) -> Mask:
    """Return the cells whose middle lies within `THIN_CELLS` of the surface.

    Blocks of cells are looked at first: most are nowhere near it.
    """
    blocks = np.argwhere(np.ones([-(-n // _BLOCK) for n in grid.space], bool)) * _BLOCK
    reach = THIN_CELLS + np.sqrt(3) * _BLOCK / 2
    blocks = blocks[_distance(surface, blocks[:, ::-1] + _BLOCK / 2) <= reach]
    within = np.argwhere(np.ones((_BLOCK,) * 3, bool))
    near = np.zeros(grid.space, bool)
    for block in blocks:
        cells = block + within
        cells = cells[(cells < grid.space).all(1)]
        close = _distance(surface, grid.centres(cells)) <= THIN_CELLS
        near[tuple(cells[close].T)] = True
    return near


def _distance(surface: Any, points: NDArray[np.floating]) -> Floats:
    measured = pyvista.PolyData(np.ascontiguousarray(points)).compute_implicit_distance(surface)
    distance: Floats = np.abs(np.asarray(measured["implicit_distance"]))
    return distance


def _opened(cells: Mask) -> Mask:
    """Return the cells that lie in a cube of 2 x 2 x 2 of them."""
    opened: Mask = ndimage.binary_opening(cells, np.ones((2,) * cells.ndim))
    return opened


def _grown(cells: Mask, steps: int) -> Mask:
    """Return the cells within so many steps of `cells`, in their 3^d neighbourhoods."""
    grown: Mask = ndimage.binary_dilation(cells, np.ones((3,) * cells.ndim), iterations=steps)
    return grown
