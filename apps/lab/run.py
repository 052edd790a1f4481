"""One run of a creature: its cells, what happened to them, and the way back."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from typing import NamedTuple

import torch

from apps.lab.events import Adopted, Event, Log, Planted, Wounded
from apps.lab.past import MAX_BYTES, Counts, Frozen, Past
from apps.lab.start import Start
from voxnca import NCA, Rollout, Rows, Target, VoxncaError
from voxnca.errors import ArgumentError
from voxnca.grid import ALIVE_THRESHOLD, ALPHA, SOLID_THRESHOLD
from voxnca.wounds import Wound, check

MAX_UNDO = 20
RUNAWAY = 1e6
"""No rule that grows anything holds such values; one that does doubles them in a few steps."""


class Touch(NamedTuple):
    """What `undo` takes back.

    Attributes:
        number: of the touches, counted from 1.
        before: the state it was done to.
        words: what it was, for people.
    """

    number: int
    before: Frozen
    words: str


class Run:
    """A rule on a grid, from its start.

    The state is finite at all times: a step that runs away raises, and is not taken.

    Attributes:
        start: what it began from.
        first_model: the rule it began with.
        space: sizes of the grid.
        seed: of the firing mask.

    Args:
        model: the rule; it must not change. What `adopt` is given may.
        start: what to begin from.
        space: sizes of the grid.
        seed: of the firing mask.
        max_bytes: of the past, and as much again to undo touches.

    Raises:
        ArgumentError: when the rule cannot run so.
    """

    def __init__(
        self,
        model: NCA,
        start: Start,
        *,
        space: tuple[int, ...],
        seed: int = 0,
        max_bytes: int = MAX_BYTES,
    ) -> None:
        self.start, self.space, self.seed = start, space, seed
        self.model = self.first_model = model
        self._rule, self._max_bytes = 0, max_bytes
        self._log = Log()
        self._touches: list[Touch] = []
        self.rollout = self._enter(start.rows(model, space), 0)
        self.past = Past(Frozen.of_rows(self.rollout.rows, space, 0), max_bytes)

    @property
    def step_index(self) -> int:
        """Steps since the start."""
        return self.rollout.step_index

    @property
    def counts(self) -> Counts:
        """What has happened so far."""
        return self.past.now.counts

    @property
    def events(self) -> tuple[Event, ...]:
        """What has happened so far, as events.

        Raises:
            VoxncaError: when there were more than a recording may hold.
        """
        return self._log.first(self.counts.events)

    def step(self) -> None:
        """Take one step.

        Raises:
            VoxncaError: when the rule runs away; the creature stays as it was.
        """
        self._go_on()
        with torch.no_grad():
            self.rollout.step()
        rows = self.rollout.rows
        trouble = _trouble(rows.values)
        if trouble:
            step_index = self.step_index
            self._show(self.past.now)
            raise VoxncaError(
                f"the state is no longer {trouble} at step {step_index}; "
                "reset it, and train the model further"
            )
        self._keep(self.counts, rows)

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
        num_removed = self.rollout.wound(wound)
        self._log.add(Wounded(self.step_index, wound))
        self._touched(before, f"the {words} ({num_removed:,} removed)", wounds=1)
        if goes_on and len(self._touches) > 1:
            self._join_touches()
        return num_removed

    def plant(self, cell: tuple[int, ...]) -> None:
        """Put a second seed into a cell, as `voxnca.seed` makes it.

        Raises:
            ArgumentError: for a cell that is alive or off the grid.
        """
        coordinates, values = self.rollout.rows
        here = (coordinates[:, 1:] == self._checked(cell)).all(1)
        if (values[here, ALPHA] > ALIVE_THRESHOLD).any():
            raise ArgumentError(f"cell={list(cell)} is alive already; plant in an empty one")
        before = self._go_on()
        planted = torch.zeros(1, values.shape[1])
        planted[:, ALPHA:] = 1.0
        place = torch.tensor([[0, *cell]])
        rows = Rows(torch.cat([coordinates[~here], place]), torch.cat([values[~here], planted]))
        self.rollout = self._enter(rows, self.step_index)
        self._log.add(Planted(self.step_index, cell))
        self._touched(before, f"the seed planted in {list(cell)}")

    def adopt(self, model: NCA) -> None:
        """Go on by another rule, from the present cells; the target stays.

        Raises:
            ArgumentError: for a rule of other cells.
        """
        ours, theirs = self.model.config, model.config
        if (ours.num_dims, ours.num_channels) != (theirs.num_dims, theirs.num_channels):
            raise ArgumentError(
                f"model is {theirs.num_dims}D with {theirs.num_channels} channels, the creature "
                f"{ours.num_dims}D with {ours.num_channels}; switch to it"
            )
        # Training goes on changing its own; the target never changes and is shared.
        adopted: NCA = copy.deepcopy(model, {id(model.target): model.target})
        adopted.target = self.model.target
        self.model = adopted.requires_grad_(requires_grad=False)
        self._rule += 1
        self.rollout = self._enter(self.rollout.rows, self.step_index)

    def aim(self, target: Target | None) -> None:
        """Compare with another target; no cell changes.

        Raises:
            ArgumentError: for a target of another dimension, or larger than the grid.
        """
        if target is not None:
            target.origin(self.space)
        self.model = copy.copy(self.model)  # the same weights
        self.model.target = target

    def rewind(self, step_index: int) -> None:
        """Show the last state of an earlier step; the later ones stay until it goes on from there.

        Raises:
            ArgumentError: for a step that is not kept.
        """
        self._show(self.past.show(step_index))

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

    @property
    def can_undo(self) -> bool:
        """Whether there is a touch to take back."""
        return any(t.number <= self.counts.touches for t in self._touches)

    def body(self) -> torch.Tensor:
        """Return the solid cells: int64 `(N, d)`."""
        coordinates, values = self.rollout.rows
        return coordinates[values[:, ALPHA] > SOLID_THRESHOLD, 1:]

    def _go_on(self) -> Frozen:
        """Make what is shown the present: drop what came after, and note a new rule."""
        self.past.drop_future()
        now = self.past.now
        self._log.cut(now.counts.events)
        self._touches = [t for t in self._touches if t.number <= now.counts.touches]
        if now.counts.rule != self._rule:
            self._log.add(Adopted(self.step_index, self.model))
        return now

    def _touched(self, before: Frozen, words: str, wounds: int = 0) -> None:
        """Keep the state after a touch, and the one before it to undo it."""
        counts = before.counts
        counts = counts._replace(touches=counts.touches + 1, wounds=counts.wounds + wounds)
        self._keep(counts, self.rollout.rows)
        self._touches = [*self._touches, Touch(counts.touches, before, words)][-MAX_UNDO:]
        while len(self._touches) > 1 and self._undo_bytes() > self._max_bytes:
            del self._touches[0]

    def _join_touches(self) -> None:
        """Make the last two touches one."""
        *others, first, last = self._touches
        self._touches = [*others, last._replace(before=first.before, words=first.words)]

    def _undo_bytes(self) -> int:
        return sum(touch.before.num_bytes for touch in self._touches)

    def _keep(self, counts: Counts, rows: Rows) -> None:
        counts = counts._replace(events=len(self._log), rule=self._rule)
        self.past.add(Frozen.of_rows(rows, self.space, self.step_index, counts))

    def _show(self, state: Frozen) -> None:
        self.rollout = self._enter(state.rows, state.step_index)

    def _enter(self, rows: Rows, step_index: int) -> Rollout:
        with torch.no_grad():
            return self.model.rollout(rows, space=self.space, seed=self.seed, first_step=step_index)

    def _checked(self, cell: Sequence[int]) -> torch.Tensor:
        inside = len(cell) == len(self.space) and all(
            0 <= c < n for c, n in zip(cell, self.space, strict=True)
        )
        if not inside:
            raise ArgumentError(f"cell={list(cell)} is off the grid of {list(self.space)}")
        return torch.tensor(cell)


def _trouble(values: torch.Tensor) -> str:
    if not values.isfinite().all():
        return "finite"
    return "within bounds" if values.numel() and values.abs().max() > RUNAWAY else ""
