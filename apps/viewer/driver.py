"""Runs a session from the event loop, and tells those who watch what there is to see."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from time import perf_counter
from typing import TypeVar

from apps.lab.moment import Moment
from apps.lab.session import Session
from voxnca import NCA, VoxncaError

MAX_TICKS_PER_SECOND = 60
"""How often there is something new to see, at most; between, as many steps as are due."""
NOTICE_SECONDS = 5.0
"""As long as the page takes to fade one out."""

T = TypeVar("T")
logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Notice:
    """What the viewer tells its users.

    Attributes:
        text: one sentence.
        is_error: whether something went wrong.
        number: counts the notices, so that the same text twice is two notices.
    """

    text: str
    is_error: bool
    number: int


class Driver:
    """A session in a thread of its own, which does one thing after the other.

    Attributes:
        moment: what there is to see now.
        notice: the last thing said.

    Args:
        session: from now on called from the driver's thread alone.
    """

    def __init__(self, session: Session) -> None:
        self._session = session
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="voxnca-run")
        self._version = session.version
        self.moment: Moment = session.moment()
        self.notice = Notice("", is_error=False, number=0)
        self._watchers: list[Callable[[], None]] = []
        self._awake = asyncio.Event()

    @property
    def playing(self) -> bool:
        """Whether steps are taken."""
        return self._session.playing

    @property
    def model(self) -> NCA:
        """The rule that runs."""
        return self._session.model

    @property
    def speed(self) -> float:
        """Steps a second while playing."""
        return self._session.speed

    @property
    def radius_cells(self) -> float:
        """Of the wounds that a click deals."""
        return self._session.radius_cells

    def watch(self, callback: Callable[[], None]) -> Callable[[], None]:
        """Have `callback` called, on the event loop, after every change; return what ends it."""
        self._watchers.append(callback)
        return lambda: self._watchers.remove(callback)

    def say(self, text: str, *, is_error: bool = False) -> None:
        """Tell the users something: an error until they do something else, the rest for a while."""
        self.notice = Notice(text, is_error, self.notice.number + 1)
        self._tell()
        if text and not is_error:
            loop = asyncio.get_running_loop()
            loop.call_later(NOTICE_SECONDS, self._fall_silent, self.notice)

    async def perform(self, work: Callable[[Session], T]) -> T | None:
        """Do something to the session between two steps.

        Returns:
            What `work` returns; None when it failed, which the users are told.
        """
        [outcome] = await asyncio.gather(self._in_thread(work), return_exceptions=True)
        if isinstance(outcome, BaseException):
            self._report(outcome)
            return None
        return outcome

    async def fail(self, error: Exception) -> None:
        """Pause after a failure outside the session, and tell the users what it was."""
        self._report(error)
        await self.perform(Session.pause)

    async def run(self) -> None:
        """Take steps for ever, as fast as the session wants; a failure pauses it."""
        last = perf_counter()
        while True:
            if not self.playing:
                self._awake.clear()
                await self._awake.wait()
                last = perf_counter()
            now = perf_counter()
            elapsed, last = now - last, now
            await self._tick(elapsed)
            spent = perf_counter() - now
            rest = max(self._session.seconds_to_step, 1 / MAX_TICKS_PER_SECOND) - spent
            await asyncio.sleep(max(rest, 0))

    def close(self) -> None:
        """Let the thread end after what it is doing."""
        self._thread.shutdown(wait=False, cancel_futures=True)

    async def _tick(self, elapsed_seconds: float) -> None:
        taken = await self.perform(lambda session: session.advance(elapsed_seconds))
        if taken is None:
            await self.perform(Session.pause)

    async def _in_thread(self, work: Callable[[Session], T]) -> T:
        try:
            return await asyncio.get_running_loop().run_in_executor(self._thread, self._do, work)
        finally:
            self._awake.set()
            self._tell()

    def _do(self, work: Callable[[Session], T]) -> T:
        try:
            return work(self._session)
        finally:
            if self._session.version != self._version:
                self._version = self._session.version
                self.moment = self._session.moment()

    def _report(self, error: BaseException) -> None:
        if isinstance(error, VoxncaError):
            self.say(_sentence(str(error)), is_error=True)
            return
        logger.error("the viewer goes on after this failure", exc_info=error)
        self.say(f"Something failed: {type(error).__name__}: {error}", is_error=True)

    def _fall_silent(self, notice: Notice) -> None:
        if self.notice is notice:
            self.say("")

    def _tell(self) -> None:
        for callback in list(self._watchers):
            callback()


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}."
