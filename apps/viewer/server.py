"""Serves the viewer: trame's server, with our gate before it and our stream beside it."""

from __future__ import annotations

import asyncio
import errno
import os
import signal
import sys
import webbrowser
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from string import Template
from typing import Any, Self, TextIO
from uuid import uuid4

from aiohttp import ClientConnectionResetError, web
from trame.app import get_server
from trame_client.module import vue3
from trame_vuetify.module import v3
from wslink.backends.aiohttp import WebAppServer
from wslink.websocket import LinkProtocol, ServerProtocol

from apps.lab.lab import Lab
from apps.viewer.driver import Driver
from apps.viewer.exchange import Exchange
from apps.viewer.gl import check_gl
from apps.viewer.page import ASSETS, WWW, Page
from apps.viewer.painter import Painter
from apps.viewer.security import WILDCARDS, Gate
from apps.viewer.stream import Stream
from voxnca import ArgumentError, VoxncaError

TRAME_WWW = Path(vue3.www)
STOP_SECONDS = 2.0
"""Tabs are told goodbye for so long at most: Ctrl-C must not hang on a dead one."""


class Viewer:
    """A running viewer, for as long as it is entered.

    Attributes:
        driver: of the lab.
        gate: its key and names.

    Args:
        lab: what it shows.
        models: names that `voxnca.load` knows, to choose from.
        host: address to bind to.
        port: 0 for any that is free.
        framed_by: whose pages may show it in a frame: see `Gate`.
    """

    def __init__(
        self,
        lab: Lab,
        *,
        models: Sequence[str],
        host: str,
        port: int,
        framed_by: Sequence[str] = (),
    ) -> None:
        if not 0 <= port <= 65535:
            raise ArgumentError(f"port={port} must be from 0 to 65535; 0 takes any that is free")
        self.gate = Gate(host, framed_by=framed_by)
        self.driver = Driver(lab)
        self._host, self._port = host, port
        self._painter = Painter()
        self._stream = Stream(self.driver, self._painter, self.gate)
        self._server = get_server(f"voxnca-{uuid4().hex}", client_type="vue3")
        self._page = Page(self._server, self.driver, models)
        self._exchange = Exchange(self.driver, self.gate, self._page.goal, self._page.rule)
        self._tasks: list[asyncio.Task[None]] = []

    @property
    def port(self) -> int:
        """The port it listens on."""
        return int(self._server.port)

    @property
    def url(self) -> str:
        """The address to open, key included."""
        shown = "127.0.0.1" if self._host in WILDCARDS else self._host
        name = f"[{shown}]" if ":" in shown else shown
        return f"http://{name}:{self.port}/?secret={self.gate.key}"

    async def __aenter__(self) -> Self:
        for module in (vue3, v3, ASSETS):
            self._server.enable_module(module)
        self._server.add_protocol_to_configure(self._require_key)
        self._server.controller.on_server_bind.add(self._add_routes)
        await self._start()
        for loop in (self.driver.run(), self._page.run()):
            self._tasks.append(asyncio.create_task(loop))
        return self

    async def __aexit__(self, *_: object) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(STOP_SECONDS):
                await self._stream.close()
                await self._server.stop()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self.driver.close()
        self._painter.close()
        self._exchange.close()

    async def _start(self) -> None:
        with _no_arguments():
            serving = self._server.start(
                exec_mode="coroutine",
                host=self._host,
                port=self._port,
                timeout=0,  # the last tab closed does not stop the server
                thread=True,  # asyncio.run minds Ctrl-C
                open_browser=False,
                show_connection_info=False,
                disable_logging=True,
            )
        task = asyncio.create_task(serving)
        await asyncio.wait({task, self._server.ready}, return_when=asyncio.FIRST_COMPLETED)
        if not task.done():
            self._tasks.append(task)
            return
        self.driver.close()
        try:
            task.result()
        except OSError as error:
            raise VoxncaError(_why_not_bound(self._host, self._port, error)) from error

    def _require_key(self, protocol: ServerProtocol) -> None:
        protocol.registerLinkProtocol(_Key(self.gate))

    def _add_routes(self, server: WebAppServer) -> None:
        # Our routes come before the static ones, which wslink adds when it starts.
        server.app.middlewares.append(self.gate.guard)
        server.app.router.add_get("/", _index)
        server.app.router.add_get("/index.html", _index)
        server.app.router.add_get("/key", self.gate.check_key)
        server.app.router.add_get("/stream", self._stream.connect)
        self._exchange.add_routes(server.app.router)


class _Key(LinkProtocol):  # type: ignore[misc]  # wslink has no types
    """Makes wslink ask our gate; its own key is the same everywhere."""

    def __init__(self, gate: Gate) -> None:
        super().__init__()
        self._gate = gate

    async def validateToken(self, token: object, _client: str) -> bool:  # noqa: N802  wslink's name
        return isinstance(token, str) and self._gate.opens(token)


async def _index(_: web.Request) -> web.Response:
    """Serve our page with the assets of the trame that is installed; it holds no key."""
    [script], [style] = (
        sorted(path.name for path in (TRAME_WWW / "assets").glob(pattern))
        for pattern in ("index-*.js", "index-*.css")
    )
    text = Template((WWW / "index.html").read_text(encoding="utf-8")).substitute(
        SCRIPT=f"assets/{script}", STYLE=f"assets/{style}"
    )
    return web.Response(text=text, content_type="text/html")


@contextmanager
def _no_arguments() -> Iterator[None]:
    """Keep trame from reading our command line as its own."""
    before = os.environ.get("TRAME_ARGS")
    os.environ["TRAME_ARGS"] = ""
    try:
        yield
    finally:
        if before is None:
            del os.environ["TRAME_ARGS"]
        else:
            os.environ["TRAME_ARGS"] = before


def _why_not_bound(host: str, port: int, error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        return f"port {port} is in use on {host}; give another by --port, or 0 for any"
    return f"cannot listen on {host} port {port}: {error.strerror}; give another --host or --port"


def serve(
    lab: Lab,
    *,
    models: Sequence[str],
    host: str = "127.0.0.1",
    port: int = 8080,
    open_browser: bool = True,
) -> None:
    """Serve the viewer until Ctrl-C.

    Args:
        lab: what it shows.
        models: names that `voxnca.load` knows, to choose from.
        host: address to bind to; `0.0.0.0` for every one of this machine.
        port: 0 for any that is free.
        open_browser: show the page at once, where there is a screen.

    Raises:
        VoxncaError: when the port is in use, or this machine cannot draw in 3D.
    """
    with suppress(KeyboardInterrupt, asyncio.CancelledError):
        check_gl()
        asyncio.run(
            serve_forever(lab, models=models, host=host, port=port, open_browser=open_browser)
        )


async def serve_forever(
    lab: Lab, *, models: Sequence[str], host: str, port: int, open_browser: bool
) -> None:
    """Serve the viewer until cancelled; arguments and errors as of `serve`."""
    asyncio.get_running_loop().set_exception_handler(pass_over_closed_tabs)
    _end_by_sigterm()
    async with Viewer(lab, models=models, host=host, port=port) as viewer:
        _tell(f"voxnca is at {viewer.url}")
        if host in WILDCARDS:
            _tell(
                "warning: whoever reaches this machine and has this address controls the viewer; "
                "the connection is not encrypted",
                to=sys.stderr,
            )
        _tell("Press Ctrl-C to stop.")
        if open_browser and _has_screen():
            await asyncio.to_thread(webbrowser.open, viewer.url)
        await asyncio.get_running_loop().create_future()


def pass_over_closed_tabs(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """Report what went wrong in a task, but not that a tab closed while it was being told."""
    if not isinstance(context.get("exception"), ClientConnectionResetError):
        loop.default_exception_handler(context)


def _end_by_sigterm() -> None:
    """Let the signal that a service manager sends end the viewer as Ctrl-C does."""
    task = asyncio.current_task()
    assert task is not None
    # Elsewhere than in the main thread of a Unix process there is no such thing.
    with suppress(NotImplementedError, RuntimeError, ValueError):
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)


def _tell(text: str, to: TextIO | None = None) -> None:
    to = to or sys.stdout
    to.write(text + "\n")
    to.flush()


def _has_screen() -> bool:
    """Tell whether a browser would open in a window; in a terminal it would take it over."""
    if sys.platform in ("win32", "darwin"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
