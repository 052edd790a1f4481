"""Compiled walks over a grid: breadth first, and the steady state of a diffusion.

A grid is raveled and has a rim that nobody can enter (`voxnca.ways.faces.Padded`), so that no
step asks where the grid ends, and one walk serves any number of dimensions.
"""

from __future__ import annotations

from math import exp, log
from typing import Any

import numpy as np

from voxnca.engines.kernels.compiling import compiled

_SWEEPS_A_ROUND = 8
_MAX_ROUNDS = 10_000
"""A bound for safety: a strongly screened field takes a handful."""


@compiled
def spread(passable: Any, offsets: Any, start: int) -> Any:
    """Visit the cells that can be reached from `start`, the nearest first.

    Args:
        passable: bool `(cells,)`.
        offsets: int64 `(K,)`, to a cell's neighbours.
        start: a passable cell's number.

    Returns:
        int32 `(cells,)`, steps from `start`, -1 where it does not get to; and int64 `(N,)`, the
        numbers of the cells in the order of their visit.
    """
    steps = np.full(len(passable), -1, np.int32)
    order = np.empty(len(passable), np.int64)
    steps[start], order[0], count, done = 0, start, 1, 0
    while done < count:
        cell = order[done]
        done += 1
        for offset in offsets:
            near = cell + offset
            if passable[near] and steps[near] < 0:
                steps[near] = steps[cell] + 1
                order[count] = near
                count += 1
    return steps, order[:count].copy()


@compiled
def diffuse(order: Any, num_cells: int, offsets: Any, screening: float, tolerance: float) -> Any:
    """Solve (degree + screening) p(cell) = sum of p(neighbours), with p = 1 in the first cell.

    By Gauss-Seidel, forth and back along `order`. All terms are positive and the sums only
    grow, from too little towards the solution: nothing cancels. What is swept is p relative to
    an estimate of each cell's own, kept as a logarithm and renewed every few sweeps: the numbers
    stay near 1 however far the source is, so that far cells are as exact as near ones.

    Args:
        order: int64 `(N,)`, the numbers of the cells, as `spread` visits them.
        num_cells: of the grid they are numbered in.
        offsets: int64 `(K,)`, to a cell's neighbours.
        screening: above 0.
        tolerance: the relative change of the last round, at most.

    Returns:
        float64 `(N,)`, the logarithm of p, in the order of `order`.
    """
    around, degrees = _neighbours(order, num_cells, offsets)
    logs = _first_guess(around, degrees, screening)
    N, K = around.shape
    weights = np.zeros((N, K))
    relative = np.ones(N + 1)
    for _ in range(_MAX_ROUNDS):
        for i in range(1, N):
            for k in range(K):
                j = around[i, k]
                weights[i, k] = exp(logs[j] - logs[i]) / (degrees[i] + screening) if j < N else 0.0
        relative[:N] = 1.0
        for sweep in range(_SWEEPS_A_ROUND):
            for at in range(1, N):
                i = at if sweep % 2 == 0 else N - at
                total = 0.0
                for k in range(K):
                    total += weights[i, k] * relative[around[i, k]]
                relative[i] = total
        change = 0.0
        for i in range(1, N):
            change = max(change, abs(relative[i] - 1.0))
            logs[i] += log(relative[i])
        if change <= tolerance:
            break
    return logs


@compiled
def _neighbours(order: Any, num_cells: int, offsets: Any) -> Any:
    """Return places `(N, K)` of the neighbours in `order`, N for none, and how many there are."""
    N, K = len(order), len(offsets)
    places = np.full(num_cells, N, np.int32)
    for i in range(N):
        places[order[i]] = i
    around = np.empty((N, K), np.int32)
    degrees = np.zeros(N)
    for i in range(N):
        for k in range(K):
            around[i, k] = places[order[i] + offsets[k]]
            degrees[i] += around[i, k] < N
    return around, degrees


@compiled
def _first_guess(around: Any, degrees: Any, screening: float) -> Any:
    """Return log p of what comes straight from the source, never back: less than the whole."""
    N, K = around.shape
    logs = np.zeros(N)
    for i in range(1, N):
        highest = -np.inf
        for k in range(K):
            if around[i, k] < i:
                highest = max(highest, logs[around[i, k]])
        total = 0.0
        for k in range(K):
            if around[i, k] < i:
                total += exp(logs[around[i, k]] - highest)
        logs[i] = highest + log(total / (degrees[i] + screening))
    return logs
