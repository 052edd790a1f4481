"""How many cells are in each state, step after step: never more than some hundred points."""

from __future__ import annotations

MAX_POINTS = 240

Point = tuple[int, tuple[int, ...]]
"""A step, and the number of cells in each state from 1 on."""


class Census:
    """Counts of a run in order, thinned out as they become many."""

    def __init__(self) -> None:
        self._points: list[Point] = []

    @property
    def points(self) -> list[Point]:
        """The points to draw, the newest last."""
        return list(self._points)

    def add(self, step_index: int, counts: tuple[int, ...]) -> None:
        """Take down the counts after a step; what came after it is forgotten."""
        while self._points and self._points[-1][0] >= step_index:
            self._points.pop()
        self._points.append((step_index, counts))
        if len(self._points) > MAX_POINTS:
            self._points = self._thinned()

    def _thinned(self) -> list[Point]:
        """Keep half of the points, spread evenly over the steps, and both ends."""
        first, last = self._points[0][0], self._points[-1][0]
        gap = 2 * (last - first) / MAX_POINTS
        kept = [self._points[0]]
        for point in self._points[1:-1]:
            if point[0] - kept[-1][0] >= gap:
                kept.append(point)
        return [*kept, self._points[-1]]
