"""What stands round the creature: walls, the beacon, and how far its way has come."""

from __future__ import annotations

from secrets import randbelow

from trame_server.core import Server

from apps.lab.lab import Lab
from apps.lab.opening import seeks
from apps.lab.progress import Progress, progress
from apps.viewer.driver import Driver
from apps.viewer.panels.panel import Panel, State

NONE = "\N{EN DASH}"
"""What is shown of a way that is not there."""


class EnvironmentPanel(Panel):
    """Walls to build and to take away, random layouts, and the lengths of ways."""

    def __init__(self, server: Server, driver: Driver) -> None:
        super().__init__(server, driver)
        self.button("shuffle_layout", _shuffle)
        self.button("clear_walls", lambda lab: lab.helm.clear())

    def shown(self) -> State:
        """Return what the rule senses, and how long its way is."""
        lab = self.lab
        config = lab.model.config if lab.session.is_learned else None
        measured = progress(self.driver.moment)
        conditions = self.driver.moment.conditions
        return {
            "conditioned": config is not None and config.is_conditioned,
            "senses_walls": config is not None and bool(config.senses),
            "seeks": config is not None and seeks(lab.model),
            "has_walls": conditions is not None and bool(conditions.num_walls),
            "can_shuffle": config is not None and (seeks(lab.model) or bool(lab.model.targets)),
            "path_shown": measured is not None,
            **_lengths(measured),
        }


def _lengths(measured: Progress | None) -> State:
    shortest = None if measured is None else measured.shortest
    return {
        "path_grown": written(measured),
        "path_shortest": NONE if shortest is None else str(shortest),
        "path_reaches": measured is not None and measured.grown is not None,
        "path_is_open": shortest is not None,
    }


def written(measured: Progress | None) -> str:
    """Write how long the way is that was grown."""
    return NONE if measured is None or measured.grown is None else str(measured.grown)


def _shuffle(lab: Lab) -> None:
    lab.helm.shuffle(randbelow(2**32))
    lab.play()
