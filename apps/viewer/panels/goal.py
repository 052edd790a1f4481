"""What the rule is to grow: a built-in target, a file, or something painted."""

from __future__ import annotations

from collections.abc import Callable

from trame_server.core import Server

from apps.lab.lab import Lab
from apps.viewer.choices import Choice, target_choice
from apps.viewer.driver import Driver
from apps.viewer.panels.panel import Panel, State
from voxnca import Target, load_target, target_names

DEFAULT_SIZE = {2: 24, 3: 16}
MIN_SIZE, MAX_SIZE = 8, 48


class GoalPanel(Panel):
    """The list of targets, and their size."""

    def __init__(self, server: Server, driver: Driver) -> None:
        super().__init__(server, driver)
        self._readers: dict[str, Callable[[int | None], Target]] = {}
        self._choices: dict[str, Choice] = {}
        for name in target_names():
            self.offer(load_target(name), _built_in(name))
        self._note()
        self.field("target", self._choose)
        self.field("target_size", self._resize)

    def shown(self) -> State:
        """Return which it is, and which there are."""
        self._note()
        target = self.lab.session.target
        return {
            "target": None if target is None else target.name,
            "target_size": DEFAULT_SIZE[3] if target is None else max(target.size),
            "targets": list(self._choices.values()),
        }

    def offer(self, target: Target, read: Callable[[int | None], Target]) -> None:
        """Add a target to the list, or replace the one of its name."""
        self._readers[target.name] = read
        self._choices[target.name] = target_choice(target)

    def _note(self) -> None:
        """Keep a target that is on no list, so that it can be chosen again."""
        target = self.lab.session.target
        if target is not None and target.name not in self._readers:
            self.offer(target, lambda _: target)

    def _choose(self, lab: Lab, name: object) -> None:
        if isinstance(name, str) and name in self._readers:
            lab.aim(self._readers[name](None))

    def _resize(self, lab: Lab, size: object) -> None:
        target = lab.target
        if isinstance(size, int) and MIN_SIZE <= size <= MAX_SIZE:
            lab.aim(self._readers[target.name](size))


def _built_in(name: str) -> Callable[[int | None], Target]:
    def read(size: int | None) -> Target:
        if size is not None:
            return load_target(name, size=size)
        whole = load_target(name)
        wanted = DEFAULT_SIZE[whole.num_dims]
        return load_target(name, size=wanted)

    return read
