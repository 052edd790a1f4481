"""The training process as seen by the one that started it."""

from __future__ import annotations

import multiprocessing
import threading
from collections.abc import Callable
from contextlib import suppress

from apps.lab.orders import Order
from apps.lab.report import Report
from apps.lab.worker import work


class WorkerProcess:
    """A training process that runs, and a thread that reads what it reports.

    It never outlives this process: it ends when its pipe closes.

    Args:
        folder: where it saves its run.
        on_report: called on the reading thread.
        on_death: called there with the exit code when the process ended unasked.
    """

    def __init__(
        self, folder: str, on_report: Callable[[Report], None], on_death: Callable[[int], None]
    ) -> None:
        self._on_report, self._on_death = on_report, on_death
        self._is_ending = False
        context = multiprocessing.get_context("spawn")
        self._pipe, theirs = context.Pipe()
        self._process = context.Process(
            target=work, args=(theirs, folder), name="voxnca-worker", daemon=True
        )
        self._process.start()
        theirs.close()  # else the pipe would not close when the process ends
        self._reader = threading.Thread(target=self._read, name="worker-reader", daemon=True)
        self._reader.start()

    @property
    def pid(self) -> int:
        """Number of the process."""
        assert self._process.pid is not None
        return self._process.pid

    def send(self, order: Order) -> None:
        """Have an order followed; if the process is dead, the reading thread says so."""
        with suppress(OSError):
            self._pipe.send(order)

    def end(self) -> None:
        """End the process; nothing is reported any more when this returns."""
        self._is_ending = True
        self._process.kill()  # it may be in the midst of a long step
        self._process.join()
        if self._reader is not threading.current_thread():
            self._reader.join()
        self._pipe.close()

    def _read(self) -> None:
        with suppress(EOFError, OSError):
            while True:
                report = self._pipe.recv()
                if not self._is_ending:
                    self._on_report(report)
        self._process.join()
        if not self._is_ending:
            self._pipe.close()
            self._on_death(self._process.exitcode or 0)
