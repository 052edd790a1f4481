"""One pool of threads for the engines: a sample of a batch is one thread's, from first to last.

Samples do not wait for each other, not even between steps, so that a busy machine delays only
what it interrupts. Nothing here runs in the pools of torch or numba.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from threading import Lock
from typing import TypeVar

import torch

from voxnca.errors import ArgumentError

T = TypeVar("T")

_MAX_THREADS = 1024


class _Pool:
    """Threads that are started when they are first needed."""

    def __init__(self) -> None:
        self.size: int | None = None
        self.forget()

    def forget(self) -> None:
        """Have no threads; those that run end when they are done."""
        self._lock = Lock()
        self._executor: ThreadPoolExecutor | None = None
        self._num_helpers = 0

    def executor(self, num_helpers: int) -> ThreadPoolExecutor:
        with self._lock:
            if self._executor is None or self._num_helpers != num_helpers:
                self._executor = ThreadPoolExecutor(num_helpers, "voxnca-engine")
                self._num_helpers = num_helpers
            return self._executor


_pool = _Pool()
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_pool.forget)  # a child has none of its parent's threads


def set_num_threads(num_threads: int) -> None:
    """Choose how many threads compute: in the engines, and in torch.

    Without a choice it is torch's own number: that of the cores, or OMP_NUM_THREADS. More
    threads than a batch has samples do not make growing faster.

    Args:
        num_threads: at least 1.

    Raises:
        ArgumentError: for another value.
    """
    whole = isinstance(num_threads, int) and not isinstance(num_threads, bool)
    if not whole or not 1 <= num_threads <= _MAX_THREADS:
        raise ArgumentError(
            f"num_threads={num_threads!r} must be a whole number from 1 to {_MAX_THREADS}"
        )
    torch.set_num_threads(num_threads)
    _pool.size = num_threads


def get_num_threads() -> int:
    """Return how many threads compute."""
    return _pool.size or torch.get_num_threads()


def run_all(tasks: Sequence[Callable[[], T]]) -> list[T]:
    """Run tasks that are independent of each other; return what they return, in order.

    They should spend their time without the interpreter's lock. The calling thread works too.
    """
    results: dict[int, T] = {}
    waiting = list(range(len(tasks)))[::-1]

    def work() -> None:
        while waiting:
            try:
                number = waiting.pop()
            except IndexError:  # another thread took the last one
                return
            results[number] = tasks[number]()

    num_helpers = min(get_num_threads(), len(tasks)) - 1
    executor = _pool.executor(get_num_threads() - 1) if num_helpers > 0 else None
    helpers = [executor.submit(work) for _ in range(num_helpers)] if executor else []
    try:
        work()
    finally:
        waiting.clear()
        wait(helpers)
    for helper in helpers:
        helper.result()
    return [results[number] for number in range(len(tasks))]
