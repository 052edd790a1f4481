"""Explains one cell of a creature, step after step."""

from __future__ import annotations

from collections.abc import Sequence

from apps.lab.example import pick_cell
from apps.lab.lesson import Lesson, explain
from apps.lab.session import Session


class Tutor:
    """Keeps to the cell it explains until that is empty, or another is asked for.

    Attributes:
        cell: the one that is explained; None before the first lesson, and when none is alive.
    """

    def __init__(self) -> None:
        self.cell: tuple[int, ...] | None = None
        self._example = 0

    def ask(self, cell: Sequence[int]) -> None:
        """Explain this cell from now on."""
        self.cell = tuple(cell)

    def ask_another(self) -> None:
        """Explain the next good example from now on."""
        self.cell = None
        self._example += 1

    def lesson(self, session: Session) -> Lesson | None:
        """Explain the next step of the cell; None when no cell is alive."""
        if self.cell is None or not session.holds(self.cell):
            self.cell = pick_cell(session.rows, nth=self._example)
        if self.cell is None:
            return None
        return explain(
            session.model,
            session.rows,
            session.space,
            self.cell,
            seed=session.seed,
            step_index=session.step_index,
            conditions=session.learned.rollout.conditions,
        )
