"""Hand-made rules in a real browser: soups, drawing, patterns, files, and the way to a creature."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import expect

import voxnca
from analysis import rules
from apps.lab.layout import Layout
from apps.lab.session import Session
from apps.workshop.served_viewer import (
    Served,
    color_at,
    frame_number,
    open_page_running,
    point,
    press,
    settle,
)

GLIDER = "bo$2bo$3o!"


@pytest.fixture
def serve() -> Iterator[Callable[..., Served]]:
    """Serve sessions, and end them with the test."""
    running = []

    def serve(session: Session) -> Served:
        running.append(Served(session, voxnca.model_names()).__enter__())
        return running[-1]

    yield serve
    for served in running:
        served.__exit__()


def empty(notation: str, space: tuple[int, ...]) -> Session:
    """Open a grid without life, paused."""
    layout = Layout(np.zeros(space, np.uint8), "dead", "an empty grid")
    session = Session(rules.parse(notation), layout=layout)
    session.pause()
    return session


def states(served: Served) -> np.ndarray:
    return served.session.made.automaton.cells


def set_state(page, **state) -> None:
    """Have the page change its state, as its controls do."""
    for name, value in state.items():
        page.evaluate("([name, value]) => trame.state.set(name, value)", [name, value])


def test_a_click_sets_a_cell_another_clears_it_and_a_drag_draws(serve, open_page):
    served = serve(empty("B3/S23", (20, 20)))
    page = open_page(served.url)
    x, y = point(page, 0.5, 0.5)
    page.mouse.click(x, y)
    served.until(lambda: served.moment.num_solid == 1)
    settle(page, frame_number(page))
    [row, column] = served.moment.cells[0].tolist()
    assert (row, column) in {(9, 9), (9, 10), (10, 9), (10, 10)}
    assert np.array_equal(color_at(page, x, y), served.session.made.colors[1]), "to the bit"
    page.mouse.click(x, y)
    served.until(lambda: served.moment.num_solid == 0)
    page.mouse.move(*point(page, 0.4, 0.5))
    page.mouse.down()
    page.mouse.move(*point(page, 0.6, 0.5))
    page.mouse.up()
    served.until(lambda: served.moment.num_solid > 3)
    drawn = np.argwhere(states(served))
    assert len(set(drawn[:, 0].tolist())) == 1
    assert np.array_equal(np.diff(drawn[:, 1]), np.ones(len(drawn) - 1)), "without gaps"
    page.keyboard.press("Control+z")
    served.until(lambda: served.moment.num_solid == 0)


def test_voxels_are_set_on_the_floor_and_on_voxels_and_erased(serve, open_page):
    served = serve(empty("4555", (9, 9, 9)))
    page = open_page(served.url)
    place = point(page, 0.5, 0.72)
    for count in (1, 2):
        page.mouse.click(*place)
        served.until(lambda count=count: served.moment.num_solid == count)
        settle(page, frame_number(page))
    assert served.moment.cells[0, 0] == 0, "the first lies on the floor"
    assert np.abs(np.diff(served.moment.cells, axis=0)).sum() == 1, "the second on the first"
    press(page, "Erase")
    served.until(lambda: str(served.viewer.driver.lab.hand) == "erase")
    page.mouse.click(*place)
    served.until(lambda: served.moment.num_solid == 1)


def test_a_soup_runs_its_census_grows_and_a_new_one_is_another(serve, open_page):
    served = serve(Session(rules.parse("wireworld"), space=(40, 40)))
    page = open_page_running(open_page, served)
    served.until(lambda: served.session.step_index > 3)
    expect(page.locator("#voxnca-rule")).to_have_text("Wireworld")
    expect(page.get_by_role("img", name="Cells by state")).to_be_visible()
    assert page.locator(".voxnca-chart polyline").count() == 3
    press(page, "Pause")
    served.until(lambda: not served.session.playing)
    before = served.session.made.layout.cells
    press(page, "New soup")
    served.until(lambda: served.session.playing)
    assert not np.array_equal(served.session.made.layout.cells, before)
    press(page, "Empty")
    served.until(lambda: served.moment.num_solid == 0 and not served.session.playing)


def test_a_pasted_pattern_runs_and_a_broken_one_says_why_and_loses_nothing(serve, open_page):
    served = serve(empty("B3/S23", (20, 20)))
    page = open_page(served.url)
    page.get_by_label("Or paste one").fill("x = 3, y = 1, rule = B3/S23\n3o%!")
    press(page, "Run it")
    expect(page.locator(".voxnca-notice.voxnca-error")).to_be_visible()
    assert served.moment.num_solid == 0
    page.get_by_label("Or paste one").fill(f"x = 3, y = 3, rule = B36/S23\n{GLIDER}")
    press(page, "Run it")
    served.until(lambda: served.moment.num_solid == 5)
    expect(page.locator("#voxnca-rule")).to_have_text("HighLife")
    expect(page.locator("#voxnca-notation")).to_contain_text("B36/S23")


def test_a_typed_rule_runs_and_a_broken_one_says_how_it_is_written(serve, open_page):
    served = serve(empty("B3/S23", (20, 20)))
    page = open_page(served.url)
    box = page.get_by_role("textbox", name="Or type one")
    box.fill("B9/S23")
    box.press("Enter")
    notice = page.locator(".voxnca-notice.voxnca-error")
    expect(notice).to_contain_text("B9")
    assert str(served.session.rule) == "B3/S23"
    box.fill("3d4,5/5")
    box.press("Enter")
    served.until(lambda: not served.session.is_learned and served.moment.num_dims == 3)
    assert str(served.session.rule) == "B5/S4,5"


def test_a_shipped_pattern_and_a_file_are_opened_and_what_runs_is_saved(
    serve, open_page, tmp_path: Path
):
    served = serve(empty("B3/S23", (20, 20)))
    page = open_page(served.url)
    set_state(page, pattern="gosper-glider-gun")
    served.until(lambda: "gun" in served.session.made.layout.words)
    file = tmp_path / "three.rle"
    file.write_text(f"x = 3, y = 3, rule = B3/S23:T30,30\n{GLIDER}\n", encoding="utf-8")
    page.locator("input[type=file][accept*='.rle']").set_input_files(file)
    served.until(lambda: served.session.space == (30, 30))
    press(page, "Pause")
    served.until(lambda: not served.session.playing)
    page.get_by_role("button", name="Save and share").click()
    with page.expect_download() as download:
        press(page, "Pattern")
    saved = rules.parse_pattern(Path(download.value.path()).read_text(encoding="utf-8"))
    assert rules.parse(saved.rule) == served.session.rule
    assert saved.cells.sum() == 5


def test_the_speed_goes_up_to_what_the_engine_gives(serve, open_page):
    served = serve(Session(rules.parse("B3/S23"), space=(64, 64)))
    page = open_page_running(open_page, served)
    set_state(page, speed_notch=11)
    served.until(lambda: served.session.step_index > 5_000)
    expect(page.get_by_text("as fast as it goes")).to_be_visible()
    first, last = served.session.past
    served.perform(lambda session: session.rewind((first + last) // 2))
    served.until(lambda: served.moment.step_index == (first + last) // 2)


def test_from_a_creature_to_a_rule_and_back(serve, open_page):
    served = serve(Session(voxnca.load("butterfly")))
    page = open_page_running(open_page, served)
    expect(page.get_by_role("button", name="How it works")).to_be_visible()
    set_state(page, rule="Brian's Brain")
    served.until(lambda: not served.session.is_learned)
    expect(page.get_by_role("button", name="How it works")).to_be_hidden()
    expect(page.get_by_role("button", name="Begin again", exact=True)).to_be_visible()
    expect(page.get_by_role("radiogroup", name="State to draw")).to_be_visible()
    page.wait_for_function("trame.state.get('model') === null")
    set_state(page, model="butterfly")
    served.until(lambda: served.session.is_learned)
    expect(page.get_by_role("button", name="Grow again from the seed")).to_be_visible()
    assert served.session.speed == 20
