"""Connected components of cells that share a face (an edge, in 2D)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Edges = tuple[NDArray[np.int64], NDArray[np.int64]]


def label_components(solid: NDArray[np.bool_]) -> tuple[NDArray[np.int64], int]:
    """Number the components of `solid` from 1, in order of their first cell.

    Every tree of cells is hooked to one of smaller root that it touches and then flattened, all
    trees at once, until none touches another: a few rounds of whole-array operations, whatever
    the shape.

    Args:
        solid: bool `(*space)`, of any number of dimensions.

    Returns:
        int64 `(*space)`, 0 where a cell is not solid, and the number of components.
    """
    parent = np.arange(solid.size)
    first, second = _touching_pairs(solid)
    while len(first):
        low, high = np.minimum(first, second), np.maximum(first, second)
        parent[high] = low  # of several the last: every tree but the smallest hooks to a smaller
        _flatten(parent)
        first, second = parent[first], parent[second]
        apart = first != second
        first, second = first[apart], second[apart]
    roots, numbers = np.unique(parent[solid.ravel()], return_inverse=True)
    labels = np.zeros(solid.shape, dtype=np.int64)
    labels[solid] = numbers.ravel() + 1
    return labels, len(roots)


def _touching_pairs(solid: NDArray[np.bool_]) -> Edges:
    """Return the flat indices of all pairs of solid cells that share a face."""
    index = np.arange(solid.size).reshape(solid.shape)
    firsts, seconds = [np.empty(0, np.int64)], [np.empty(0, np.int64)]
    for axis in range(solid.ndim):
        here = np.moveaxis(solid, axis, 0)
        cells = np.moveaxis(index, axis, 0)
        both = here[:-1] & here[1:]
        firsts.append(cells[:-1][both])
        seconds.append(cells[1:][both])
    return np.concatenate(firsts), np.concatenate(seconds)


def _flatten(parent: NDArray[np.int64]) -> None:
    """Point every cell straight at the root of its tree."""
    while True:
        above = parent[parent]
        if np.array_equal(above, parent):
            return
        parent[:] = above
