"""Play, pause, step and grow again; and how things stand."""

from __future__ import annotations

from trame_server.core import Server

from apps.lab.lab import Lab
from apps.lab.pace import Pace
from apps.viewer.driver import Driver
from apps.viewer.panels.panel import Panel, State


class RunPanel(Panel):
    """The buttons of the bar, and the status line."""

    def __init__(self, server: Server, driver: Driver) -> None:
        super().__init__(server, driver)
        self._pace = Pace()
        for name, work in (
            ("play", Lab.play),
            ("pause", Lab.pause),
            ("step", Lab.step),
            ("reset", Lab.reset),
        ):
            self.button(name, work)
        self.field("speed", lambda lab, speed: lab.session.set_speed(speed))

    def shown(self) -> State:
        """Return the status."""
        session, moment, easel = self.lab.session, self.driver.moment, self.lab.easel
        self._pace.note(self.driver.steps_taken)
        count = moment.num_solid if easel is None else easel.count
        noun = "voxels" if moment.num_dims == 3 else "cells"
        return {
            "playing": session.playing,
            "speed": round(session.speed),
            "step": session.step_index,
            "steps_per_second": round(self._pace.steps_per_second, 1),
            "num_live": f"{count:,}",
            "num_dims": moment.num_dims,
            "iou": "" if moment.iou is None else f"{moment.iou:.3f}",
            "is_dead": session.is_dead,
            "picture_label": self._label(count, noun),
        }

    def _label(self, count: int, noun: str) -> str:
        easel, dims = self.lab.easel, self.driver.moment.num_dims
        if easel is not None:
            return f"The easel in {easel.num_dims}D: {count:,} {noun}. Click to paint."
        if self.lab.session.is_learned:
            return (
                f"The creature in {dims}D: {count:,} {noun}. "
                "Click to carve a wound, drag or use the arrow keys to turn it."
            )
        return f"{self.lab.label} in {dims}D: {count:,} {noun}. Click to {self.lab.hand}."
