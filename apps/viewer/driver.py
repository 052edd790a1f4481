"""Runs the lab from the event loop, and tells those who watch what there is to see."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from time import perf_counter
from typing import TypeVar

import torch

from apps.lab.lab import Lab
from apps.lab.moment import Moment
from apps.lab.report import Report
from voxnca import VoxncaError

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
    """The lab in a thread of its own, which does one thing after the other.

    Attributes:
        lab: for reading what is a number or a flag; all else goes through `perform`.
        moments: what there is to see now: one creature, or two side by side.
        notice: the last thing said.
        steps_taken: by the creature, in all.

    Args:
        lab: from now on called from the driver's thread alone.
    """

    def __init__(self, lab: Lab) -> None:
        self.lab = lab
        # Torch's pool would wait for such small work in a loop, on the core that a rule learns on.
        self._thread = ThreadPoolExecutor(
            1, "voxnca-run", initializer=torch.set_num_threads, initargs=(1,)
        )
        self._version = lab.version
        self.moments: tuple[Moment, ...] = lab.shown()
        self.notice = Notice("", is_error=False, number=0)
        self._watchers: list[Callable[[], None]] = []
        self._awake = asyncio.Event()
        self.steps_taken = 0
        self._tasks: set[asyncio.Future[None]] = set()

    @property
    def moment(self) -> Moment:
        """The first of what there is to see: the creature itself."""
        return self.moments[0]

    @property
    def playing(self) -> bool:
        """Whether steps are taken."""
        return self.lab.session.playing

    def watch(self, callback: Callable[[], None]) -> Callable[[], None]:
        """Have `callback` called, on the event loop, after every change; return what ends it."""
        self._watchers.append(callback)
        return lambda: self._watchers.remove(callback)

    def say(self, text: str, *, is_error: bool = False) -> None:
        """Tell the users something: an error until they do something else, the rest for a while."""
        self.notice = Notice(text, is_error, self.notice.number + 1)
        self.tell()
        if text and not is_error:
            loop = asyncio.get_running_loop()
            loop.call_later(NOTICE_SECONDS, self._fall_silent, self.notice)

    async def perform(self, work: Callable[[Lab], T]) -> T | None:
        """Do something in the lab between two steps.

        Returns:
            What `work` returns; None when it failed, which the users are told.
        """
        [outcome] = await asyncio.gather(self._in_thread(work), return_exceptions=True)
        if isinstance(outcome, BaseException):
            self._report(outcome)
            return None
        return outcome

    async def fail(self, error: Exception) -> None:
        """Pause after a failure outside the lab, and tell the users what it was."""
        self._report(error)
        await self.perform(Lab.pause)

    async def run(self) -> None:
        """Take steps for ever, as fast as the creature is to live; a failure pauses it."""
        loop = asyncio.get_running_loop()

        def listen(report: Report) -> None:
            if not loop.is_closed():  # a last report may come while all ends
                loop.call_soon_threadsafe(self._hear, report)

        self.lab.training.listen = listen
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
            rest = max(self.lab.session.seconds_to_step, 1 / MAX_TICKS_PER_SECOND) - spent
            await asyncio.sleep(max(rest, 0))

    def close(self) -> None:
        """Let the thread end after what it is doing, and with it the training."""
        self._thread.submit(self.lab.close)
        self._thread.shutdown(wait=False)

    def _hear(self, report: Report) -> None:
        """Take a report of the training over into the lab, on the event loop."""
        if report.message:
            self.say(report.message, is_error=report.is_error)
        task = asyncio.ensure_future(self.perform(lambda lab: lab.hear(report)))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _tick(self, elapsed_seconds: float) -> None:
        taken = await self.perform(lambda lab: lab.advance(elapsed_seconds))
        if taken is None:
            await self.perform(Lab.pause)
            return
        self.steps_taken += taken
        if self.lab.remark:
            self.say(self.lab.remark)
            self.lab.remark = ""

    async def _in_thread(self, work: Callable[[Lab], T]) -> T:
        try:
            return await asyncio.get_running_loop().run_in_executor(self._thread, self._do, work)
        finally:
            self._awake.set()
            self.tell()

    def _do(self, work: Callable[[Lab], T]) -> T:
        try:
            return work(self.lab)
        finally:
            if self.lab.version != self._version:
                self._version = self.lab.version
                self.moments = self.lab.shown()

    def _report(self, error: BaseException) -> None:
        if isinstance(error, VoxncaError):
            self.say(sentence(str(error)), is_error=True)
            return
        logger.error("the viewer goes on after this failure", exc_info=error)
        self.say(f"Something failed: {type(error).__name__}: {error}", is_error=True)

    def _fall_silent(self, notice: Notice) -> None:
        if self.notice is notice:
            self.say("")

    def tell(self) -> None:
        """Have those who watch look again."""
        for callback in list(self._watchers):
            callback()


def sentence(text: str) -> str:
    """Make an error's line a sentence for people."""
    return f"{text[:1].upper()}{text[1:]}."
