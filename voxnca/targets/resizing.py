"""Shrink and enlarge cells of any number of dimensions; the aspect is kept."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from voxnca.components import label_components
from voxnca.grid import ALPHA, RGB, SOLID_THRESHOLD

Floats = NDArray[np.float32]
Mask = NDArray[np.bool_]


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
    alpha = (
        coverage
        if len(space) == 2
        else _occupied(coverage, rgba8[..., ALPHA] > 255 * SOLID_THRESHOLD)
    )
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


def _occupied(coverage: Floats, solid: Mask) -> Floats:
    """Decide which new voxels are there: 1 or 0.

    Those covered by half are. Walls and poles thinner than a new voxel could vanish so; where
    they lead away from what is there, the new voxels that hold their old ones' centres are too.

    Args:
        coverage: share of each new voxel that is covered.
        solid: which old voxels are there.
    """
    half = coverage >= SOLID_THRESHOLD
    touched = np.zeros_like(half)
    old, new = np.array(solid.shape), np.array(half.shape)
    cells = np.argwhere(solid & ~_opened(solid, -(-old // new)))
    touched[tuple(((2 * cells + 1) * new // (2 * old)).T)] = True
    labels, _ = label_components(touched)
    leading_away = np.unique(labels[touched & ~_near(half)])
    return (half | np.isin(labels, leading_away[leading_away > 0])).astype(np.float32)


def _opened(solid: Mask, box: NDArray[np.integer]) -> Mask:
    """Return the cells that lie in a solid box of the given sides."""
    padded = np.pad(solid, [(int(n), int(n)) for n in box])
    for axis, side in enumerate(box):
        padded = _sums(padded, axis, int(side)) == side
    for axis, side in enumerate(box):
        padded = _sums(padded, axis, int(side)) > 0
    # Each pass dropped side - 1 cells: what is left of the padding before and behind is one.
    return padded[(slice(1, -1),) * solid.ndim]


def _sums(cells: Mask, axis: int, side: int) -> NDArray[np.int32]:
    """Return the number of cells in every run of `side` cells along an axis."""
    along = np.moveaxis(cells, axis, 0)
    total = np.zeros((len(along) + 1, *along.shape[1:]), np.int32)
    np.cumsum(along, 0, out=total[1:])
    return np.moveaxis(total[side:] - total[:-side], 0, axis)


def _near(cells: Mask) -> Mask:
    """Return which cells have one of `cells` in their 3^d neighbourhood."""
    padded = np.pad(cells, 1)
    for axis in range(cells.ndim):
        padded = _sums(padded, axis, 3) > 0
    return padded
