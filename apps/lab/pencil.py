"""Draws cells of hand-made rules: the first cell of a stroke says whether it sets or empties."""

from __future__ import annotations

from collections.abc import Sequence

from apps.lab.line import joined
from apps.lab.session import Session
from voxnca.errors import ArgumentError

Cell = tuple[int, ...]


class Pencil:
    """Goes on with a stroke as it began.

    Attributes:
        ink: the state that cells are put into.
    """

    def __init__(self) -> None:
        self.ink = 1
        self._state = 0
        self._end: list[Cell] = []

    def dip(self, state: int, session: Session) -> None:
        """Choose the ink.

        Raises:
            ArgumentError: for a state that the rule does not have, or for 0: an eraser has it.
            VoxncaError: when a learned rule runs.
        """
        highest = session.made.rule.num_states - 1
        if isinstance(state, bool) or not isinstance(state, int) or not 1 <= state <= highest:
            raise ArgumentError(f"state={state!r} must be a whole number from 1 to {highest}")
        self.ink = state

    def stroke(
        self, cells: Sequence[Sequence[int]], session: Session, *, goes_on: bool, erases: bool
    ) -> tuple[list[Cell], int]:
        """Return the cells on the way, in 2D without gaps, and the state they are to be put into.

        A stroke that begins in a cell of the ink's state empties, as one of the eraser does.

        Args:
            cells: at least one.
            session: whose cells they are.
            goes_on: whether it goes on with the stroke before.
            erases: whether it empties, whatever it begins in.

        Raises:
            ArgumentError: for a cell off the grid.
            VoxncaError: when a learned rule runs.
        """
        way = [tuple(cell) for cell in cells]
        if not goes_on:
            there = session.made.state_of(way[0])
            self._state = 0 if erases or there == self.ink else self.ink
        if len(session.space) == 2:
            way = joined([*(self._end if goes_on else ()), *way])
        self._end = [tuple(cells[-1])]
        return way, self._state
