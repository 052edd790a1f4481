"""One sample of the fast engine: who lives, what they hold, and the tape of their steps."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from voxnca.engines.field import Surroundings
from voxnca.engines.kernels import colony as colonies
from voxnca.engines.kernels import rollout
from voxnca.engines.kernels.colony import World
from voxnca.engines.kernels.layout import (
    BORDERS,
    desk,
    desk_back,
    given_to,
    neighbourhood,
    piece_of_tape,
    tape_of,
)
from voxnca.engines.kernels.rollout import NUM_FIRED, NUM_STEPS, VALUES, Draw, Gradients, Net, Tape
from voxnca.grid import ALIVE_THRESHOLD, ALPHA

Array = NDArray[Any]


class Sample:
    """A colony and the newest values of its slots.

    Attributes:
        number: row of the batch.
        given: what it is given beside its state.

    Args:
        number: row of the batch.
        cells: int64 `(N, d)`, the cells that hold something.
        values: `(N, C)`, what they hold.
        space: sizes of the grid.
        border: of the grid.
        surroundings: of the batch.
    """

    def __init__(
        self,
        number: int,
        cells: Array,
        values: Array,
        *,
        space: tuple[int, ...],
        border: str,
        surroundings: Surroundings,
    ) -> None:
        flat = (1,) * (3 - len(space))
        offsets = neighbourhood(len(space))
        self.number, self._num_channels = number, values.shape[1]
        self.given = given_to(surroundings, number, values.dtype)
        self._world = World(
            np.array(flat + space), offsets, BORDERS[border], surroundings.free_cells(number)
        )
        mature = values[:, ALPHA] > ALIVE_THRESHOLD
        most = 1 + len(cells) + int(mature.sum()) * (len(offsets) - 1)
        self._colony = colonies.empty(most, len(offsets))
        depth = np.zeros((len(cells), len(flat)), np.int64)
        colonies.settle(self._colony, self._world, np.hstack([depth, cells]), mature)
        self._hold(values)

    @property
    def num_slots(self) -> int:
        """Slots so far, nobody's and the freed ones included."""
        return int(self._colony.counts[colonies.NUM_SLOTS])

    def add_rim(self) -> None:
        """Hold the dead cells that live ones perceive, too: they come last."""
        values = self.rows()
        most = int(self._colony.counts[colonies.NUM_LIVE]) * (len(self._world.offsets) - 1)
        self._colony = colonies.enlarged(self._colony, self.num_slots + most)
        colonies.add_rim(self._colony, self._world)
        self._hold(values)

    def slots(self) -> Array:
        """Return the slots that hold a cell, in order."""
        slots: Array = self._colony.kind[: self.num_slots].nonzero()[0]
        return slots

    def places(self) -> Array:
        """Return each cell's number in the raveled grid: `(N,)`, in the order of `slots`."""
        places: Array = self._colony.place[self.slots()]
        return places

    def rows(self) -> Array:
        """Return the channels of each cell: `(N, C)`, in the order of `slots`."""
        rows: Array = self._newest()[self.slots(), : self._num_channels]
        return rows

    def advance(self, net: Net, draw: Draw, num_steps: int, *, keep: bool) -> list[Tape]:
        """Take some steps; return the pieces of tape that keep them, if they are to be kept."""
        tapes, done, full = [], 0, keep
        while done < num_steps:
            if len(self._colony.kind) < self._most_slots():
                self._colony = colonies.enlarged(self._colony, self._most_slots() * 5 // 4)
            if full:
                self._tape = self._piece(net, num_steps - done if keep else 0)
            done += rollout.advance(
                self._colony,
                self._world,
                net,
                self.given,
                self._tape,
                desk(net, len(self._colony.kind)),
                draw._replace(step=draw.step + done),
                num_steps - done,
                keep,
            )
            full = True
            if keep:
                tapes.append(self._tape)
        if keep:
            self._tape = self._piece(net, 0)  # of its own: the others may go before it does
        return tapes

    def retreat(self, net: Net, tapes: list[Tape], to: Gradients) -> None:
        """Take the gradient of the values after some steps back to those before."""
        if not tapes:
            return
        most = max(int(t.steps[: t.used[NUM_STEPS], NUM_FIRED].max()) for t in tapes)
        here, back = desk(net, 0), desk_back(net, most)
        for tape in reversed(tapes):
            rollout.retreat(net, self.given, tape, here, back, to)

    def _hold(self, values: Array) -> None:
        """Take `(N, C)` as the values of the first N slots."""
        whole = np.zeros((self.num_slots, values.shape[1]), values.dtype)
        whole[1 : 1 + len(values)] = values
        self._tape, self._width = tape_of(whole)

    def _newest(self) -> Array:
        """Return the values of all slots, in whole lanes: `(slots, Cp)`."""
        begin = int(self._tape.steps[self._tape.used[NUM_STEPS], VALUES])
        end = begin + self.num_slots * self._width
        newest: Array = self._tape.values[begin:end].reshape(-1, self._width)
        return newest

    def _piece(self, net: Net, num_steps: int) -> Tape:
        return piece_of_tape(net, self.given, self._newest(), self._most_slots(), num_steps)

    def _most_slots(self) -> int:
        """Slots after the next step, at the most: whoever may mature gives birth all round."""
        counts = self._colony.counts
        immature = int(counts[colonies.NUM_LIVE] - counts[colonies.NUM_MATURE])
        return self.num_slots + immature * (len(self._world.offsets) - 1)
