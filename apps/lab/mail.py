"""The training process's end of its pipe: a thread that listens, and a thread that speaks.

Training waits for neither: orders are taken between its steps, and a report that cannot be sent
yet is merged with the next.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from contextlib import suppress
from multiprocessing.connection import Connection
from queue import Empty, SimpleQueue
from threading import Condition, Thread

from apps.lab.orders import Order
from apps.lab.report import Report


class Inbox:
    """Orders as they come in.

    Args:
        pipe: where they come from.
        at_end: called, on a thread of its own, when the pipe closes.
    """

    def __init__(self, pipe: Connection[Report, Order], at_end: Callable[[], None]) -> None:
        self._pipe, self._at_end = pipe, at_end
        self._orders: SimpleQueue[Order] = SimpleQueue()
        Thread(target=self._listen, name="inbox", daemon=True).start()

    def take(self, *, wait: bool) -> Order | None:
        """Return the next order; None when there is none and nobody waits for it."""
        try:
            return self._orders.get(block=wait)
        except Empty:
            return None

    def _listen(self) -> None:
        with suppress(EOFError, OSError):
            while True:
                self._orders.put(self._pipe.recv())
        self._at_end()


class Outbox:
    """Reports that wait to be sent: only one of those without a message.

    Args:
        send: sends a report, and may take its time.
    """

    def __init__(self, send: Callable[[Report], None]) -> None:
        self._send = send
        self._changed = Condition()
        self._waiting: deque[Report] = deque()
        Thread(target=self._speak, name="outbox", daemon=True).start()

    def put(self, report: Report) -> None:
        """Have a report sent, and do not wait for it."""
        with self._changed:
            if self._waiting and not self._waiting[-1].message:
                earlier = self._waiting.pop()
                report = report.following(earlier) if earlier.run == report.run else report
            self._waiting.append(report)
            self._changed.notify()

    def _speak(self) -> None:
        with suppress(OSError):  # nobody listens any more: the inbox ends the process
            while True:
                self._send(self._next())

    def _next(self) -> Report:
        with self._changed:
            self._changed.wait_for(lambda: self._waiting)
            return self._waiting.popleft()
