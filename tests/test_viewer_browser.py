"""The page in a real browser, with real clicks.

A test waits for what it wants to see, never for time to pass. What the page shows is held against
the session behind it, and where a click went against the colour under the pointer.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import pytest
import torch
from playwright.sync_api import Browser, Locator, Page, expect

import voxnca
from apps.lab.session import Session
from apps.workshop.served_viewer import (
    Served,
    ball,
    color_at,
    cube,
    frame_number,
    open_page_running,
    picture,
    point,
    press,
    settle,
    wait_for_frame,
)

TIMES = "\N{MULTIPLICATION SIGN}"
FOREIGN = "evil.example"
"""A name of somebody else's, which the test's browser is told leads to this machine."""


@pytest.fixture(scope="module")
def cubes() -> Iterator[Served]:
    """A 3D cube that stands still, shared by the tests that leave it as they found it."""
    with Served(Session(cube(3), start="target"), voxnca.model_names()) as served:
        yield served


@pytest.fixture
def still(cubes: Served) -> Served:
    """The cube, paused and whole again."""
    cubes.perform(Session.pause)
    cubes.perform(Session.reset)
    cubes.loop.call_soon_threadsafe(cubes.viewer.driver.say, "")
    return cubes


class TestClick:
    @pytest.mark.parametrize(("x", "y"), [(0.5, 0.45), (0.42, 0.6), (0.6, 0.52)])
    def test_in_3d_removes_the_ball_round_the_voxel_under_the_pointer(self, still, open_page, x, y):
        page, before = open_page(still.url), still.moment
        seen = color_at(page, *point(page, x, y))
        page.mouse.click(*point(page, x, y))
        page.get_by_text("Removed").wait_for()
        after, notice = still.moment, page.locator(".voxnca-notice").inner_text()
        center = [
            int(part) for part in notice[notice.index("[") + 1 : notice.index("]")].split(",")
        ]
        gone = ball(before.cells, center, 4)
        assert np.array_equal(after.cells, before.cells[~gone])
        assert notice.startswith(f"Removed {gone.sum()} voxels")
        color = before.colors[(before.cells == center).all(1)][0].astype(float)
        assert np.allclose(seen / seen.sum(), color / color.sum(), atol=0.02), "the voxel it showed"

    def test_in_2d_removes_the_disc_round_the_cell_under_the_pointer(self, open_page):
        with Served(Session(cube(2), start="target")) as served:
            served.perform(Session.pause)
            page, before = open_page(served.url), served.moment
            for x, y in ((0.5, 0.5), (0.4, 0.7)):
                served.perform(Session.reset)
                wait_for_frame(page, "wounds === 0")
                seen = color_at(page, *point(page, x, y))
                center = before.cells[(before.colors == seen).all(1)][0].tolist()
                page.mouse.click(*point(page, x, y))
                wait_for_frame(page, "wounds === 1")
                gone = ball(before.cells, center, 4)
                assert np.array_equal(served.moment.cells, before.cells[~gone])

    def test_beside_the_creature_removes_nothing(self, still, open_page):
        page = open_page(still.url)
        page.mouse.click(*point(page, 0.02, 0.02))
        page.get_by_text("No voxel there").wait_for()
        assert still.moment.num_wounds == 0

    def test_heals(self, open_page):
        session = Session(voxnca.load("mushroom"))
        for _ in range(3 * (session.model.info.grow_steps or 64)):
            session.step()
        session.set_speed(60)
        with Served(session) as served:
            page = open_page_running(open_page, served)
            before = len(served.moment.cells)
            page.mouse.click(*point(page, 0.5, 0.35))
            served.until(lambda: served.moment.num_wounds == 1)
            assert len(served.moment.cells) < before
            served.until(lambda: abs(len(served.moment.cells) - before) <= 0.03 * before)
            expect(page.locator("#voxnca-live")).not_to_be_empty()


class TestDrag:
    def test_turns_the_picture_and_removes_nothing(self, still, open_page):
        page = open_page(still.url)
        before, number = picture(page), frame_number(page)
        page.mouse.move(*point(page, 0.5, 0.5))
        page.mouse.down()
        page.mouse.move(*point(page, 0.6, 0.55), steps=5)
        page.mouse.up()
        settle(page, after=number)
        assert picture(page) != before
        assert still.moment.num_wounds == 0

    def test_of_five_pixels_and_back_is_still_a_drag(self, still, open_page):
        page = open_page(still.url)
        x, y = point(page, 0.5, 0.5)
        page.mouse.move(x, y)
        page.mouse.down()
        page.mouse.move(x + 5, y)
        page.mouse.move(x, y)
        page.mouse.up()
        # A click behind it shows that everything before has arrived.
        page.mouse.click(*point(page, 0.02, 0.02))
        page.get_by_text("No voxel there").wait_for()
        assert still.moment.num_wounds == 0

    def test_of_three_pixels_is_a_click(self, still, open_page):
        page = open_page(still.url)
        x, y = point(page, 0.5, 0.5)
        page.mouse.move(x, y)
        page.mouse.down()
        page.mouse.move(x + 3, y)
        page.mouse.up()
        wait_for_frame(page, "wounds === 1")

    def test_wheel_zooms_and_c_shows_all_of_it_again(self, still, open_page):
        page = open_page(still.url)
        before = picture(page)
        page.mouse.move(*point(page, 0.5, 0.5))
        page.mouse.wheel(0, -400)
        page.wait_for_function(
            "p => document.querySelector('canvas').toDataURL() !== p", arg=before
        )
        page.keyboard.press("c")
        page.wait_for_function(
            "p => document.querySelector('canvas').toDataURL() === p", arg=before
        )

    def test_arrow_keys_turn_it_for_those_without_a_mouse(self, still, open_page):
        page = open_page(still.url)
        before = picture(page)
        page.locator("canvas").focus()
        page.keyboard.press("ArrowLeft")
        page.wait_for_function(
            "p => document.querySelector('canvas').toDataURL() !== p", arg=before
        )


class TestControls:
    def test_play_pause_step_and_reset(self, still, open_page):
        page = open_page(still.url)
        press(page, "One step")
        wait_for_frame(page, "step === 1")
        expect(page.locator("#voxnca-step")).to_have_text("1")
        press(page, "Play")
        wait_for_frame(page, "step > 3")
        press(page, "Pause")
        expect(page.locator("#voxnca-paused")).to_be_visible()
        assert not still.viewer.driver.playing
        press(page, "Grow again from the seed")
        wait_for_frame(page, "step === 0")

    def test_keys(self, still, open_page):
        page = open_page(still.url)
        page.keyboard.press(".")
        wait_for_frame(page, "step === 1")
        page.keyboard.press(" ")
        wait_for_frame(page, "step > 2")
        expect(page.get_by_role("button", name="Pause")).to_be_visible()
        page.keyboard.press(" ")
        expect(page.locator("#voxnca-paused")).to_be_visible()
        page.keyboard.press("r")
        wait_for_frame(page, "step === 0")

    def test_wounds_the_centre_with_the_radius_of_the_slider(self, still, open_page):
        page, before = open_page(still.url), still.moment
        page.get_by_role("slider", name="Wound radius").focus()
        for _ in range(2):
            page.keyboard.press("ArrowLeft")
        expect(page.get_by_text("Wound radius: 3 cells")).to_be_visible()
        still.until(lambda: still.session.radius_cells == 3)
        press(page, "Wound the centre")
        page.get_by_text("radius 3.").wait_for()
        assert 90 < len(before.cells) - len(still.moment.cells) < 130
        page.get_by_role("slider", name="Wound radius").focus()
        for _ in range(2):
            page.keyboard.press("ArrowRight")
        still.until(lambda: still.session.radius_cells == 4)

    def test_switches_the_model(self, open_page):
        with Served(Session(cube(3), start="target"), voxnca.model_names()) as served:
            page = open_page_running(open_page, served)
            name = voxnca.model_names()[0]
            page.get_by_role("combobox", name="Model").first.click()
            page.get_by_role("option", name=re.compile(rf"^{name}\b")).click()
            wait_for_frame(page, "run === 2 && step > 0")
            assert served.session.model.info.name == name
            page.get_by_role("combobox", name="Model").first.click()
            page.get_by_role("option", name="cube").click()
            wait_for_frame(page, "run === 3")
            assert served.session.model.target.name == "cube"

    def test_saves_a_screenshot(self, still, open_page):
        page = open_page(still.url)
        with page.expect_download() as download:
            press(page, "Save a screenshot")
        assert download.value.suggested_filename.endswith("-0.png")
        assert download.value.path().read_bytes().startswith(b"\x89PNG")

    def test_every_control_has_a_name(self, still, open_page):
        page = open_page(still.url)
        for role in ("button", "slider", "combobox", "img"):
            found = page.get_by_role(role)
            assert found.count() > 0
            for k in range(found.count()):
                expect(found.nth(k)).to_have_accessible_name(re.compile(r"\w"))


def options(page: Page) -> list[Locator]:
    """Open the list of models and return what it offers."""
    page.get_by_role("combobox", name="Model").first.click()
    page.get_by_role("option").first.wait_for()
    return page.get_by_role("option").all()


def wait_for_picture(place: Locator) -> str:
    """Wait for the one picture there and return its address."""
    picture = place.locator("img")
    picture.wait_for()
    picture.page.wait_for_function("image => image.naturalWidth > 0", arg=picture.element_handle())
    return picture.get_attribute("src")


def test_the_list_shows_a_picture_and_a_line_beside_every_name(still, open_page):
    page = open_page(still.url)
    offered = options(page)
    assert len(offered) == 1 + len(voxnca.model_names())
    assert len({wait_for_picture(option) for option in offered}) == len(offered)
    for option, name in zip(offered[1:], voxnca.model_names(), strict=True):
        model = voxnca.load(name)
        title, line = option.inner_text().split("\n")
        assert title == name
        if model.is_discrete:
            assert (
                line == f"2D · {model.config.num_states} states · {model.info.learned_rule.written}"
            )
            continue
        assert line.startswith(f"{model.config.num_dims}D")
        if model.config.num_goals:
            assert f" · {model.config.num_goals} goals · heals " in line
        elif not model.config.is_conditioned:
            size = TIMES.join(map(str, model.target.size))
            other = "" if name.startswith(model.target.name) else f"{model.target.name} · "
            assert line.startswith(f"{model.config.num_dims}D · {size} · {other}heals ")
    assert offered[0].inner_text().split("\n") == ["cube (untrained)", f"3D · 10{TIMES}10{TIMES}10"]


def test_models_of_the_list_can_be_chosen_and_show_their_pictures(open_page):
    names = ("butterfly", "duck", "learned-life")
    with Served(Session(cube(2), start="target"), names) as served:
        page = open_page_running(open_page, served)
        for run, name in enumerate((*names, "cube (untrained)"), start=2):
            (option,) = [o for o in options(page) if o.inner_text().split("\n")[0] == name]
            expected = wait_for_picture(option)
            option.click()
            wait_for_frame(page, f"run === {run}")
            chosen = page.locator(".v-select__selection").first
            expect(chosen).to_have_text(name)
            assert wait_for_picture(chosen) == expected
            if name in voxnca.model_names() and voxnca.load(name).is_discrete:
                assert not served.session.is_learned
            else:
                assert (served.session.model.info.name or "cube (untrained)") == name
            expect(page.get_by_role("listbox")).to_be_hidden()


@pytest.mark.parametrize("value", ["unlisted", "path", None, ["butterfly"], {"title": "house"}])
def test_a_tab_cannot_choose_what_is_not_in_the_list(open_page, small_model_file, value):
    listed, *unlisted = voxnca.model_names()
    value = {"unlisted": unlisted[0], "path": str(small_model_file)}.get(str(value), value)
    with Served(Session(cube(2), start="target"), (listed,)) as served:
        page = open_page_running(open_page, served)
        before = served.session.model
        page.evaluate("value => window.trame.state.set('model', value)", value)
        page.wait_for_function("window.trame.state.get('model') === 'cube (untrained)'")
        press(page, "Pause")
        served.until(lambda: not served.viewer.driver.playing)
        assert served.session.model is before
        expect(page.locator(".v-select__selection").first).to_have_text("cube (untrained)")


class TestTrouble:
    def test_a_failure_pauses_and_says_why_and_the_picture_stays(self, open_page):
        session = Session(cube(3), start="target")
        session.pause()
        with Served(session) as served:
            page = open_page(served.url)
            with torch.no_grad():
                session.model.out.bias[3] = float("nan")
            page.keyboard.press(" ")
            page.locator(".voxnca-error").wait_for()
            assert "no longer finite" in page.locator(".voxnca-error").inner_text()
            expect(page.locator("#voxnca-paused")).to_be_visible()
            expect(page.locator("canvas")).to_be_visible()
            assert not served.viewer.driver.playing

    def test_a_model_that_is_gone_is_said_and_the_one_before_goes_on(self, open_page):
        with Served(Session(cube(3), start="target"), ("gone",)) as served:
            page = open_page_running(open_page, served)
            page.get_by_role("combobox", name="Model").first.click()
            page.get_by_role("option", name="gone").click()
            page.locator(".voxnca-error").wait_for()
            expect(page.locator(".v-select__selection").first).to_have_text("cube (untrained)")
            wait_for_frame(page, "run === 1 && step > 1")

    def test_a_server_that_stopped_is_said(self, open_page):
        with Served(Session(cube(2), start="target")) as served:
            page = open_page_running(open_page, served)
            served.stop()
            expect(page.get_by_role("alert")).to_contain_text("voxnca has stopped")


class TestTabs:
    def test_share_the_creature_and_not_the_camera(self, still, open_page):
        one, other = open_page(still.url), open_page(still.url, width=800, height=600)
        before, number = (picture(one), picture(other)), frame_number(one)
        one.locator("canvas").focus()
        one.keyboard.press("ArrowLeft")
        settle(one, after=number)
        assert picture(one) != before[0]
        assert picture(other) == before[1]
        one.mouse.click(*point(one, 0.5, 0.5))
        for page in (one, other):
            wait_for_frame(page, "wounds === 1")
            page.get_by_text("Removed").wait_for()
        press(other, "Play")
        expect(one.get_by_role("button", name="Pause")).to_be_visible()
        one.close()
        wait_for_frame(other, "step > 3")
        press(other, "Pause")
        other.close()
        page = open_page(still.url)
        assert page.locator("#voxnca-step").inner_text() != "0"

    def test_reloads_with_the_key_it_had(self, still, open_page):
        page = open_page(still.url)
        assert "secret" not in page.url
        page.reload()
        page.locator("canvas[data-frame]").wait_for()


class TestLooks:
    def test_icons_come_from_the_package(self, still, open_page):
        page = open_page(still.url)
        assert page.evaluate("document.fonts.check('24px \"Material Design Icons\"')")

    def test_is_usable_at_700_pixels(self, still, open_page):
        page = open_page(still.url, width=700, height=800)
        assert page.evaluate("document.documentElement.scrollWidth") <= 700
        assert page.locator("canvas").bounding_box()["width"] == 700
        for name in ("Play", "One step", "Save a screenshot", "Light theme"):
            expect(page.get_by_role("button", name=name)).to_be_in_viewport()
        press(page, "Open the settings")
        expect(page.get_by_role("slider", name="Wound radius")).to_be_in_viewport()

    def test_follows_the_system_and_changes_by_a_button(self, still, open_page):
        page = open_page(still.url, color_scheme="light")
        app = page.locator(".v-application")
        expect(app).to_contain_class("v-theme--light")
        assert color_at(page, *point(page, 0.02, 0.02)).min() > 200
        press(page, "Dark theme")
        expect(app).to_contain_class("v-theme--dark")
        page.wait_for_function(
            "document.querySelector('canvas').getContext('2d')"
            ".getImageData(2, 2, 1, 1).data[0] < 90"
        )


class TestDoor:
    def test_a_page_without_the_key_says_where_to_find_it(self, still, browser):
        with fresh(browser) as page:
            page.goto(still.url.split("?")[0])
            expect(page.get_by_role("alert")).to_contain_text("This page needs its key")

    def test_a_page_with_a_wrong_key_says_so(self, still, browser):
        with fresh(browser) as page:
            page.goto(still.url.split("?")[0] + "?secret=wslink-secret")
            expect(page.get_by_role("alert")).to_contain_text("This key is not valid")

    def test_a_foreign_name_for_this_machine_is_refused(self, still, browser):
        with fresh(browser) as page:
            answer = page.goto(still.url.replace("127.0.0.1", FOREIGN))
            assert answer.status == 403

    @pytest.mark.parametrize("path", ["ws", "stream"])
    def test_a_page_of_another_site_cannot_connect(self, still, browser, path):
        with fresh(browser) as page:
            page.route(f"http://{FOREIGN}/", lambda route: route.fulfill(body="<p>evil</p>"))
            page.goto(f"http://{FOREIGN}/")
            outcome = page.evaluate(
                """url => new Promise(done => {
                    const socket = new WebSocket(url);
                    socket.onopen = () => done("open");
                    socket.onerror = () => done("refused");
                })""",
                f"ws://127.0.0.1:{still.viewer.port}/{path}",
            )
            assert outcome == "refused"


@contextmanager
def fresh(browser: Browser) -> Iterator[Page]:
    context = browser.new_context()
    yield context.new_page()
    context.close()
