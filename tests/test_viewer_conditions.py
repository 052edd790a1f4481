"""Creatures that are steered, in a real browser with real clicks: goals, walls, a beacon."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import pairwise

import numpy as np
import pytest
from playwright.sync_api import Page, expect

import voxnca
from apps.lab.conditions import Conditions
from apps.lab.hand import Hand
from apps.lab.lab import Lab
from apps.lab.progress import progress
from apps.lab.session import Session
from apps.viewer.camera import home
from apps.viewer.panels.environment import NONE
from apps.workshop.hand_set import bars, vine
from apps.workshop.served_viewer import (
    Served,
    frame_number,
    point,
    press,
    settle,
    wait_for_frame,
)

Cell = tuple[int, ...]
SPEED = 100
"""Steps a second: what is waited for is the page."""


@pytest.fixture
def serve() -> Iterator[Callable[[Session], Served]]:
    """Serve sessions, and end them with the test."""
    running = []

    def serve(session: Session) -> Served:
        running.append(Served(session).__enter__())
        return running[-1]

    yield serve
    for served in running:
        served.__exit__()


def open_vine(root: Cell, beacon: Cell, space: Cell, *, shipped: str = "") -> Session:
    """Plant a vine in the open: a hand-set one, or one that ships."""
    told = Conditions(root, (), np.zeros(space, bool), beacon)
    model = voxnca.load(shipped) if shipped else vine(len(space))
    session = Session(model, space=space, conditions=told)
    session.set_speed(SPEED)
    return session


def told(served: Served) -> Conditions:
    conditions = served.moment.conditions
    assert conditions is not None
    return conditions


def grown(served: Served) -> int | None:
    measured = progress(served.moment)
    assert measured is not None
    return measured.grown


def reaches(served: Served) -> None:
    """Wait until the vine is grown along one of the shortest ways, and nowhere else."""

    def is_grown() -> bool:
        measured = progress(served.moment)
        return measured.grown == measured.shortest == served.moment.num_solid - 1

    served.until(is_grown)


def place(page: Page, served: Served, cell: Cell) -> tuple[float, float]:
    """Return where the middle of a cell is on the page, seen from home."""
    box = page.locator("canvas").bounding_box()
    spot = home(served.moment).spot(cell, box["width"] / box["height"])
    return point(page, spot.x, spot.y)


def grip(page: Page) -> tuple[float, float]:
    """Return where the page shows the beacon."""
    seen = page.locator("canvas").evaluate("canvas => ({...canvas.dataset})")
    return point(page, float(seen["beaconX"]), float(seen["beaconY"]))


def take(page: Page, served: Served, name: str, hand: Hand) -> None:
    """Take up a tool, and wait until the viewer knows: a click may overtake it."""
    press(page, name)
    served.until(lambda: served.viewer.driver.lab.hand is hand)


def drag(page: Page, *places: tuple[float, float]) -> None:
    page.mouse.move(*places[0])
    page.mouse.down()
    for one, other in pairwise(places):
        for share in (0.25, 0.5, 0.75, 1):
            page.mouse.move(*(a + share * (b - a) for a, b in zip(one, other, strict=True)))
    page.mouse.up()


def test_a_goal_is_switched_blended_and_taken_back(serve, open_page):
    served = serve(Session(bars(9), space=(9, 9)))
    page = open_page_paused(open_page, served)
    press(page, "Play")
    served.until(lambda: served.moment.iou == 1)
    expect(page.get_by_text("IoU with row")).to_be_visible()
    page.get_by_role("radio", name="column").click()
    served.until(lambda: served.session.target.name == "column" and served.moment.iou == 1)
    expect(page.get_by_text("IoU with column")).to_be_visible()
    expect(page.locator("#voxnca-iou")).to_have_text("1.000")
    expect(page.get_by_role("radio", name="column")).to_have_attribute("aria-checked", "true")
    page.keyboard.press("1")
    served.until(lambda: served.session.target.name == "row" and served.moment.iou == 1)
    # The slider leads to the goal before this one.
    slider = page.get_by_role("slider", name="Blend row with column")
    slider.press("ArrowRight")
    served.until(lambda: told(served).goal == (0.95, 0.05))
    expect(page.get_by_role("radio", name="row")).to_have_attribute("aria-checked", "false")
    press(page, "Undo the wound")
    served.until(lambda: told(served).goal == (1.0, 0.0))
    expect(slider).to_have_attribute("aria-valuenow", "0")
    page.get_by_label("Go back in time").fill("2")
    served.until(lambda: served.session.step_index == 2 and served.moment.num_solid == 3)
    assert told(served).goal == (1.0, 0.0)


def test_a_shape_that_ships_turns_into_another_and_heals_into_it(serve, open_page):
    served = serve(Session(voxnca.load("shapes")))
    served.perform(lambda session: session.set_speed(SPEED))
    page = open_page_paused(open_page, served)
    press(page, "Play")
    served.until(lambda: served.session.target.name == "heart" and served.moment.iou > 0.95)
    page.get_by_role("radio", name="gecko").click()
    served.until(lambda: served.session.target.name == "gecko")
    served.until(lambda: served.moment.iou > 0.95)
    expect(page.get_by_text("IoU with gecko")).to_be_visible()
    press(page, "Wound the centre")
    served.until(lambda: served.moment.num_wounds == 1)
    served.until(lambda: served.moment.iou > 0.95)
    page.keyboard.press("3")
    served.until(lambda: served.session.target.name == "flower" and served.moment.iou > 0.95)


def open_page_paused(open_page: Callable[..., Page], served: Served) -> Page:
    served.perform(Session.pause)
    page = open_page(served.url)
    settle(page)
    return page


@pytest.mark.parametrize("shipped", ["", "vine"])
def test_a_vine_is_walled_off_led_on_and_cut_in_2d(shipped, serve, open_page):
    served = serve(open_vine((8, 3), (8, 12), (17, 17), shipped=shipped))
    page = open_page_paused(open_page, served)
    press(page, "Play")
    reaches(served)
    expect(page.locator("#voxnca-path")).to_have_text("9")
    # A wall across its way: what was behind it withers, and the vine finds another way.
    take(page, served, "Build", Hand.WALL)
    drag(page, *(place(page, served, cell) for cell in ((4, 8), (12, 8))))
    served.until(lambda: told(served).walls == tuple((row, 8) for row in range(4, 13)))
    reaches(served)
    assert grown(served) == 19
    expect(page.locator("#voxnca-path")).to_have_text("19")
    expect(page.locator("#voxnca-shortest")).to_have_text("19")
    # The beacon is grabbed where it is seen, whatever the hand holds.
    seen = frame_number(page)
    drag(page, grip(page), place(page, served, (2, 10)), place(page, served, (2, 13)))
    served.until(lambda: told(served).beacon == (2, 13))
    reaches(served)
    assert told(served).num_walls == 9
    page.wait_for_function(
        "frame => Number(document.querySelector('canvas').dataset.frame) > frame", arg=int(seen)
    )
    # Cut it, and see it heal.
    served.perform(Session.pause)
    take(page, served, "Carve", Hand.CARVE)
    root, beacon = told(served).root, told(served).beacon
    inner = [c for c in map(tuple, served.moment.solid.tolist()) if c not in (root, beacon)]
    served.perform(lambda session: session.set_radius(1))
    # Close to the beacon a click would grab that.
    far = max(
        inner, key=lambda cell: min(np.abs(np.subtract(cell, end)).max() for end in (root, beacon))
    )
    wait_for_frame(page, f"step === {served.moment.step_index}")
    page.mouse.click(*place(page, served, far))
    served.until(lambda: served.moment.num_wounds == 1)
    expect(page.locator("#voxnca-path")).to_have_text(NONE)
    press(page, "Play")
    reaches(served)
    # All of it is taken back, one by one: the cut, the whole drag, the wall.
    for _ in range(3):
        press(page, "Undo the wound")
    served.until(lambda: told(served).num_walls == 0 and told(served).beacon == (8, 12))
    assert not served.session.can_undo


def test_a_vine_goes_round_a_wall_and_to_the_beacon_in_3d(serve, open_page):
    served = serve(open_vine((0, 4, 1), (0, 4, 7), (9, 9, 9)))
    page = open_page_paused(open_page, served)
    take(page, served, "Build", Hand.WALL)
    page.mouse.click(*place(page, served, (-0.5, 4, 4)))
    served.until(lambda: told(served).walls == ((0, 4, 4),))
    press(page, "Play")
    reaches(served)
    assert grown(served) == 8
    served.perform(Session.pause)
    settle(page)
    page.get_by_role("button", name="Clear", exact=True).click()
    page.mouse.click(*place(page, served, (0, 4, 4)))
    served.until(lambda: told(served).num_walls == 0)
    press(page, "Play")
    reaches(served)
    assert grown(served) == 6
    served.perform(Session.pause)
    settle(page)
    x, y = grip(page)
    drag(page, (x, y), (x, y - 150))
    served.until(lambda: told(served).beacon[0] > 2)
    assert told(served).beacon[1] == 4, "it stays in the layer that faces the viewer"
    press(page, "Play")
    reaches(served)
    served.perform(Session.pause)
    press(page, "Random layout")
    served.until(lambda: told(served).num_walls > 0)
    reaches(served)


def test_two_pages_and_a_turned_camera_find_the_beacon(serve, open_page):
    served = serve(open_vine((2, 2, 2), (6, 6, 6), (9, 9, 9)))
    page = open_page_paused(open_page, served)
    before, seen = grip(page), frame_number(page)
    drag(page, point(page, 0.2, 0.5), point(page, 0.5, 0.6))
    settle(page, seen)
    assert np.hypot(*np.subtract(grip(page), before)) > 20, "the picture has turned"
    assert told(served).beacon == (6, 6, 6)
    x, y = grip(page)
    drag(page, (x, y), (x + 60, y))
    served.until(lambda: told(served).beacon != (6, 6, 6))
    served.perform_in_lab(Lab.undo)
    assert told(served).beacon == (6, 6, 6)
