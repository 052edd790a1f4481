"""Time contestants in turn, so that a machine whose speed drifts treats them alike."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from statistics import median
from time import perf_counter

Work = Callable[[], object]


def alternate(contestants: Mapping[str, Work], *, num_rounds: int) -> dict[str, float]:
    """Return the median seconds of a call of each, after one that does not count."""
    for work in contestants.values():
        work()
    taken: dict[str, list[float]] = {name: [] for name in contestants}
    for _ in range(num_rounds):
        for name, work in contestants.items():
            start = perf_counter()
            work()
            taken[name].append(perf_counter() - start)
    return {name: median(times) for name, times in taken.items()}
