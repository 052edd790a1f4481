"""Shortest ways by faces, and ways that follow signposts."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from voxnca.errors import ArgumentError
from voxnca.ways.faces import (
    Cell,
    Mask,
    check_cell,
    check_mask,
    face_steps,
    number,
    padded,
    unpadded,
)

Cells = NDArray[np.int64]


def distances(passable: Mask, start: Sequence[int]) -> NDArray[np.int32]:
    """Return how many steps by faces each cell is from `start`, through passable cells.

    Args:
        passable: bool `(*space)`.
        start: a passable cell, `(d,)`.

    Returns:
        int32 `(*space)`, -1 where no way leads.

    Raises:
        ArgumentError: for a mask or a start that is not as said.
    """
    check_mask("passable", passable)
    return _spread(passable, check_cell("start", start, passable), corners=False)


def reached(passable: Mask, start: Sequence[int]) -> Mask:
    """Return which cells growth gets to from `start`, from cell to cell that touch, at corners too.

    Args:
        passable: bool `(*space)`.
        start: a passable cell, `(d,)`.

    Returns:
        bool `(*space)`.

    Raises:
        ArgumentError: for a mask or a start that is not as said.
    """
    check_mask("passable", passable)
    return _spread(passable, check_cell("start", start, passable), corners=True) >= 0


def _spread(passable: Mask, start: Cell, *, corners: bool) -> NDArray[np.int32]:
    from voxnca.ways.kernels import spread  # noqa: PLC0415 - loads numba

    flat, offsets = padded(passable, corners=corners)
    steps, _ = spread(flat, offsets, number(start, passable.shape))
    return unpadded(steps, passable.shape)


def way(distances: NDArray[np.int32], end: Sequence[int]) -> Cells:
    """Return one shortest way to `end`, of several the one whose last steps come first in order.

    Args:
        distances: what `distances` gave.
        end: a cell that it reaches, `(d,)`.

    Returns:
        int64 `(1 + steps, d)`: the cells from the start to the end, both included.

    Raises:
        ArgumentError: when no way leads to `end`.
    """
    cell = np.array(check_cell("end", end, distances >= 0))
    known = np.pad(distances, 1, constant_values=-1)
    cells = [cell]
    for left in range(int(distances[tuple(cell)]) - 1, -1, -1):
        near = cells[-1] + face_steps(distances.ndim)
        cells.append(near[known[tuple(near.T + 1)] == left][0])
    return np.array(cells[::-1])


def follow(directions: NDArray[np.int8], start: Sequence[int]) -> Cells:
    """Go from cell to cell as directions say, until one says nothing or the way goes in a circle.

    Args:
        directions: int8 `(*space)`, the face to leave a cell by, in the order of `face_steps`;
            -1 for none.
        start: where to begin, `(d,)`.

    Returns:
        int64 `(1 + steps, d)`: the cells in order, `start` first, each once.

    Raises:
        ArgumentError: when `start` is off the grid, or a direction leads off it.
    """
    cell = check_cell("start", start, np.ones(directions.shape, bool))
    steps = face_steps(directions.ndim).tolist()
    cells = {cell: None}  # in order, and quick to look up
    while (face := int(directions[cell])) >= 0:
        cell = tuple(i + s for i, s in zip(cell, steps[face], strict=True))
        if not all(0 <= i < n for i, n in zip(cell, directions.shape, strict=True)):
            raise ArgumentError(f"directions lead off the grid at {cell}; pass those of a compass")
        if cell in cells:
            break
        cells[cell] = None
    return np.array(list(cells), np.int64)
