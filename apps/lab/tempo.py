"""How fast a creature lives: the steps that are due as time passes, and how many are taken."""

from __future__ import annotations

from collections.abc import Callable
from time import perf_counter

from voxnca.errors import ArgumentError

DEFAULT_SPEED, MIN_SPEED, MAX_SPEED = 20.0, 0.1, 1e6
MAX_BURST_SECONDS = 0.05
"""Steps that are due are dropped after this long, so that a click never waits for a backlog."""


class Tempo:
    """Steps a second, and the steps that are owed.

    Args:
        clock: seconds, monotonic.
    """

    def __init__(self, clock: Callable[[], float] = perf_counter) -> None:
        self._clock = clock
        self._speed, self._due = DEFAULT_SPEED, 0.0

    @property
    def speed(self) -> float:
        """Steps a second, in [0.1, 10^6]."""
        return self._speed

    @property
    def seconds_to_step(self) -> float:
        """After how many seconds the next step is due."""
        return max(0.0, 1 - self._due) / self._speed

    def set_speed(self, steps_per_second: float) -> None:
        """Choose how many steps a second are taken.

        Raises:
            ArgumentError: outside [0.1, 10^6].
        """
        self._speed = checked("speed", steps_per_second, MIN_SPEED, MAX_SPEED)

    def forget(self) -> None:
        """Owe no step."""
        self._due = 0.0

    def advance(self, seconds: float, step: Callable[[int], None], *, swift: bool) -> int:
        """Take the steps that are due after some time.

        Args:
            seconds: that have passed.
            step: takes so many steps.
            swift: whether many at once cost less: then more and more are taken at once.

        Returns:
            How many were taken: fewer than due when that would take too long.
        """
        self._due += seconds * self._speed
        deadline, taken, burst = self._clock() + MAX_BURST_SECONDS, 0, 1
        while self._due >= 1 and (taken == 0 or self._clock() < deadline):
            count = min(int(self._due), burst)
            step(count)
            self._due -= count
            taken += count
            burst *= 2 if swift else 1
        self._due = min(self._due, 1.0)
        return taken


def checked(name: str, value: float, low: float, high: float) -> float:
    """Return a number in a range.

    Raises:
        ArgumentError: for any other value.
    """
    if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
        raise ArgumentError(f"{name}={value!r} must be a number in [{low:g}, {high:g}]")
    return float(value)
