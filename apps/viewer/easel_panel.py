"""The controls of the easel: what its buttons do, and what they show (`www/easel.html`)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from functools import partial
from typing import Any, Protocol, TypeVar

from trame_server.core import Server

from apps.lab.colour import PALETTE
from apps.lab.easel import Easel
from voxnca import ArgumentError, Target

SIZES = {2: (8, 12, 16, 24, 32, 48, 64), 3: (8, 12, 16, 24, 32, 48)}
"""To choose from: even, so that the mirror stays in the middle when the size changes."""

T = TypeVar("T")


class Lab(Protocol):
    """What the panel needs of the lab.

    Attributes:
        easel: what is painted on; None when nobody paints.
    """

    easel: Easel | None

    @property
    def target(self) -> Target | None:
        """What the creature is to become, to begin with a copy of it."""

    def use(self, target: Target) -> None:
        """Make a painted target the goal."""

    async def perform(self, work: Callable[[Lab], T]) -> T | None:
        """Do something to the lab in its thread; None when it failed, which the users are told."""


class EaselPanel:
    """The easel's part of the page.

    What was painted is kept when the easel is left, in 2D and in 3D, until the next time.

    Args:
        server: of trame.
        lab: whose easel it is.
    """

    def __init__(self, server: Server, lab: Lab) -> None:
        self._state, self._lab = server.state, lab
        self._left: dict[int, Easel] = {}
        self._told: dict[str, object] = {}
        self._asked: Counter[str] = Counter()
        self._state.update(
            easel_palette=[{"name": name, "colour": c} for name, c in PALETTE.items()],
            easel_sizes=[],
            **_settings(Easel(2)),
        )
        self.update()
        self._listen(server)

    def update(self) -> None:
        """Show the easel as it is now: after whatever may have changed it, a click say."""
        easel = self._lab.easel
        if easel is None:
            self._told.clear()
            self._state.update(easel_dims=0, easel_undo=False, easel_redo=False, easel_count=0)
            return
        self._state.update(
            easel_dims=easel.num_dims,
            easel_sizes=sorted({*SIZES[easel.num_dims], easel.size}),
            easel_undo=easel.can_undo,
            easel_redo=easel.can_redo,
            easel_count=easel.count,
        )
        # What a tab has just chosen is not sent back to it: a slider under way would jump.
        for name, value in _settings(easel).items():
            if not self._asked[name] and self._told.get(name) != value:
                self._told[name] = value
                self._state[name] = value

    def _listen(self, server: Server) -> None:
        server.trigger("easel_open")(self._open)
        server.trigger("easel_close")(partial(self._do, self._close))
        server.trigger("easel_use")(partial(self._do, self._use))
        for name, act in (("undo", Easel.undo), ("redo", Easel.redo), ("clear", Easel.clear)):
            server.trigger(f"easel_{name}")(partial(self._do, partial(_on_easel, act)))
        for name in _SETTERS:
            server.state.change(name)(partial(self._choose, name))

    async def _open(self, num_dims: int, copy: bool = False) -> None:
        """Begin to paint: on what was left, or on a copy of the present target."""
        await self._do(lambda lab: self._put_up(lab, num_dims, copy=copy is True))

    async def _do(self, work: Callable[[Lab], None]) -> None:
        await self._lab.perform(work)
        with self._state:
            self.update()

    async def _choose(self, name: str, /, **state: object) -> None:
        value = state[name]
        if self._lab.easel is None or self._told.get(name) == value:
            return
        self._told[name] = value
        self._asked[name] += 1
        try:
            setter = _SETTERS[name]
            await self._lab.perform(partial(_on_easel, lambda easel: setter(easel, value)))
        finally:
            self._asked[name] -= 1
        with self._state:
            self.update()

    def _put_up(self, lab: Lab, num_dims: int, *, copy: bool) -> None:
        if copy and lab.target is None:
            raise ArgumentError("there is no target to copy; begin with an empty easel")
        self._close(lab)
        if copy and lab.target is not None:
            lab.easel = Easel.of(lab.target)
        else:
            lab.easel = self._left.get(num_dims) or Easel(num_dims)

    def _close(self, lab: Lab) -> None:
        if lab.easel is not None:
            lab.easel.end()
            self._left[lab.easel.num_dims] = lab.easel
        lab.easel = None

    def _use(self, lab: Lab) -> None:
        if lab.easel is not None:
            lab.use(lab.easel.target())
            self._close(lab)


def _on_easel(act: Callable[[Easel], None], lab: Lab) -> None:
    if lab.easel is not None:
        act(lab.easel)


def _settings(easel: Easel) -> dict[str, object]:
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
