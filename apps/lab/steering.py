"""What may change of a run's conditions while it lives."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from apps.lab.conditions import Conditions
from apps.lab.hit import Cell

Space = Sequence[int]


class Steering(Protocol):
    """Something that is done to conditions."""

    @property
    def words(self) -> str:
        """What it is, for people."""

    def of(self, conditions: Conditions, space: Space) -> Conditions:
        """Return the conditions after it: the same ones where they have no such thing.

        Raises:
            ArgumentError: when it cannot be.
        """


@dataclass(frozen=True)
class NewGoal:
    """Another goal, or a blend of some: a weight for each."""

    weights: tuple[float, ...]

    @property
    def words(self) -> str:
        """What it is, for people."""
        return "the change of goal"

    def of(self, conditions: Conditions, space: Space) -> Conditions:  # noqa: ARG002  one signature
        """Return the conditions after it."""
        return conditions.aimed(self.weights) if conditions.goal else conditions


@dataclass(frozen=True)
class Walls:
    """Walls that come, or go, in some cells of the grid."""

    cells: tuple[Cell, ...]
    stand: bool

    @property
    def words(self) -> str:
        """What it is, for people."""
        return "the walls" if self.stand else "the clearing of walls"

    def of(self, conditions: Conditions, space: Space) -> Conditions:
        """Return the conditions after it."""
        return conditions.walled(self.cells, space, stand=self.stand)


@dataclass(frozen=True)
class NewBeacon:
    """Another place of the beacon."""

    cell: Cell

    @property
    def words(self) -> str:
        """What it is, for people."""
        return "the move of the beacon"

    def of(self, conditions: Conditions, space: Space) -> Conditions:
        """Return the conditions after it."""
        return conditions if conditions.beacon is None else conditions.led(self.cell, space)
