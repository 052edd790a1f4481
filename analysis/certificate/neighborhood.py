"""Which cells are near which, beyond the border of a grid or not."""

from __future__ import annotations

from itertools import product

import numpy as np
from numpy.typing import NDArray


def near_cells(space: tuple[int, ...], border: str) -> NDArray[np.int64]:
    """Return the numbers of the 3^d cells round each, itself among them: `(P, 3^d)`.

    Args:
        space: sizes of the grid, of P cells, numbered in index order.
        border: what lies outside; where that is nothing, -1 stands for it.
    """
    cells = np.indices(space).reshape(len(space), -1).T
    sizes, columns = np.array(space), []
    for offset in product((-1, 0, 1), repeat=len(space)):
        near = cells + np.array(offset)
        inside = ((near >= 0) & (near < sizes)).all(1)
        near = near % sizes if border == "circular" else near.clip(0, sizes - 1)
        number = np.ravel_multi_index(tuple(near.T), space)
        columns.append(np.where(inside, number, -1) if border == "zero" else number)
    return np.stack(columns, 1).astype(np.int64)
