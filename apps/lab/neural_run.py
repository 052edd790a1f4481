"""A run of a learned rule: its cells, and what happened to them, so that it can be repeated."""

from __future__ import annotations

import copy

import torch

from apps.lab.conditions import Conditions
from apps.lab.events import Adopted, Event, Log, Planted, Steered, Wounded
from apps.lab.look import Look
from apps.lab.moment import Box, Moment, box_of, observe
from apps.lab.past import MAX_BYTES, Counts, Frozen, Snapshot
from apps.lab.run import Run
from apps.lab.start import Start
from apps.lab.steering import Steering
from apps.lab.vulnerability import map_of
from voxnca import NCA, ModelConfig, Rollout, Rows, Target, VoxncaError
from voxnca.errors import ArgumentError
from voxnca.grid import ALIVE_THRESHOLD, ALPHA, SOLID_THRESHOLD
from voxnca.wounds import Wound

RUNAWAY = 1e6
"""No rule that grows anything holds such values; one that does doubles them in a few steps."""


class NeuralRun(Run):
    """A network on a grid, from its start.

    The state is finite at all times: a step that runs away raises, and is not taken.

    Attributes:
        start: what it began from.
        model: the rule that runs.
        first_model: the rule it began with.
        seed: of the firing mask.
        first_conditions: it began under.
        conditions: it is under.
        rollout: the live cells.

    Args:
        model: the rule; it must not change. What `adopt` is given may.
        start: what to begin from.
        space: sizes of the grid.
        seed: of the firing mask.
        conditions: to begin under.
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
        conditions: Conditions,
        max_bytes: int = MAX_BYTES,
    ) -> None:
        self.start, self.seed = start, seed
        self.model = self.first_model = model
        self.conditions = self.first_conditions = conditions
        self._rule = 0
        self._log = Log()
        self.space = space
        self.rollout = self._enter(start.rows(model, space, conditions), 0)
        first = Frozen.of_rows(self.rollout.rows, space, 0, conditions=conditions)
        super().__init__(first, space, max_bytes)

    @property
    def step_index(self) -> int:
        """Steps since the start."""
        return self.rollout.step_index

    @property
    def is_swift(self) -> bool:
        """A step costs what it costs."""
        return False

    @property
    def events(self) -> tuple[Event, ...]:
        """What has happened so far, as events.

        Raises:
            VoxncaError: when there were more than a recording may hold.
        """
        return self._log.first(self.counts.events)

    @property
    def target(self) -> Target | None:
        """What the creature is compared with: of several goals, that of the heaviest."""
        return self.conditions.target_of(self.model)

    def frozen(self) -> Frozen:
        """Return the present state, never to change."""
        return self._freeze(self.counts)

    def plant(self, cell: tuple[int, ...]) -> None:
        """Put a second seed into a cell, as `voxnca.seed` makes it.

        Raises:
            ArgumentError: for a cell that is alive, in a wall or off the grid.
        """
        coordinates, values = self.rollout.rows
        here = (coordinates[:, 1:] == torch.tensor(self._checked(cell))).all(1)
        if self.conditions.is_blocked(cell):
            raise ArgumentError(f"cell={list(cell)} is in a wall; plant in a free one")
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

    def steer(self, steering: Steering, *, goes_on: bool = False) -> None:
        """Go on under other conditions; what is alive where a wall comes is gone.

        Args:
            steering: what changes.
            goes_on: whether it is undone together with the touch before.

        Raises:
            ArgumentError: when that cannot be.
        """
        after = steering.of(self.conditions, self.space)
        before = self._go_on()
        self.conditions = after
        self.rollout.steer(goal=after.goal or None, environment=after.environment)
        self._log.add(Steered(self.step_index, steering))
        self._touched(before, steering.words, goes_on=goes_on)

    def adopt(self, model: NCA) -> None:
        """Go on by another rule, from the present cells; the target stays.

        Raises:
            ArgumentError: for a rule of other cells.
        """
        ours, theirs = self.model.config, model.config
        if _cells_of(ours) != _cells_of(theirs):
            raise ArgumentError(
                f"model is {theirs.num_dims}D with {theirs.num_channels} channels, the creature "
                f"{ours.num_dims}D with {ours.num_channels}; switch to it"
            )
        # Training goes on changing its own; the target never changes and is shared.
        adopted: NCA = copy.deepcopy(model, {id(target): target for target in model.targets})
        adopted.targets = self.model.targets
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

    def body(self) -> torch.Tensor:
        """Return the solid cells: int64 `(N, d)`."""
        coordinates, values = self.rollout.rows
        return coordinates[values[:, ALPHA] > SOLID_THRESHOLD, 1:]

    def observe(self, look: Look, run: int) -> Moment:
        """Return what there is to see now."""
        return observe(
            self.rollout.rows,
            look,
            space=self.space,
            target=self.target,
            conditions=self.conditions,
            box=self._box(),
            border=self.model.config.border,
            run=run,
            step_index=self.step_index,
            num_wounds=self.counts.wounds,
            healing=map_of(self.model) if look.show == "healing" else None,
        )

    def _box(self) -> Box:
        """Return where to look: all of the grid where a rule senses it, else round the targets.

        Neither a change of goal nor the first wall of many moves it: the picture stands still.
        """
        if self.model.config.senses:
            return box_of([], self.space)
        return box_of(self.model.targets, self.space)

    def _advance(self, num_steps: int) -> None:
        with torch.no_grad():
            self.rollout.step(num_steps)
        trouble = _trouble(self.rollout.rows.values)
        if trouble:
            step_index = self.step_index
            self._show(self.past.now)
            raise VoxncaError(
                f"the state is no longer {trouble} at step {step_index}; "
                "reset it, and train the model further"
            )

    def _carve(self, wound: Wound) -> int:
        num_removed = self.rollout.wound(wound)
        self._log.add(Wounded(self.step_index, wound))
        return num_removed

    def _go_on(self) -> Snapshot:
        now = super()._go_on()
        self._log.cut(now.counts.events)
        if now.counts.rule != self._rule:
            self._log.add(Adopted(self.step_index, self.model))
        return now

    def _freeze(self, counts: Counts) -> Frozen:
        counts = counts._replace(events=len(self._log), rule=self._rule)
        rows, step_index = self.rollout.rows, self.step_index
        return Frozen.of_rows(rows, self.space, step_index, counts, self.conditions)

    def _show(self, state: Snapshot) -> None:
        assert isinstance(state, Frozen)
        assert state.conditions is not None
        self.conditions = state.conditions
        self.rollout = self._enter(state.rows, state.step_index)

    def _enter(self, rows: Rows, step_index: int) -> Rollout:
        with torch.no_grad():
            return self.model.rollout(
                rows,
                space=self.space,
                seed=self.seed,
                first_step=step_index,
                goal=self.conditions.goal or None,
                environment=self.conditions.environment,
            )


def _cells_of(config: ModelConfig) -> tuple[object, ...]:
    """Return what rules must have in common to go on from each other's cells."""
    return config.num_dims, config.num_channels, config.num_goals, config.senses


def _trouble(values: torch.Tensor) -> str:
    if not values.isfinite().all():
        return "finite"
    return "within bounds" if values.numel() and values.abs().max() > RUNAWAY else ""
