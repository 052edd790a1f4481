"""What a run is given beside its cells: a goal, walls, a beacon, and where its seed stands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Self

import numpy as np
from numpy.typing import NDArray

from apps.lab.hit import Cell, check_cell, is_inside
from apps.lab.scenery import Scenery
from voxnca import NCA, Environment, Target
from voxnca.conditions.compass import Signal
from voxnca.errors import ArgumentError

Blocked = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Conditions:
    """What a run is given at one time. Never changes: every change makes another.

    Attributes:
        root: the cell of the seed.
        goal: the weight of each goal of the rule, together 1; empty for a rule without goals.
        blocked: bool `(*space)`, where walls stand; None while there never was one.
        beacon: its cell; None for none.
        signal: of the beacon: `diffusion` or `straight`.
    """

    root: Cell
    goal: tuple[float, ...] = ()
    blocked: Blocked | None = None
    beacon: Cell | None = None
    signal: Signal = "diffusion"

    def __post_init__(self) -> None:
        if self.blocked is not None:
            self.blocked.flags.writeable = False

    @cached_property
    def environment(self) -> Environment | None:
        """The same for a rollout; None where there is nothing."""
        if self.blocked is None and self.beacon is None:
            return None
        return Environment(
            blocked=None if self.blocked is None else self.blocked.copy(),  # torch wants to write
            beacon=self.beacon,
            root=self.root,
            signal=self.signal,
        )

    @cached_property
    def scenery(self) -> Scenery | None:
        """The same to be drawn; None where there is nothing."""
        if self.blocked is None and self.beacon is None:
            return None
        walls = np.zeros((0, len(self.root)), np.int64)
        if self.blocked is not None:
            walls = np.argwhere(self.blocked)
        return Scenery(walls, self.beacon, self.root)

    @property
    def main_goal(self) -> int:
        """The goal that weighs most; 0 for a rule without goals."""
        return max(range(len(self.goal)), key=self.goal.__getitem__, default=0)

    @property
    def num_bytes(self) -> int:
        """Memory that its arrays take."""
        return 0 if self.blocked is None else self.blocked.nbytes

    def target_of(self, model: NCA) -> Target | None:
        """Return what a model is to grow under the goal that weighs most."""
        targets = model.targets
        return targets[self.main_goal] if self.main_goal < len(targets) else model.target

    @cached_property
    def num_walls(self) -> int:
        """Number of blocked cells."""
        return 0 if self.blocked is None else int(self.blocked.sum())

    @property
    def walls(self) -> tuple[Cell, ...]:
        """The blocked cells, in index order."""
        blocked = () if self.blocked is None else np.argwhere(self.blocked).tolist()
        return tuple(map(tuple, blocked))

    def is_blocked(self, cell: Cell) -> bool:
        """Tell whether a wall stands in a cell; off the grid there is none."""
        blocked = self.blocked
        return blocked is not None and is_inside(cell, blocked.shape) and bool(blocked[cell])

    def aimed(self, weights: Sequence[float]) -> Self:
        """Return the same with another goal.

        Raises:
            ArgumentError: for other weights than one for each goal, 0 or more and together 1.
        """
        goal = tuple(float(weight) for weight in weights)
        if len(goal) != len(self.goal):
            raise ArgumentError(f"goal={list(goal)} must have {len(self.goal)} weights, one a goal")
        if not all(0 <= weight <= 1 for weight in goal) or abs(sum(goal) - 1) > SLACK:
            raise ArgumentError(f"goal={list(goal)} must be weights in [0, 1] whose sum is 1")
        return self if goal == self.goal else replace(self, goal=goal)

    def walled(self, cells: Sequence[Cell], space: Sequence[int], *, stand: bool) -> Self:
        """Return the same with walls in some cells, or without them there.

        The beacon and the root stay free.

        Args:
            cells: of the grid.
            space: sizes of the grid.
            stand: whether the walls come, or go.

        Raises:
            ArgumentError: for a cell off the grid.
        """
        free = {self.root, self.beacon}
        index = tuple(
            np.array([cell for cell in cells if check_cell(cell, space) not in free], np.int64).T
        )
        before = np.zeros(tuple(space), bool) if self.blocked is None else self.blocked
        if not index or (before[index] == stand).all():
            return self
        blocked = before.copy()
        blocked[index] = stand
        return replace(self, blocked=blocked)

    def led(self, cell: Cell, space: Sequence[int]) -> Self:
        """Return the same with the beacon in another cell.

        Raises:
            ArgumentError: for a cell in a wall, or off the grid.
        """
        if self.is_blocked(check_cell(cell, space)):
            raise ArgumentError(f"beacon={list(cell)} is in a wall; choose a free cell")
        return self if cell == self.beacon else replace(self, beacon=cell)


SLACK = 1e-4
"""By how much the sum of weights may miss 1: they come from a slider, and as text."""
