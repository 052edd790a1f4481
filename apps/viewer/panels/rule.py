"""Which hand-made rule runs, on what, and how its cells are faring."""

from __future__ import annotations

import numpy as np
from trame_server.core import Server

from analysis import rules
from analysis.rules import Pattern, Rule
from analysis.rules.bounds import BORDERS
from apps.lab.broth import liveliest
from apps.lab.cell_run import CellRun
from apps.lab.lab import Lab
from apps.lab.layout import Layout, all_patterns
from apps.lab.naming import name_of
from apps.thumbnails import file_stem
from apps.viewer.choices import pattern_choices, rule_choices
from apps.viewer.driver import Driver
from apps.viewer.panels.panel import Panel, State
from voxnca import ArgumentError

SPEEDS = (1, 2, 5, 10, 20, 40, 60, 120, 250, 500, 1000, 1_000_000)
"""To choose from, steps a second; the last is as fast as it goes."""
MAX_PASTED = 2**22
LIFE = "B3/S23"


class RulePanel(Panel):
    """The lists of rules and patterns, the soup, the paste box, the census."""

    def __init__(self, server: Server, driver: Driver) -> None:
        super().__init__(server, driver)
        self._pattern_names = {pattern.name: name for name, pattern in all_patterns().items()}
        self._num_soups = 0
        for name, work in (
            ("run_rule", self._run),
            ("paste_pattern", self._paste),
            ("stir_soup", self._stir),
            ("empty_grid", self._empty),
        ):
            self.button(name, work)
        self.field("rule", self._choose)
        self.field("pattern", self._choose_pattern)
        self.field("soup_percent", self._thicken)
        self.field("grid_border", self._fence)
        self.field("speed_notch", _hurry)
        self.field("ink", lambda lab, state: lab.dip(state))

    def shown(self) -> State:
        """Return what runs, and which there are."""
        session = self.lab.session
        shown: State = {
            "learned": session.is_learned,
            "rules": rule_choices(),
            "patterns": pattern_choices(),
            "grid_borders": list(BORDERS),
            "file_stem": session.target.name if session.target else "creature",
        }
        return shown | (_NOTHING if session.is_learned else self._of_made())

    def _of_made(self) -> State:
        run = self.lab.session.made
        known = rules.find(run.rule)
        return {
            "rule": None if known is None else known.name,
            "rule_name": self.lab.label,
            "rule_notation": str(run.rule),
            "rule_what": "" if known is None else known.what,
            "pattern": self._pattern_names.get(run.layout.words),
            "soup_percent": self._percent_of(run),
            "grid_border": run.layout.border,
            "census": run.census.points,
            "state_colours": [f"rgb{tuple(color)}" for color in run.colors[1:].tolist()],
            "state_names": _state_names(run.rule),
            "ink": self.lab.pencil.ink,
            "speed_notch": int(np.searchsorted(SPEEDS, self.lab.session.speed)),
            "file_stem": file_stem(self.lab.label),
            "pattern_file": "pattern.rle" if run.rule.num_dims == 2 else "pattern.rle3",
        }

    def _choose(self, lab: Lab, name: object) -> None:
        if isinstance(name, str) and name in rules.names():
            lab.open(rules.entry(name).rule, name)

    def _run(self, lab: Lab, text: object) -> None:
        rule = rules.parse(text if isinstance(text, str) else "")
        lab.open(rule, name_of(rule))

    def _choose_pattern(self, lab: Lab, name: object) -> None:
        if isinstance(name, str) and name in all_patterns():
            self.lay(lab, all_patterns()[name])

    def _paste(self, lab: Lab, text: object) -> None:
        if not isinstance(text, str) or len(text) > MAX_PASTED:
            raise ArgumentError(
                f"pasted: more than {MAX_PASTED:,} characters; save it as a file, and open that"
            )
        self.lay(lab, rules.parse_pattern(text))

    def lay(self, lab: Lab, pattern: Pattern) -> None:
        """Run a pattern by the rule it names, else by the one that runs, else by Life."""
        if pattern.rule:
            rule = rules.parse(pattern.rule)
        elif lab.session.is_learned:
            rule = rules.parse(LIFE)
        else:
            rule = lab.session.made.rule
        lab.open(rule, name_of(rule), Layout.of_pattern(rule, pattern))

    def _percent_of(self, run: CellRun) -> int:
        density = run.layout.density
        chosen = liveliest(run.rule).density if density is None else density
        return round(100 * chosen)

    def _stir(self, lab: Lab) -> None:
        self._pour(lab, None)

    def _pour(self, lab: Lab, density: float | None) -> None:
        run = lab.session.made
        self._num_soups += 1
        lab.lay(
            Layout.soup(
                run.rule,
                density=density,
                seed=self._num_soups,
                space=run.space,
                border=run.layout.border,
            )
        )

    def _thicken(self, lab: Lab, percent: object) -> None:
        if isinstance(percent, int | float) and 1 <= percent <= 99:
            self._pour(lab, percent / 100)

    def _empty(self, lab: Lab) -> None:
        run = lab.session.made
        lab.lay(Layout(np.zeros(run.space, np.uint8), run.layout.border, "an empty grid"))
        lab.pause()

    def _fence(self, lab: Lab, border: object) -> None:
        lab.fence(border if isinstance(border, str) else "")


_NOTHING: State = {
    "rule": None,
    "rule_name": "",
    "rule_notation": "",
    "rule_what": "",
    "pattern": None,
    "soup_percent": 30,
    "grid_border": BORDERS[0],
    "census": [],
    "state_colours": [],
    "state_names": [],
    "ink": 1,
    "speed_notch": 0,
    "pattern_file": "pattern.rle",
}
"""What the controls show while a learned rule runs."""


def _state_names(rule: Rule) -> list[str]:
    """Name the states from 1 on."""
    known = rules.find(rule)
    if known is not None and known.states:
        return list(known.states[1:])
    if rule.num_states == 2:
        return ["alive"]
    if rule.ages:
        return ["alive", *(f"dying, {age}" for age in range(1, rule.num_states - 1))]
    return [f"state {state}" for state in range(1, rule.num_states)]


def _hurry(lab: Lab, notch: object) -> None:
    if isinstance(notch, int) and 0 <= notch < len(SPEEDS):
        lab.session.set_speed(float(SPEEDS[notch]))
