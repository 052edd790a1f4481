"""The recent states of a creature, to the bit, in bounded memory."""

from __future__ import annotations

from bisect import bisect_right
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

import numpy as np
import torch
from numpy.typing import NDArray

from apps.lab.conditions import Conditions
from voxnca import Rows
from voxnca.errors import ArgumentError
from voxnca.grid import ALIVE_THRESHOLD, ALPHA, RGBA, SOLID_THRESHOLD, to_rgba

MAX_BYTES = 48 * 2**20
OVERHEAD_BYTES = 512
"""What an entry takes beside its cells: a creature that has died fills no memory without end."""


class Counts(NamedTuple):
    """What had happened by the time of a state.

    Attributes:
        events: in the log.
        touches: wounds, strokes, planted seeds and changes of the conditions.
        wounds: wounds and strokes.
        rule: number of the rule that ran, counted by the weights adopted.
    """

    events: int = 0
    touches: int = 0
    wounds: int = 0
    rule: int = 0


NOTHING = Counts()
"""What has happened at the start."""


class Snapshot(Protocol):
    """A state that never changes, of whatever rule."""

    @property
    def step_index(self) -> int:
        """Steps since the start."""

    @property
    def counts(self) -> Counts:
        """What had happened."""

    @property
    def num_bytes(self) -> int:
        """Memory it takes."""

    @property
    def is_dead(self) -> bool:
        """Whether nothing will ever grow again."""

    def painted(self) -> tuple[NDArray[np.int64], NDArray[np.uint8]]:
        """Return the cells that hold something, int64 `(N, d)`, and their RGBA, uint8 `(N, 4)`.

        Straight alpha; above 127 a cell is solid.
        """


@dataclass(frozen=True, eq=False)
class Frozen:
    """A state of a learned rule: the cells that hold something, and what they hold.

    Attributes:
        step_index: steps since the start.
        cells: `(N, d)`, int16 where the grid allows it.
        values: float32 `(N, C)`.
        counts: what had happened.
        conditions: it was under; None for a state alone.
    """

    step_index: int
    cells: NDArray[np.int16] | NDArray[np.int32]
    values: NDArray[np.float32]
    counts: Counts
    conditions: Conditions | None = None

    @classmethod
    def of_rows(
        cls,
        rows: Rows,
        space: Sequence[int],
        step_index: int,
        counts: Counts = NOTHING,
        conditions: Conditions | None = None,
    ) -> Frozen:
        """Keep a copy of rows, without the cells that hold nothing."""
        values = np.ascontiguousarray(rows.values.detach().numpy())
        held = values.view(np.int32).any(1)  # -0.0 is something: it is kept to the bit
        cells = rows.coordinates.numpy()[held, 1:]
        wide = max(space) > np.iinfo(np.int16).max
        packed = cells.astype(np.int32) if wide else cells.astype(np.int16)
        return cls(step_index, packed, values[held], counts, conditions)

    @property
    def rows(self) -> Rows:
        """The same as the rows of a rollout; a copy."""
        cells = torch.from_numpy(self.cells.astype(np.int64))
        return Rows(torch.nn.functional.pad(cells, (1, 0)), torch.from_numpy(self.values.copy()))

    @property
    def num_bytes(self) -> int:
        """Memory it takes."""
        # States share their conditions, but each may be the last to hold its own.
        shared = 0 if self.conditions is None else self.conditions.num_bytes
        return self.cells.nbytes + self.values.nbytes + shared + OVERHEAD_BYTES

    @property
    def is_dead(self) -> bool:
        """Whether no cell lives, so that nothing will ever grow again."""
        return not (self.values[:, ALPHA] > ALIVE_THRESHOLD).any()

    def painted(self) -> tuple[NDArray[np.int64], NDArray[np.uint8]]:
        """Return the cells and their colours, see `Snapshot.painted`, with what stands round them.

        What is solid hides the beacon.
        """
        rgba = to_rgba(torch.from_numpy(self.values[:, RGBA])[None, None])[0, 0]
        cells, colors = self.cells.astype(np.int64), (255 * rgba).round().to(torch.uint8).numpy()
        scenery = None if self.conditions is None else self.conditions.scenery
        if scenery is None:
            return cells, colors
        around, tint = scenery.painted()
        solid = colors[:, ALPHA] > 255 * SOLID_THRESHOLD
        hidden = (around[:, None] == cells[solid]).all(-1).any(1)
        covered = (cells[:, None] == around[~hidden]).all(-1).any(1)
        return (
            np.concatenate([cells[~covered], around[~hidden]]),
            np.concatenate([colors[~covered], tint[~hidden]]),
        )


class Past:
    """States in order, the newest last, and the one of them that is shown.

    There is a state for each step, and one more for each touch. The oldest go when they take
    more than `max_bytes`; one always stays.

    Args:
        first: the state of the start.
        max_bytes: of all states.
    """

    def __init__(self, first: Snapshot, max_bytes: int = MAX_BYTES) -> None:
        self._states, self._max_bytes = deque([first]), max_bytes
        self._num_bytes, self._shown = first.num_bytes, 0

    def __len__(self) -> int:
        return len(self._states)

    @property
    def now(self) -> Snapshot:
        """The state that is shown."""
        return self._states[self._shown]

    @property
    def num_bytes(self) -> int:
        """Memory that the states take."""
        return self._num_bytes

    @property
    def steps(self) -> tuple[int, int]:
        """First and last step kept."""
        return self._states[0].step_index, self._states[-1].step_index

    @property
    def is_rewound(self) -> bool:
        """Whether there are later states than the one that is shown."""
        return self._shown < len(self._states) - 1

    def add(self, state: Snapshot) -> None:
        """Go on from what is shown; what came after it is dropped."""
        self.drop_future()
        self._states.append(state)
        self._num_bytes += state.num_bytes
        while self._num_bytes > self._max_bytes and len(self._states) > 1:
            self._num_bytes -= self._states.popleft().num_bytes
        self._shown = len(self._states) - 1

    def show(self, step_index: int) -> Snapshot:
        """Show the last state of a step; the later ones stay.

        Raises:
            ArgumentError: for a step that is not kept.
        """
        first, last = self.steps
        if isinstance(step_index, bool) or not isinstance(step_index, int):
            raise ArgumentError(f"step={step_index!r} must be a whole number")
        if not first <= step_index <= last:
            raise ArgumentError(f"step={step_index} is not kept; choose one from {first} to {last}")
        after = bisect_right(self._states, step_index, key=lambda state: state.step_index)
        self._shown = after - 1
        return self.now

    def return_to(self, state: Snapshot) -> None:
        """Show a state that was there before, and drop what came after it."""
        found = [i for i, kept in enumerate(self._states) if kept is state]
        if not found:
            self._states = deque([state])
            self._num_bytes = state.num_bytes
        self._shown = found[0] if found else 0
        self.drop_future()

    def drop_future(self) -> None:
        """Drop the states after the one that is shown."""
        while self.is_rewound:
            self._num_bytes -= self._states.pop().num_bytes

    def between(self, first_step: int, last_step: int) -> list[Snapshot]:
        """Return one state a step, the last of each, for the steps that are kept."""
        by_step = {state.step_index: state for state in self._states}
        return [by_step[step] for step in sorted(by_step) if first_step <= step <= last_step]
