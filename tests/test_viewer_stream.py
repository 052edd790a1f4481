"""The WebSocket of a tab: one frame at a time, clicks on what was seen, hands off the rest."""

from __future__ import annotations

import asyncio
import json
import struct
from contextlib import asynccontextmanager

import pytest
import torch
from aiohttp import WSMsgType, web
from aiohttp.test_utils import TestClient, TestServer

import voxnca
from apps.lab.lab import Lab
from apps.lab.session import Session
from apps.viewer.driver import Driver
from apps.viewer.painter import Picture, View
from apps.viewer.security import Gate
from apps.viewer.stream import REFUSED, Stream
from apps.viewer.tab import MAX_KEPT_FRAMES, MAX_PIXELS, Tab

SECONDS = 10


class Painter:
    """Paints nothing, and notes what it was asked to paint."""

    def __init__(self) -> None:
        self.views: list[View] = []
        self.tabs: set[object] = set()

    async def paint(self, tab: object, view: View) -> Picture:
        self.tabs.add(tab)
        self.views.append(view)
        return Picture(b"picture", 0.001)

    def forget(self, tab: object) -> None:
        self.tabs.discard(tab)


class Bench:
    """A stream with a paused 3D creature of 3,000 cells behind it, and tabs that talk to it."""

    def __init__(self) -> None:
        model = voxnca.NCA(voxnca.ModelConfig(num_dims=3))
        model.target = voxnca.load_target("mushroom", size=16)
        self.session = Session(model, start="target")
        self.session.pause()
        self.driver, self.painter, self.gate = (
            Driver(Lab(self.session)),
            Painter(),
            Gate("127.0.0.1"),
        )
        self.stream = Stream(self.driver, self.painter, self.gate)

    @asynccontextmanager
    async def serving(self):
        app = web.Application()
        app.router.add_get("/stream", self.stream.connect)
        async with TestClient(TestServer(app)) as self.client:
            yield self
            await self.stream.close()
        self.driver.close()

    @asynccontextmanager
    async def tab(self, key: str | None = None):
        async with self.client.ws_connect("/stream") as socket:
            await socket.send_json({"key": self.gate.key if key is None else key})
            yield socket

    async def said(self) -> str:
        """Wait for the next notice."""
        number, heard = self.driver.notice.number, asyncio.Event()
        stop = self.driver.watch(
            lambda: heard.set() if self.driver.notice.number > number else None
        )
        await asyncio.wait_for(heard.wait(), SECONDS)
        stop()
        return self.driver.notice.text


@pytest.fixture
async def bench():
    async with Bench().serving() as bench:
        yield bench


async def frame(socket) -> tuple[int, ...]:
    """Receive a frame: number, run, step, wounds, finality."""
    message = await asyncio.wait_for(socket.receive(), SECONDS)
    assert message.type is WSMsgType.BINARY, message
    assert message.data[32:] == b"picture"
    return struct.unpack(">5I", message.data[:20])


async def seen(socket) -> None:
    await socket.send_json({"type": "seen"})


class TestFrames:
    async def test_the_first_comes_at_once_and_is_numbered(self, bench):
        async with bench.tab() as socket:
            assert await frame(socket) == (1, 1, 0, 0, 0)

    async def test_the_next_waits_until_the_one_before_was_seen(self, bench):
        async with bench.tab() as socket:
            await frame(socket)
            for _ in range(3):
                await bench.driver.perform(Lab.step)
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(socket.receive(), 0.3)
            await seen(socket)
            number, _, step, *_ = await frame(socket)
            assert (number, step) == (2, 3), "the newest, none in between"

    async def test_a_moment_that_does_not_change_is_sent_once_more_at_most(self, bench):
        async with bench.tab() as socket:
            for _ in range(2):
                await frame(socket)
                await seen(socket)
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(socket.receive(), 0.6)
            assert [view.smooth for view in bench.painter.views] == [False, True]

    async def test_each_tab_has_its_own_size_and_camera(self, bench):
        async with bench.tab() as one, bench.tab() as other:
            for socket, width in ((one, 400), (other, 700)):
                await frame(socket)
                await socket.send_json({"type": "size", "width": width, "height": 300})
                await socket.send_json({"type": "turn", "dx": width / 1e3, "dy": 0})
            await until(
                bench,
                lambda tabs: (
                    {t.view(bench.driver.moments, still=True).size for t in tabs}
                    == {(400, 300), (700, 300)}
                ),
            )
            await until(bench, lambda tabs: len({t.camera.azimuth for t in tabs}) == 2)

    async def test_a_tab_that_closes_harms_no_other(self, bench):
        async with bench.tab() as one:
            await frame(one)
            async with bench.tab() as other:
                await frame(other)
            await seen(one)
            await bench.driver.perform(Lab.step)
            while (await frame(one))[2] != 1:
                await seen(one)
            await until(bench, lambda tabs: len(tabs) == 1)


async def until(bench: Bench, condition) -> None:
    """Let the server work until a condition on its tabs holds."""
    async with asyncio.timeout(SECONDS):
        while not condition(bench.painter.tabs):  # noqa: ASYNC110  a tab has no event to wait for
            await asyncio.sleep(0)


class TestClicks:
    async def test_wounds_the_voxel_seen_on_that_frame(self, bench):
        async with bench.tab() as socket:
            number = (await frame(socket))[0]
            clicked = bench.painter.views[0]
            expected = clicked.camera.pick(clicked.moments[0], 0.5, 0.3, 960 / 640)
            # The creature and the camera have moved on when the click arrives.
            await seen(socket)
            await socket.send_json({"type": "turn", "dx": 0.8, "dy": 0.1})
            await frame(socket)
            listening = asyncio.create_task(bench.said())
            await asyncio.sleep(0)
            await socket.send_json({"type": "click", "frame": number, "x": 0.5, "y": 0.3})
            text = await listening
            assert text.endswith(f"voxels round {list(expected)}, radius 4.")
            removed = len(clicked.moments[0].cells) - len(bench.driver.moment.cells)
            assert text.startswith(f"Removed {removed} ")
            assert removed > 0

    async def test_beside_the_creature_removes_nothing_and_says_so(self, bench):
        async with bench.tab() as socket:
            number = (await frame(socket))[0]
            listening = asyncio.create_task(bench.said())
            await asyncio.sleep(0)
            await socket.send_json({"type": "click", "frame": number, "x": 0.01, "y": 0.01})
            assert "No voxel there" in await listening
            assert bench.driver.moment.num_wounds == 0

    @pytest.mark.parametrize("number", [0, 99])
    async def test_on_a_frame_that_is_gone_asks_to_click_again(self, bench, number):
        async with bench.tab() as socket:
            await frame(socket)
            listening = asyncio.create_task(bench.said())
            await asyncio.sleep(0)
            await socket.send_json({"type": "click", "frame": number, "x": 0.5, "y": 0.5})
            assert "click again" in await listening
            assert bench.driver.moment.num_wounds == 0

    async def test_on_a_frame_of_the_model_before_wounds_nothing(self, bench):
        async with bench.tab() as socket:
            number = (await frame(socket))[0]
            await bench.driver.perform(lambda lab: lab.session.switch(lab.model))
            listening = asyncio.create_task(bench.said())
            await asyncio.sleep(0)
            await socket.send_json({"type": "click", "frame": number, "x": 0.5, "y": 0.3})
            assert "click again" in await listening
            assert bench.driver.moment.num_wounds == 0

    async def test_a_drag_removes_nothing(self, bench):
        async with bench.tab() as socket:
            await frame(socket)
            for kind in ("turn", "pan"):
                await socket.send_json({"type": kind, "dx": 0.2, "dy": 0.1})
            await seen(socket)
            await frame(socket)
            assert bench.painter.views[-1].camera != bench.painter.views[0].camera
            assert bench.driver.moment.num_wounds == 0


class TestDoor:
    @pytest.mark.parametrize("key", ["", "wslink-secret", "k" + "A" * 32])
    async def test_a_wrong_key_is_refused(self, bench, key):
        async with bench.tab(key) as socket:
            message = await asyncio.wait_for(socket.receive(), SECONDS)
            assert message.type is WSMsgType.CLOSE
            assert socket.close_code == REFUSED
        assert not bench.painter.views

    @pytest.mark.parametrize("first", ["", "[]", "{", '{"key": 3}', '{"key": null}', "[" * 4000])
    async def test_a_first_message_without_a_key_is_refused(self, bench, first):
        async with bench.client.ws_connect("/stream") as socket:
            await socket.send_str(first)
            await asyncio.wait_for(socket.receive(), SECONDS)
            assert socket.close_code == REFUSED

    @pytest.mark.parametrize(
        "message",
        [
            {"type": "turn", "dx": "left", "dy": 0},
            {"type": "turn", "dx": 1},
            {"type": "zoom", "factor": float("nan")},
            {"type": "zoom", "factor": True},
            {"type": "size", "width": None, "height": 5},
            {"type": "click", "x": 0.5, "y": 0.5},
            {"type": "format the disk"},
            {},
        ],
    )
    async def test_what_makes_no_sense_closes_the_tab_and_harms_nobody(self, bench, message):
        async with bench.tab() as socket:
            await frame(socket)
            await socket.send_str(json.dumps(message))
            closed = await asyncio.wait_for(socket.receive(), SECONDS)
            assert closed.type is WSMsgType.CLOSE
            assert socket.close_code == 1003
        async with bench.tab() as socket:
            await frame(socket)


class TestDriver:
    async def test_a_failure_pauses_and_says_why(self, bench):
        with torch.no_grad():
            bench.session.model.out.bias[0] = float("nan")
        running = asyncio.create_task(bench.driver.run())
        listening = asyncio.create_task(bench.said())
        await asyncio.sleep(0)
        bench.session.set_speed(1000)
        await bench.driver.perform(Lab.play)
        assert "no longer finite" in await listening
        assert bench.driver.notice.is_error
        await until(bench, lambda _: not bench.driver.playing)
        await bench.driver.perform(Lab.reset)
        assert bench.driver.moment.step_index == 0, "and it goes on"
        running.cancel()

    async def test_a_failure_of_ours_is_said_and_logged(self, bench, caplog):
        assert await bench.driver.perform(lambda _: 1 / 0) is None
        assert "ZeroDivisionError" in bench.driver.notice.text
        assert "ZeroDivisionError" in caplog.text
        assert await bench.driver.perform(lambda lab: lab.session.step_index) == 0

    async def test_a_failure_to_draw_pauses_says_why_and_lets_the_tab_come_back(
        self, bench, monkeypatch
    ):
        async def fail(*_: object) -> Picture:
            raise RuntimeError("no memory for a window")

        await bench.driver.perform(Lab.play)
        listening = asyncio.create_task(bench.said())
        with monkeypatch.context() as broken:
            broken.setattr(bench.painter, "paint", fail)
            async with bench.tab() as socket:
                message = await asyncio.wait_for(socket.receive(), SECONDS)
                assert message.type in (WSMsgType.CLOSE, WSMsgType.CLOSING)
                assert "no memory for a window" in await listening
                assert bench.driver.notice.is_error
        await until(bench, lambda _: not bench.driver.playing)
        async with bench.tab() as socket:
            await frame(socket)


class TestTab:
    def test_keeps_the_last_frames_alone(self):
        moment = Bench().driver.moment
        tab = Tab(moment)
        for _ in range(MAX_KEPT_FRAMES + 3):
            tab.keep(tab.view((moment,), still=False), Picture(b"", 0.01))
        kept = [n for n in range(MAX_KEPT_FRAMES + 5) if tab.frame(n)]
        assert kept == list(range(4, MAX_KEPT_FRAMES + 4))

    def test_draws_smoothly_where_that_is_quick(self):
        moment = Bench().driver.moment
        for seconds, smooth in ((0.002, True), (0.2, False)):
            tab = Tab(moment)
            for _ in range(50):
                tab.keep(tab.view((moment,), still=False), Picture(b"", seconds))
            assert tab.view((moment,), still=False).smooth is smooth
            assert tab.view((moment,), still=True).smooth

    @pytest.mark.parametrize("size", [(8192, 8192), (16, 8192), (3000, 1000), (640, 480)])
    def test_shrinks_large_frames_and_keeps_their_shape(self, size):
        tab = Tab(Bench().driver.moment)
        tab.resize(*size, dark=False)
        width, height = tab.view(Bench().driver.moments, still=False).size
        assert width * height <= MAX_PIXELS * 1.01
        assert width / height == pytest.approx(size[0] / size[1], rel=0.02)
        if size == (640, 480):
            assert (width, height) == size
