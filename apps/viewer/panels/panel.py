"""What every group of controls has: buttons, fields, and what it shows of the lab."""

from __future__ import annotations

from collections import Counter
from collections.abc import Awaitable, Callable
from typing import Any

from trame_server.core import Server

from apps.lab.lab import Lab
from apps.viewer.driver import Driver

State = dict[str, Any]


class Panel:
    """A group of controls.

    Args:
        server: of trame.
        driver: of the lab.
    """

    def __init__(self, server: Server, driver: Driver) -> None:
        self._server, self.driver = server, driver
        self._told: State = {}
        self._asked: Counter[str] = Counter()

    @property
    def lab(self) -> Lab:
        """What it controls."""
        return self.driver.lab

    async def refresh(self) -> None:
        """Get ready for `shown` what takes the lab's time."""

    def shown(self) -> State:
        """Return what it shows: state of the page by name."""
        return {}

    def news(self) -> State:
        """Return what it shows otherwise than it has told.

        What a tab asks for just now is left alone: a slider would jump back under the hand, and
        a choice would be overwritten before the lab has heard of it.
        """
        news = {
            name: value
            for name, value in self.shown().items()
            if not self._asked[name] and not (name in self._told and self._told[name] == value)
        }
        self._told |= news
        return news

    def show(self) -> None:
        """Bring what it shows up to date, in all tabs."""
        with self._server.state as state:
            state.update(self.news())

    def button(self, name: str, work: Callable[..., object]) -> None:
        """Have the page's trigger `name` do something in the lab; its arguments are passed on."""

        async def act(*arguments: Any) -> None:
            self.driver.say("")  # what was said before, a failure say, is over
            await self.driver.perform(lambda lab: work(lab, *arguments))
            self.show()

        self._server.trigger(name)(act)

    def trigger(self, name: str, work: Callable[..., Awaitable[None]]) -> None:
        """Have the page's trigger `name` do something on the event loop."""
        self._server.trigger(name)(work)

    def field(self, name: str, take: Callable[[Lab, Any], object]) -> None:
        """Have the lab take what somebody chose; a choice that fails is shown as it was."""

        async def take_over(**state: Any) -> None:
            value = state[name]
            if name in self._told and self._told[name] == value:
                return  # it is what we have told ourselves
            self._told[name] = value
            self._asked[name] += 1
            try:
                await self.driver.perform(lambda lab: take(lab, value))
            finally:
                self._asked[name] -= 1
            self.show()

        self._server.state.change(name)(take_over)
