"""One sample's rollout, forward and backward: the step in the order of the paper.

Forward, a step looks at its live cells and, of those that fire, at a tile at a time: perceive,
hidden layer, output layer, add. Then the few cells whose alpha crossed the threshold change who
is alive. Backward, the same tile is perceived once more from the values of its step, which is
cheaper than to keep what it perceived.

Each kernel stands beside its adjoint.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from voxnca.engines.kernels.colony import (
    LIVE,
    NUM_FREE,
    NUM_LIVE,
    NUM_MATURE,
    NUM_SLOTS,
    STRAY,
    Colony,
    World,
    leave,
    ripen,
    wither,
)
from voxnca.engines.kernels.compiling import compiled, inlined, pasted
from voxnca.engines.kernels.lanes import (
    TRIO_ROWS,
    WIDTH,
    blank,
    fma,
    fma_tile,
    load,
    load_trio,
    plus,
    positive,
    row_of,
    store,
    weigh_rows,
)
from voxnca.engines.kernels.matrices import ADDED, AFFINE, RECTIFIED, multiply

TILE_CELLS = 96
"""Cells whose perception and hidden layer are computed together; they fit the cache."""

VALUES, SLOTS, FIRED, NUM_FIRED, NEAR, PLACE = 0, 1, 2, 3, 4, 5
"""Columns of `Tape.steps`."""
NUM_COLUMNS = 6
NUM_NUMBERS, NUM_INDICES, NUM_STEPS = 0, 1, 2
"""Entries of `Tape.used`."""


class Net(NamedTuple):
    """The rule, laid out for the kernels. Rows of channels, hidden units and inputs are padded.

    Attributes:
        C, Cp: channels, and the same rounded up to whole lanes.
        H: hidden units, rounded up.
        D, Dp: inputs of the hidden layer, K * C + S, and the stride of their rows.
        K: kernels besides the identity.
        S: static inputs.
        reach: int64 `(U,)`, the neighbours that any kernel weighs.
        taps: `(ceil(K / 3), U, 3)`, raveled.
        hidden: `(D, H)`, raveled, and `hidden_bias` `(H,)`.
        hidden_back: `(H, Dp)`.
        out: `(H, Cp)` and `out_bias` `(Cp,)`.
        out_back: `(C, H)`.
        zeros: as long as any bias.
        kept: 1 less the leak, in whole lanes.
        levels: between 0 and 1, of which a change is a whole number; 0 for any change.
        bound: on the size of values that change so.
        threshold: alpha above which a cell is mature.
    """

    C: int
    Cp: int
    H: int
    D: int
    Dp: int
    K: int
    S: int
    reach: Any
    taps: Any
    hidden: Any
    hidden_bias: Any
    hidden_back: Any
    out: Any
    out_bias: Any
    out_back: Any
    zeros: Any
    kept: Any
    levels: Any
    bound: Any
    threshold: Any


class Given(NamedTuple):
    """What a sample is given beside its state; arrays of one row hold for every cell.

    Attributes:
        static: `(cells or 1, S)`, inputs appended to what a cell perceives.
        embedding: `(cells or 1, Cp)`, added to live cells before they are perceived; empty for
            none.
    """

    static: Any
    embedding: Any


class Tape(NamedTuple):
    """The steps so far: all that the backward pass needs, and nothing twice.

    Attributes:
        values: the cells' channels, `(slots, Cp)` a step, raveled.
        felt: the same with embeddings, as they are perceived; `values` itself without.
        indices: int32; a step's fired slots, their neighbours and the place of every live slot.
        steps: int64 `(num_steps, NUM_COLUMNS)`, where these begin, and how many there are.
        used: int64 `(3,)`, numbers, indices and steps so far.
    """

    values: Any
    felt: Any
    indices: Any
    steps: Any
    used: Any


class Desk(NamedTuple):
    """Room for a tile's intermediate results, and a byte for each slot."""

    perceived: Any
    hidden: Any
    change: Any
    fires: Any


class Draw(NamedTuple):
    """The firing mask's numbers: a cell fires if its hash is below `limit`."""

    seed: int
    sample: int
    step: int
    limit: int


class Gradients(NamedTuple):
    """What the backward pass adds to, in the layout of `Net` and `Given`.

    Attributes:
        state: `(slots, Cp)`.
        felt: the same for what was perceived with an embedding; else `state` itself.
        taps: `(ceil(K / 3), U, 3, 16)`, to be summed over the last axis; empty when not wanted.
    """

    state: Any
    felt: Any
    taps: Any
    hidden: Any
    hidden_bias: Any
    out: Any
    out_bias: Any
    static: Any
    embedding: Any


@compiled
def advance(
    colony: Colony,
    world: World,
    net: Net,
    given: Given,
    tape: Tape,
    desk: Desk,
    draw: Draw,
    num_steps: int,
    keep: bool,
) -> int:
    """Take up to `num_steps` steps; fewer when the tape or the colony has no room for the next.

    The newest values are the last on the tape. With `keep` false only they are kept.

    Returns:
        How many steps were taken.
    """
    for k in range(num_steps):
        if not _has_room(colony, net, tape, desk, keep):
            return k
        step = _begin(colony, tape, keep)
        values = tape.steps[step, VALUES]
        after = tape.steps[step + 1, VALUES]
        fired = tape.steps[step, FIRED]
        num_slots = tape.steps[step, SLOTS]
        num_fired = _fire(colony, world, draw, draw.step + k, desk, tape.indices, fired)
        tape.steps[step, NUM_FIRED] = num_fired
        near = fired + num_fired
        place = near + num_fired * len(net.reach)
        tape.steps[step, NEAR], tape.steps[step, PLACE] = near, place
        _note(colony, net, tape.indices, fired, num_fired, near, place, num_slots)
        if len(given.embedding) > 0:
            _embed(net, given, tape, values, place, num_slots)
        for i in range(0, num_slots * net.Cp, WIDTH):
            store(tape.values, after + i, load(tape.values, values + i))
        for first in range(0, num_fired, TILE_CELLS):
            count = min(TILE_CELLS, num_fired - first)
            _perceive(net, given, tape, step, first, count, desk)
            _hide(net, count, desk)
            _put_out(net, count, desk)
            _add(net, tape, step, first, count, desk)
        _turn(colony, world, net, tape, step, keep)
    return num_steps


@compiled
def retreat(net: Net, given: Given, tape: Tape, desk: Desk, back: Desk, to: Gradients) -> None:
    """Take the gradient of the last state on the tape back to the first."""
    for step in range(tape.used[NUM_STEPS] - 1, -1, -1):
        fired, num_fired = tape.steps[step, FIRED], tape.steps[step, NUM_FIRED]
        place = tape.steps[step, PLACE]
        num_slots = tape.steps[step, SLOTS]
        _forget_newborn(net, tape, step, to)
        if len(given.embedding) > 0:
            for i in range(0, num_slots * net.Cp, WIDTH):
                store(to.felt, i, load(net.zeros, 0))
        # The whole step's before any is added to: cells that fired perceive each other.
        for r in range(num_fired):
            at = tape.indices[fired + r] * net.Cp
            for b in range(0, net.Cp, WIDTH):
                lanes = load(to.state, at + b)
                store(back.change, r * net.Cp + b, lanes)
                store(to.state, at + b, fma(lanes, load(net.kept, 0), load(net.zeros, 0)))
        for first in range(0, num_fired, TILE_CELLS):
            count = min(TILE_CELLS, num_fired - first)
            _perceive(net, given, tape, step, first, count, desk)
            _hide(net, count, desk)
            _think_back(net, given, tape, step, first, count, desk, back, to)
        if len(given.embedding) > 0:
            _embed_back(net, given, tape, place, num_slots, to)


@pasted
def _forget_newborn(net: Net, tape: Tape, step: int, to: Gradients) -> None:
    """Drop the gradient of what was zero after a step whatever came before: births and strays."""
    for slot in range(tape.steps[step + 1, SLOTS]):
        live = slot < tape.steps[step, SLOTS] and tape.indices[tape.steps[step, PLACE] + slot] >= 0
        if not live:
            for b in range(0, net.Cp, WIDTH):
                store(to.state, slot * net.Cp + b, load(net.zeros, 0))


@pasted
def _has_room(colony: Colony, net: Net, tape: Tape, desk: Desk, keep: bool) -> Any:
    """Tell whether a step fits: each cell that may mature can give birth all round it."""
    counts = colony.counts
    around = colony.around.shape[1]
    most = counts[NUM_SLOTS] + (counts[NUM_LIVE] - counts[NUM_MATURE]) * (around - 1)
    if most > len(colony.kind) or most > len(desk.fires):
        return False
    indices = counts[NUM_LIVE] * (1 + len(net.reach)) + counts[NUM_SLOTS]
    if not keep:
        return 2 * most * net.Cp <= len(tape.values) and indices <= len(tape.indices)
    return (
        tape.used[NUM_NUMBERS] + most * net.Cp <= len(tape.values)
        and tape.used[NUM_INDICES] + indices <= len(tape.indices)
        and tape.used[NUM_STEPS] + 1 < len(tape.steps)
    )


@pasted
def _begin(colony: Colony, tape: Tape, keep: bool) -> int:
    """Lay out a step on the tape; return its row. Its values are there already."""
    num_slots = colony.counts[NUM_SLOTS]
    step = tape.used[NUM_STEPS] if keep else 0
    tape.steps[step, SLOTS] = num_slots
    if keep:
        tape.steps[step, FIRED] = tape.used[NUM_INDICES]
        tape.steps[step + 1, VALUES] = tape.used[NUM_NUMBERS]
    else:
        tape.steps[step, FIRED] = 0
        half = len(tape.values) // (2 * WIDTH) * WIDTH
        tape.steps[step + 1, VALUES] = half if tape.steps[step, VALUES] == 0 else 0
    return step


@inlined
def _mix(state: Any, word: Any) -> Any:
    """Mix a word into the hash of `voxnca.noise`."""
    word = np.uint32(np.uint32(word) * np.uint32(0xCC9E2D51))
    word = np.uint32(np.uint32(word << 15) | (word >> 17))
    state = np.uint32(state ^ np.uint32(word * np.uint32(0x1B873593)))
    state = np.uint32(np.uint32(state << 13) | (state >> 19))
    return np.uint32(state * np.uint32(5) + np.uint32(0xE6546B64))


@inlined
def _finish(state: Any) -> Any:
    state = np.uint32(state ^ np.uint32(20))
    state = np.uint32((state ^ (state >> 16)) * np.uint32(0x85EBCA6B))
    state = np.uint32((state ^ (state >> 13)) * np.uint32(0xC2B2AE35))
    return np.uint32(state ^ (state >> 16))


@pasted
def _fire(
    colony: Colony, world: World, draw: Draw, step: int, desk: Desk, indices: Any, fired: int
) -> int:
    """List the live cells that fire; return how many."""
    num_slots = colony.counts[NUM_SLOTS]
    begun = _mix(_mix(np.uint32(draw.seed), draw.sample), step)
    limit = np.uint64(draw.limit)
    middle = (world.space[0] // 2, world.space[1] // 2, world.space[2] // 2)
    for slot in range(num_slots):
        drawn = _mix(begun, colony.axes[0, slot] - middle[0])
        drawn = _mix(drawn, colony.axes[1, slot] - middle[1])
        drawn = _finish(_mix(drawn, colony.axes[2, slot] - middle[2]))
        desk.fires[slot] = (drawn < limit) & (colony.kind[slot] == LIVE)
    count = 0
    for slot in range(1, num_slots):
        indices[fired + count] = slot
        count += desk.fires[slot]
    return count


@pasted
def _note(
    colony: Colony,
    net: Net,
    indices: Any,
    fired: int,
    num_fired: int,
    near: int,
    place: int,
    num_slots: int,
) -> None:
    """Write down the neighbours of those that fire, and where the live cells are."""
    num_reached = len(net.reach)
    for r in range(num_fired):
        slot = indices[fired + r]
        for u in range(num_reached):
            indices[near + r * num_reached + u] = colony.around[slot, net.reach[u]]
    indices[place] = -1
    for slot in range(1, num_slots):
        indices[place + slot] = colony.place[slot] if colony.kind[slot] == LIVE else -1


@pasted
def _embed(net: Net, given: Given, tape: Tape, values: int, place: int, num_slots: int) -> None:
    """Write what is perceived of each cell: live cells with their embedding."""
    for slot in range(num_slots):
        at = tape.indices[place + slot]
        row = 0 if len(given.embedding) == net.Cp else max(at, 0) * net.Cp
        for b in range(0, net.Cp, WIDTH):
            lanes = load(tape.values, values + slot * net.Cp + b)
            if at >= 0:
                lanes = plus(lanes, load(given.embedding, row + b))
            store(tape.felt, values + slot * net.Cp + b, lanes)


@pasted
def _embed_back(
    net: Net, given: Given, tape: Tape, place: int, num_slots: int, to: Gradients
) -> None:
    for slot in range(num_slots):
        at = tape.indices[place + slot]
        row = 0 if len(given.embedding) == net.Cp else max(at, 0) * net.Cp
        for b in range(0, net.Cp, WIDTH):
            lanes = load(to.felt, slot * net.Cp + b)
            mine = slot * net.Cp + b
            store(to.state, mine, plus(load(to.state, mine), lanes))
            if at >= 0:
                store(to.embedding, row + b, plus(load(to.embedding, row + b), lanes))


@inlined
def _perceive(
    net: Net, given: Given, tape: Tape, step: int, first: int, count: int, desk: Desk
) -> None:
    """Write what a tile of cells perceives: each kernel's channels, then static inputs.

    A row's channels are written in whole lanes; what these write too far is written over by the
    next kernel's, so channels go from last to first within three kernels.
    """
    values, num_reached = tape.steps[step, VALUES], len(net.reach)
    for r in range(count):
        row = r * net.Dp
        slot = tape.indices[tape.steps[step, FIRED] + first + r]
        near = tape.steps[step, NEAR] + (first + r) * num_reached
        for b in range(net.Cp - WIDTH, -1, -WIDTH):
            store(desk.perceived, row + b, load(tape.felt, values + slot * net.Cp + b))
        for k in range(0, net.K, TRIO_ROWS):
            for b in range(net.Cp - WIDTH, -1, -WIDTH):
                trio = blank(desk.perceived)
                for u in range(num_reached):
                    at = values + tape.indices[near + u] * net.Cp + b
                    weight = (k // TRIO_ROWS * num_reached + u) * TRIO_ROWS
                    trio = fma_tile(net.taps, weight, 1, load(tape.felt, at), trio)
                for j in range(min(TRIO_ROWS, net.K - k)):
                    store(desk.perceived, row + (1 + k + j) * net.C + b, row_of(trio, j))
        if net.S > 0:
            place = tape.indices[tape.steps[step, PLACE] + slot]
            cell = 0 if len(given.static) == net.S else place * net.S
            for s in range(net.S):
                desk.perceived[row + net.D - net.S + s] = given.static[cell + s]


@inlined
def _perceive_back(
    net: Net, given: Given, tape: Tape, step: int, first: int, count: int, back: Desk, to: Gradients
) -> None:
    """Add the gradient of what a tile of cells perceives to those it perceives."""
    values, num_reached = tape.steps[step, VALUES], len(net.reach)
    for r in range(count):
        row = r * net.Dp
        slot = tape.indices[tape.steps[step, FIRED] + first + r]
        near = tape.steps[step, NEAR] + (first + r) * num_reached
        for b in range(0, net.Cp, WIDTH):
            own = slot * net.Cp + b
            store(to.felt, own, plus(load(to.felt, own), load(back.perceived, row + b)))
            for k in range(0, net.K, TRIO_ROWS):
                trio = load_trio(back.perceived, row + (1 + k) * net.C + b, net.C, net.K - k)
                for u in range(num_reached):
                    at = tape.indices[near + u] * net.Cp + b
                    weight = (k // TRIO_ROWS * num_reached + u) * TRIO_ROWS
                    lanes = weigh_rows(net.taps, weight, trio, load(to.felt, at))
                    store(to.felt, at, lanes)
                    if len(to.taps) > 0:
                        felt = load(tape.felt, values + at)
                        for j in range(TRIO_ROWS):
                            sums = (weight + j) * WIDTH
                            lanes = fma(row_of(trio, j), felt, load(to.taps, sums))
                            store(to.taps, sums, lanes)
        if net.S > 0:
            place = tape.indices[tape.steps[step, PLACE] + slot]
            cell = 0 if len(given.static) == net.S else place * net.S
            for s in range(net.S):
                to.static[cell + s] += back.perceived[row + net.D - net.S + s]


@pasted
def _hide(net: Net, count: int, desk: Desk) -> None:
    """Compute the hidden layer of a tile of cells."""
    multiply(
        desk.hidden, net.H, desk.perceived, net.Dp, 1, net.hidden, net.H,
        count, net.H, net.D, net.hidden_bias, RECTIFIED,
    )  # fmt: skip


@pasted
def _put_out(net: Net, count: int, desk: Desk) -> None:
    """Compute the change of a tile of cells."""
    multiply(
        desk.change, net.Cp, desk.hidden, net.H, 1, net.out, net.Cp,
        count, net.Cp, net.H, net.out_bias, AFFINE,
    )  # fmt: skip


@pasted
def _add(net: Net, tape: Tape, step: int, first: int, count: int, desk: Desk) -> None:
    """Add its change to what a tile of cells keeps of its values."""
    values, after = tape.steps[step, VALUES], tape.steps[step + 1, VALUES]
    for r in range(count):
        at = tape.indices[tape.steps[step, FIRED] + first + r] * net.Cp
        if net.levels > 0:
            _add_truncated(net, tape.values, values + at, after + at, desk.change, r * net.Cp)
            continue
        for b in range(0, net.Cp, WIDTH):
            before, change = load(tape.values, values + at + b), load(desk.change, r * net.Cp + b)
            store(tape.values, after + at + b, fma(before, load(net.kept, 0), change))


@inlined
def _add_truncated(net: Net, values: Any, before: int, after: int, change: Any, at: int) -> None:
    """Add a cell's change as `voxnca.dyadic.add_truncated` does."""
    for c in range(net.C):
        held = values[before + c]
        moved = (
            held + np.trunc((change[at + c] + (net.kept[0] - 1) * held) * net.levels) / net.levels
        )
        values[after + c] = min(max(moved, -net.bound), net.bound)


@pasted
def _think_back(
    net: Net,
    given: Given,
    tape: Tape,
    step: int,
    first: int,
    count: int,
    desk: Desk,
    back: Desk,
    to: Gradients,
) -> None:
    """Take a tile's change back through both layers; `desk` holds what they computed."""
    change = back.change[first * net.Cp :]
    multiply(
        to.out, net.Cp, desk.hidden, 1, net.H, change, net.Cp,
        net.H, net.Cp, count, net.zeros, ADDED,
    )  # fmt: skip
    _add_rows(to.out_bias, change, count, net.Cp)
    multiply(
        back.hidden, net.H, change, net.Cp, 1, net.out_back, net.H,
        count, net.H, net.C, net.zeros, AFFINE,
    )  # fmt: skip
    for i in range(0, count * net.H, WIDTH):
        store(back.hidden, i, positive(load(back.hidden, i), load(desk.hidden, i)))
    _add_rows(to.hidden_bias, back.hidden, count, net.H)
    multiply(
        to.hidden, net.H, desk.perceived, 1, net.Dp, back.hidden, net.H,
        net.D, net.H, count, net.zeros, ADDED,
    )  # fmt: skip
    multiply(
        back.perceived, net.Dp, back.hidden, net.H, 1, net.hidden_back, net.Dp,
        count, net.Dp, net.H, net.zeros, AFFINE,
    )  # fmt: skip
    _perceive_back(net, given, tape, step, first, count, back, to)


@inlined
def _add_rows(total: Any, rows: Any, count: int, stride: int) -> None:
    """Add rows of whole lanes to a total."""
    for j in range(0, stride, WIDTH):
        lanes = load(total, j)
        for r in range(count):
            lanes = plus(lanes, load(rows, r * stride + j))
        store(total, j, lanes)


@pasted
def _turn(colony: Colony, world: World, net: Net, tape: Tape, step: int, keep: bool) -> None:
    """Let cells be born and die by the new alphas, and close the step on the tape."""
    counts, after = colony.counts, tape.steps[step + 1, VALUES]
    num_slots, fired = tape.steps[step, SLOTS], tape.steps[step, FIRED]
    if counts[NUM_SLOTS] - 1 - counts[NUM_FREE] > counts[NUM_LIVE]:
        _dismiss(colony, world, net, tape, after, STRAY)
    withered = False
    for r in range(tape.steps[step, NUM_FIRED]):
        slot = np.int64(tape.indices[fired + r])
        mature = tape.values[after + slot * net.Cp + 3] > net.threshold
        if mature and not colony.mature[slot]:
            ripen(colony, world, slot)
        elif colony.mature[slot] and not mature:
            wither(colony, slot)
            withered = True
    for i in range(num_slots * net.Cp, counts[NUM_SLOTS] * net.Cp, WIDTH):
        store(tape.values, after + i, load(net.zeros, 0))
    if withered:
        _dismiss(colony, world, net, tape, after, LIVE)
    place = tape.steps[step, PLACE]
    tape.steps[step + 1, SLOTS] = counts[NUM_SLOTS]
    if keep:
        tape.used[NUM_NUMBERS] += counts[NUM_SLOTS] * net.Cp
        tape.used[NUM_INDICES] = place + num_slots
        tape.used[NUM_STEPS] += 1
    else:
        tape.steps[0, VALUES], tape.steps[0, SLOTS] = after, counts[NUM_SLOTS]


@inlined
def _dismiss(
    colony: Colony, world: World, net: Net, tape: Tape, after: int, kind: np.uint8
) -> None:
    """Take out the cells of a kind that have no mature cell round them, and clear their values."""
    for slot in range(1, colony.counts[NUM_SLOTS]):
        if colony.kind[slot] == kind and (kind == STRAY or colony.num_mature[slot] == 0):
            leave(colony, world, slot)
            for b in range(0, net.Cp, WIDTH):
                store(tape.values, after + slot * net.Cp + b, load(net.zeros, 0))
