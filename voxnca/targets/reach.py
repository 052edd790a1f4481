"""How long growth needs to get everywhere: the longest way through a body."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product

import numpy as np
from numpy.typing import NDArray

Cells = NDArray[np.int64]
Mask = NDArray[np.bool_]


def reach(solid: Mask, start: Sequence[int]) -> int:
    """Return the fewest steps in which growth from a solid cell gets to all others.

    Growth goes from solid cell to solid cell, at corners too, a cell a step. When all that
    touches is grown it takes a step in every direction at once, until it finds the next part.

    Args:
        solid: bool `(*size)`.
        start: where it begins, in index order.
    """
    body = np.pad(solid, 1)
    flat, inside = body.ravel(), np.pad(np.ones_like(solid), 1).ravel()
    strides = [int(np.prod(body.shape[axis + 1 :])) for axis in range(body.ndim)]
    around = np.array([np.dot(step, strides) for step in product((-1, 0, 1), repeat=body.ndim)])
    grown = np.zeros_like(flat)
    frontier = np.array([np.dot(np.add(start, 1), strides)])
    grown[frontier] = True
    missing, steps = int(flat.sum()) - 1, 0
    while missing:
        near = _unique(frontier, around, flat & ~grown)
        if not len(near):
            wider = _dilated(grown.reshape(body.shape)).ravel()
            near = np.flatnonzero(wider & inside & ~grown)
        grown[near] = True
        frontier = near[flat[near]]
        missing -= len(frontier)
        steps += 1
    return steps


def _unique(cells: Cells, around: Cells, allowed: Mask) -> Cells:
    """Return the allowed cells round some cells, each once."""
    near = (cells[:, None] + around).ravel()
    found = np.zeros_like(allowed)
    found[near[allowed[near]]] = True
    return np.flatnonzero(found)


def _dilated(mask: Mask) -> Mask:
    """Return the cells that are True or touch one that is, at corners too."""
    wider = mask.copy()
    for axis in range(mask.ndim):
        rows, before = np.moveaxis(wider, axis, 0), np.moveaxis(wider.copy(), axis, 0)
        rows[1:] |= before[:-1]
        rows[:-1] |= before[1:]
    return wider
