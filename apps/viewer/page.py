"""The page round the picture: its groups of controls, put together (trame, Vuetify 3)."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Sequence
from pathlib import Path

from trame.ui.vuetify3 import VAppLayout
from trame_server.core import Server

from apps.viewer.driver import Driver
from apps.viewer.panels.comparing import ComparePanel
from apps.viewer.panels.creature import CreaturePanel
from apps.viewer.panels.easel import EaselPanel
from apps.viewer.panels.environment import EnvironmentPanel
from apps.viewer.panels.goal import GoalPanel
from apps.viewer.panels.goals import GoalsPanel
from apps.viewer.panels.learning import LearningPanel
from apps.viewer.panels.lesson import LessonPanel
from apps.viewer.panels.looking import LookPanel
from apps.viewer.panels.panel import Panel, State
from apps.viewer.panels.past import PastPanel
from apps.viewer.panels.rule import RulePanel
from apps.viewer.panels.run import RunPanel
from apps.viewer.panels.wounds import WoundPanel

WWW = Path(__file__).parent / "www"
UPDATE_SECONDS = 0.2
"""The status line changes at most so often: a text that flickers is not read."""
UPDATE_SECONDS_IN_TRAINING = 0.5
"""Laying the page out anew takes the browser time that a rule could learn in."""
TAB_STATE: State = {
    "theme": "dark",
    "drawer": None,
    "groups": [],
    "homes": 0,
    "shots": 0,
    "frames_per_second": 0,
    "lesson_open": False,
    "piece": None,
    "rule_text": "",
    "pasted": "",
}
"""State of a tab that it does not share, and what it begins with."""
SCRIPTS = (
    "chart.js",
    "census.js",
    "choice.js",
    "timeline.js",
    "exchange.js",
    "knob.js",
    "ticker.js",
    "tour.js",
    "lesson.js",
    "view.js",
)
ASSETS = {
    "serve": {"__voxnca": str(WWW)},
    "scripts": [f"__voxnca/{name}" for name in SCRIPTS],
    "vue_use": ["voxnca", "voxncaLesson"],
}
_COLORS = {
    "dark": {"primary": "#ff7a66", "surface": "#242a36", "background": "#1e232e"},
    "light": {"primary": "#c2362d", "surface": "#ffffff", "background": "#ecf0f5"},
}
_PIECE = re.compile(r"<!-- piece: ([a-z-]+\.html) -->")


class Page:
    """The layout and the shared state of all tabs.

    Attributes:
        goal: the panel of targets, which uploads add to.
        rule: the panel of hand-made rules, which runs uploaded patterns.

    Args:
        server: of trame.
        driver: of the lab.
        models: names that `voxnca.load` knows, to choose from.
    """

    def __init__(self, server: Server, driver: Driver, models: Sequence[str]) -> None:
        self._state, self._driver = server.state, driver
        self._changed = asyncio.Event()
        self.goal, self.rule = GoalPanel(server, driver), RulePanel(server, driver)
        self._panels: list[Panel] = [
            CreaturePanel(server, driver, models),
            self.goal,
            self.rule,
            GoalsPanel(server, driver),
            EnvironmentPanel(server, driver),
            RunPanel(server, driver),
            LearningPanel(server, driver),
            WoundPanel(server, driver),
            LookPanel(server, driver),
            ComparePanel(server, driver, models),
            PastPanel(server, driver),
            LessonPanel(server, driver),
            EaselPanel(server, driver),
        ]
        first = "train" if driver.lab.session.is_learned else "rule"
        self._state.update(
            TAB_STATE
            | {
                "groups": [first, "goals", "environment", "wound"],
                "trame__title": "voxnca",
                "trame__template_error": (WWW / "gone.html").read_text(encoding="utf-8"),
            }
        )
        self._state.update(self._shown())
        self._state.client_only(*TAB_STATE)
        self._build(server)

    async def run(self) -> None:
        """Keep what the page shows up to date, for ever."""
        self._driver.watch(self._changed.set)
        while True:
            await self._changed.wait()
            self._changed.clear()
            for panel in self._panels:
                await panel.refresh()
            with self._state:
                self._state.update(self._shown())
            training = self._driver.lab.training.is_on
            await asyncio.sleep(UPDATE_SECONDS_IN_TRAINING if training else UPDATE_SECONDS)

    def _shown(self) -> State:
        notice = self._driver.notice
        shown: State = {
            "notice": notice.text,
            "notice_is_error": notice.is_error,
            "notice_number": notice.number,
        }
        for panel in self._panels:
            shown |= panel.news()
        return shown

    def _build(self, server: Server) -> None:
        config = {
            "theme": {
                "themes": {
                    name: {"dark": name == "dark", "colors": colors}
                    for name, colors in _COLORS.items()
                }
            }
        }
        with VAppLayout(server, theme=("theme",), vuetify_config=config) as layout:
            layout.root.add_child(_template("page.html"))


def _template(name: str) -> str:
    """Read a template, with the pieces that it names in their places."""
    text = (WWW / name).read_text(encoding="utf-8")
    return _PIECE.sub(lambda match: _template(match[1]), text)
