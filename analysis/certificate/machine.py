"""The integer twin in whole numbers: a second implementation, for checking what the first claims.

It shares no code with the engines: whole numbers from the weights to the state. They are held in
float64, whose matrix products are many times as fast as those of int64, and which is exact up to
2^53, in whatever order one adds: that no sum can exceed it is found from the weights, or refused.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from analysis.certificate.neighborhood import near_cells
from voxnca import NCA, ArgumentError

Ints = NDArray[np.int64]
Wholes = NDArray[np.float64]
"""Whole numbers."""

_KERNEL, _HIDDEN, _OUT, _BIAS, _LEAK = 8, 8, 10, 12, 10
"""Bits behind the point of kernels, weights, biases and leak."""
_BOUND = 8
_ROOM = 53
"""Bits that a sum may take."""


class Machine:
    """The twin of a rule on one grid.

    Args:
        model: a rule that grows, without goals or senses, of fire rate 1: a twin, or what it is
            made from.
        space: sizes of the grid.
        state_bits: q, of the twin.

    Raises:
        ArgumentError: when a sum might need more than 53 bits, or a kernel is off its grid.
    """

    def __init__(self, model: NCA, space: tuple[int, ...], state_bits: int) -> None:
        self.space, self.bits = space, state_bits
        weights = {name: w.detach().double().numpy() for name, w in model.named_parameters()}
        kernels = model.all_kernels().detach().double().numpy() * 2.0**_KERNEL
        self._kernels = _rounded(kernels.reshape(len(kernels), -1))
        if not np.array_equal(kernels.reshape(len(kernels), -1), self._kernels):
            raise ArgumentError("perception: its kernels are no multiples of 2^-8; there's no twin")
        hidden = _rounded(weights["hidden.weight"] * 2.0**_HIDDEN)
        out = _rounded(weights["out.weight"] * 2.0**_OUT)
        hidden_bias = _rounded(weights["hidden.bias"] * 2.0**_BIAS)
        out_bias = _rounded(weights["out.bias"] * 2.0**_BIAS)
        spare = _KERNEL + _HIDDEN + _OUT
        self._rest = (
            np.ascontiguousarray(hidden.T),
            hidden_bias * 2.0 ** (state_bits + _KERNEL + _HIDDEN - _BIAS),
            np.ascontiguousarray(out.T),
            out_bias * 2.0 ** (state_bits + spare - _BIAS),
            round(model.config.leak * 2**_LEAK) * 2.0 ** (spare - _LEAK),
            2.0**spare,
            _BOUND * 2.0**state_bits,
            2.0**state_bits,
        )
        self._neighbors = near_cells(space, model.config.border)
        self._num_channels = model.config.num_channels
        self._check(hidden, out)

    def _check(self, hidden: Wholes, out: Wholes) -> None:
        felt = _BOUND * 2.0**self.bits * np.abs(self._kernels).sum(1)
        inside = np.abs(hidden) @ felt.repeat(self._num_channels) + np.abs(self._rest[1])
        total = np.abs(out) @ inside + np.abs(self._rest[3])
        total += (self._rest[4] + self._rest[5]) * self._rest[6]
        if np.log2(total.max()) >= _ROOM:
            raise ArgumentError(
                f"model: a sum might take {np.log2(total.max()):.1f} bits and must take fewer than "
                f"{_ROOM}; train with weights that stay smaller"
            )

    def seed(self) -> Wholes:
        """Return the seed, `(P, C)`, P the cells in index order: all but the colours are 1."""
        state = np.zeros((int(np.prod(self.space)), self._num_channels))
        middle = np.ravel_multi_index(tuple(n // 2 for n in self.space), self.space)
        state[middle, 3:] = 2.0**self.bits
        return state

    def run(self, state: Wholes, num_steps: int) -> Wholes:
        """Return a state `(P, C)` after so many steps."""
        after: Wholes = _run(state, num_steps, self._neighbors, self._kernels, *self._rest)
        return after

    def circle(self, state: Wholes, period: int) -> list[Wholes] | None:
        """Return the states from here until this one comes again after `period` steps, if so."""
        phases = [state]
        for _ in range(period):
            phases.append(self.run(phases[-1], 1))
        return phases[:-1] if np.array_equal(phases[-1], state) else None


def _rounded(numbers: Any) -> Wholes:
    whole: Wholes = np.floor(numbers + 0.5)
    return whole


@njit(nogil=True, cache=True)
def _run(
    state: Wholes,
    num_steps: int,
    neighbors: Ints,
    kernels: Wholes,
    hidden: Wholes,
    hidden_bias: Wholes,
    out: Wholes,
    out_bias: Wholes,
    leak: float,
    unit: float,
    bound: float,
    one: float,
) -> Wholes:  # pragma: no cover - compiled
    now = state.copy()
    C = state.shape[1]
    for _ in range(num_steps):
        cells = np.flatnonzero(_alive(now, neighbors, one))
        units = np.dot(_perceived(now, neighbors[cells], kernels), hidden) + hidden_bias
        change = np.dot(np.maximum(units, 0.0), out) + out_bias - leak * now[cells]
        then = np.zeros(state.shape)
        for place, cell in enumerate(cells):
            for c in range(C):
                moved = now[cell, c] + np.trunc(change[place, c] / unit)
                then[cell, c] = min(max(moved, -bound), bound)
        alive = _alive(then, neighbors, one)
        for p in range(len(state)):
            for c in range(C):
                now[p, c] = then[p, c] if alive[p] else 0.0
    return now


@njit(nogil=True, cache=True)
def _perceived(state: Wholes, near: Ints, kernels: Wholes) -> Wholes:  # pragma: no cover - compiled
    """Return what each cell perceives, `(n, KC)`, kernel by kernel."""
    C = state.shape[1]
    felt = np.zeros((len(near), len(kernels) * C))
    for k in range(len(kernels)):
        for n in range(near.shape[1]):
            if kernels[k, n] != 0:
                for place in range(len(near)):
                    other = near[place, n]
                    if other >= 0:
                        for c in range(C):
                            felt[place, k * C + c] += kernels[k, n] * state[other, c]
    return felt


@njit(nogil=True, cache=True)
def _alive(
    state: Wholes, neighbors: Ints, one: float
) -> NDArray[np.bool_]:  # pragma: no cover - compiled
    """Tell which cells are near one whose alpha is above a tenth."""
    alive = np.zeros(len(state), np.bool_)
    for p in range(len(state)):
        if 10 * state[p, 3] > one:
            for n in range(neighbors.shape[1]):
                if neighbors[p, n] >= 0:
                    alive[neighbors[p, n]] = True
    return alive
