"""Shrink and enlarge cells of any number of dimensions; the aspect is kept."""

from __future__ import annotations

from itertools import product

import numpy as np
from numpy.typing import NDArray

from voxnca.grid import ALPHA, RGB, SOLID_THRESHOLD

Floats = NDArray[np.float32]


def resize(rgba8: NDArray[np.uint8], size: int) -> NDArray[np.uint8]:
    """Make the longest side `size` cells long.

    Shrinking averages colours premultiplied, by the area that each old cell has in the new one.
    Pixels keep the soft alpha that this gives them. Voxels are all or nothing: see `_occupied`.
    Enlarging repeats cells.

    Args:
        rgba8: uint8 `(H, W, 4)` or `(D, H, W, 4)`, straight alpha.
        size: of the new longest side.

    Returns:
        uint8 `(*space, 4)`; no side is shorter than one cell.
    """
    longest = max(rgba8.shape[:-1])
    space = tuple(max(1, round(n * size / longest)) for n in rgba8.shape[:-1])
    if size > longest:
        return _enlarge(rgba8, space)
    shrunk = _average(rgba8, space)
    coverage = shrunk[..., ALPHA]
    colours = shrunk[..., RGB] / np.maximum(coverage, 1e-6)[..., None]
    alpha = coverage if len(space) == 2 else _occupied(coverage)
    result = np.concatenate([colours, alpha[..., None]], axis=-1)
    result[alpha == 0] = 0
    whole: NDArray[np.uint8] = np.rint(255 * result).astype(np.uint8)
    return whole


def _enlarge(rgba8: NDArray[np.uint8], space: tuple[int, ...]) -> NDArray[np.uint8]:
    for axis, new in enumerate(space):
        old = rgba8.shape[axis]
        rgba8 = rgba8.take((2 * np.arange(new) + 1) * old // (2 * new), axis)
    return rgba8


def _average(rgba8: NDArray[np.uint8], space: tuple[int, ...]) -> Floats:
    """Average premultiplied RGBA in [0, 1] over the boxes of the new cells."""
    weights = [_overlap(old, new) for old, new in zip(rgba8.shape, space, strict=False)]
    average = np.zeros((space[0], *rgba8.shape[1:]), np.float32)
    for row, layer in enumerate(rgba8):  # layer by layer: the whole in floats would not be small
        floats = layer.astype(np.float32) / 255
        floats[..., RGB] *= floats[..., ALPHA:]
        for new in np.flatnonzero(weights[0][:, row]):
            average[new] += weights[0][new, row] * floats
    for axis, weight in enumerate(weights[1:], start=1):
        average = np.moveaxis(np.tensordot(weight, average, (1, axis)), 0, axis)
    return np.clip(average, 0, 1)


def _overlap(old: int, new: int) -> Floats:
    """Return the share of each new cell that each old cell covers: `(new, old)`, rows sum to 1."""
    edges = np.arange(new + 1) * old / new
    low = np.maximum(edges[:-1, None], np.arange(old))
    high = np.minimum(edges[1:, None], np.arange(1, old + 1))
    share: Floats = (np.clip(high - low, 0, None) * new / old).astype(np.float32)
    return share


def _occupied(coverage: Floats) -> Floats:
    """Decide which new voxels are there: 1 or 0.

    Those covered by half are. So is what would vanish otherwise, walls and poles thinner than
    half a voxel: far from these, voxels covered at least half as much as the most covered near
    them; and those between the two, so that a wall stays joined to its house.
    """
    half = coverage >= SOLID_THRESHOLD
    rest = np.where(half, 0, coverage)
    thin = _crest(np.where(_near(half), 0, rest))
    joints = _crest(np.where(_near(thin) & ~thin, rest, 0))
    return (half | thin | joints).astype(np.float32)


def _crest(values: Floats) -> NDArray[np.bool_]:
    """Return the cells with at least half of the highest value near them."""
    return (values > 0) & (2 * values >= _near_maximum(values))


def _near(cells: NDArray[np.bool_]) -> NDArray[np.bool_]:
    return _near_maximum(cells.astype(np.float32)) > 0


def _near_maximum(values: Floats) -> Floats:
    """Return the maximum over the 3^d neighbourhood of each cell."""
    padded = np.pad(values, 1)
    result = values
    for shifts in product(range(3), repeat=values.ndim):
        region = tuple(slice(s, s + n) for s, n in zip(shifts, values.shape, strict=True))
        result = np.maximum(result, padded[region])
    return result
