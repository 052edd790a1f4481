"""States of a deterministic twin followed to their ends: a state that comes again comes for ever.

A twin has finitely many states, and the next one depends on the present one alone. So a state
that equals an earlier one of the same run proves that the run goes round from there on. Repeats
are found by hashing what lives, every few steps, and then shown by comparing the states.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from itertools import pairwise

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from voxnca import NCA, ArgumentError
from voxnca.grid import Rows
from voxnca.rollout import Rollout

LOOK_EVERY = 8
"""Steps between two looks: a run's number of steps is a multiple of it."""
_MAX_CELLS = 2**15
"""Cells that are stepped together."""


@dataclass(frozen=True, eq=False)
class Ending:
    """What became of a state.

    Attributes:
        number: of the state, in the order in which they were given.
        steps: after which it was in a state that comes again, or was given up.
        phases: float64 `(period, *space, C)`, the states that it goes through from there on,
            each the next one's predecessor; of one still moving the last state alone.
        is_proven: whether a state came again.
    """

    number: int
    steps: int
    phases: Tensor
    is_proven: bool

    @property
    def period(self) -> int | None:
        """Steps until a state comes again: 1 for a fixed point; None for one still moving."""
        return len(self.phases) if self.is_proven else None


@torch.no_grad()
def follow(
    twin: NCA, space: tuple[int, ...], states: Sequence[Rows], limit: int
) -> Iterator[Ending]:
    """Follow states to where they repeat.

    Args:
        twin: a deterministic integer twin.
        space: sizes of the grid.
        states: the live cells of each, with a batch column that is of no account.
        limit: steps after which a run is given up, rounded up to a multiple of 8.

    Yields:
        What became of them, as they end.

    Raises:
        ArgumentError: for a rule whose repeated states prove nothing.
    """
    check_deterministic_twin(twin)
    largest = max((len(rows.values) for rows in states), default=1)
    per_batch = max(1, _MAX_CELLS // max(1, largest))
    for first in range(0, len(states), per_batch):
        batch = {n: states[n] for n in range(first, min(first + per_batch, len(states)))}
        yield from _follow_batch(twin, space, batch, limit)


def settle(twin: NCA, state: Tensor, limit: int) -> Ending:
    """Follow one state `(1, *space, C)`; arguments and errors as of `follow`."""
    check_deterministic_twin(twin)
    space = tuple(state.shape[1:-1])
    return next(follow(twin, space, [twin.rollout(state.detach()).rows], limit))


def check_deterministic_twin(model: NCA) -> None:
    """Check that a rule is one whose repeated states prove something.

    Raises:
        ArgumentError: when it isn't.
    """
    config = model.config
    if config.state_bits is None:
        raise ArgumentError("state_bits=None: real numbers hardly repeat; use to_integer(model)")
    if config.fire_rate != 1:
        raise ArgumentError(
            f"fire_rate={config.fire_rate!r}: a rule that fires at random can leave a state that "
            "came again; use a rule of fire_rate 1"
        )


@dataclass(frozen=True, eq=False)
class _Live:
    """The cells of one state that are not zero."""

    cells: NDArray[np.int64]
    values: NDArray[np.float64]
    key: bytes

    @classmethod
    def of(cls, cells: NDArray[np.int64], values: NDArray[np.float64]) -> _Live:
        kept = values.any(1)
        cells = np.ascontiguousarray(cells[kept])
        values = values[kept] + 0.0  # a zero has one sign
        digest = blake2b(cells.tobytes(), digest_size=16)
        digest.update(values.tobytes())
        return cls(cells, values, digest.digest())

    def equals(self, other: _Live) -> bool:
        return np.array_equal(self.cells, other.cells) and np.array_equal(self.values, other.values)

    def rows(self) -> Rows:
        cells = np.column_stack([np.zeros(len(self.cells), np.int64), self.cells])
        return Rows(torch.from_numpy(cells), torch.from_numpy(self.values))


def _follow_batch(
    twin: NCA, space: tuple[int, ...], states: dict[int, Rows], limit: int
) -> Iterator[Ending]:
    going = list(states)
    seen: dict[int, dict[bytes, int]] = {number: {} for number in going}
    run = _rollout(twin, space, list(states.values()))
    step = 0
    while going:
        left = []
        for number, live in zip(going, _split(run.rows, len(going)), strict=True):
            before = seen[number].setdefault(live.key, step)
            phases = None if before == step else _circle(twin, space, live, step - before)
            if phases is not None:
                yield Ending(number, step, phases, is_proven=True)
            elif step >= limit:
                last = _rollout(twin, space, [live.rows()]).state()
                yield Ending(number, step, last, is_proven=False)
            else:
                left.append((number, live))
        if left and len(left) < len(going):
            run = _rollout(twin, space, [live.rows() for _, live in left])
        going = [number for number, _ in left]
        if going:
            run.step(LOOK_EVERY)
            step += LOOK_EVERY


def _circle(twin: NCA, space: tuple[int, ...], live: _Live, num_steps: int) -> Tensor | None:
    """Show that a state comes again within so many steps, and return those it goes through.

    Returns:
        None when it does not: two states had the same hash.
    """
    run = _rollout(twin, space, [live.rows()])
    phases = [run.state()]
    for _ in range(num_steps):
        run.step()
        (now,) = _split(run.rows, 1)
        if now.equals(live):
            return torch.cat(phases)
        phases.append(run.state())
    return None


def _rollout(twin: NCA, space: tuple[int, ...], states: Sequence[Rows]) -> Rollout:
    counts = torch.tensor([len(rows.coordinates) for rows in states])
    coordinates = torch.cat([rows.coordinates for rows in states]).clone()
    coordinates[:, 0] = torch.arange(len(states)).repeat_interleave(counts)
    values = torch.cat([rows.values for rows in states])
    return twin.rollout(Rows(coordinates, values), space=space, batch_size=len(states))


def _split(rows: Rows, count: int) -> list[_Live]:
    cells, values = rows.coordinates.numpy(), rows.values.numpy()
    bounds = np.searchsorted(cells[:, 0], np.arange(count + 1))
    return [_Live.of(cells[a:b, 1:], values[a:b]) for a, b in pairwise(bounds)]
