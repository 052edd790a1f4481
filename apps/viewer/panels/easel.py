"""The controls of the easel: what its buttons do, and what they show (`www/easel.html`)."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from trame_server.core import Server

from apps.lab.colour import PALETTE
from apps.lab.easel import Easel
from apps.lab.lab import Lab
from apps.viewer.driver import Driver
from apps.viewer.panels.panel import Panel, State
from voxnca import ArgumentError

SIZES = {2: (8, 12, 16, 24, 32, 48, 64), 3: (8, 12, 16, 24, 32, 48)}
"""To choose from: even, so that the mirror stays in the middle when the size changes."""


class EaselPanel(Panel):
    """The easel's part of the page.

    What was painted is kept when the easel is left, in 2D and in 3D, until the next time.
    """

    def __init__(self, server: Server, driver: Driver) -> None:
        super().__init__(server, driver)
        self._left: dict[int, Easel] = {}
        self._num_paintings = 0
        self._shut = _settings(Easel(2))
        self.button("easel_open", self._put_up)
        self.button("easel_close", self._close)
        self.button("easel_use", self._use)
        for name, act in (("undo", Easel.undo), ("redo", Easel.redo), ("clear", Easel.clear)):
            self.button(f"easel_{name}", partial(_on_easel, act))
        for name, setter in _SETTERS.items():
            self.field(name, partial(_set_on_easel, setter))

    def shown(self) -> State:
        """Return the easel as it is now: a click may have changed it."""
        easel = self.lab.easel
        sizes = [] if easel is None else sorted({*SIZES[easel.num_dims], easel.size})
        return {
            "painting": easel is not None,
            "easel_palette": [{"name": name, "colour": c} for name, c in PALETTE.items()],
            "easel_dims": 0 if easel is None else easel.num_dims,
            "easel_flat": easel is not None and (easel.num_dims == 2 or easel.layer is not None),
            "easel_sizes": sizes,
            "easel_undo": easel is not None and easel.can_undo,
            "easel_redo": easel is not None and easel.can_redo,
            "easel_count": 0 if easel is None else easel.count,
        } | (self._shut if easel is None else _settings(easel))

    def _put_up(self, lab: Lab, num_dims: int, copy: object = None) -> None:
        """Begin to paint: on what was left, or on a copy of the present target."""
        easel = Easel.of(lab.target) if copy is True else self._left.get(num_dims)
        self._close(lab)
        lab.open_easel(easel or Easel(num_dims))

    def _close(self, lab: Lab) -> None:
        if lab.easel is not None:
            lab.easel.end()
            self._left[lab.easel.num_dims] = lab.easel
            lab.open_easel(None)

    def _use(self, lab: Lab) -> None:
        if lab.easel is None:
            return
        number = self._num_paintings + 1
        target = lab.easel.target("painting" if number == 1 else f"painting {number}")
        self._num_paintings = number
        self._close(lab)
        lab.aim(target)


def _on_easel(act: Callable[[Easel], None], lab: Lab) -> None:
    if lab.easel is not None:
        act(lab.easel)


def _set_on_easel(setter: Callable[[Easel, Any], None], lab: Lab, value: Any) -> None:
    if lab.easel is not None:
        setter(lab.easel, value)


def _settings(easel: Easel) -> State:
    """Return what the controls of an easel show."""
    return {
        "easel_tool": easel.brush.tool,
        "easel_colour": easel.brush.colour,
        "easel_mirror": easel.brush.mirror,
        "easel_layer": 0 if easel.layer is None else easel.layer + 1,
        "easel_size": easel.size,
    }


def _set_layer(easel: Easel, number: Any) -> None:
    """Show a layer, numbered from 1; 0 shows all of them."""
    if not isinstance(number, int):
        raise ArgumentError(f"layer={number!r} must be a whole number; reload the page")
    easel.set_layer(number - 1 if number else None)


_SETTERS: dict[str, Callable[[Easel, Any], None]] = {
    "easel_tool": lambda easel, tool: easel.brush.set_tool(tool),
    "easel_colour": lambda easel, colour: easel.brush.set_colour(colour),
    "easel_mirror": lambda easel, mirror: easel.set_mirror(mirror is True),
    "easel_layer": _set_layer,
    "easel_size": Easel.resize,
}
