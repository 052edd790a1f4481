"""Rules that count, of any states and neighbourhood: sums of bytes, then a table."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from analysis.rules.counting import CountingRule
from analysis.rules.engines.octets import CHUNK, Layout, OctetGrid, wrap
from analysis.rules.rule import States
from voxnca.engines.kernels.compiling import compiled, pasted

_ROOM = 32
"""Places of the table for each state: no neighbourhood has more than 27 cells."""


class Sums(OctetGrid):
    """An engine for all rules that count.

    Args:
        rule: the rule.
        cells: uint8 `(*space)`.
        border: `torus` or `dead`.
    """

    def __init__(self, rule: CountingRule, cells: States, border: str) -> None:
        super().__init__(rule.num_states, cells, border)
        self._table = _table(rule)
        self._threes, self._singles = _terms(rule, self.layout)
        # Which cells are in state 1, and how many of three in a row.
        self._alive, self._rows = self.layout.empty(), self.layout.empty()

    def _run(self, num_steps: int) -> None:
        run(
            (self._states, self._spare, self._alive, self._rows),
            self.layout,
            (self.layout.first, self.layout.last),
            self._threes,
            self._singles,
            self._table,
            num_steps,
        )


def _table(rule: CountingRule) -> States:
    """Return what cells become, by their state and by the sum in which they are themselves."""
    table = np.zeros((rule.num_states, _ROOM), dtype=np.uint8)
    table[:, : rule.num_neighbors + 1] = rule.transitions
    table[1] = np.roll(table[1], 1)
    return table.ravel()


def _terms(rule: CountingRule, layout: Layout) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return how far away the whole rows of three are that the sum is made of, and the cells."""
    cells = rule.neighborhood.cells
    rows = {
        offset[:-1] for offset in cells if all((*offset[:-1], dx) in cells for dx in (-1, 0, 1))
    }
    threes = [layout.distance((*row, 0)) for row in sorted(rows)]
    singles = [layout.distance(offset) for offset in cells if offset[:-1] not in rows]
    return np.array(threes, dtype=np.int64), np.array(singles, dtype=np.int64)


@pasted
def _add(sums: States, values: States) -> None:
    for i in range(len(sums)):
        sums[i] += values[i]


@pasted
def _add_three(values: States, sums: States) -> None:
    left, right = values, values[2:]
    middle = values[1:]
    for i in range(len(sums)):
        sums[i] = left[i] + middle[i] + right[i]


@pasted
def _look_up(old: States, sums: States, table: States, new: States) -> None:
    for i in range(len(new)):
        new[i] = table[np.int64(old[i]) * _ROOM + np.int64(sums[i])]


@compiled
def run(
    grids: tuple[States, States, States, States],
    layout: Layout,
    ends: tuple[int, int],
    threes: NDArray[np.int64],
    singles: NDArray[np.int64],
    table: States,
    num_steps: int,
) -> None:
    """Step cells: what comes of them is in the second grid if `num_steps` is odd."""
    old, new, alive, rows = grids
    room = np.empty(CHUNK, np.uint8)
    for _ in range(num_steps):
        for i in range(len(old)):
            alive[i] = old[i] == 1
        _add_three(alive, rows[1:-1])
        for first in range(ends[0], ends[1], CHUNK):
            last = min(first + CHUNK, ends[1])
            sums = room[: last - first]
            sums[:] = 0
            for distance in threes:
                _add(sums, rows[first + distance : last + distance])
            for distance in singles:
                _add(sums, alive[first + distance : last + distance])
            _look_up(old[first:last], sums, table, new[first:last])
        wrap(new, layout)
        old, new = new, old
