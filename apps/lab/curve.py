"""The loss of a training run as a line to draw: never more than some hundred points."""

from __future__ import annotations

from collections.abc import Iterable
from math import isnan

MAX_POINTS = 240
SMOOTH = 0.15
"""Share of a new loss in the running mean: single batches jump too much to be read."""


class Curve:
    """Points (training step, running mean of the loss), thinned out as they become many."""

    def __init__(self) -> None:
        self._points: list[tuple[int, float]] = []
        self._stride = 1
        self._mean: float | None = None
        self._num_seen = 0

    @property
    def points(self) -> list[tuple[int, float]]:
        """The points to draw, the newest last."""
        return list(self._points)

    def extend(self, losses: Iterable[tuple[int, float]]) -> None:
        """Add the losses of further training steps; one that is no number is left out."""
        for step, loss in losses:
            if isnan(loss):  # a rollout that ran away
                continue
            self._mean = loss if self._mean is None else self._mean + SMOOTH * (loss - self._mean)
            if self._num_seen % self._stride == 0:
                self._points.append((step, self._mean))
            self._num_seen += 1
            if len(self._points) > MAX_POINTS:
                self._points = self._points[::2]
                self._stride *= 2
