"""The faces of solid cells that border on nothing: all that a picture of voxels has to draw."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import prod

import numpy as np
from numpy.typing import NDArray

from voxnca.errors import ArgumentError


@dataclass(frozen=True, eq=False)
class Faces:
    """Exposed faces (edges, in 2D), F of them, ordered by axis, then side, then cell.

    Attributes:
        cell: int `(F,)`, row of `cells` that the face belongs to.
        axis: int8 `(F,)`, axis of the state that the face is perpendicular to.
        side: int8 `(F,)`, 0 for the face towards index 0, 1 for the other.
    """

    cell: NDArray[np.intp]
    axis: NDArray[np.int8]
    side: NDArray[np.int8]

    def __len__(self) -> int:
        return len(self.cell)


def exposed_faces(cells: NDArray[np.integer], space: Sequence[int]) -> Faces:
    """Find the faces of `cells` that no other of `cells` covers; the grid's border covers none.

    Args:
        cells: int `(N, d)` in index order, each cell once.
        space: sizes of the grid, d of them.

    Raises:
        ArgumentError: for cells of another dimension than the grid, or outside of it.
    """
    _check(cells, space)
    padded = [size + 2 for size in space]
    strides = [prod(padded[axis + 1 :]) for axis in range(len(padded))]
    flat = (cells.astype(np.int64) + 1) @ np.array(strides, dtype=np.int64)
    occupied = np.zeros(prod(padded), dtype=bool)
    occupied[flat] = True
    shifts = [
        (axis, side, (2 * side - 1) * strides[axis])
        for axis in range(len(padded))
        for side in (0, 1)
    ]
    found = [np.flatnonzero(~occupied[flat + shift]) for _, _, shift in shifts]
    counts = [len(rows) for rows in found]
    return Faces(
        np.concatenate(found),
        np.repeat(np.array([axis for axis, _, _ in shifts], dtype=np.int8), counts),
        np.repeat(np.array([side for _, side, _ in shifts], dtype=np.int8), counts),
    )


def _check(cells: NDArray[np.integer], space: Sequence[int]) -> None:
    if cells.ndim != 2 or cells.shape[1] != len(space) or cells.dtype.kind not in "iu":
        raise ArgumentError(
            f"cells {cells.dtype} {cells.shape} must be whole numbers (N, {len(space)}) "
            f"for space={tuple(space)}; pass np.argwhere(solid)"
        )
    if len(cells) and ((cells < 0) | (cells >= np.array(space))).any():
        raise ArgumentError(f"cells must lie inside space={tuple(space)}; pass the whole grid")
