"""How it works: the next step of one real cell, in numbers."""

from __future__ import annotations

from collections.abc import Callable
from time import perf_counter

from trame_server.core import Server

from apps.lab.hand import Hand
from apps.viewer.driver import Driver
from apps.viewer.panels.panel import Panel, State

WATCH_SECONDS = 3.0
"""A tab that shows the panel says so every second."""
REFRESH_SECONDS = 0.4
"""Numbers that change more often cannot be read."""


class LessonPanel(Panel):
    """The panel that explains a cell, for as long as a tab shows it."""

    def __init__(
        self, server: Server, driver: Driver, clock: Callable[[], float] = perf_counter
    ) -> None:
        super().__init__(server, driver)
        self._clock = clock
        self._watched_at = self._explained_at = -WATCH_SECONDS
        self._lesson: State | None = None
        self.trigger("watch_lesson", self._watch)
        self.button("another_cell", lambda lab: lab.tutor.ask_another())

    async def refresh(self) -> None:
        """Explain the cell anew, when somebody looks."""
        now = self._clock()
        looked_at = now - self._watched_at < WATCH_SECONDS
        if not self.lab.session.is_learned:
            self._lesson = None
        elif looked_at and now - self._explained_at >= REFRESH_SECONDS:
            self._explained_at = now
            lesson = await self.driver.perform(lambda lab: lab.tutor.lesson(lab.session))
            self._lesson = None if lesson is None else lesson.to_json()

    def shown(self) -> State:
        """Return the lesson, and the loss that training is at."""
        report = self.lab.training.report
        return {
            "lesson": self._lesson,
            "training_loss": report.loss if report else None,
            "asks": self.lab.hand is Hand.ASK,
        }

    async def _watch(self) -> None:
        self._watched_at = self._clock()
        self.driver.tell()
