"""The creature beside the creature."""

from __future__ import annotations

from collections.abc import Sequence

from trame_server.core import Server

from apps.lab.comparison import Comparison, Rival
from apps.lab.lab import Lab
from apps.viewer.driver import Driver
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
        return {
            "rival": NOBODY if comparison is None else comparison.label,
            "rivals": [NOBODY, *map(str, Rival), *self._models],
            "rival_iou": "" if iou is None else f"{iou:.3f}",
            "num_parts": len(moments),
        }

    def _take(self, lab: Lab, rival: object) -> None:
        if rival == NOBODY:
            lab.compare(None)
        elif rival in tuple(Rival):
            lab.compare(Comparison.with_untrained(lab.session, Rival(str(rival))))
        elif rival in self._models:
            lab.compare(Comparison.with_model(lab.session, load(str(rival)), str(rival)))
        else:
            raise ArgumentError(f"rival={rival!r} is not in the list; choose one of it")
