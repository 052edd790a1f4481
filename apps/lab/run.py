"""One run on a grid: where it is, what was done to it, and the way back; whatever the rule."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import NamedTuple

from torch import Tensor

from apps.lab.hit import check_cell
from apps.lab.look import Look
from apps.lab.moment import Moment
from apps.lab.past import MAX_BYTES, Counts, Past, Snapshot
from voxnca import VoxncaError
from voxnca.wounds import Wound, check

MAX_UNDO = 20


class Touch(NamedTuple):
    """What `undo` takes back.

    Attributes:
        number: of the touches, counted from 1.
        before: the state it was done to.
        words: what it was, for people.
    """

    number: int
    before: Snapshot
    words: str


class Run(ABC):
    """A thing that has a state, steps, takes a wound and draws itself, from its start.

    What a rule is made of is left to those that derive from it: a network (`NeuralRun`) or a
    table (`CellRun`). A step or a touch that fails is not taken.

    Attributes:
        space: sizes of the grid.
        past: the states that are kept.

    Args:
        first: the state it begins with.
        space: sizes of the grid.
        max_bytes: of the past, and as much again to undo touches.
    """

    def __init__(self, first: Snapshot, space: tuple[int, ...], max_bytes: int = MAX_BYTES) -> None:
        self.space = space
        self.past = Past(first, max_bytes)
        self._max_bytes = max_bytes
        self._touches: list[Touch] = []

    @property
    @abstractmethod
    def step_index(self) -> int:
        """Steps since the start."""

    @property
    @abstractmethod
    def is_swift(self) -> bool:
        """Whether many steps at once cost less than one by one."""

    @abstractmethod
    def body(self) -> Tensor:
        """Return the solid cells: int64 `(N, d)`."""

    @abstractmethod
    def observe(self, look: Look, run: int) -> Moment:
        """Return what there is to see now, as a moment of the run of that number."""

    @abstractmethod
    def _advance(self, num_steps: int) -> None:
        """Take steps, or raise and take none."""

    @abstractmethod
    def _carve(self, wound: Wound) -> int:
        """Empty the cells of a wound; return how many solid ones that removed."""

    @abstractmethod
    def _freeze(self, counts: Counts) -> Snapshot:
        """Return the present state, never to change."""

    @abstractmethod
    def _show(self, state: Snapshot) -> None:
        """Make a state the present one."""

    @property
    def counts(self) -> Counts:
        """What has happened so far."""
        return self.past.now.counts

    @property
    def can_undo(self) -> bool:
        """Whether there is a touch to take back."""
        return any(t.number <= self.counts.touches for t in self._touches)

    def step(self, num_steps: int = 1) -> None:
        """Take steps, of which the last is kept.

        Raises:
            VoxncaError: when the rule runs away; the creature stays as it was.
        """
        self._go_on()
        self._advance(num_steps)
        self._keep(self.counts)

    def wound(self, wound: Wound, words: str, *, goes_on: bool = False) -> int:
        """Cut something out; return how many solid voxels that removed.

        Args:
            wound: the region.
            words: what it is, for people.
            goes_on: whether it is undone together with the touch before.

        Raises:
            ArgumentError: for a wound of another dimension.
        """
        check(wound, len(self.space), 1, None)
        before = self._go_on()
        num_removed = self._carve(wound)
        words = f"the {words} ({num_removed:,} removed)"
        self._touched(before, words, wounds=1, goes_on=goes_on)
        return num_removed

    def rewind(self, step_index: int) -> None:
        """Show the last state of an earlier step; the later ones stay until it goes on from there.

        Raises:
            ArgumentError: for a step that is not kept.
        """
        state = self.past.show(step_index)
        self._show(state)
        if state.step_index < step_index:
            self._advance(step_index - state.step_index)

    def undo(self) -> str:
        """Go back to just before the last touch, and say what that was.

        Raises:
            VoxncaError: when there is none, or it is too long ago.
        """
        done = [t for t in self._touches if t.number <= self.counts.touches]
        if not done:
            if self.counts.touches:
                raise VoxncaError(
                    f"there is nothing to undo: only the last {MAX_UNDO} touches are kept; "
                    "reset the creature to begin again"
                )
            raise VoxncaError("there is nothing to undo; wound the creature first")
        touch = done[-1]
        self._touches = done[:-1]
        self.past.return_to(touch.before)
        self._show(touch.before)
        return f"took back {touch.words} at step {touch.before.step_index}"

    def _go_on(self) -> Snapshot:
        """Make what is shown the present: drop what came after it."""
        self.past.drop_future()
        if self.step_index != self.past.now.step_index:  # between two states that are kept
            self._keep(self.counts)
        now = self.past.now
        self._touches = [t for t in self._touches if t.number <= now.counts.touches]
        return now

    def _touched(
        self, before: Snapshot, words: str, *, wounds: int = 0, goes_on: bool = False
    ) -> None:
        """Keep the state after a touch, and the one before it to undo it."""
        counts = before.counts
        counts = counts._replace(touches=counts.touches + 1, wounds=counts.wounds + wounds)
        self._keep(counts)
        touch = Touch(counts.touches, before, words)
        if goes_on and self._touches:
            *others, first = self._touches
            self._touches = [*others, touch._replace(before=first.before, words=first.words)]
            return
        self._touches = [*self._touches, touch][-MAX_UNDO:]
        while len(self._touches) > 1 and self._undo_bytes() > self._max_bytes:
            del self._touches[0]

    def _undo_bytes(self) -> int:
        return sum(touch.before.num_bytes for touch in self._touches)

    def _keep(self, counts: Counts) -> None:
        self.past.add(self._freeze(counts))

    def _checked(self, cell: tuple[int, ...]) -> tuple[int, ...]:
        """Return a cell of the grid.

        Raises:
            ArgumentError: when it is none.
        """
        return check_cell(cell, self.space)
