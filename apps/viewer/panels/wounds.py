"""How wounds are dealt, and taken back."""

from __future__ import annotations

from trame_server.core import Server

from apps.lab.carving import SHAPES
from apps.lab.lab import Lab
from apps.viewer.driver import Driver
from apps.viewer.panels.panel import Panel, State
from apps.viewer.touch import wound

MIN_MAX_RADIUS = 6


class WoundPanel(Panel):
    """Shape and size of wounds, the hand that deals them, and undo."""

    def __init__(self, server: Server, driver: Driver) -> None:
        super().__init__(server, driver)
        self.trigger("wound_center", self._wound_center)
        self.trigger("undo", self._undo)
        self.field("radius", lambda lab, radius: lab.session.set_radius(radius))
        self.field("wound_shape", lambda lab, shape: lab.session.set_shape(shape))
        self.field("hand", lambda lab, hand: lab.take_in_hand(hand))

    def shown(self) -> State:
        """Return what was chosen."""
        session = self.lab.session
        return {
            "radius": session.radius_cells,
            "max_radius": max(MIN_MAX_RADIUS, max(session.space) // 3),
            "wound_shape": session.shape,
            "wound_shapes": list(SHAPES),
            "hand": str(self.lab.hand),
            "hands": [str(hand) for hand in self.lab.hands],
            "can_undo": session.can_undo,
        }

    async def _wound_center(self) -> None:
        await wound(self.driver, Lab.wound_center)

    async def _undo(self) -> None:
        undone = await self.driver.perform(Lab.undo)
        if undone is not None:
            self.driver.say(undone)
