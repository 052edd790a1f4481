"""The live cells of one sample: which there are, and who is whose neighbour.

Each cell has a slot, a row of every array here and of the values, from its birth to its death.
A slot knows its neighbours' slots, so that perceiving and dying need no look at the grid: only a
birth asks the hash table which neighbours there are. And a slot counts its mature neighbours
(alpha > 0.1), so that the alive mask is never computed anew: a cell that matures or withers
changes the counts round it, and few do in a step.

Slot 0 is nobody: it is the neighbour of those who have none, its values are zero.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from voxnca.engines.kernels.compiling import compiled, inlined

Int = Any
"""An integer of any width; kernels infer their types."""
FREE, STRAY, LIVE = np.uint8(0), np.uint8(1), np.uint8(2)
"""What a slot holds: nothing, a cell that is perceived in the first step only, or a live one."""
NUM_SLOTS, NUM_FREE, NUM_LIVE, NUM_MATURE = 0, 1, 2, 3
"""Places in `Colony.counts`; slots are counted with nobody's and the freed ones."""
ZERO, REPLICATE, CIRCULAR = 0, 1, 2
"""Borders."""

_NOWHERE = -1
_GOLDEN = 0x9E3779B1


class World(NamedTuple):
    """The grid that a colony lives in.

    Attributes:
        space: int64 `(3,)`, sizes; an image has depth 1.
        offsets: int64 `(T, 3)`, the neighbourhood in index order, T = 9 or 27.
        border: `ZERO`, `REPLICATE` or `CIRCULAR`.
        free: bool `(cells,)`, where matter may be; empty for everywhere.
    """

    space: NDArray[np.int64]
    offsets: NDArray[np.int64]
    border: int
    free: NDArray[np.bool_]


class Colony(NamedTuple):
    """What is known of each slot.

    Attributes:
        counts: int64 `(4,)`, see `NUM_SLOTS`.
        place: int32 `(slots,)`, the cell's number in the raveled grid.
        axes: int32 `(3, slots)`, its index z, y, x.
        kind: uint8 `(slots,)`, `FREE`, `STRAY` or `LIVE`.
        mature: bool `(slots,)`.
        num_mature: int16 `(slots,)`, mature cells in its neighbourhood, itself included.
        around: int32 `(slots, T)`, its neighbours' slots, its own in the middle.
        freed: int32 `(slots,)`, a stack of slots to use again.
        table: int32 `(2^k,)`, hash table of slots by place.
    """

    counts: NDArray[np.int64]
    place: NDArray[np.int32]
    axes: NDArray[np.int32]
    kind: NDArray[np.uint8]
    mature: NDArray[np.bool_]
    num_mature: NDArray[np.int16]
    around: NDArray[np.int32]
    freed: NDArray[np.int32]
    table: NDArray[np.int32]


def empty(num_slots: int, num_neighbours: int) -> Colony:
    """Make room for some cells; memory that is not used costs nothing."""
    return Colony(
        np.array([1, 0, 0, 0]),
        np.empty(num_slots, np.int32),
        np.empty((3, num_slots), np.int32),
        np.zeros(num_slots, np.uint8),
        np.zeros(num_slots, np.bool_),
        np.zeros(num_slots, np.int16),
        np.zeros((num_slots, num_neighbours), np.int32),
        np.empty(num_slots, np.int32),
        np.zeros(1 << (2 * num_slots).bit_length(), np.int32),
    )


def enlarged(colony: Colony, num_slots: int) -> Colony:
    """Return a copy with more room."""
    larger = empty(num_slots, colony.around.shape[1])
    n = int(colony.counts[NUM_SLOTS])
    larger.counts[:] = colony.counts
    larger.axes[:, :n] = colony.axes[:, :n]
    for name in ("place", "kind", "mature", "num_mature", "around", "freed"):
        getattr(larger, name)[:n] = getattr(colony, name)[:n]
    refill(larger)
    return larger


def occupied(values: NDArray[Any], free: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Return the numbers of the cells `(cells, C)` that hold something and may."""
    found = np.empty(len(values), np.int64)
    return found[: _occupied(values, free, found)]


@compiled
def _occupied(values: NDArray[Any], free: NDArray[np.bool_], found: NDArray[np.int64]) -> Int:
    count = 0
    for cell in range(len(values)):
        holds = False
        for c in range(values.shape[1]):
            holds |= values[cell, c] != 0
        if holds and (len(free) == 0 or free[cell]):
            found[count] = cell
            count += 1
    return count


@compiled
def refill(colony: Colony) -> None:
    """Write the hash table of a colony that has none yet."""
    for slot in range(1, colony.counts[NUM_SLOTS]):
        if colony.kind[slot] != FREE:
            _enter(colony, slot)


@compiled
def settle(
    colony: Colony, world: World, cells: NDArray[np.int64], mature: NDArray[np.bool_]
) -> None:
    """Put cells `(N, 3)` into an empty colony, and give birth to the dead round the mature ones.

    A cell with no mature one round it is a stray. Slots are given in the order of the cells.
    """
    for n in range(len(cells)):
        _occupy(colony, world, cells[n, 0], cells[n, 1], cells[n, 2], STRAY)
    for n in range(len(cells)):
        if mature[n]:
            ripen(colony, world, n + 1)


@compiled
def add_rim(colony: Colony, world: World) -> None:
    """Add the dead cells that live ones perceive as strays, so that a gradient reaches them."""
    for slot in range(1, colony.counts[NUM_SLOTS]):
        if colony.kind[slot] == LIVE:
            for t in range(len(world.offsets)):
                if colony.around[slot, t] == 0:
                    _occupy_beside(colony, world, slot, t, STRAY)


@inlined
def ripen(colony: Colony, world: World, slot: Int) -> None:
    """Note that a cell has become mature: all round it is alive now."""
    colony.mature[slot] = True
    colony.counts[NUM_MATURE] += 1
    for t in range(len(world.offsets)):
        near = colony.around[slot, t]
        if near != 0:
            colony.num_mature[near] += 1
            if colony.kind[near] == STRAY:
                colony.kind[near] = LIVE
                colony.counts[NUM_LIVE] += 1
    for t in range(len(world.offsets)):
        if colony.around[slot, t] == 0:
            _occupy_beside(colony, world, slot, t, LIVE)


@inlined
def wither(colony: Colony, slot: Int) -> None:
    """Note that a cell is no longer mature; those with no mature cell round them are to `leave`."""
    colony.mature[slot] = False
    colony.counts[NUM_MATURE] -= 1
    for t in range(colony.around.shape[1]):
        near = colony.around[slot, t]
        if near != 0:
            colony.num_mature[near] -= 1


@inlined
def leave(colony: Colony, world: World, slot: Int) -> None:
    """Take a cell out of the colony and free its slot."""
    _forget(colony, slot)
    num_around = colony.around.shape[1]
    lopsided = world.border == REPLICATE and _touches_border(colony, world, slot)
    for t in range(num_around):
        near = colony.around[slot, t]
        if lopsided:
            for back in range(num_around):
                if colony.around[near, back] == slot:
                    colony.around[near, back] = 0
        else:
            colony.around[near, num_around - 1 - t] = 0
    for t in range(num_around):
        colony.around[slot, t] = 0
    if colony.kind[slot] == LIVE:
        colony.counts[NUM_LIVE] -= 1
    colony.kind[slot] = FREE
    colony.freed[colony.counts[NUM_FREE]] = slot
    colony.counts[NUM_FREE] += 1


@inlined
def _occupy_beside(colony: Colony, world: World, slot: Int, t: Int, kind: np.uint8) -> None:
    """Give birth to the cell at an offset from another, where there may be one."""
    z, y, x = (
        colony.axes[0, slot] + world.offsets[t, 0],
        colony.axes[1, slot] + world.offsets[t, 1],
        colony.axes[2, slot] + world.offsets[t, 2],
    )
    place = _place(world, z, y, x)
    if place == _NOWHERE or (len(world.free) > 0 and not world.free[place]):
        return
    if world.border != ZERO:
        rest = np.int64(place)
        x = rest % world.space[2]
        y = rest // world.space[2] % world.space[1]
        z = rest // (world.space[2] * world.space[1])
    _occupy(colony, world, z, y, x, kind)


@inlined
def _occupy(colony: Colony, world: World, z: Int, y: Int, x: Int, kind: np.uint8) -> None:
    """Give a slot to a cell inside the grid and make it known to its neighbours."""
    counts = colony.counts
    if counts[NUM_FREE] > 0:
        counts[NUM_FREE] -= 1
        slot = np.int64(colony.freed[counts[NUM_FREE]])
    else:
        slot = counts[NUM_SLOTS]
        counts[NUM_SLOTS] += 1
    colony.axes[0, slot], colony.axes[1, slot], colony.axes[2, slot] = z, y, x
    colony.place[slot] = _place(world, z, y, x)
    colony.kind[slot], colony.mature[slot], colony.num_mature[slot] = kind, False, 0
    counts[NUM_LIVE] += kind == LIVE
    _enter(colony, slot)
    lopsided = world.border == REPLICATE and _touches_border(colony, world, slot)
    last = len(world.offsets) - 1
    for t in range(last + 1):
        o = world.offsets[t]
        near = _find(colony, _place(world, z + o[0], y + o[1], x + o[2]))
        colony.around[slot, t] = near
        if near != 0:
            colony.num_mature[slot] += colony.mature[near]
            if lopsided:
                _meet(colony, world, near, slot)
            else:
                colony.around[near, last - t] = slot


@inlined
def _meet(colony: Colony, world: World, slot: Int, other: Int) -> None:
    """Write `other` at each place of a slot's neighbourhood that leads to it."""
    z, y, x = colony.axes[0, slot], colony.axes[1, slot], colony.axes[2, slot]
    for t in range(len(world.offsets)):
        o = world.offsets[t]
        if _place(world, z + o[0], y + o[1], x + o[2]) == colony.place[other]:
            colony.around[slot, t] = other


@inlined
def _place(world: World, z: Int, y: Int, x: Int) -> Int:
    """Return the number of the cell that the border makes of an index, or -1."""
    D, H, W = world.space[0], world.space[1], world.space[2]
    if world.border == ZERO:
        if z < 0 or z >= D or y < 0 or y >= H or x < 0 or x >= W:
            return _NOWHERE
    elif world.border == REPLICATE:
        z, y, x = min(max(z, 0), D - 1), min(max(y, 0), H - 1), min(max(x, 0), W - 1)
    else:
        z, y, x = z % D, y % H, x % W
    return (z * H + y) * W + x


@inlined
def _touches_border(colony: Colony, world: World, slot: Int) -> bool:
    for axis in range(3):
        at = colony.axes[axis, slot]
        if at == 0 or at == world.space[axis] - 1:
            return True
    return False


@inlined
def _home(colony: Colony, place: Int) -> Int:
    """Return where in the table a place is looked for first."""
    return (np.uint64(place) * np.uint64(_GOLDEN) >> np.uint64(7)) & np.uint64(
        len(colony.table) - 1
    )


@inlined
def _find(colony: Colony, place: Int) -> Int:
    """Return the slot of a cell, 0 when it has none."""
    if place == _NOWHERE:
        return 0
    at = np.int64(_home(colony, place))
    while colony.table[at] != 0:
        if colony.place[colony.table[at]] == place:
            return np.int64(colony.table[at])
        at = (at + 1) & (len(colony.table) - 1)
    return 0


@inlined
def _enter(colony: Colony, slot: Int) -> None:
    """Write a slot into the table."""
    at = np.int64(_home(colony, colony.place[slot]))
    while colony.table[at] != 0:
        at = (at + 1) & (len(colony.table) - 1)
    colony.table[at] = slot


@inlined
def _forget(colony: Colony, slot: Int) -> None:
    """Take a slot out of the table and close the gap, so that the others are still found."""
    last = len(colony.table) - 1
    gap = np.int64(_home(colony, colony.place[slot]))
    while colony.table[gap] != slot:
        gap = (gap + 1) & last
    at = gap
    while True:
        at = (at + 1) & last
        moved = colony.table[at]
        if moved == 0:
            break
        home = np.int64(_home(colony, colony.place[moved]))
        if (at - home) & last >= (at - gap) & last:
            colony.table[gap] = moved
            gap = at
    colony.table[gap] = 0
