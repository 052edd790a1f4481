"""Draw obstacles in a pattern's way: small blocks and bars that leave it in one piece.

They cover 4 to 15 % of the pattern's cells, never the seed's, and cut off none: whatever cell
of the pattern growth could get to from the seed, corners included, it still can.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from voxnca.grid import center
from voxnca.layouts.splits import HELD_OUT_SEED, Split, generators
from voxnca.ways import check_cell, check_mask, reached

Mask = NDArray[np.bool_]

_LEAST, _MOST = 0.04, 0.15
"""Shares of the pattern's cells that are covered."""
_BLOCK_SIDE, _BAR_LENGTH = 0.12, 0.3
"""At most, as shares of the pattern's sides."""
_MAX_ATTEMPTS = 400


def draw_obstacles(pattern: Mask, count: int, seed: int) -> tuple[Mask, ...]:
    """Draw obstacles to train with, or to play with.

    Args:
        pattern: bool `(*space)`, the cells that are to be grown, from the seed in the cell
            `size // 2`, which is one of them.
        count: how many grids of obstacles; the first k of more are these k.
        seed: 0 or more; the same seed draws the same.

    Returns:
        `count` arrays, bool `(*space)`, True where a cell is blocked.

    Raises:
        ArgumentError: for a pattern, count or seed that is not as said.
    """
    return _draw(pattern, generators(Split.TRAINING, count, seed))


def held_out_obstacles(pattern: Mask, count: int) -> tuple[Mask, ...]:
    """Return the obstacles of the test split, always the same; `draw_obstacles` never draws them.

    Args:
        pattern: bool `(*space)`, as of `draw_obstacles`.
        count: how many grids of obstacles; the first k of more are these k.

    Raises:
        ArgumentError: for a pattern or count that is not as said.
    """
    return _draw(pattern, generators(Split.HELD_OUT, count, HELD_OUT_SEED))


def _draw(pattern: Mask, randoms: list[np.random.Generator]) -> tuple[Mask, ...]:
    check_mask("pattern", pattern)
    root = check_cell("the seed", center(pattern.shape), pattern)
    return tuple(_draw_one(pattern, root, random) for random in randoms)


def _draw_one(pattern: Mask, root: Sequence[int], random: np.random.Generator) -> Mask:
    """Add blocks and bars, each unless it does harm, until they cover their share."""
    cells = np.argwhere(pattern)
    sides = np.ptp(cells, axis=0) + 1
    most = int(_MOST * len(cells))
    wanted = min(most, max(1, round(random.uniform(_LEAST, _MOST) * len(cells))))
    whole = reached(pattern, root)
    blocked = np.zeros_like(pattern)
    for _ in range(_MAX_ATTEMPTS):
        covered = int((blocked & pattern).sum())
        if covered >= wanted:
            break
        tried = blocked | _piece(cells[random.integers(len(cells))], sides, pattern.shape, random)
        fits = not tried[tuple(root)] and (tried & pattern).sum() <= most
        if fits and np.array_equal(reached(pattern & ~tried, root), whole & ~tried):
            blocked = tried
    return blocked


def _piece(
    middle: NDArray[np.int64],
    sides: NDArray[np.int64],
    space: tuple[int, ...],
    random: np.random.Generator,
) -> Mask:
    """Draw a block, or as often a bar a cell thick, round a cell."""
    lengths = random.integers(1, np.maximum(1, np.rint(_BLOCK_SIDE * sides)) + 1)
    if random.random() < 0.5:
        axis = random.integers(len(space))
        lengths[:] = 1
        lengths[axis] = random.integers(2, max(2, round(_BAR_LENGTH * sides[axis])) + 1)
    first = middle - lengths // 2
    piece = np.zeros(space, bool)
    piece[tuple(slice(max(0, a), a + n) for a, n in zip(first, lengths, strict=True))] = True
    return piece
