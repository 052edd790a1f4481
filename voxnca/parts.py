"""Work in parts: a generator that yields where one may pause, and returns its result."""

from __future__ import annotations

from collections.abc import Generator
from typing import TypeVar

T = TypeVar("T")

Parts = Generator[None, None, T]


def finish(parts: Generator[object, None, T]) -> T:
    """Do the rest of it, without a pause."""
    while True:
        try:
            next(parts)
        except StopIteration as done:
            result: T = done.value
            return result
