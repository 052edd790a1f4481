"""What an easel looks like: a sheet in 2D, voxels on a base plate in 3D, or one of their layers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from apps.lab.history import Grid
from apps.lab.hit import Cell, Hit
from voxnca.grid import ALPHA, RGB, SOLID_THRESHOLD

PLATE = np.array([[116, 124, 140], [128, 136, 152]], dtype=np.uint8)
"""Its squares, so that cells can be counted and aimed at before there are any."""
SEAM = np.array([[168, 112, 110], [180, 122, 119]], dtype=np.uint8)
"""Where the mirror stands."""
ONION_SHARE = 0.25
"""How much of its colour the layer below keeps; the rest is that of paper."""
PAPER = 208.0

Cells = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Drawn:
    """Cells to show.

    Attributes:
        cells: int64 `(N, d)`.
        colors: uint8 `(N, 3)`.
        space: sizes of the grid they are in.
        box: what to look at, low and high corner.
    """

    cells: Cells
    colors: NDArray[np.uint8]
    space: tuple[int, ...]
    box: tuple[Cell, Cell]


def solid(grid: Grid) -> NDArray[np.bool_]:
    """Return which cells of a grid `(*space, 4)` are solid."""
    return np.asarray(grid[..., ALPHA] > 255 * SOLID_THRESHOLD)


def draw_sheet(grid: Grid) -> Drawn:
    """Show a 2D grid as it is."""
    cells, space = np.argwhere(solid(grid)), grid.shape[:-1]
    return Drawn(cells, grid[tuple(cells.T)][:, RGB], space, ((0,) * len(space), space))


def draw_voxels(grid: Grid, *, mirror: bool) -> Drawn:
    """Show a 3D grid one layer up, on a base plate that fills the layer below."""
    voxels = draw_sheet(grid)
    size = len(grid)
    plate, tint = _plate(size, mirror=mirror)
    cells = np.concatenate([plate, voxels.cells + np.array([1, 0, 0])])
    # Looked at whole, an empty grid would have its plate at the lower edge of the picture.
    top = max(size // 2, int(cells[:, 0].max()) + 1)
    colors = np.concatenate([tint, voxels.colors])
    return Drawn(cells, colors, (size + 1, size, size), ((0, 0, 0), (top, size, size)))


def draw_layer(grid: Grid, layer: int) -> Drawn:
    """Show one layer of a 3D grid from above, and below it faintly the layer under it.

    x points right and y up on the screen, as for the 3D camera above: row 0 is the highest y.
    """
    sheet = draw_sheet(grid[layer, ::-1])
    if layer == 0:
        return sheet
    below = grid[layer - 1, ::-1].copy()
    below[solid(grid[layer, ::-1])] = 0
    onion = draw_sheet(below)
    faint = ONION_SHARE * onion.colors + (1 - ONION_SHARE) * PAPER
    return Drawn(
        np.concatenate([onion.cells, sheet.cells]),
        np.concatenate([faint.astype(np.uint8), sheet.colors]),
        sheet.space,
        sheet.box,
    )


def in_grid(hit: Hit, layer: int | None, size: int) -> Hit:
    """Turn a place that was pointed at in the picture of a 3D grid into one of the grid."""
    if layer is None:
        return Hit(_below(hit.cell), hit.outward)
    row, column = hit.cell
    return Hit((layer, size - 1 - row, column), (0, 0, 0))


def _below(cell: Cell) -> Cell:
    return cell[0] - 1, *cell[1:]


def _plate(size: int, *, mirror: bool) -> tuple[Cells, NDArray[np.uint8]]:
    cells = np.argwhere(np.ones((1, size, size), bool))
    odd = (cells[:, 1] + cells[:, 2]) % 2
    seam = mirror & (abs(2 * cells[:, 2] + 1 - size) <= 1)
    return cells, np.where(seam[:, None], SEAM[odd], PLATE[odd])
