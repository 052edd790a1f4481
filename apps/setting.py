"""Where a model grows and what it is told: as asked for, and else as it was trained."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from torch import Tensor

from apps.lab.conditions import Conditions
from apps.lab.hit import Cell
from apps.lab.opening import first_conditions, seeks, usual_space
from apps.walls import Mask, in_the_middle, open_walls
from voxnca import NCA, ArgumentError, Rollout, Rows, Target, seed_rows
from voxnca.conditions.goals import goal_weights
from voxnca.export.scenery import with_scenery
from voxnca.grid import center
from voxnca.ways import distances


@dataclass(frozen=True)
class Asked:
    """What was typed; None for what was not.

    Attributes:
        goal: its number, the name of its target, or a weight for each goal: 0.5,0.5.
        walls: a file of them.
        beacon: its cell, in index order: 3,20.
        root: the cell of the seed.
    """

    goal: str | None = None
    walls: Path | None = None
    beacon: str | None = None
    root: str | None = None

    @property
    def is_of_environment(self) -> bool:
        """Whether anything was typed that stands round the creature."""
        return any(each is not None for each in (self.walls, self.beacon, self.root))


NOTHING_ASKED = Asked()


@dataclass(frozen=True, eq=False)
class Setting:
    """Where a model grows, and what it is told.

    Attributes:
        space: sizes of the grid.
        conditions: the goal, the walls, the beacon, and the root, where the seed is.
    """

    space: tuple[int, ...]
    conditions: Conditions

    @classmethod
    def usual(
        cls, model: NCA, space: Sequence[int] | None = None, *, goal: int | None = None
    ) -> Setting:
        """Return what a model is shown in: in the open; a vine in the first of the test layouts.

        Args:
            model: the rule.
            space: sizes of the grid; None is what fits the model.
            goal: of a model with goals; None is the first.

        Raises:
            ArgumentError: for a model that no grid is known to fit.
        """
        sizes = tuple(space) if space else _fitting_space(model)
        usual = first_conditions(model, sizes)
        return cls(sizes, usual if goal is None else replace(usual, goal=_one_goal(model, goal)))

    @classmethod
    def of(cls, model: NCA, asked: Asked, space: Sequence[int] | None = None) -> Setting:
        """Set up what was asked for, the rest as usual.

        Args:
            model: the rule.
            asked: what was typed.
            space: sizes of the grid; None is one that holds the walls and fits the model.

        Raises:
            VoxncaError: for what cannot be read, or does not fit the model or the grid.
        """
        goal = _one_goal(model, 0) if asked.goal is None else read_goal(asked.goal, model)
        if not asked.is_of_environment:
            usual = cls.usual(model, space)
            return cls(usual.space, replace(usual.conditions, goal=goal))
        _check_beacon(model, asked)
        d = model.config.num_dims
        walls = None if asked.walls is None else open_walls(asked.walls, d)
        space = tuple(space or _roomy(model, walls))
        blocked = np.zeros(space, bool) if walls is None else in_the_middle(walls, space)
        root = center(space) if asked.root is None else _cell("root", asked.root, d)
        beacon = None if asked.beacon is None else _cell("beacon", asked.beacon, d)
        conditions = Conditions(root, goal, blocked, beacon)
        if conditions.environment is not None:
            conditions.environment.walls(space)  # says what does not fit
        return cls(space, conditions)

    def rows(self, model: NCA) -> Rows:
        """Return the seed."""
        return seed_rows(model.config, self.space, at=self.conditions.root)

    def rollout(self, model: NCA, rows: Rows, *, seed: int = 0) -> Rollout:
        """Begin a run here."""
        return model.rollout(
            rows,
            space=self.space,
            seed=seed,
            goal=self.conditions.goal or None,
            environment=self.conditions.environment,
        )

    def target(self, model: NCA) -> Target | None:
        """Return what is to grow here; None for a blend, or what does not fit the grid."""
        goal, targets = self.conditions.goal or (1.0,), model.targets
        number = goal.index(1.0) if 1.0 in goal else len(targets)
        if number >= len(targets) or self.conditions.root != center(self.space):
            return None
        return fitting(targets[number], self.space)

    @property
    def without_target(self) -> str:
        """Why there is no target here, of a model that has some."""
        if self.conditions.goal and 1.0 not in self.conditions.goal:
            return "no target is a blend of goals"
        if self.conditions.root != center(self.space):
            return "the target lies round the middle, not round the root"
        return "the grid does not hold the target"


def drawn(state: Tensor, conditions: Conditions) -> Tensor:
    """Return a state `(1, *space, C)` with walls and beacon among its cells, to be drawn."""
    environment = conditions.environment
    return state if environment is None else with_scenery(state, environment)


def free_part(target: Target, space: tuple[int, ...], conditions: Conditions) -> Tensor:
    """Return what a target asks for in the cells that are free: `(*space, 4)`."""
    rgba = target.place(space)
    if conditions.environment is not None:
        rgba[conditions.environment.walls(space)] = 0.0
    return rgba


def reach(body: Mask, conditions: Conditions) -> str:
    """Say how solid cells, bool `(*space)`, get from the root to the beacon, if they do."""
    free = np.ones(body.shape, bool) if conditions.blocked is None else ~conditions.blocked
    shortest, grown = _steps(free, conditions), _steps(body, conditions)
    if shortest is None:
        return "no way leads to the beacon"
    if grown is None:
        return f"does not reach the beacon, {shortest} steps away"
    return f"reaches the beacon in {grown} steps; the shortest way takes {shortest}"


def _steps(passable: Mask, conditions: Conditions) -> int | None:
    if conditions.beacon is None or not passable[conditions.root]:
        return None
    steps = int(distances(passable, conditions.root)[conditions.beacon])
    return steps if steps >= 0 else None


def fitting(target: Target | None, space: tuple[int, ...]) -> Target | None:
    """Return a target, unless the grid does not hold it."""
    try:
        if target is not None:
            target.origin(space)
    except ArgumentError:
        return None
    return target


def _fitting_space(model: NCA) -> tuple[int, ...]:
    if not (model.targets or seeks(model)):
        raise ArgumentError("size: the model has no target to fit; pass --size 32")
    return usual_space(model, None)


def _roomy(model: NCA, walls: Mask | None) -> tuple[int, ...]:
    """Return a grid that holds walls, and what the model grows."""
    if walls is None:
        return _fitting_space(model)
    if not model.targets:
        return walls.shape
    return tuple(map(max, walls.shape, usual_space(model, None)))


def _one_goal(model: NCA, number: int) -> tuple[float, ...]:
    """Return the weights of one goal; none of a model without goals."""
    return tuple(float(goal == number) for goal in range(model.config.num_goals))


def read_goal(text: str, model: NCA) -> tuple[float, ...]:
    """Read a goal: its number, the name of its target, or a weight for each.

    Raises:
        ArgumentError: for what is none of them, and a model without goals.
    """
    num_goals, names = model.config.num_goals, [target.name for target in model.targets]
    if not num_goals:
        raise ArgumentError(f"goal={text!r}: the model has no goals; leave --goal out")
    if text in names:
        text = str(names.index(text))
    try:
        numbers = [float(part) for part in text.split(",")]
    except ValueError:
        known = ", ".join(names) or "none has a name"
        raise ArgumentError(
            f"goal={text!r} must be a number from 0 to {num_goals - 1}, a name ({known}), "
            "or a weight for each goal, 0.5,0.5"
        ) from None
    goal = int(numbers[0]) if len(numbers) == 1 and numbers[0].is_integer() else numbers
    return tuple(goal_weights(goal, num_goals, 1, ()).flatten().tolist())


def _check_beacon(model: NCA, asked: Asked) -> None:
    if asked.beacon is None and seeks(model):
        raise ArgumentError("beacon: the model grows to one; pass its cell, --beacon 3,20")
    if asked.beacon is not None and not seeks(model):
        raise ArgumentError(f"beacon={asked.beacon}: the model senses none; leave --beacon out")


def _cell(name: str, text: str, num_dims: int) -> Cell:
    parts = [part.strip() for part in text.split(",")]
    if len(parts) != num_dims or not all(p.isascii() and p.isdecimal() for p in parts):
        axes = "row,column: 3,20" if num_dims == 2 else "z,y,x: 3,20,8"
        raise ArgumentError(f"{name}={text!r} must be a cell, {axes}")
    return tuple(map(int, parts))
