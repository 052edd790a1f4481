"""Cells and their face neighbours, in the one order that all conditions share."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from voxnca.errors import ArgumentError

Mask = NDArray[np.bool_]
Cell = tuple[int, ...]


class Padded(NamedTuple):
    """A grid as a compiled walk wants it: raveled, with a rim that nobody can enter.

    Attributes:
        passable: bool `(cells,)`, of the grid with one more cell on every side.
        offsets: int64 `(K,)`, from a cell's number to its neighbours' numbers.
    """

    passable: Mask
    offsets: NDArray[np.int64]


def face_steps(num_dims: int) -> NDArray[np.int64]:
    """Return the steps to the face neighbours, `(2d, d)`: for each axis in order -1, then +1."""
    steps = np.zeros((2 * num_dims, num_dims), np.int64)
    for axis in range(num_dims):
        steps[2 * axis : 2 * axis + 2, axis] = -1, 1
    return steps


def padded(passable: Mask, *, corners: bool = False) -> Padded:
    """Return a grid with its rim, raveled.

    Args:
        passable: bool `(*space)`.
        corners: whether neighbours are all that touch, not only at a face.
    """
    flat = np.pad(passable, 1)
    strides = [int(np.prod(flat.shape[axis + 1 :])) for axis in range(flat.ndim)]
    around = np.array(list(product((-1, 0, 1), repeat=flat.ndim)))
    steps = around if corners else face_steps(flat.ndim)
    return Padded(flat.ravel(), steps @ np.array(strides))


def number(cell: Cell, space: Sequence[int]) -> int:
    """Return a cell's number in the raveled grid with its rim."""
    return int(np.ravel_multi_index([i + 1 for i in cell], [n + 2 for n in space]))


def unpadded(flat: NDArray[Any], space: Sequence[int]) -> NDArray[Any]:
    """Return the values of the grid `(*space)` out of those with the rim."""
    inner = (slice(1, -1),) * len(space)
    return flat.reshape([n + 2 for n in space])[inner].copy()


def check_mask(name: str, mask: Mask) -> Mask:
    """Return `mask` when it is bool `(H, W)` or `(D, H, W)` and not empty.

    Raises:
        ArgumentError: when it is not.
    """
    kind = f"{getattr(mask, 'dtype', type(mask).__name__)} {np.shape(mask)}"
    if not isinstance(mask, np.ndarray) or mask.dtype != np.bool_:
        raise ArgumentError(f"{name} is {kind}; pass a numpy array of bool")
    if mask.ndim not in (2, 3) or not mask.size:
        raise ArgumentError(f"{name} is {kind}; it must be (H, W) or (D, H, W), none of them 0")
    return mask


def check_cell(name: str, cell: Sequence[int], passable: Mask) -> Cell:
    """Return `cell` as a tuple when it is a cell of the grid and passable.

    Raises:
        ArgumentError: when it has another number of axes, is off the grid, or is blocked.
    """
    index = np.asarray(cell)
    space = passable.shape
    if index.shape != (passable.ndim,) or not np.issubdtype(index.dtype, np.integer):
        raise ArgumentError(
            f"{name}={cell!r} must be {passable.ndim} whole numbers, (z, y, x) order"
        )
    found = tuple(int(i) for i in index)
    if not all(0 <= i < n for i, n in zip(found, space, strict=True)):
        raise ArgumentError(f"{name}={found} is off the grid {space}; pass a cell of it")
    if not passable[found]:
        raise ArgumentError(f"{name}={found} is blocked; pass a free cell")
    return found
