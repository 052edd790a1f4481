"""Draw layouts: walls, then a root, then beacons that are far from it, mostly behind walls.

Of every layout it holds, with n the mean side of the grid: the shortest way by faces from root
to beacon takes n/2 to 2n steps, and so does that to where the beacon moves, at least n/3 steps
away from where it was. 55 % of the layouts, those drawn to be hard, have a detour ratio of at
least 1.3 on both ways; in the others it is as it comes.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from voxnca.errors import ArgumentError
from voxnca.grid import check_space
from voxnca.layouts.difficulty import FORCED_DETOUR
from voxnca.layouts.layout import Cell, Layout
from voxnca.layouts.splits import HELD_OUT_SEED, Split, generators
from voxnca.layouts.walls import draw_walls
from voxnca.ways import distances

Cells = NDArray[np.int64]

MIN_SIDE = 8
HARD_SHARE = 0.55
_MAX_ATTEMPTS = 10_000


def draw_layouts(space: Sequence[int], count: int, seed: int) -> tuple[Layout, ...]:
    """Draw layouts to train on, or to play with.

    Args:
        space: sizes of the grid, `(H, W)` or `(D, H, W)`, at least 8 each.
        count: how many; the first k of more are these k.
        seed: 0 or more; the same seed draws the same layouts.

    Raises:
        ArgumentError: for a space, count or seed that is not as said.
    """
    return _draw(space, generators(Split.TRAINING, count, seed))


def held_out_layouts(space: Sequence[int], count: int) -> tuple[Layout, ...]:
    """Return the layouts of the test split, always the same; no seed of `draw_layouts` draws them.

    Args:
        space: sizes of the grid, `(H, W)` or `(D, H, W)`, at least 8 each.
        count: how many; the first k of more are these k.

    Raises:
        ArgumentError: for a space or count that is not as said.
    """
    return _draw(space, generators(Split.HELD_OUT, count, HELD_OUT_SEED))


def _draw(space: Sequence[int], randoms: list[np.random.Generator]) -> tuple[Layout, ...]:
    sizes = check_space(space, 2 if np.size(space) == 2 else 3)
    if min(sizes) < MIN_SIDE:
        raise ArgumentError(f"space={sizes} is too small; every side must be at least {MIN_SIDE}")
    return tuple(_draw_layout(sizes, random) for random in randoms)


def _draw_layout(space: tuple[int, ...], random: np.random.Generator) -> Layout:
    """Draw walls, root and beacons until all conditions hold."""
    least_ratio = FORCED_DETOUR if random.random() < HARD_SHARE else 1.0
    for _ in range(_MAX_ATTEMPTS):
        blocked = draw_walls(space, random)
        free = np.argwhere(~blocked)
        if not len(free):
            continue
        root = free[random.integers(len(free))]
        beacons = _draw_beacons(blocked, root, least_ratio, random)
        if beacons is not None:
            return Layout(blocked, _cell(root), *beacons)
    raise ArgumentError(f"space={space} is too narrow for a layout; pass sides that are more alike")


def _draw_beacons(
    blocked: NDArray[np.bool_], root: Cells, least_ratio: float, random: np.random.Generator
) -> tuple[Cell, Cell] | None:
    """Draw a beacon and where it moves, or nothing when no two cells will do."""
    side = sum(blocked.shape) / blocked.ndim
    steps = distances(~blocked, root.tolist())
    far = np.argwhere((steps >= side / 2) & (steps <= 2 * side))
    hard = far[steps[tuple(far.T)] >= least_ratio * np.abs(far - root).sum(1)]
    if not len(hard):
        return None
    beacon = hard[random.integers(len(hard))]
    apart = hard[np.abs(hard - beacon).sum(1) >= side / 3]
    if not len(apart):
        return None
    return _cell(beacon), _cell(apart[random.integers(len(apart))])


def _cell(index: Cells) -> Cell:
    return tuple(index.tolist())
