"""What of the creature is shown: its colours, its insides, what it lacks."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from trame_server.core import Server

from apps.lab.lab import Lab
from apps.lab.look import CUTS, FIRST_HIDDEN, SHOWS, Look, Rgb
from apps.lab.session import Session
from apps.lab.vulnerability import map_of
from apps.viewer.driver import Driver
from apps.viewer.panels.panel import Panel, State

AXES = {2: ("row", "column"), 3: ("z, from below", "y, from front to back", "x, from the left")}


class LookPanel(Panel):
    """The controls of a `Look`."""

    def __init__(self, server: Server, driver: Driver) -> None:
        super().__init__(server, driver)
        for name in ("show", "channel", "cut", "cut_axis", "cut_at"):
            self.field(f"look_{name}", _taker(name))
        self.button("look_plainly", lambda lab: lab.look(Look()))

    def shown(self) -> State:
        """Return what was chosen, what may be, and what the colours mean."""
        look, session = self.lab.session.look, self.lab.session
        return {
            "look_show": look.show,
            "look_shows": _shows(session),
            "look_channel": look.channel,
            "look_first": FIRST_HIDDEN,
            "look_channels": _last_channel(session),
            "look_cut": look.cut,
            "look_cuts": list(CUTS),
            "look_cut_axis": -1 if look.cut_axis is None else look.cut_axis,
            "look_axes": [
                {"title": "whole", "value": -1},
                *({"title": t, "value": k} for k, t in enumerate(AXES[len(session.space)])),
            ],
            "look_cut_at": look.cut_at,
            "look_legend": [] if look == Look() else [_swatch(*entry) for entry in look.legend],
        }


def _shows(session: Session) -> list[str]:
    """Return what there is to show of the rule that runs."""
    if not session.is_learned:
        return list(SHOWS[:1])
    known = map_of(session.model) is not None
    return [show for show in SHOWS if show != "healing" or known]


def _last_channel(session: Session) -> int:
    """Return the last hidden channel that two more follow."""
    if not session.is_learned:
        return FIRST_HIDDEN
    return max(FIRST_HIDDEN, session.model.config.num_channels - 3)


def _swatch(color: Rgb | None, words: str) -> State:
    return {"colour": "" if color is None else f"rgb{color}", "words": words}


def _taker(name: str) -> Any:
    def take(lab: Lab, value: Any) -> None:
        if name == "cut_axis":
            value = None if value == -1 else value
        lab.look(replace(lab.session.look, **{name: value}))

    return take
