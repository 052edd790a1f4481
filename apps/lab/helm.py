"""Steers a creature, and the one beside it alike: goals, walls, the beacon, another layout."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from apps.lab.hit import Cell, Hit
from apps.lab.opening import random_conditions
from apps.lab.session import Session
from apps.lab.steering import NewBeacon, NewGoal, Steering, Walls
from apps.lab.trowel import Trowel


class Helm:
    """What a hand at the page does to what creatures are given.

    Args:
        sessions: returns the creature that is steered, then those beside it.
    """

    def __init__(self, sessions: Callable[[], Sequence[Session]]) -> None:
        self._sessions, self._trowel = sessions, Trowel()
        self._has_begun = False

    def steer(self, steering: Steering, *, goes_on: bool = False) -> bool:
        """Change what all creatures are given; return whether that changed anything.

        Args:
            steering: what changes.
            goes_on: whether it goes on with a stroke: its pieces are undone together.

        Raises:
            ArgumentError: when it cannot be.
            VoxncaError: when a hand-made rule runs.
        """
        session, *others = self._sessions()
        # A stroke that began where nothing changed must not be one with the touch before it.
        goes_on &= self._has_begun
        changes = session.steer(steering, goes_on=goes_on)
        self._has_begun = goes_on or changes
        if changes:
            for other in others:
                other.steer(steering, goes_on=goes_on, anyway=True)
        return changes

    def aim(self, weights: Sequence[float]) -> bool:
        """Choose a goal, or a blend: a weight for each.

        Raises:
            ArgumentError: for weights that are none.
        """
        return self.steer(NewGoal(tuple(weights)))

    def build(self, hits: Sequence[Hit], *, clears: bool = False, goes_on: bool = False) -> bool:
        """Build walls where a hand points, or take them away: see `Trowel`.

        Args:
            hits: at least one.
            clears: whether walls go.
            goes_on: whether it goes on with the stroke before.
        """
        session = self._sessions()[0]
        conditions, space = session.learned.conditions, session.space
        walls = self._trowel.stroke(hits, conditions, space, goes_on=goes_on, clears=clears)
        return self.steer(walls, goes_on=goes_on)

    def clear(self) -> bool:
        """Take all walls away."""
        return self.steer(Walls(self._sessions()[0].learned.conditions.walls, stand=False))

    def lead(self, cell: Cell, *, goes_on: bool = False) -> bool:
        """Put the beacon into a cell, if that is free and not the root; else it stays.

        Raises:
            ArgumentError: for a cell off the grid.
        """
        conditions = self._sessions()[0].learned.conditions
        if cell == conditions.root or conditions.is_blocked(cell):
            self._has_begun &= goes_on
            return False
        return self.steer(NewBeacon(cell), goes_on=goes_on)

    def shuffle(self, seed: int) -> None:
        """Begin anew in a random layout: other walls, and where a beacon is, it and the root.

        Args:
            seed: of the layout.

        Raises:
            VoxncaError: when a hand-made rule runs.
        """
        sessions = self._sessions()
        drawn = random_conditions(sessions[0].model, sessions[0].space, seed)
        for session in sessions:
            session.begin_under(replace(drawn, goal=session.learned.conditions.goal))
