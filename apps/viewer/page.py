"""The page round the picture: what its buttons do, and what it tells (trame, Vuetify 3)."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from trame.ui.vuetify3 import VAppLayout
from trame_server.core import Server

from apps.lab.session import Session
from apps.viewer.choices import listed_choice, opened_choice
from apps.viewer.driver import Driver
from apps.viewer.stream import wound
from voxnca import NCA, load

WWW = Path(__file__).parent / "www"
UPDATE_SECONDS = 0.2
"""The status line changes at most so often: a text that flickers is not read."""
MIN_MAX_RADIUS = 6
TAB_ONLY = ("theme", "drawer", "homes", "shots", "frames_per_second")
"""State of a tab that it does not share."""
ASSETS = {
    "serve": {"__voxnca": str(WWW)},
    "scripts": ["__voxnca/view.js"],
    "vue_use": ["voxnca"],
}
_COLORS = {
    "dark": {"primary": "#ff7a66", "surface": "#242a36", "background": "#1e232e"},
    "light": {"primary": "#c2362d", "surface": "#ffffff", "background": "#ecf0f5"},
}


class Page:
    """The layout and the shared state of all tabs.

    Args:
        server: of trame.
        driver: of the session.
        models: names that `voxnca.load` knows, to choose from.
    """

    def __init__(self, server: Server, driver: Driver, models: Sequence[str]) -> None:
        self._state, self._driver = server.state, driver
        self._opened = driver.model
        self._name = self._opened_name = _name(driver.model)
        others = [name for name in dict.fromkeys(models) if name != self._name]
        self._models = [self._name, *others]
        self._changed = asyncio.Event()
        self._state.update(
            model=self._name,
            models=[opened_choice(self._name, driver.model), *map(listed_choice, others)],
            radius=driver.radius_cells,
            speed=round(driver.speed),
            theme="dark",
            drawer=None,
            homes=0,
            shots=0,
            frames_per_second=0,
            trame__title="voxnca",
            trame__template_error=(WWW / "gone.html").read_text(encoding="utf-8"),
        )
        self._update()
        self._state.client_only(*TAB_ONLY)
        self._listen(server)
        self._build(server)

    async def run(self) -> None:
        """Keep the status line up to date, for ever."""
        self._driver.watch(self._changed.set)
        while True:
            await self._changed.wait()
            self._changed.clear()
            with self._state:
                self._update()
            await asyncio.sleep(UPDATE_SECONDS)

    def _listen(self, server: Server) -> None:
        for name, work in (
            ("play", Session.play),
            ("pause", Session.pause),
            ("step", _one_step),
            ("reset", Session.reset),
        ):
            server.trigger(name)(partial(self._act, work))
        server.trigger("wound_center")(self._wound_center)
        server.state.change("speed")(self._set_speed)
        server.state.change("radius")(self._set_radius)
        server.state.change("model")(self._choose)

    def _build(self, server: Server) -> None:
        config = {
            "theme": {
                "themes": {
                    name: {"dark": name == "dark", "colors": colors}
                    for name, colors in _COLORS.items()
                }
            }
        }
        with VAppLayout(server, theme=("theme",), vuetify_config=config) as layout:
            layout.root.add_child((WWW / "page.html").read_text(encoding="utf-8"))

    def _update(self) -> None:
        moment, notice, driver = self._driver.moment, self._driver.notice, self._driver
        noun = "voxels" if moment.num_dims == 3 else "cells"
        self._state.update(
            playing=driver.playing,
            step=moment.step_index,
            num_live=f"{len(moment.cells):,}",
            num_dims=moment.num_dims,
            iou="" if moment.iou is None else f"{moment.iou:.3f}",
            max_radius=max(MIN_MAX_RADIUS, max(moment.space) // 3),
            notice=notice.text,
            notice_is_error=notice.is_error,
            notice_number=notice.number,
            picture_label=(
                f"The creature in {moment.num_dims}D: {len(moment.cells):,} {noun}. "
                "Click to carve a wound, drag or use the arrow keys to turn it."
            ),
        )

    async def _act(self, work: Callable[[Session], None]) -> None:
        """Do what a button asks for; what was said before, a failure say, is over then."""
        self._driver.say("")
        await self._driver.perform(work)

    async def _wound_center(self) -> None:
        await wound(self._driver, lambda session: session.wound_center(session.radius_cells))

    async def _set_speed(self, speed: float, **_: object) -> None:
        await self._driver.perform(lambda session: session.set_speed(speed))

    async def _set_radius(self, radius: float, **_: object) -> None:
        await self._driver.perform(lambda session: session.set_radius(radius))

    async def _choose(self, model: str, **_: object) -> None:
        """Switch to a model; when it cannot be read, the list shows the one before again."""
        if model == self._name:
            return
        self._driver.say("")
        # A tab may send any name: a path is no choice of this list.
        if model in self._models and await self._driver.perform(
            lambda session: self._switch(session, model)
        ):
            self._name = model
        with self._state:
            self._state.model = self._name

    def _switch(self, session: Session, name: str) -> bool:
        session.switch(self._opened if name == self._opened_name else load(name))
        session.play()
        return True


def _name(model: NCA) -> str:
    """Name a model for the list: by its own name, else by what it is to grow."""
    target = "" if model.target is None else model.target.name
    return model.info.name or f"{target} (untrained)".strip()


def _one_step(session: Session) -> None:
    session.pause()
    session.step()
