"""The live lab in a real browser: what people do in it, with real clicks, in 2D and 3D."""

from __future__ import annotations

import os
import re
import signal
from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np
import pytest
import torch
from PIL import Image
from playwright.sync_api import Page, expect
from typer.testing import CliRunner

import voxnca
from apps.cli import app
from apps.lab.knobs import Settings
from apps.lab.session import Session
from apps.viewer.panels.comparing import NOBODY
from apps.workshop.served_viewer import (
    Served,
    cube,
    frame_number,
    open_page_running,
    picture,
    point,
    press,
    settle,
    wait_for_frame,
)

DIMS = pytest.mark.parametrize("num_dims", [2, 3])
FLAT = pytest.mark.parametrize("num_dims", [2])
SOLID = pytest.mark.parametrize("num_dims", [3])
"""Where the other dimension takes the same way through the code, and only time."""
SMALL = {2: "heart", 3: "duck"}
GROWN = {2: "butterfly", 3: "duck"}
OTHER = {2: "butterfly", 3: "mushroom"}


def untrained(num_dims: int, size: int = 8) -> voxnca.NCA:
    """Make a rule that has learned nothing, small enough to learn in seconds."""
    config = voxnca.ModelConfig(
        num_dims=num_dims, num_channels=12, hidden_size=32, perception="difference", fire_rate=1.0
    )
    model = voxnca.NCA(config)
    model.target = voxnca.load_target(SMALL[num_dims], size=size)
    return model


class Wild(Settings):
    """A recipe beyond what the knobs allow: any rule runs away by it."""

    def train_config(self) -> voxnca.TrainConfig:
        absurd = voxnca.OptimizerConfig(muon_learning_rate=10.0, learning_rate=10.0, warmup_steps=0)
        return replace(super().train_config(), optimizer=absurd)


@pytest.fixture
def serve() -> Iterator[Callable[..., Served]]:
    """Serve labs, and end them with the test."""
    running = []

    def serve(session: Session, models: tuple[str, ...] = voxnca.model_names()) -> Served:
        running.append(Served(session, models).__enter__())
        return running[-1]

    yield serve
    for served in running:
        served.__exit__()


@pytest.fixture(scope="module")
def cubes() -> Iterator[dict[int, Served]]:
    """A square and a cube that stand still, shared by the tests that leave them as they were."""
    with (
        Served(Session(cube(2), start="target"), ()) as flat,
        Served(Session(cube(3), start="target"), ()) as solid,
    ):
        yield {2: flat, 3: solid}


@pytest.fixture
def still(cubes: dict[int, Served]) -> Callable[[int], Served]:
    """The square or the cube, paused and whole again."""

    def still(num_dims: int) -> Served:
        served = cubes[num_dims]
        served.perform(Session.pause)
        served.perform(Session.reset)
        return served

    return still


def unfold(page: Page, group: str) -> None:
    """Open a group of controls."""
    title = page.get_by_role("button", name=group, exact=True)
    if title.get_attribute("aria-expanded") != "true":
        title.click()
    title.scroll_into_view_if_needed()


def choose(page: Page, field: str, option: str) -> None:
    """Choose from a list."""
    page.get_by_role("combobox", name=field, exact=True).first.click()
    # A name may be followed by a line about it.
    page.get_by_role("option", name=re.compile(rf"^{re.escape(option)}\b")).first.click()
    expect(page.get_by_role("listbox")).to_be_hidden()


def learned(served: Served) -> int:
    report = served.viewer.driver.lab.training.report
    return 0 if report is None else report.step_index


def state(served: Served) -> str:
    """Return what the training does, as far as the lab has heard."""
    report = served.viewer.driver.lab.training.report
    return "idle" if report is None else str(report.state)


class TestLearn:
    @DIMS
    def test_live_while_it_is_carved_and_take_the_model_home(
        self, num_dims, serve, open_page, tmp_path
    ):
        served = serve(Session(untrained(num_dims)))
        page = open_page_running(open_page, served)
        press(page, "Train")
        served.until(lambda: learned(served) >= 10)
        expect(page.locator("#voxnca-loss")).to_have_text(re.compile(r"^0\.\d+$"))
        first = float(page.locator("#voxnca-loss").inner_text())
        press(page, "Wound the centre")
        served.until(lambda: learned(served) >= 60 and served.session.step_index > 0)
        page.wait_for_function(
            "loss => Number(document.querySelector('#voxnca-loss').textContent) < 0.8 * loss",
            arg=first,
        )
        line = page.locator(".voxnca-line").get_attribute("points").split()
        assert len(line) > 20
        heights = [float(place.split(",")[1]) for place in line]
        assert heights[-1] > heights[0] + 5, "lower is farther down"
        expect(page.locator("#voxnca-learning")).not_to_have_text("0.0")
        # What runs in the page is the rule that learns, not the one it began as.
        served.until(lambda: bool(served.session.model.out.weight.abs().max() > 0))
        press(page, "Pause training")
        served.until(lambda: state(served) == "paused")
        done = learned(served)
        with page.expect_download() as download:
            press(page, "Save model")
        path = tmp_path / "learned.safetensors"
        download.value.save_as(path)
        model = voxnca.load(path)
        assert model.target.name == SMALL[num_dims]
        served.until(lambda: torch.equal(model.out.weight, served.session.model.out.weight))
        assert learned(served) == done, "a pause is a pause"
        press(page, "Resume training")
        served.until(lambda: learned(served) > done)

    @FLAT
    def test_towards_another_target_from_the_present_weights(self, num_dims, serve, open_page):
        served = serve(Session(untrained(num_dims)))
        page = open_page_running(open_page, served)
        press(page, "Train")
        served.until(lambda: learned(served) >= 20)
        press(page, "Pause training")
        served.until(lambda: state(served) == "paused")
        learner = served.viewer.driver.lab.training
        before = learner.model().out.weight
        served.until(lambda: torch.equal(served.session.model.out.weight, before))
        choose(page, "Target", OTHER[num_dims])
        served.until(lambda: served.session.model.target.name == OTHER[num_dims])
        assert torch.equal(served.session.model.out.weight, before)
        press(page, "Resume training")
        served.until(lambda: learned(served) >= 2)
        report = served.viewer.driver.lab.training.report
        assert report.info is None or report.info.name == OTHER[num_dims]
        press(page, "Start afresh")
        served.until(lambda: not served.session.model.out.weight.any())
        served.until(lambda: state(served) == "idle")
        assert served.session.model.target.name == OTHER[num_dims]

    def test_a_target_of_another_dimension_begins_a_new_rule(self, serve, open_page):
        served = serve(Session(untrained(3)))
        page = open_page_running(open_page, served)
        choose(page, "Target", "butterfly")
        served.until(lambda: served.session.model.config.num_dims == 2)
        assert served.session.space[-1] >= 32
        assert served.session.model.config.num_channels == 12

    def test_a_worker_that_is_killed_is_said_and_can_go_on(self, serve, open_page):
        served = serve(Session(untrained(2)))
        page = open_page_running(open_page, served)
        press(page, "Train")
        served.until(lambda: learned(served) >= 10)
        weights = served.session.model.out.weight
        os.kill(served.viewer.driver.lab.training.worker_id, signal.SIGKILL)
        page.locator(".voxnca-error").wait_for()
        assert "stopped unexpectedly" in page.locator(".voxnca-error").inner_text()
        assert weights.any(), "what it had learned is still there"
        press(page, "Resume training")
        served.until(lambda: state(served) == "training")
        done = learned(served)
        served.until(lambda: learned(served) > done)


class TestTrouble:
    @DIMS
    def test_one_that_dies_out_is_said_with_what_to_do(self, num_dims, serve, open_page):
        model = untrained(num_dims)
        with torch.no_grad():
            model.out.bias[3] = -1.0
        served = serve(Session(model))
        page = open_page_running(open_page, served)
        expect(page.locator("#voxnca-dead")).to_contain_text("Grow it again from the seed")
        press(page, "Pause")
        press(page, "Grow again from the seed")
        expect(page.locator("#voxnca-dead")).to_be_hidden()

    def test_training_that_runs_away_is_said_with_what_to_do(self, serve, open_page):
        served = serve(Session(untrained(2)))
        served.perform_in_lab(lambda lab: setattr(lab.training, "settings", Wild()))
        page = open_page_running(open_page, served)
        press(page, "Train")
        page.get_by_text(re.compile("learning rate", re.IGNORECASE)).and_(
            page.locator(".voxnca-notice")
        ).wait_for()


class TestCompare:
    @SOLID
    def test_one_heals_and_one_does_not(self, num_dims, serve, open_page):
        session = Session(voxnca.load(GROWN[num_dims]))
        session.set_speed(60)
        served = serve(session)
        page = open_page_running(open_page, served)
        unfold(page, "Compare")
        choose(page, "Beside it", "untrained, given the finished pattern")
        served.until(lambda: len(served.viewer.driver.moments) == 2)
        served.until(lambda: (served.moment.iou or 0) > 0.9)
        press(page, "Wound the centre")
        served.until(lambda: served.viewer.driver.moments[1].num_wounds == 1)
        left, right = served.viewer.driver.moments
        assert left.num_wounds == 1
        hurt = right.iou
        assert hurt < 0.99
        served.until(lambda: served.viewer.driver.moments[0].iou > 0.5 * (1 + hurt))
        assert served.viewer.driver.moments[1].iou == hurt, "what is cut out of it stays out"
        expect(page.locator("#voxnca-right-iou")).to_have_text(f"{hurt:.3f}")
        assert page.locator(".voxnca-parts span").all_inner_texts()[1].startswith("untrained")
        choose(page, "Beside it", NOBODY)
        served.until(lambda: len(served.viewer.driver.moments) == 1)

    @SOLID
    def test_a_click_on_either_wounds_both(self, num_dims, serve, open_page):
        served = serve(Session(cube(num_dims), start="target"))
        page = open_page_running(open_page, served)
        unfold(page, "Compare")
        choose(page, "Beside it", "untrained, given the finished pattern")
        served.until(lambda: len(served.viewer.driver.moments) == 2)
        served.perform_in_lab(lambda lab: lab.pause())
        settle(page, after=frame_number(page))
        page.mouse.click(*point(page, 0.75, 0.5))
        served.until(lambda: served.viewer.driver.moments[1].num_wounds == 1)
        left, right = served.viewer.driver.moments
        assert np.array_equal(left.cells, right.cells)
        assert 0 < len(left.cells) < 10**num_dims


class TestKnobs:
    def test_are_explained_and_reach_the_recipe(self, serve, open_page):
        served = serve(Session(untrained(2)))
        page = open_page_running(open_page, served)
        unfold(page, "Recipe")
        texts = page.locator(".voxnca-knob .voxnca-hint").all_inner_texts()
        assert len(texts) >= 10
        assert all(text.endswith(".") for text in texts)
        page.get_by_label("Wounds in training").click()
        served.until(lambda: not served.viewer.driver.lab.training.settings.damage)
        slider = page.get_by_role("slider", name="Channels")
        slider.focus()
        slider.press("ArrowRight")
        served.until(lambda: served.viewer.driver.lab.training.settings.num_channels == 13)
        expect(page.locator("#voxnca-waiting")).to_contain_text("Channels")
        page.locator("#voxnca-waiting").get_by_role("button").click()
        served.until(lambda: served.session.model.config.num_channels == 13)
        expect(page.locator("#voxnca-waiting")).to_be_hidden()


class TestBring:
    @pytest.mark.parametrize("suffix", [".png", ".vox"])
    def test_a_target_by_a_file(self, suffix, serve, open_page, tmp_path):
        num_dims = 2 if suffix == ".png" else 3
        path = tmp_path / f"mine{suffix}"
        target = voxnca.load_target(SMALL[num_dims], size=10)
        values = torch.from_numpy(target.rgba8.astype(np.float32) / 255)
        values[..., :3] *= values[..., 3:]
        voxnca.export.save_state(values[None], path)
        served = serve(Session(cube(num_dims), start="target"))
        page = open_page_running(open_page, served)
        page.locator("input[type=file]").first.set_input_files(path)
        served.until(lambda: served.session.model.target.name == "mine")
        expect(page.locator(".v-select__selection").nth(1)).to_have_text("mine")

    def test_a_bad_file_is_said_in_the_page_and_changes_nothing(self, serve, open_page, tmp_path):
        path = tmp_path / "bad.vox"
        path.write_bytes(b"VOX nothing of the kind")
        served = serve(Session(cube(3), start="target"))
        page = open_page_running(open_page, served)
        page.locator("input[type=file]").first.set_input_files(path)
        page.locator(".voxnca-error").wait_for()
        said = page.locator(".voxnca-error").inner_text()
        assert "bad.vox" in said
        assert "MAIN" in said
        assert str(tmp_path) not in said
        assert served.session.model.target.name == "cube"

    def test_a_model_by_a_file(self, serve, open_page, small_model_file):
        served = serve(Session(cube(3), start="target"))
        page = open_page_running(open_page, served)
        page.locator("input[type=file]").first.set_input_files(small_model_file)
        served.until(lambda: served.session.model.info.name == "small")
        expect(page.locator(".v-select__selection").first).to_have_text("small")

    @DIMS
    def test_a_target_by_painting_it(self, num_dims, serve, open_page):
        served = serve(Session(cube(num_dims), start="target"))
        page = open_page_running(open_page, served)
        unfold(page, "Paint a target")
        press(page, f"In {num_dims}D")
        wait_for_frame(page, "run >= 1000000")
        count = page.locator("#voxnca-easel-count")
        page.mouse.click(*point(page, 0.5, 0.6))
        expect(count).to_have_text("1")
        page.mouse.click(*point(page, 0.4, 0.55))
        expect(count).to_have_text("2")
        press(page, "Undo")
        expect(count).to_have_text("1")
        press(page, "Redo")
        expect(count).to_have_text("2")
        press(page, "Use as the target")
        served.until(lambda: served.session.model.target.name == "painting")
        assert served.session.model.target.num_solid == 2
        wait_for_frame(page, "run < 1000000")

    def test_a_stroke_paints_a_line(self, serve, open_page):
        served = serve(Session(cube(2), start="target"))
        page = open_page_running(open_page, served)
        unfold(page, "Paint a target")
        press(page, "In 2D")
        wait_for_frame(page, "run >= 1000000")
        page.mouse.move(*point(page, 0.4, 0.5))
        page.mouse.down()
        page.mouse.move(*point(page, 0.6, 0.5), steps=30)
        page.mouse.up()
        page.wait_for_function(
            "Number(document.querySelector('#voxnca-easel-count').textContent) > 4"
        )
        page.keyboard.press("Control+z")
        expect(page.locator("#voxnca-easel-count")).to_have_text("0")


class TestLook:
    @pytest.mark.parametrize(
        ("num_dims", "show"), [(3, "hidden"), (3, "alpha"), (2, "alive"), (2, "difference")]
    )
    def test_another_way_shows_another_picture_and_a_legend(self, num_dims, show, still, open_page):
        served = still(num_dims)
        page = open_page(served.url)
        before, number, count = picture(page), frame_number(page), served.moment.num_solid
        unfold(page, "Look inside")
        choose(page, "Show", show)
        served.until(lambda: served.session.look.show == show)
        settle(page, after=number)
        assert picture(page) != before
        expect(page.locator(".voxnca-legend")).to_be_visible()
        expect(page.locator("#voxnca-live")).to_have_text(f"{count:,}")
        press(page, "As it is")
        page.wait_for_function(
            "p => document.querySelector('canvas').toDataURL() === p", arg=before
        )

    def test_how_wounds_heal_is_shown_and_a_click_tells_the_figure(self, serve, open_page):
        session = Session(voxnca.load("proven"), start="target")
        served = serve(session)
        page = open_page(served.url)
        number = frame_number(page)
        unfold(page, "Look inside")
        choose(page, "Show", "healing")
        served.until(lambda: served.session.look.show == "healing")
        settle(page, after=number)
        page.mouse.click(*point(page, 0.5, 0.5))
        told = page.get_by_text(re.compile(r"Of \d+ wounds round .* \d+ are proven to heal"))
        expect(told.first).to_be_visible()
        assert served.moment.num_wounds == 0

    def test_healing_is_not_offered_where_nothing_is_known(self, still, open_page):
        page = open_page(still(2).url)
        unfold(page, "Look inside")
        page.get_by_role("combobox", name="Show").first.click()
        expect(page.get_by_role("option", name="difference")).to_be_visible()
        expect(page.get_by_role("option", name="healing")).to_have_count(0)

    @DIMS
    def test_a_cut_opens_it(self, num_dims, still, open_page):
        served = still(num_dims)
        page = open_page(served.url)
        whole = len(served.moment.cells)
        unfold(page, "Look inside")
        page.get_by_role("combobox", name="Cut along").first.click()
        page.get_by_role("option").nth(1).click()
        served.until(lambda: served.session.look.cut_axis == 0)
        assert 0 < len(served.moment.cells) < whole
        press(page, "slice")
        served.until(lambda: len(served.moment.cells) == 10 ** (num_dims - 1))
        slider = page.get_by_role("slider", name="Where it is cut")
        slider.focus()
        slider.press("Home")
        served.until(lambda: len(served.moment.cells) == 0)
        press(page, "As it is")
        served.until(lambda: len(served.moment.cells) == whole)


class TestTime:
    @FLAT
    def test_goes_back_and_on_from_there(self, num_dims, serve, open_page):
        served = serve(Session(voxnca.load(GROWN[num_dims])))
        page = open_page_running(open_page, served)
        served.until(lambda: served.session.step_index >= 12)
        press(page, "Pause")
        slider = page.get_by_role("slider", name="Go back in time")
        slider.fill("5")
        wait_for_frame(page, "step === 5")
        expect(page.locator("#voxnca-paused")).to_be_visible()
        seen = served.moment.cells
        slider.fill("9")
        wait_for_frame(page, "step === 9")
        slider.fill("5")
        wait_for_frame(page, "step === 5")
        assert np.array_equal(served.moment.cells, seen)
        press(page, "One step")
        wait_for_frame(page, "step === 6")
        assert served.session.past[1] == 6

    @pytest.mark.parametrize(
        ("kind", "magic"), [("gif", b"GIF89a"), ("png", b"\x89PNG"), ("mp4", b"ftyp")]
    )
    def test_leaves_as_a_clip(self, kind, magic, still, open_page):
        page = open_page(still(2).url)
        for _ in range(3):
            page.keyboard.press(".")
        wait_for_frame(page, "step === 3")
        unfold(page, "Save and share")
        with page.expect_download() as download:
            press(page, kind.upper())
        assert download.value.suggested_filename == f"cube.{kind}"
        assert magic in download.value.path().read_bytes()[:16]

    def test_a_piece_of_it_is_chosen(self, still, open_page):
        page = open_page(still(2).url)
        for _ in range(4):
            page.keyboard.press(".")
        wait_for_frame(page, "step === 4")
        unfold(page, "Save and share")
        first = page.get_by_role("slider", name="The piece of the past").first
        first.focus()
        for _ in range(2):
            first.press("ArrowRight")
        with page.expect_download() as download:
            press(page, "GIF")
        with Image.open(download.value.path()) as clip:
            shown = sum(clip.seek(k) or clip.info["duration"] for k in range(clip.n_frames))
        assert shown == 3 * 50, "three steps, at twenty a second"

    @SOLID
    def test_a_run_is_shared_to_the_bit(self, num_dims, serve, open_page, tmp_path):
        served = serve(Session(voxnca.load(GROWN[num_dims])))
        page = open_page_running(open_page, served)
        served.until(lambda: served.session.step_index >= 20)
        press(page, "Wound the centre")
        served.until(lambda: served.moment.num_wounds == 1)
        step = served.session.step_index
        served.until(lambda: served.session.step_index >= step + 5)
        press(page, "Pause")
        unfold(page, "Save and share")
        with page.expect_download() as download:
            press(page, "Run")
        path = tmp_path / "run.json"
        download.value.save_as(path)
        state = tmp_path / "state.npy"
        with page.expect_download() as download:
            press(page, "State")
        download.value.save_as(state)
        again = tmp_path / "again.npy"
        outcome = CliRunner().invoke(app, ["replay", str(path), "-o", str(again)])
        assert outcome.exit_code == 0, outcome.output
        assert np.array_equal(np.load(state), np.load(again))


class TestTouch:
    @SOLID
    def test_shift_drag_carves_a_stroke_and_ctrl_z_takes_it_back(self, num_dims, still, open_page):
        served = still(num_dims)
        served.perform(lambda session: session.set_radius(1))
        page, whole = open_page(served.url), len(served.moment.cells)
        page.mouse.move(*point(page, 0.4, 0.5))
        page.keyboard.down("Shift")
        page.mouse.down()
        page.mouse.move(*point(page, 0.6, 0.5), steps=20)
        page.mouse.up()
        page.keyboard.up("Shift")
        served.until(lambda: served.moment.num_wounds >= 1)
        served.until(lambda: whole - len(served.moment.cells) > 5)
        page.keyboard.press("Control+z")
        served.until(lambda: len(served.moment.cells) == whole)
        assert not served.session.can_undo, "however many pieces, one stroke is undone at once"
        served.perform(lambda session: session.set_radius(4))

    @DIMS
    def test_plants_a_second_seed(self, num_dims, serve, open_page):
        session = Session(untrained(num_dims), space=(24,) * num_dims)
        served = serve(session)
        page = open_page_running(open_page, served)
        page.get_by_role("button", name="Plant").click()
        served.until(lambda: str(served.viewer.driver.lab.hand) == "plant")
        page.mouse.click(*point(page, 0.42, 0.62))
        served.until(lambda: served.moment.num_solid == 2)
        press(page, "Undo the wound")
        served.until(lambda: served.moment.num_solid == 1)


class TestLesson:
    @SOLID
    def test_walks_through_one_real_cell(self, num_dims, serve, open_page):
        served = serve(Session(voxnca.load(GROWN[num_dims])))
        served.perform(lambda session: [session.step() for _ in range(20)])
        page = open_page_running(open_page, served)
        press(page, "Pause")
        press(page, "How it works")
        panel = page.get_by_role("complementary", name="How it works")
        for heading in ("Perceive", "Think", "Fire", "Live or die", "Learn", "What training does"):
            expect(panel.get_by_role("heading", name=re.compile(heading))).to_be_visible()
        page.wait_for_function("window.trame.state.get('lesson') !== null")
        lesson = page.evaluate("window.trame.state.get('lesson')")
        cell = lesson["cell"]
        served.perform(Session.step)
        rows = served.session.rows
        here = (rows.coordinates[:, 1:] == torch.tensor(cell)).all(1)
        now = rows.values[here][0] if here.any() else torch.zeros(rows.values.shape[1])
        assert np.allclose(lesson["after"], now, atol=1e-3), "it said what came of it"

    def test_a_click_asks_about_a_cell(self, still, open_page):
        served = still(3)
        page = open_page(served.url)
        press(page, "Ask")
        served.until(lambda: str(served.viewer.driver.lab.hand) == "ask")
        page.mouse.click(*point(page, 0.5, 0.5))
        served.until(lambda: served.viewer.driver.lab.tutor.cell is not None)
        assert served.moment.num_wounds == 0
        expect(page.get_by_role("complementary", name="How it works")).to_be_visible()
        press(page, "Carve")
        served.until(lambda: str(served.viewer.driver.lab.hand) == "carve")


class TestTour:
    def test_is_three_sentences_and_is_dismissed_for_good(self, still, open_page):
        page = open_page(still(3).url, tour=True)
        tour = page.get_by_role("dialog", name="A first look")
        assert len(tour.locator("p").all()) == 3
        press(page, "Got it")
        expect(tour).to_be_hidden()
        page.reload()
        page.locator("canvas[data-frame]").wait_for()
        expect(tour).to_be_hidden()


def test_controls_agree_in_two_tabs(still, open_page):
    served = still(3)
    one, other = open_page(served.url), open_page(served.url)
    unfold(one, "Look inside")
    unfold(other, "Look inside")
    choose(one, "Show", "difference")
    expect(other.get_by_text("wrong colour")).to_be_visible()
    choose(other, "Wound shape", "box")
    served.until(lambda: served.session.shape == "box")
    expect(one.locator(".v-select__selection", has_text="box")).to_be_visible()
    press(one, "As it is")
    choose(one, "Wound shape", "ball")
    served.until(lambda: served.session.shape == "ball")
