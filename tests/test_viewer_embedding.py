"""The viewer in a notebook: what `view` gives, and its frame in the pages of a real browser."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.error import URLError
from urllib.request import urlopen

import numpy as np
import pytest
import torch
from playwright.sync_api import Browser, FrameLocator, Page

import voxnca
from apps.lab.session import Session
from apps.viewer import Embedding, embedding, view
from apps.workshop.browser import browser as start_browser
from apps.workshop.browser import served

SECONDS = 20
FOREIGN = "evil.example"
APP = [sys.executable, "-c", "import apps.cli; apps.cli.main()"]
APP += ["app", "heart", "--port", "0", "--no-browser"]
TWO_VIEWS = """
import voxnca
from apps.viewer import view
model = voxnca.load("heart")
shown = [view(model), view(voxnca.seed(model.config, (40, 40)), model=model, playing=True)]
print(*(one.url for one in shown), flush=True)
input()
"""


@pytest.fixture
def shown() -> Iterator[Callable[..., Embedding]]:
    """Make views that end with the test."""
    made: list[Embedding] = []

    def shown(*args: object, **options: object) -> Embedding:
        made.append(view(*args, **options))
        return made[-1]

    yield shown
    for one in made:
        one.close()


def status(url: str) -> int:
    with urlopen(url, timeout=SECONDS) as answer:
        return answer.status


def blob(num_dims: int, num_channels: int = 6) -> torch.Tensor:
    """Make a state of one opaque block."""
    state = torch.zeros(1, *(9,) * num_dims, num_channels)
    state[(0, *[slice(3, 6)] * num_dims)] = 1.0
    return state


class TestView:
    def test_shows_a_frame_of_the_address_it_serves(self, shown, small_model):
        one = shown(small_model, height=345)
        html = one._repr_html_()
        assert re.search(r'<iframe src="(\S+)"', html)[1] == one.url
        assert 'height="345"' in html
        assert one.url.startswith("http://127.0.0.1:")
        assert status(one.url) == 200

    async def test_starts_where_a_loop_runs_already(self, shown, small_model):
        assert status(shown(small_model).url) == 200

    def test_several_run_at_once_each_with_its_own_key(self, shown, small_model):
        several = [shown(small_model) for _ in range(3)]
        assert len({one.url.split("secret=")[1] for one in several}) == 3
        several[1].close()
        assert [one.closed for one in several] == [False, True, False]
        assert [status(one.url) for one in (several[0], several[2])] == [200, 200]

    def test_closed_twice_is_closed_and_leaves_no_thread_or_port(self, small_model):
        before = set(threading.enumerate())
        with view(small_model) as one:
            assert set(threading.enumerate()) - before
        one.close()
        for thread in set(threading.enumerate()) - before:
            thread.join(SECONDS)
            assert not thread.is_alive()
        with pytest.raises(URLError):
            status(one.url)
        assert "iframe" not in one._repr_html_()
        with pytest.raises(voxnca.VoxncaError, match="closed"):
            one.perform(Session.reset)

    def test_a_port_can_be_chosen_and_one_in_use_is_told(self, shown, small_model):
        with closing(socket.socket()) as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            port = taken.getsockname()[1]
            with pytest.raises(voxnca.VoxncaError, match=f"port {port} is in use"):
                shown(small_model, port=port)
        assert f":{port}/" in shown(small_model, port=port).url

    def test_a_machine_that_cannot_draw_is_told_before_anything_starts(self, monkeypatch):
        def fail() -> None:
            raise voxnca.VoxncaError("cannot draw")

        monkeypatch.setattr(embedding, "_check_gl_once", fail)
        started: list[threading.Thread] = []
        monkeypatch.setattr(threading.Thread, "start", started.append)
        with pytest.raises(voxnca.VoxncaError, match="cannot draw"):
            view(blob(2))
        assert started == []


class TestItem:
    def test_a_model_runs_from_its_seed(self, shown, small_model):
        one = shown(small_model)
        assert one.perform(lambda session: session.playing)
        assert one.perform(lambda session: session.model) is small_model

    @pytest.mark.parametrize("num_dims", [2, 3])
    def test_a_state_alone_waits_and_stands_still(self, shown, num_dims):
        state = blob(num_dims)
        one = shown(state)
        assert len(one.moment.cells) == 3**num_dims
        assert not one.perform(lambda session: session.playing)
        one.perform(Session.step)
        assert one.moment.step_index == 1
        assert np.array_equal(one.moment.cells, voxnca.solid(state)[0].nonzero().numpy())

    def test_a_state_with_its_model_goes_on_by_it(self, shown):
        model = voxnca.load("heart")
        state = model.grow(voxnca.seed(model.config, (40, 40)), num_steps=40).detach()
        one = shown(state, model=model)
        one.perform(Session.step)
        expected = voxnca.solid(model.grow(state, num_steps=1))[0].nonzero().numpy()
        assert np.array_equal(one.moment.cells, expected)
        assert len(expected) > 100

    def test_an_array_is_a_state_and_playing_can_be_chosen(self, shown, small_model):
        one = shown(blob(2, small_model.config.num_channels).numpy(), model=small_model)
        assert len(one.moment.cells) == 9
        assert shown(blob(2), playing=True).perform(lambda session: session.playing)

    @pytest.mark.parametrize(
        ("item", "options", "told"),
        [
            ("mushroom", {}, "item is a str"),
            (object(), {}, "item is a object"),
            (torch.zeros(9, 9, 6), {}, r"\(9, 9, 6\) must be \(1, \*space, C\)"),
            (torch.zeros(2, 9, 9, 6), {}, "state"),
            (torch.zeros(1, 9, 9, 2), {}, "num_channels=2"),
            (torch.full((1, 9, 9, 6), torch.nan), {}, "finite"),
            (torch.zeros(1, 9, 9, 6), {"model": voxnca.NCA(voxnca.ModelConfig())}, "state"),
            (
                voxnca.NCA(voxnca.ModelConfig()),
                {"model": voxnca.NCA(voxnca.ModelConfig())},
                "alone",
            ),
            (torch.zeros(1, 9, 9, 6), {"height": 20}, "height=20"),
            (torch.zeros(1, 9, 9, 6), {"port": -1}, "port=-1"),
        ],
    )
    def test_of_another_kind_or_shape_is_told_and_leaves_nothing(self, item, options, told):
        before = set(threading.enumerate())
        with pytest.raises(voxnca.ArgumentError, match=told):
            view(item, **options)
        assert {one.name for one in set(threading.enumerate()) - before} <= {"voxnca-run_0"}

    def test_perform_raises_what_the_work_raises(self, shown, small_model):
        with pytest.raises(voxnca.ArgumentError, match="speed"):
            shown(small_model).perform(lambda session: session.set_speed(-1))


def test_the_end_of_the_process_is_clean_while_views_play():
    command = [sys.executable, "-W", "error", "-c", TWO_VIEWS]
    pipes = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.PIPE)
    with subprocess.Popen(command, text=True, env=os.environ, **pipes) as process:
        urls = process.stdout.readline().split()
        assert [status(url) for url in urls] == [200, 200]
        output, errors = process.communicate("\n", timeout=SECONDS)
    assert (output, errors, process.returncode) == ("", "", 0)


@contextmanager
def notebook(*bodies: str) -> Iterator[str]:
    """Serve a page that holds what cells show; give its address at 127.0.0.1."""
    page = f"<!doctype html><title>notebook</title>{'<hr>'.join(bodies)}".encode()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(page)

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()
        thread.join(SECONDS)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with start_browser(f"--host-resolver-rules=MAP {FOREIGN} 127.0.0.1") as browser:
        yield browser


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    page = browser.new_page()
    page.set_default_timeout(SECONDS * 1000)
    yield page
    page.close()


def picture(page: Page, place: int = 0) -> FrameLocator:
    """Wait for the picture in a frame of the page."""
    frame = page.frame_locator("iframe").nth(place)
    frame.locator("canvas[data-frame]").wait_for()
    return frame


def refused(page: Page, url: str) -> str:
    """Open a page and return how the browser says that a frame of it may not be shown."""
    with page.expect_console_message(lambda message: "frame-ancestors" in message.text) as told:
        page.goto(url)
    page.frames[1].wait_for_url("chrome-error:**")
    return told.value.text


class TestFrame:
    @pytest.mark.parametrize("name", ["127.0.0.1", "localhost"])
    def test_shows_the_creature_and_obeys(self, shown, small_model, page, name):
        one = shown(small_model)
        with notebook(one._repr_html_()) as url:
            page.goto(url.replace("127.0.0.1", name))
            picture(page)
            page.frames[1].evaluate("trame.trigger('pause')")
            page.frames[1].wait_for_function("() => trame.state.get('playing') === false")
        assert not one.perform(lambda session: session.playing)

    @pytest.mark.parametrize("name", ["127.0.0.1", "localhost"])
    def test_survives_being_reloaded_alone_and_with_its_page(self, shown, small_model, page, name):
        with notebook(shown(small_model)._repr_html_()) as url:
            page.goto(url.replace("127.0.0.1", name))
            picture(page)
            assert "secret" not in page.frames[1].url
            with page.expect_event("framenavigated"):
                page.frames[1].evaluate("location.reload()")
            picture(page)
            page.reload()
            picture(page)

    def test_of_several_views_each_shows_its_own(self, shown, small_model, page):
        several = [shown(small_model), shown(blob(3))]
        with notebook(*(one._repr_html_() for one in several)) as url:
            page.goto(url)
            for place, one in enumerate(several):
                label = picture(page, place).locator("canvas").get_attribute("aria-label")
                assert f"in {one.moment.num_dims}D" in label

    def test_is_refused_to_the_page_of_another_site(self, shown, small_model, page):
        with notebook(shown(small_model)._repr_html_()) as url:
            assert "localhost" in refused(page, url.replace("127.0.0.1", FOREIGN))

    @pytest.mark.parametrize("name", ["127.0.0.1", "localhost"])
    def test_of_the_app_is_refused_to_all(self, page, name):
        with served(APP) as (app, _), notebook(f'<iframe src="{app}"></iframe>') as url:
            assert "'none'" in refused(page, url.replace("127.0.0.1", name))
