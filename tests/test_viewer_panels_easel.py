"""The easel's part of the page: its buttons reach the easel, and what it shows is the easel."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Self

import pytest
from hypothesis import given
from hypothesis import strategies as st

import voxnca
from apps.lab.easel import Easel
from apps.lab.hit import Hit
from apps.viewer.panels.easel import EaselPanel
from voxnca import Target, VoxncaError


class State(dict):
    """What trame shares with the tabs: names, values, and who is told when one changes."""

    def __init__(self) -> None:
        super().__init__()
        self.listeners: dict[str, Callable] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def change(self, name: str) -> Callable:
        return lambda callback: self.listeners.setdefault(name, callback)


class Server:
    def __init__(self) -> None:
        self.state, self.triggers = State(), {}

    def trigger(self, name: str) -> Callable:
        return lambda callback: self.triggers.setdefault(name, callback)


class Lab:
    """What the panel needs of a lab."""

    def __init__(self) -> None:
        self.easel: Easel | None = None
        self.goal: Target | None = None
        self.used: list[Target] = []

    @property
    def target(self) -> Target:
        if self.goal is None:
            raise VoxncaError("this model has no target")
        return self.goal

    def open_easel(self, easel: Easel | None) -> None:
        self.easel = easel

    def aim(self, target: Target) -> None:
        self.used.append(target)


class Driver:
    """Performs one thing after the other, each a turn of the loop later, as a thread would."""

    def __init__(self, lab: Lab) -> None:
        self.lab = lab
        self.failures: list[str] = []

    def say(self, text: str) -> None:
        assert text == ""

    async def perform(self, work: Callable) -> object:
        await asyncio.sleep(0)
        try:
            return work(self.lab)
        except VoxncaError as error:
            self.failures.append(str(error))
            return None


class Desk:
    """A panel and its surroundings."""

    def __init__(self) -> None:
        self.server, self.lab = Server(), Lab()
        self.driver = Driver(self.lab)
        self.panel = EaselPanel(self.server, self.driver)
        self.state = self.server.state
        self.panel.show()

    async def press(self, name: str, *arguments: object) -> None:
        await self.server.triggers[f"easel_{name}"](*arguments)

    async def choose(self, name: str, value: object) -> None:
        """Let a tab set a value: the server has it first, then tells its listeners."""
        self.state[f"easel_{name}"] = value
        await self.state.listeners[f"easel_{name}"](**self.state)

    def touch(self, *cell: int, outward: tuple[int, ...] = (1, 0, 0)) -> None:
        """Click on the picture; the page shows what became of it."""
        self.lab.easel.touch(Hit(cell, outward[: len(cell)] if len(cell) == 3 else (0, 0)))
        self.panel.show()

    def shown(self, *names: str) -> list[object]:
        return [self.state[f"easel_{name}"] for name in names]


@pytest.fixture
def desk() -> Desk:
    return Desk()


async def test_is_shut_until_it_is_opened(desk):
    assert desk.shown("dims", "undo", "redo", "count") == [0, False, False, 0]
    await desk.press("open", 3)
    assert desk.shown("dims", "size", "layer", "tool") == [3, 16, 0, "add"]
    assert 16 in desk.state["easel_sizes"]


async def test_buttons_reach_the_easel(desk):
    await desk.press("open", 3)
    desk.touch(0, 2, 2)
    assert desk.shown("count", "undo", "redo") == [1, True, False]
    await desk.press("undo")
    assert desk.shown("count", "undo", "redo") == [0, False, True]
    await desk.press("redo")
    assert desk.shown("count", "undo", "redo") == [1, True, False]
    await desk.press("clear")
    assert desk.shown("count", "undo") == [0, True]


@pytest.mark.parametrize(
    ("name", "value", "read"),
    [
        ("tool", "remove", lambda easel: easel.brush.tool),
        ("colour", "#0102ff", lambda easel: easel.brush.colour),
        ("mirror", True, lambda easel: easel.brush.mirror),
        ("layer", 3, lambda easel: easel.layer + 1),
        ("size", 24, lambda easel: easel.size),
    ],
)
async def test_choices_reach_the_easel(desk, name, value, read):
    await desk.press("open", 3)
    await desk.choose(name, value)
    assert read(desk.lab.easel) == value
    assert desk.shown(name) == [value]
    assert desk.driver.failures == []


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("tool", "spray"),
        ("tool", ["add"]),
        ("colour", "red"),
        ("layer", 99),
        ("layer", -1),
        ("layer", "3"),
        ("size", 5),
        ("size", None),
    ],
)
async def test_a_choice_that_is_refused_is_taken_back(desk, name, value):
    await desk.press("open", 3)
    desk.touch(0, 15, 15)  # a size of 5 would cut it off
    before = desk.shown(name)
    await desk.choose(name, value)
    assert desk.shown(name) == before
    assert len(desk.driver.failures) == 1


async def test_the_layer_slider_at_its_left_end_shows_all(desk):
    await desk.press("open", 3)
    await desk.choose("layer", 4)
    await desk.choose("layer", 0)
    assert desk.lab.easel.layer is None


async def test_a_picked_colour_shows(desk):
    await desk.press("open", 2)
    await desk.choose("colour", "#123456")
    desk.touch(1, 1)
    await desk.choose("colour", "#ffffff")
    await desk.choose("tool", "pick")
    desk.touch(1, 1)
    assert desk.shown("colour", "tool") == ["#123456", "add"]


@given(st.lists(st.integers(0, 16), min_size=1, max_size=8))
def test_a_slider_is_not_pulled_back_under_the_hand(layers):
    async def slide() -> None:
        desk = Desk()
        await desk.press("open", 3)
        async with asyncio.TaskGroup() as tasks:
            for layer in layers:
                tasks.create_task(desk.choose("layer", layer))
                await asyncio.sleep(0)
                assert desk.shown("layer") == [layer]
                desk.panel.show()  # the page tells what it shows at any time
                assert desk.shown("layer") == [layer]
        assert desk.shown("layer") == [layers[-1]]
        assert desk.lab.easel.layer == (layers[-1] - 1 if layers[-1] else None)

    asyncio.run(slide())


async def test_what_the_server_tells_is_no_choice(desk):
    """A listener also hears of what the server set itself, by then perhaps out of date."""
    await desk.press("open", 2)
    desk.touch(1, 1)
    await desk.choose("tool", "pick")
    desk.touch(1, 1)
    desk.lab.easel.brush.set_tool("remove")
    await desk.state.listeners["easel_tool"](**desk.state)
    assert desk.lab.easel.brush.tool == "remove"


async def test_use_hands_over_what_was_painted(desk):
    await desk.press("open", 2)
    await desk.press("use")
    assert "nothing is painted" in desk.driver.failures[0]
    assert desk.shown("dims") == [2]
    desk.touch(3, 3)
    await desk.press("use")
    assert [target.size for target in desk.lab.used] == [(1, 1)]
    assert desk.lab.easel is None
    assert desk.shown("dims") == [0]


async def test_what_is_left_is_there_the_next_time(desk):
    await desk.press("open", 2)
    desk.touch(3, 3)
    await desk.press("open", 3)
    assert desk.shown("dims", "count") == [3, 0]
    await desk.press("close")
    assert desk.shown("dims") == [0]
    await desk.press("open", 2)
    assert desk.shown("dims", "count", "undo") == [2, 1, True]


async def test_a_copy_of_the_target_can_be_painted_over(desk):
    await desk.press("open", 3, True)
    assert "no target" in desk.driver.failures[0]
    desk.lab.goal = voxnca.load_target("mushroom", size=12)
    await desk.press("open", 3, True)
    assert desk.shown("count") == [desk.lab.goal.num_solid]


async def test_buttons_without_an_easel_do_nothing(desk):
    for name in ("undo", "redo", "clear", "use", "close"):
        await desk.press(name)
    await desk.choose("size", 8)
    assert desk.lab.easel is None
    assert desk.driver.failures == []
