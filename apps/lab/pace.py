"""How many steps a second are taken."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from time import perf_counter

_WINDOW_SECONDS = 2.0


class Pace:
    """Steps a second, over the last two seconds, or the last step if it took longer.

    Args:
        clock: seconds, monotonic.
    """

    def __init__(self, clock: Callable[[], float] = perf_counter) -> None:
        self._clock = clock
        self._seen: deque[tuple[float, int]] = deque()

    def begin(self, step_index: int) -> None:
        """Count from here: what came before was a pause."""
        self._seen.clear()
        self._seen.append((self._clock(), step_index))

    def note(self, step_index: int) -> None:
        """Take in that a step is done."""
        now = self._clock()
        self._seen.append((now, step_index))
        while len(self._seen) > 2 and self._seen[1][0] <= now - _WINDOW_SECONDS:
            self._seen.popleft()

    @property
    def steps_per_second(self) -> float:
        """0 before the first step."""
        if len(self._seen) < 2:
            return 0.0
        (began, first), (ended, last) = self._seen[0], self._seen[-1]
        return (last - first) / max(ended - began, 1e-9)
