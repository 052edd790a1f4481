"""Time contestants in turn, so that a machine whose speed drifts treats them alike."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from statistics import median
from time import perf_counter, sleep

Work = Callable[[], object]
_PAUSE_SECONDS = 0.02


def alternate(contestants: Mapping[str, Work], *, num_rounds: int) -> dict[str, float]:
    """Return the median seconds of a call of each, after one that does not count.

    Before each there is a pause: idle threads of the one before spin for some milliseconds.
    """
    for work in contestants.values():
        work()
    taken: dict[str, list[float]] = {name: [] for name in contestants}
    for _ in range(num_rounds):
        for name, work in contestants.items():
            sleep(_PAUSE_SECONDS)
            start = perf_counter()
            work()
            taken[name].append(perf_counter() - start)
    return {name: median(times) for name, times in taken.items()}
