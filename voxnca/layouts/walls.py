"""Random walls: slabs, corners, rooms and dividers, in any number of dimensions."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Mask = NDArray[np.bool_]
Box = tuple[slice, ...]

_MAX_THICKNESS = 2
_MIN_WALLS, _MAX_WALLS = 3, 7
_KINDS = {"slab": 0.4, "corner": 0.25, "room": 0.15, "divider": 0.2}
"""Shares of the kinds of walls."""
_LENGTHS = {2: (0.25, 0.7), 3: (0.5, 1.0)}
"""Of walls, as shares of a side: in 3D a small one is gone round at once."""
_ROOM_SIDES = (0.25, 0.5)
_DOORS = (0.1, 0.25)


def draw_walls(space: Sequence[int], random: np.random.Generator) -> Mask:
    """Draw 3 to 7 walls, 1 or 2 cells thick.

    Args:
        space: sizes of the grid, at least 8 each.
        random: where to draw from.

    Returns:
        bool `(*space)`, True where a wall is.
    """
    blocked = np.zeros(tuple(space), bool)
    for _ in range(random.integers(_MIN_WALLS, _MAX_WALLS + 1)):
        kind = random.choice(list(_KINDS), p=list(_KINDS.values()))
        blocked |= _DRAW[str(kind)](blocked.shape, random)
    return blocked


def _slab(space: Sequence[int], random: np.random.Generator) -> Mask:
    """Draw a flat piece of wall: a bar in 2D."""
    axis = int(random.integers(len(space)))
    box = list(_box(space, _LENGTHS[len(space)], random))
    box[axis] = _layer(space[axis], random)
    return _filled(space, box)


def _corner(space: Sequence[int], random: np.random.Generator) -> Mask:
    """Draw two slabs that meet at a right angle: two sides of a box."""
    box = _box(space, _LENGTHS[len(space)], random)
    axes = random.permutation(len(space))[:2]
    sides = [_side(box, int(axis), bool(random.integers(2))) for axis in axes]
    return _filled(space, sides[0]) | _filled(space, sides[1])


def _room(space: Sequence[int], random: np.random.Generator) -> Mask:
    """Draw the shell of a box, with a door in one side."""
    box = _box(space, _ROOM_SIDES, random)
    shell = _filled(space, box)
    shell[tuple(slice(each.start + 1, each.stop - 1) for each in box)] = False
    door = list(_side(box, int(random.integers(len(space))), bool(random.integers(2))))
    return shell & ~_filled(space, _door(door, random))


def _divider(space: Sequence[int], random: np.random.Generator) -> Mask:
    """Draw a wall from edge to edge, with a door."""
    box = [slice(0, n) for n in space]
    axis = int(random.integers(len(space)))
    box[axis] = _layer(space[axis], random)
    return _filled(space, box) & ~_filled(space, _door(box, random))


_DRAW = {"slab": _slab, "corner": _corner, "room": _room, "divider": _divider}


def _box(space: Sequence[int], shares: tuple[float, float], random: np.random.Generator) -> Box:
    """Draw a box whose sides are shares of the grid's, at least 3 cells."""
    return tuple(_stretch(0, n, shares, 3, random) for n in space)


def _door(wall: Sequence[slice], random: np.random.Generator) -> Box:
    """Draw a part of a wall that goes through it, off its edges where it has the length."""
    return tuple(
        _stretch(each.start + 1, each.stop - 1, _DOORS, 1, random)
        if each.stop - each.start > _MAX_THICKNESS
        else each
        for each in wall
    )


def _stretch(
    start: int,
    stop: int,
    shares: tuple[float, float],
    least: int,
    random: np.random.Generator,
) -> slice:
    """Draw a stretch of start..stop, a share of it long, but at least so many cells."""
    length = max(least, round((stop - start) * random.uniform(*shares)))
    first = int(random.integers(start, stop - length + 1))
    return slice(first, first + length)


def _layer(size: int, random: np.random.Generator) -> slice:
    """Draw where along its axis a wall stands, off the grid's edges, and how thick it is."""
    thickness = int(random.integers(1, _MAX_THICKNESS + 1))
    first = int(random.integers(1, size - thickness))
    return slice(first, first + thickness)


def _side(box: Box, axis: int, upper: bool) -> Box:
    """Return one side of a box, a cell thick."""
    edge = box[axis].stop - 1 if upper else box[axis].start
    return (*box[:axis], slice(edge, edge + 1), *box[axis + 1 :])


def _filled(space: Sequence[int], box: Sequence[slice]) -> Mask:
    mask = np.zeros(tuple(space), bool)
    mask[tuple(box)] = True
    return mask
