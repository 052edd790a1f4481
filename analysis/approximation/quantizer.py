"""States in a few symbols: the nearest of k centroids."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analysis.approximation.run import Run
from voxnca.errors import ArgumentError
from voxnca.grid import ALPHA, SOLID_THRESHOLD

Symbols = NDArray[np.uint16]
MAX_SYMBOLS = 4096
_MAX_VECTORS = 20_000
"""As many states tell k-means where they crowd; more make it slow."""


@dataclass(frozen=True, eq=False)
class Quantizer:
    """Symbols for states: 0 for an empty cell, whose channels are all 0, else the nearest centroid.

    Attributes:
        centroids: float32 `(k, C)`, what each symbol stands for; the first row is 0.
    """

    centroids: NDArray[np.float32]

    @property
    def num_symbols(self) -> int:
        """The number of symbols, k, the empty one among them."""
        return len(self.centroids)

    @property
    def solid(self) -> NDArray[np.bool_]:
        """Which symbols stand for solid cells (alpha > 0.5): bool `(k,)`."""
        return self.centroids[:, ALPHA] > SOLID_THRESHOLD

    def symbols(self, states: NDArray[np.float32]) -> Symbols:
        """Return the symbols `(...)` of states `(..., C)`."""
        rows = states.reshape(-1, states.shape[-1])
        live = rows.any(1)
        found = np.zeros(len(rows), dtype=np.uint16)
        found[live] = 1 + _nearest(rows[live], self.centroids[1:])
        return found.reshape(states.shape[:-1])

    def states(self, symbols: Symbols) -> NDArray[np.float32]:
        """Return what symbols `(...)` stand for: float32 `(..., C)`."""
        return self.centroids[symbols]


def fit(runs: Sequence[Run], num_symbols: int, *, seed: int) -> Quantizer:
    """Choose centroids for the live cells of runs, by k-means (scikit-learn).

    Args:
        runs: whose states are looked at, at most 20,000 of them, drawn evenly.
        num_symbols: k, the empty symbol among them, 2 to 4,096; fewer come out if the runs have
            fewer different states.
        seed: of the draw and of k-means.

    Raises:
        ArgumentError: for another number of symbols.
    """
    if not 2 <= num_symbols <= MAX_SYMBOLS:
        raise ArgumentError(f"num_symbols={num_symbols} must be from 2 to {MAX_SYMBOLS}")
    from sklearn.cluster import KMeans  # noqa: PLC0415 - takes a second to load

    vectors = _vectors(runs, np.random.default_rng(seed))
    distinct = np.unique(vectors, axis=0)
    if len(distinct) < num_symbols:
        centroids = distinct
    else:
        means = KMeans(num_symbols - 1, n_init=1, random_state=seed).fit(vectors)
        centroids = means.cluster_centers_
    empty = np.zeros((1, vectors.shape[1]))
    return Quantizer(np.concatenate([empty, centroids]).astype(np.float32))


def _vectors(runs: Sequence[Run], random: np.random.Generator) -> NDArray[np.float32]:
    """Draw live cells, as many from every state: cells that grow are as rare as steps of growth."""
    a_state = -(-_MAX_VECTORS // sum(run.num_steps + 1 for run in runs))
    drawn = []
    for run in runs:
        for state in run.states():
            live = state[state.any(-1)]
            drawn.append(random.permutation(live)[:a_state])
    return np.concatenate(drawn)


def _nearest(rows: NDArray[np.float32], centroids: NDArray[np.float32]) -> NDArray[np.int64]:
    """Return the nearest centroid of each row, the first of equals, a few thousand at a time."""
    half = (centroids**2).sum(1) / 2
    parts = [
        (half - rows[start : start + 4096] @ centroids.T).argmin(1)
        for start in range(0, len(rows), 4096)
    ]
    return np.concatenate(parts) if parts else np.zeros(0, dtype=np.int64)
