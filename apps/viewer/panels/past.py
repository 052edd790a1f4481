"""Time: back to what was, and out of it as a clip."""

from __future__ import annotations

from trame_server.core import Server

from apps.lab.lab import Lab
from apps.viewer.driver import Driver
from apps.viewer.panels.panel import Panel, State


class PastPanel(Panel):
    """The time line under the picture."""

    def __init__(self, server: Server, driver: Driver) -> None:
        super().__init__(server, driver)
        self.button("rewind", lambda lab, step: Lab.rewind(lab, int(step)))

    def shown(self) -> State:
        """Return what part of the past is kept."""
        first, last = self.lab.past
        return {"past_first": first, "past_last": last}
