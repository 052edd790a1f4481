"""Where a model grows and what it is told: as asked for, and else as it was trained."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from torch import Tensor

from apps.walls import Mask, in_the_middle, open_walls
from voxnca import NCA, ArgumentError, Environment, Rollout, Rows, Target, common_space, seed_rows
from voxnca.conditions.goals import goal_weights
from voxnca.export.scenery import with_scenery
from voxnca.grid import center
from voxnca.layouts import held_out_layouts
from voxnca.trial import open_environment

Cell = tuple[int, ...]

_VINE_SIDE = {2: 32, 3: 20}
"""Of the grid of a vine that does not say on which it was trained."""


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
    """Where a model grows and what it is told.

    Attributes:
        space: sizes of the grid.
        root: the cell of the seed.
        goal: a weight for each goal; None for a model without goals.
        environment: what stands round the creature; None for nothing.
    """

    space: tuple[int, ...]
    root: Cell
    goal: tuple[float, ...] | None = None
    environment: Environment | None = None

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
        space, weights = tuple(space or usual_space(model)), goal_of(model, goal or 0)
        if seeks_beacon(model):
            layout = held_out_layouts(space, 1)[0]
            return cls(space, layout.root, weights, layout.environment)
        return cls(space, center(space), weights, open_environment(model.config, space))

    @classmethod
    def of(cls, model: NCA, asked: Asked, space: Sequence[int] | None = None) -> Setting:
        """Set up what was asked for, the rest as usual.

        Args:
            model: the rule.
            asked: what was typed.
            space: sizes of the grid; None is that of the walls, or what fits the model.

        Raises:
            VoxncaError: for what cannot be read, or does not fit the model or the grid.
        """
        goal = goal_of(model, 0) if asked.goal is None else read_goal(asked.goal, model)
        if not asked.is_of_environment:
            usual = cls.usual(model, space)
            return cls(usual.space, usual.root, goal, usual.environment)
        _check_beacon(model, asked)
        d = model.config.num_dims
        walls = None if asked.walls is None else open_walls(asked.walls, d)
        space = tuple(space or _roomy(model, walls))
        root = center(space) if asked.root is None else _cell("root", asked.root, d)
        environment = Environment(
            None if walls is None else in_the_middle(walls, space),
            None if asked.beacon is None else _cell("beacon", asked.beacon, d),
            root,
        )
        environment.walls(space)  # says what does not fit
        return cls(space, root, goal, environment)

    def rows(self, model: NCA) -> Rows:
        """Return the seed."""
        return seed_rows(model.config, self.space, at=self.root)

    def rollout(self, model: NCA, rows: Rows, *, seed: int = 0) -> Rollout:
        """Begin a run here."""
        return model.rollout(
            rows, space=self.space, seed=seed, goal=self.goal, environment=self.environment
        )

    def target(self, model: NCA) -> Target | None:
        """Return what is to grow here; None for a blend, or what does not fit the grid."""
        goal = self.goal or (1.0,)
        number = goal.index(1.0) if 1.0 in goal else len(model.targets)
        if number >= len(model.targets) or self.root != center(self.space):
            return None
        target = model.targets[number]
        return target if _holds(self.space, target) else None

    @property
    def without_target(self) -> str:
        """Why there is no target here, of a model that has some."""
        if self.goal and 1.0 not in self.goal:
            return "no target is a blend of goals"
        if self.root != center(self.space):
            return "the target lies round the middle, not round the root"
        return "the grid does not hold the target"

    def painted(self, state: Tensor) -> Tensor:
        """Return a state `(1, *space, C)` with walls and beacon among its cells, to be drawn."""
        return state if self.environment is None else with_scenery(state, self.environment)

    def placed(self, target: Target) -> Tensor:
        """Return what a target asks for in the cells that are free: `(*space, 4)`."""
        rgba = target.place(self.space)
        if self.environment is not None:
            rgba[self.environment.walls(self.space)] = 0.0
        return rgba


def _holds(space: Sequence[int], target: Target) -> bool:
    try:
        target.origin(space)
    except ArgumentError:
        return False
    return True


def _roomy(model: NCA, walls: Mask | None) -> tuple[int, ...]:
    """Return a grid that holds walls, and what the model grows."""
    if walls is None:
        return usual_space(model)
    if not model.targets:
        return walls.shape
    return tuple(map(max, walls.shape, usual_space(model)))


def seeks_beacon(model: NCA) -> bool:
    """Tell whether a model grows to a beacon."""
    return any(sense.endswith("beacon") for sense in model.config.senses)


def usual_space(model: NCA) -> tuple[int, ...]:
    """Return the grid that fits a model's targets, or that a vine was trained on.

    Raises:
        ArgumentError: for a model that has no target and seeks no beacon.
    """
    if model.targets:
        return common_space(model.targets)
    if not seeks_beacon(model):
        raise ArgumentError("size: the model has no target to fit; pass --size 32")
    d, recipe = model.config.num_dims, model.info.recipe
    trained = recipe is not None and recipe.task.name == "steer"
    return (recipe.task.size if recipe and trained else _VINE_SIDE[d],) * d


def goal_of(model: NCA, number: int) -> tuple[float, ...] | None:
    """Return the weights of one goal; None of a model without goals."""
    num_goals = model.config.num_goals
    return tuple(float(goal == number) for goal in range(num_goals)) or None


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
    if asked.beacon is None and seeks_beacon(model):
        raise ArgumentError("beacon: the model grows to one; pass its cell, --beacon 3,20")
    if asked.beacon is not None and not seeks_beacon(model):
        raise ArgumentError(f"beacon={asked.beacon}: the model senses none; leave --beacon out")


def _cell(name: str, text: str, num_dims: int) -> Cell:
    parts = [part.strip() for part in text.split(",")]
    if len(parts) != num_dims or not all(p.isascii() and p.isdecimal() for p in parts):
        axes = "row,column: 3,20" if num_dims == 2 else "z,y,x: 3,20,8"
        raise ArgumentError(f"{name}={text!r} must be a cell, {axes}")
    return tuple(map(int, parts))
