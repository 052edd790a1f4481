"""The WebSocket of a tab: pictures one way, mouse and size the other.

The first message of a tab holds the key. A frame is sent when there is something new to see and
the frame before was acknowledged, so that frames never pile up and what is seen is never old. A
frame is 32 bytes (`Frame.header`) and a picture; everything else is JSON with a `type`.
"""

from __future__ import annotations

import asyncio
import json
from math import isfinite
from time import perf_counter

from aiohttp import WSCloseCode, WSMsgType, web

from apps.viewer.driver import Driver
from apps.viewer.painter import Painter
from apps.viewer.security import Gate
from apps.viewer.tab import MAX_SIDE, MIN_SIDE, Frame, Tab
from apps.viewer.touch import Place, click, drag_beacon, stroke
from voxnca import ArgumentError

KEY_SECONDS = 5.0
STILL_SECONDS = 0.25
"""When nothing moved for so long, a rough frame is drawn again, smoothly."""
FRAME_SECONDS_IN_TRAINING = 0.085
"""While a rule learns, pictures come no faster: drawing them takes the time it learns in."""
MAX_MESSAGE_BYTES = 4096
HEARTBEAT_SECONDS = 20.0
REFUSED = 4403
"""Close code for a wrong key, as HTTP's 403."""

Message = dict[str, object]


class Stream:
    """Serves every tab.

    Args:
        driver: of the lab that all tabs share.
        painter: draws for all of them.
        gate: knows the key.
    """

    def __init__(self, driver: Driver, painter: Painter, gate: Gate) -> None:
        self._driver, self._painter, self._gate = driver, painter, gate
        self._sockets: set[web.WebSocketResponse] = set()

    async def connect(self, request: web.Request) -> web.WebSocketResponse:
        """Serve one tab until it closes."""
        socket = web.WebSocketResponse(max_msg_size=MAX_MESSAGE_BYTES, heartbeat=HEARTBEAT_SECONDS)
        await socket.prepare(request)
        if not await self._admit(socket):
            await socket.close(code=REFUSED, message=b"wrong key")
            return socket
        self._sockets.add(socket)
        try:
            await _Connection(socket, self._driver, self._painter).serve()
        finally:
            self._sockets.discard(socket)
        return socket

    async def close(self) -> None:
        """Say goodbye to every tab."""
        for socket in list(self._sockets):
            await socket.close(code=WSCloseCode.GOING_AWAY, message=b"voxnca stops")

    async def _admit(self, socket: web.WebSocketResponse) -> bool:
        try:
            message = await socket.receive(timeout=KEY_SECONDS)
        except TimeoutError:
            return False
        if message.type is not WSMsgType.TEXT:
            return False
        key = _parse(message.data).get("key")
        return isinstance(key, str) and self._gate.opens(key)


class _Connection:
    """One tab while it is connected."""

    def __init__(self, socket: web.WebSocketResponse, driver: Driver, painter: Painter) -> None:
        self._socket, self._driver, self._painter = socket, driver, painter
        self._tab = Tab(driver.moment)
        self._wanted, self._seen = asyncio.Event(), asyncio.Event()
        self._dragged = asyncio.Event()
        self._drag_to: tuple[Frame | None, Place, bool] | None = None

    async def serve(self) -> None:
        """Send and receive until the tab closes, or until either fails."""
        unwatch = self._driver.watch(self._wanted.set)
        tasks = [asyncio.create_task(run) for run in (self._send(), self._receive(), self._lead())]
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            unwatch()
            for task in tasks:
                task.cancel()
            self._painter.forget(self._tab)
        for outcome in await asyncio.gather(*tasks, return_exceptions=True):
            await self._end(outcome)

    async def _end(self, outcome: BaseException | None) -> None:
        if isinstance(outcome, ArgumentError):
            reason = str(outcome).encode()[:120]
            await self._socket.close(code=WSCloseCode.UNSUPPORTED_DATA, message=reason)
        # A tab that closes while a frame is under way is no error.
        elif isinstance(outcome, Exception) and not isinstance(outcome, ConnectionError):
            await self._driver.fail(outcome)
            await self._socket.close(code=WSCloseCode.INTERNAL_ERROR)  # the tab will come back

    async def _receive(self) -> None:
        async for message in self._socket:
            if message.type is WSMsgType.TEXT:
                await self._obey(_parse(message.data))

    async def _send(self) -> None:
        frame = await self._send_frame(still=False)
        while True:
            still = await self._until_wanted(frame)
            begun = perf_counter()
            frame = await self._send_frame(still=still)
            if self._driver.lab.training.is_on:
                await asyncio.sleep(begun + FRAME_SECONDS_IN_TRAINING - perf_counter())

    async def _until_wanted(self, last: Frame) -> bool:
        """Wait for something new to see; return whether the last frame is to be redone."""
        if last.is_final:
            await self._wanted.wait()
            return False
        try:
            await asyncio.wait_for(self._wanted.wait(), STILL_SECONDS)
        except TimeoutError:
            return True
        return False

    async def _send_frame(self, *, still: bool) -> Frame:
        self._wanted.clear()
        thrifty = self._driver.lab.training.is_on
        view = self._tab.view(self._driver.moments, still=still, thrifty=thrifty)
        picture = await self._painter.paint(self._tab, view)
        frame = self._tab.keep(view, picture)
        self._seen.clear()
        await self._socket.send_bytes(frame.header() + picture.data)
        await self._seen.wait()
        return frame

    async def _obey(self, message: Message) -> None:
        match message.get("type"):
            case "seen":
                self._seen.set()
                return
            case "click":
                await self._click(message)
                return
            case "stroke":
                await self._stroke(message)
                return
            case "beacon":
                self._drag(message)
                return
            case "size":
                width, height = (
                    _number(message, n, MIN_SIDE, MAX_SIDE) for n in ("width", "height")
                )
                self._tab.resize(width, height, dark=message.get("dark") is not False)
            case "turn":
                self._tab.turn(*(_number(message, name, -10, 10) for name in ("dx", "dy")))
            case "pan":
                self._tab.pan(*(_number(message, name, -10, 10) for name in ("dx", "dy")))
            case "zoom":
                self._tab.zoom(_number(message, "factor", 0.05, 20))
            case "home":
                self._tab.go_home(self._driver.moment)
            case other:
                raise ArgumentError(f"type={other!r} is unknown; reload the page")
        self._wanted.set()

    async def _click(self, message: Message) -> None:
        await click(
            self._driver, self._frame(message), _place([message.get("x"), message.get("y")])
        )

    async def _stroke(self, message: Message) -> None:
        points = message.get("points")
        if not isinstance(points, list):
            raise ArgumentError(f"points={points!r} must be a list; reload the page")
        begins = message.get("begins") is True
        await stroke(self._driver, self._frame(message), [*map(_place, points)], begins=begins)

    def _drag(self, message: Message) -> None:
        """Take note of where the beacon is dragged; where it was to go before, it need not."""
        begins = message.get("begins") is True or (self._drag_to is not None and self._drag_to[2])
        self._drag_to = self._frame(message), _place(message.get("point")), begins
        self._dragged.set()

    async def _lead(self) -> None:
        """Lead the beacon after the mouse: to find new ways takes longer than it moves on."""
        while True:
            await self._dragged.wait()
            self._dragged.clear()
            drag, self._drag_to = self._drag_to, None
            if drag is not None:
                frame, place, begins = drag
                await drag_beacon(self._driver, frame, place, begins=begins)

    def _frame(self, message: Message) -> Frame | None:
        return self._tab.frame(int(_number(message, "frame", 0, 2**32)))


def _parse(text: str) -> Message:
    try:
        message = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return message if isinstance(message, dict) else {}


def _place(point: object) -> Place:
    if not isinstance(point, list) or len(point) != 2:
        raise ArgumentError(f"point={point!r} must be [x, y]; reload the page")
    fields: Message = dict(zip("xy", point, strict=True))
    return _number(fields, "x", 0, 1), _number(fields, "y", 0, 1)


def _number(message: Message, name: str, low: float, high: float) -> float:
    value = message.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float) or not isfinite(value):
        raise ArgumentError(f"{name}={value!r} must be a number; reload the page")
    return min(max(float(value), low), high)
