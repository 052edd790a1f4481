"""The creature beside the creature."""

from __future__ import annotations

from collections.abc import Sequence

from trame_server.core import Server

from analysis import rules
from apps.lab.comparison import Comparison, Rival
from apps.lab.lab import Lab
from apps.lab.progress import progress
from apps.viewer.driver import Driver
from apps.viewer.panels.environment import written
from apps.viewer.panels.panel import Panel, State
from voxnca import ArgumentError, load

NOBODY = "nobody"


class ComparePanel(Panel):
    """Who stands beside the creature.

    Args:
        server: of trame.
        driver: of the lab.
        models: names that `voxnca.load` knows.
    """

    def __init__(self, server: Server, driver: Driver, models: Sequence[str]) -> None:
        super().__init__(server, driver)
        self._models = tuple(models)
        self.field("rival", self._take)

    def shown(self) -> State:
        """Return who it is, and how it does."""
        comparison, moments = self.lab.comparison, self.driver.moments
        beside = moments[1] if len(moments) == 2 else None
        iou = None if beside is None else beside.iou
        apart = self.lab.num_different
        return {
            "rival": NOBODY if comparison is None else comparison.label,
            "rivals": [NOBODY, *self._rivals()],
            "rival_apart": "" if apart is None else f"{apart:,}",
            "rival_path": written(None if beside is None else progress(beside)),
            "rival_iou": "" if iou is None else f"{iou:.3f}",
            "num_parts": len(moments),
        }

    def _rivals(self) -> list[str]:
        """Return who may stand beside what runs: rules of its kind."""
        session = self.lab.session
        if session.is_learned:
            return [*map(str, Rival), *self._models]
        ours = session.made.rule
        return [
            entry.name
            for entry in rules.entries()
            if (entry.rule.num_dims, entry.rule.num_states) == (ours.num_dims, ours.num_states)
        ]

    def _take(self, lab: Lab, rival: object) -> None:
        if rival == NOBODY:
            lab.compare(None)
        elif not lab.session.is_learned and rival in rules.names():
            name = str(rival)
            lab.compare(Comparison.with_rule(lab.session, rules.entry(name).rule, name))
        elif rival in tuple(Rival):
            lab.compare(Comparison.with_untrained(lab.session, Rival(str(rival))))
        elif rival in self._models:
            lab.compare(Comparison.with_model(lab.session, load(str(rival)), str(rival)))
        else:
            raise ArgumentError(f"rival={rival!r} is not in the list; choose one of it")
