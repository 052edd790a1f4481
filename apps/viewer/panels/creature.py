"""Which rule runs: one that ships, the one the lab was opened on, or one that was trained here."""

from __future__ import annotations

from collections.abc import Sequence

from trame_server.core import Server

from apps.lab.lab import Lab
from apps.viewer.choices import Choice, listed_choice, opened_choice
from apps.viewer.driver import Driver
from apps.viewer.panels.panel import Panel, State
from voxnca import NCA, load


class CreaturePanel(Panel):
    """The list of models.

    Args:
        server: of trame.
        driver: of the lab.
        models: names that `voxnca.load` knows, to choose from.
    """

    def __init__(self, server: Server, driver: Driver, models: Sequence[str]) -> None:
        super().__init__(server, driver)
        self._own: dict[str, NCA] = {}
        self._own_choices: dict[str, Choice] = {}
        self._note()
        self._shipped = [name for name in dict.fromkeys(models) if name not in self._own]
        self._shipped_choices = [listed_choice(name) for name in self._shipped]
        self.field("model", self._choose)

    def shown(self) -> State:
        """Return which it is, and which there are."""
        self._note()
        # A discrete model runs as the rule that it computes, and is still what was chosen.
        is_chosen = self.lab.session.is_learned or self.lab.label in self._shipped
        return {
            "model": self.lab.label if is_chosen else None,
            "models": [*self._own_choices.values(), *self._shipped_choices],
        }

    def _choose(self, lab: Lab, name: object) -> None:
        # A tab may send any name: a path is no choice of this list.
        if not isinstance(name, str) or name not in (*self._own, *self._shipped):
            return
        kept = lab.learned()
        if kept is not None:
            self._own[lab.label] = kept
        lab.open(self._own[name] if name in self._own else load(name), name)

    def _note(self) -> None:
        """Keep a model that is on no list, so that it can be chosen again."""
        if not self.lab.session.is_learned:
            return
        name = self.lab.label
        if name in self._own or name in getattr(self, "_shipped", ()):
            return
        self._own[name] = self.lab.model
        self._own_choices[name] = opened_choice(name, self.lab.model)
