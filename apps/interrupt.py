"""Ctrl-C as a request to stop after the step at hand, so that what is saved is whole."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from types import FrameType
from typing import Self

Handler = Callable[[int, FrameType | None], object] | int | None

_NOTICE = b"\nstopping after this step; once more to stop without saving\n"


class Interrupt:
    """While entered, notes the first Ctrl-C or SIGTERM; a second one stops at once.

    Attributes:
        signal_number: of the signal that came; None before it does.
    """

    def __init__(self) -> None:
        self.signal_number: int | None = None
        self._previous: dict[int, Handler] = {}

    def __enter__(self) -> Self:
        for number in (signal.SIGINT, signal.SIGTERM):
            self._previous[number] = signal.signal(number, self._note)
        return self

    def __exit__(self, *_: object) -> None:
        for number, handler in self._previous.items():
            signal.signal(number, handler)

    def __bool__(self) -> bool:
        return self.signal_number is not None

    @property
    def exit_code(self) -> int:
        """Exit code as shells expect it: 128 + the signal's number; 0 if none came."""
        return 0 if self.signal_number is None else 128 + self.signal_number

    def _note(self, number: int, _frame: FrameType | None) -> None:
        if self.signal_number is not None:
            raise KeyboardInterrupt
        self.signal_number = number
        os.write(2, _NOTICE)  # not print: the signal may have come in the middle of one
