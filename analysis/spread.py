"""How a figure spreads over many layouts: its mean with a confidence interval, and its worst."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Self

import numpy as np

from voxnca.errors import ArgumentError

CONFIDENCE = 0.95
_NUM_RESAMPLES = 10_000
_MAX_DRAWN = 2**22
"""Numbers drawn at once: more would only take memory."""


@dataclass(frozen=True)
class Spread:
    """A figure of which more is better, over independent samples.

    Attributes:
        count: of the samples.
        mean: of the figure.
        low, high: the interval that holds the mean at 95 % confidence, by percentiles of the
            bootstrap: figures crowd below 1, so that none is symmetric round its mean.
        worst: the lowest.
    """

    count: int
    mean: float
    low: float
    high: float
    worst: float

    @classmethod
    def of(cls, values: Sequence[float], *, seed: int = 0) -> Self:
        """Summarize at least one value.

        Args:
            values: one a sample.
            seed: of the bootstrap.

        Raises:
            ArgumentError: when there is none.
        """
        if not len(values):
            raise ArgumentError("values=[]: nothing was measured; give at least one layout")
        sample = np.asarray(values, dtype=np.float64)
        tail = 100 * (1 - CONFIDENCE) / 2
        low, high = np.percentile(_resampled_means(sample, seed), [tail, 100 - tail])
        return cls(len(sample), float(sample.mean()), float(low), float(high), float(sample.min()))

    def to_json(self) -> dict[str, Any]:
        """Return the figures as a dict that `json` can write."""
        return asdict(self)


def _resampled_means(sample: np.ndarray, seed: int) -> np.ndarray:
    random, n = np.random.default_rng(seed), len(sample)
    at_once = max(1, _MAX_DRAWN // n)
    sizes = [min(at_once, _NUM_RESAMPLES - done) for done in range(0, _NUM_RESAMPLES, at_once)]
    drawn = [sample[random.integers(n, size=(size, n))].mean(1) for size in sizes]
    return np.concatenate(drawn)
