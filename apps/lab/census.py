"""How many cells are in each state, step after step: never more than some hundred points."""

from __future__ import annotations

MAX_POINTS = 240

Point = tuple[int, tuple[int, ...]]
"""A step, and the number of cells in each state from 1 on."""


class Census:
    """Counts of a run in order, thinned out as they become many."""

    def __init__(self) -> None:
        self._points: list[Point] = []
        self._stride = 1

    @property
    def points(self) -> list[Point]:
        """The points to draw, the newest last."""
        return list(self._points)

    def add(self, step_index: int, counts: tuple[int, ...]) -> None:
        """Take down the counts after a step; what came after it is forgotten."""
        while self._points and self._points[-1][0] >= step_index:
            self._points.pop()
        if len(self._points) > 1 and self._bucket(-1) == self._bucket(-2):
            self._points.pop()  # it was there only as the newest
        self._points.append((step_index, counts))
        while len(self._points) > MAX_POINTS:
            self._stride *= 2
            self._points = self._thinned()

    def _bucket(self, index: int) -> int:
        return self._points[index][0] // self._stride

    def _thinned(self) -> list[Point]:
        """Keep the first point of every `stride` steps, and the newest."""
        buckets = [self._bucket(k) for k in range(len(self._points))]
        kept = [
            p
            for p, b, before in zip(self._points, buckets, [-1, *buckets[:-1]], strict=True)
            if b != before
        ]
        newest = self._points[-1]
        return kept if kept[-1] is newest else [*kept, newest]
