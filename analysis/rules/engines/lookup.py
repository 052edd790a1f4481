"""Rules with a table: the number of each neighbourhood, then its entry."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from analysis.rules.engines.octets import CHUNK, Layout, OctetGrid, wrap
from analysis.rules.neighborhood import Neighborhood
from analysis.rules.rule import States, frozen
from voxnca.engines.kernels.compiling import compiled, pasted


class Lookup(OctetGrid):
    """An engine for all rules that are a table.

    Args:
        num_states: k.
        neighborhood: whose m cells make the number, the first the most significant.
        entries: uint8 `(k^m,)`.
        cells: uint8 `(*space)`.
        border: `torus` or `dead`.
    """

    def __init__(
        self,
        num_states: int,
        neighborhood: Neighborhood,
        entries: States,
        cells: States,
        border: str,
    ) -> None:
        super().__init__(num_states, cells, border)
        self._entries = frozen(entries)
        distances = [self.layout.distance(offset) for offset in neighborhood.cells]
        self._distances = np.array(distances, dtype=np.int64)

    def _run(self, num_steps: int) -> None:
        run(
            (self._states, self._spare),
            self.layout,
            (self.layout.first, self.layout.last),
            self._distances,
            self._num_states,
            self._entries,
            num_steps,
        )


@pasted
def _append(codes: NDArray[np.uint32], num_states: np.uint32, states: States) -> None:
    for i in range(len(codes)):
        codes[i] = codes[i] * num_states + states[i]


@pasted
def _look_up(codes: NDArray[np.uint32], entries: States, new: States) -> None:
    for i in range(len(codes)):
        new[i] = entries[codes[i]]


@compiled
def run(
    grids: tuple[States, States],
    layout: Layout,
    ends: tuple[int, int],
    distances: NDArray[np.int64],
    num_states: int,
    entries: States,
    num_steps: int,
) -> None:
    """Step cells: what comes of them is in the second grid if `num_steps` is odd."""
    old, new = grids
    k, room = np.uint32(num_states), np.empty(CHUNK, np.uint32)
    for _ in range(num_steps):
        for first in range(ends[0], ends[1], CHUNK):
            last = min(first + CHUNK, ends[1])
            codes = room[: last - first]
            codes[:] = 0
            for distance in distances:
                _append(codes, k, old[first + distance : last + distance])
            _look_up(codes, entries, new[first:last])
        wrap(new, layout)
        old, new = new, old
