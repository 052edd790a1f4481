"""The viewer as a process: its address, its end, and how it says that it cannot start."""

from __future__ import annotations

import asyncio
import gc
import os
import queue
import re
import signal
import socket
import subprocess
import sys
import webbrowser
from contextlib import closing, contextmanager, suppress
from urllib.request import urlopen

import aiohttp
import pytest

from apps.lab.lab import Lab
from apps.lab.session import Session
from apps.viewer import gl, server
from voxnca import VoxncaError

SERVE = """
import sys, voxnca
from apps.viewer import serve
from apps.lab.lab import Lab
from apps.lab.session import Session
model = voxnca.NCA(voxnca.ModelConfig(num_dims=3))
model.target = voxnca.load_target("mushroom", size=12)
session = Session(model, start="target")
try:
    serve(Lab(session), models=(), host=sys.argv[1], port=int(sys.argv[2]), open_browser=False)
except voxnca.VoxncaError as error:
    sys.exit(f"error: {error}")
"""
NO_GL = {"__EGL_VENDOR_LIBRARY_FILENAMES": "/nonexistent", "DISPLAY": ""}


@contextmanager
def process(*arguments: str, **environment: str):
    """Serve in a process of its own; whatever the test does, it ends."""
    command = [sys.executable, "-c", SERVE, *arguments]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    with subprocess.Popen(command, env=os.environ | environment, **pipes) as running:
        try:
            yield running
        finally:
            running.kill()


def address(running: subprocess.Popen[str]) -> str:
    """Wait for the address it prints."""
    line = running.stdout.readline()
    found = re.search(r"http://\S+", line)
    assert found, line + running.stderr.read()
    return found[0]


def stop(running: subprocess.Popen[str]) -> str:
    """Press Ctrl-C and return what it says on its way out."""
    running.send_signal(signal.SIGINT)
    _, errors = running.communicate(timeout=30)
    assert running.returncode == 0
    return errors


async def watch(url: str) -> None:
    """Open the page's WebSockets, see a frame, and go without a goodbye."""
    base, key = url.split("/?secret=")
    async with aiohttp.ClientSession() as client, client.ws_connect(f"{base}/stream") as tab:
        await tab.send_json({"key": key})
        await asyncio.wait_for(tab.receive(), 20)


class TestProcess:
    def test_serves_prints_its_address_survives_its_tabs_and_ends_by_ctrl_c(self):
        with process("127.0.0.1", "0") as running:
            url = address(running)
            assert re.fullmatch(r"http://127\.0\.0\.1:[1-9]\d*/\?secret=\S{32,}", url)
            assert "Ctrl-C" in running.stdout.readline()
            for _ in range(2):  # the last tab closed does not stop it
                asyncio.run(watch(url))
            with urlopen(url) as answer:
                assert answer.status == 200
            assert stop(running) == ""

    def test_ends_by_ctrl_c_while_a_tab_is_open(self):
        async def open_and_stop() -> str:
            base, key = address(running).split("/?secret=")
            async with (
                aiohttp.ClientSession() as client,
                client.ws_connect(f"{base}/stream") as tab,
            ):
                await tab.send_json({"key": key})
                await asyncio.wait_for(tab.receive(), 20)
                # The tab never answers: neither the frame nor the goodbye.
                return await asyncio.to_thread(stop, running)

        with process("127.0.0.1", "0") as running:
            assert asyncio.run(open_and_stop()) == ""

    def test_on_every_address_warns(self):
        with process("0.0.0.0", "0") as running:
            url = address(running)
            assert url.startswith("http://127.0.0.1:")
            with urlopen(url) as answer:
                assert answer.status == 200
            assert "warning" in stop(running)

    def test_a_port_in_use_is_one_clear_line(self):
        with closing(socket.socket()) as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            port = taken.getsockname()[1]
            with process("127.0.0.1", str(port)) as running:
                output, errors = running.communicate(timeout=60)
        assert output == ""
        assert errors == (
            f"error: port {port} is in use on 127.0.0.1; give another by --port, or 0 for any\n"
        )

    async def test_an_address_of_another_machine_is_one_clear_line(self, small_model):
        with pytest.raises(VoxncaError, match=r"^cannot listen on 192\.0\.2\.1 port 0: .*--host"):
            async with server.Viewer(
                Lab(Session(small_model)), models=(), host="192.0.2.1", port=0
            ):
                raise AssertionError("it listens there")

    def test_without_gl_is_one_clear_line(self):
        with process("127.0.0.1", "0", **NO_GL) as running:
            output, errors = running.communicate(timeout=60)
        assert output == ""
        assert errors.startswith("error: this machine cannot draw in 3D")
        assert errors.count("\n") == 1


class TestBrowser:
    @pytest.fixture
    def opened(self, monkeypatch) -> queue.Queue[str]:
        """The addresses that a browser is asked to open."""
        addresses: queue.Queue[str] = queue.Queue()
        monkeypatch.setattr(webbrowser, "open", addresses.put)
        return addresses

    @pytest.mark.parametrize(("screen", "wanted"), [(":0", True), ("", True), (":0", False)])
    async def test_opens_where_there_is_a_screen_and_it_is_wanted(
        self, monkeypatch, small_model, opened, screen, wanted
    ):
        monkeypatch.setattr(sys, "platform", "linux")
        monkeypatch.setenv("DISPLAY", screen)
        monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
        said: asyncio.Queue[str] = asyncio.Queue()
        monkeypatch.setattr(server, "_tell", said.put_nowait)
        serving = asyncio.create_task(
            server.serve_forever(
                Lab(Session(small_model)),
                models=(),
                host="127.0.0.1",
                port=0,
                open_browser=wanted,
            )
        )
        address = re.search(r"http://\S+", await said.get())[0]
        assert "Ctrl-C" in await said.get()
        if screen and wanted:
            assert await asyncio.to_thread(opened.get, timeout=20) == address
        serving.cancel()
        with suppress(asyncio.CancelledError):
            await serving
        assert opened.empty()


@pytest.mark.parametrize(
    ("error", "told"),
    [(aiohttp.ClientConnectionResetError("closing"), False), (RuntimeError("bug"), True)],
)
def test_a_tab_that_closes_in_mid_frame_is_not_reported(caplog, error, told):
    async def fail() -> None:
        raise error

    async def main() -> None:
        asyncio.get_running_loop().set_exception_handler(server.pass_over_closed_tabs)
        task = asyncio.ensure_future(fail())
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        del task
        gc.collect()

    asyncio.run(main())
    assert ("never retrieved" in caplog.text) is told


class TestProbe:
    def test_passes_where_frames_can_be_drawn(self):
        gl.check_gl()

    @pytest.mark.parametrize("crash", ["import os; os.abort()", "raise SystemExit(1)"])
    def test_says_what_to_install_when_drawing_crashes(self, monkeypatch, crash):
        monkeypatch.setattr(gl, "_PROBE", crash)
        with pytest.raises(VoxncaError, match="apt-get install libegl1 libgl1-mesa-dri"):
            gl.check_gl()

    def test_says_so_without_the_libraries(self, monkeypatch):
        for name, value in NO_GL.items():
            monkeypatch.setenv(name, value)
        with pytest.raises(VoxncaError, match="cannot draw in 3D"):
            gl.check_gl()

    def test_says_so_when_nothing_answers(self, monkeypatch):
        monkeypatch.setattr(gl, "_PROBE", "import signal; signal.pause()")
        monkeypatch.setattr(gl, "TIMEOUT_SECONDS", 0.5)
        with pytest.raises(VoxncaError, match=r"no answer in 0\.5 s"):
            gl.check_gl()
