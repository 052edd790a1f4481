"""Lay weights and states out for the kernels, and bring gradients back."""

from __future__ import annotations

from itertools import product
from typing import Any

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from voxnca.dyadic import VALUE_BOUND
from voxnca.engines.field import Rule, Surroundings
from voxnca.engines.kernels.colony import CIRCULAR, REPLICATE, ZERO
from voxnca.engines.kernels.lanes import TILE_ROWS, TRIO_ROWS, WIDTH
from voxnca.engines.kernels.matrices import padded
from voxnca.engines.kernels.rollout import (
    NUM_COLUMNS,
    TILE_CELLS,
    Desk,
    Given,
    Gradients,
    Net,
    Tape,
)
from voxnca.engines.recycling import take
from voxnca.grid import ALIVE_THRESHOLD

Array = NDArray[Any]

BORDERS = {"zero": ZERO, "replicate": REPLICATE, "circular": CIRCULAR}
_PIECE_NUMBERS = 1 << 22
"""A piece of tape has room for about this many numbers; what is not written to costs nothing."""
_SLACK = WIDTH
"""Lanes are read and written a little too far; every array has this much room behind it."""


def neighbourhood(num_dims: int) -> NDArray[np.int64]:
    """Return the offsets (z, y, x) of the 3^d neighbourhood in index order: `(T, 3)`."""
    steps = [(0,)] * (3 - num_dims) + [(-1, 0, 1)] * num_dims
    return np.array(list(product(*steps)))


def lay_out(rule: Rule, *, all_taps: bool) -> Net:
    """Lay out a rule.

    Args:
        rule: weights, float32 or float64, all of one type.
        all_taps: whether kernels that weigh a neighbour by 0 need it nevertheless: for their
            gradient.
    """
    kernels = _array(rule.kernels).reshape(len(rule.kernels), -1)[1:]
    hidden, out = _array(rule.hidden_weight), _array(rule.out_weight)
    (H, D), C = hidden.shape, len(out)
    K = len(kernels)
    Hp, Cp = padded(H, WIDTH), padded(C, WIDTH)
    Dp = padded(max(D, K * C + Cp), WIDTH)  # the last kernel's lanes end within the row
    reach = np.flatnonzero(kernels.any(0) | all_taps)
    taps = np.zeros((padded(K, TRIO_ROWS), len(reach)), hidden.dtype)
    taps[:K] = kernels[:, reach]
    trios = taps.reshape(len(taps) // TRIO_ROWS, TRIO_ROWS, len(reach)).transpose(0, 2, 1)
    return Net(
        C, Cp, Hp, D, Dp, K, D - (1 + K) * C,
        reach,
        np.ascontiguousarray(trios).ravel(),
        _wide(hidden.T, D, Hp),
        _wide(_array(rule.hidden_bias)[None], 1, Hp),
        _wide(hidden, Hp, Dp),
        _wide(out.T, Hp, Cp),
        _wide(_array(rule.out_bias)[None], 1, Cp),
        _wide(out, C, Hp),
        np.zeros(max(Hp, Cp, Dp), hidden.dtype),
        np.full(WIDTH, 1 - rule.leak, hidden.dtype),
        hidden.dtype.type(0 if rule.state_bits is None else 2.0**rule.state_bits),
        hidden.dtype.type(VALUE_BOUND),
        hidden.dtype.type(ALIVE_THRESHOLD),
    )  # fmt: skip


def desk(net: Net, num_slots: int) -> Desk:
    """Make room for a tile of cells."""
    rows = TILE_CELLS + TILE_ROWS
    return Desk(
        _room(rows * net.Dp, net.zeros.dtype),
        _room(rows * net.H, net.zeros.dtype),
        _room(rows * net.Cp, net.zeros.dtype),
        np.empty(num_slots, np.uint8),
    )


def desk_back(net: Net, num_fired: int) -> Desk:
    """Make room for the gradients of a tile of cells, and of the change of all that fired."""
    rows = TILE_CELLS + TILE_ROWS
    return Desk(
        _room(rows * net.Dp, net.zeros.dtype),
        _room(rows * net.H, net.zeros.dtype),
        _room((num_fired + TILE_ROWS) * net.Cp, net.zeros.dtype),
        np.empty(0, np.uint8),
    )


def no_gradients(net: Net, num_slots: int, given: Given, *, taps: bool) -> Gradients:
    """Make gradients of zero to add to."""

    def zeros(count: int) -> Array:
        return np.zeros(count + _SLACK, net.zeros.dtype)

    state = zeros(num_slots * net.Cp)
    return Gradients(
        state,
        zeros(num_slots * net.Cp) if len(given.embedding) else state,
        zeros(len(net.taps) * WIDTH) if taps else zeros(0)[:0],
        zeros(padded(net.D, TILE_ROWS) * net.H),
        zeros(net.H),
        zeros(padded(net.H, TILE_ROWS) * net.Cp),
        zeros(net.Cp),
        np.zeros_like(given.static),
        np.zeros_like(given.embedding),
    )


def weight_gradients(net: Net, rule: Rule, to: Gradients) -> tuple[Array, Array, Array, Array]:
    """Return the gradients of hidden weight and bias, and of output weight and bias."""
    H, C = len(rule.hidden_weight), net.C
    return (
        to.hidden[: net.D * net.H].reshape(net.D, net.H)[:, :H].T,
        to.hidden_bias[:H],
        to.out[: net.H * net.Cp].reshape(net.H, net.Cp)[:H, :C].T,
        to.out_bias[:C],
    )


def kernel_gradient(net: Net, rule: Rule, to: Gradients) -> Array:
    """Return the gradient of the kernels; the identity is not a weight, its gradient is 0."""
    gradient = np.zeros((net.K + 1, rule.kernels[0].numel()), net.zeros.dtype)
    sums = to.taps[: len(net.taps) * WIDTH].reshape(-1, len(net.reach), TRIO_ROWS, WIDTH).sum(-1)
    gradient[1:, net.reach] = sums.transpose(0, 2, 1).reshape(-1, len(net.reach))[: net.K]
    return gradient.reshape(rule.kernels.shape)


def tape_of(values: Array) -> tuple[Tape, int]:
    """Return a tape that holds values `(slots, C)` in whole lanes, and how many these are.

    It has no room for a step.
    """
    width = padded(values.shape[1], WIDTH)
    wide = _wide(values, len(values), width)
    steps = np.zeros((2, NUM_COLUMNS), np.int64)
    return Tape(wide, wide, np.empty(0, np.int32), steps, np.zeros(3, np.int64)), width


def given_to(surroundings: Surroundings, sample: int, dtype: Any) -> Given:
    """Lay out what a sample is given."""
    rows = []
    for tensor in (surroundings.static, surroundings.embedding):
        if tensor is None:
            rows.append(np.empty((0, 0), dtype))
        else:
            mine = _array(Surroundings.of_sample(tensor, sample))
            rows.append(mine.reshape(-1, mine.shape[-1]).astype(dtype))
    static, embedding = rows
    wide = _wide(embedding, len(embedding), padded(embedding.shape[1], WIDTH))
    return Given(static.ravel(), wide[: len(wide) - _SLACK])


def piece_of_tape(net: Net, given: Given, newest: Array, most_slots: int, num_steps: int) -> Tape:
    """Make room for steps, and begin with the newest values.

    Args:
        net: the rule.
        given: what the sample is given.
        newest: `(slots, Cp)`.
        most_slots: after the first step.
        num_steps: to be kept; 0 keeps only the newest values. There may be room for fewer.
    """
    one_step = newest.size
    numbers = min(num_steps * one_step * 5 // 4, _PIECE_NUMBERS) + one_step + most_slots * net.Cp
    indices = len(newest) * (2 + len(net.reach))
    indices += min(num_steps * indices * 5 // 4, _PIECE_NUMBERS)
    if num_steps == 0:
        numbers = 2 * (most_slots + len(newest)) * net.Cp
        indices = most_slots * (2 + len(net.reach))
    take_room = take if num_steps else _room
    values = take_room(numbers + _SLACK, net.zeros.dtype)
    values[:one_step] = newest.ravel()
    return Tape(
        values,
        take_room(len(values), values.dtype) if len(given.embedding) else values,
        take_room(indices, np.int32),
        np.zeros((num_steps + 2, NUM_COLUMNS), np.int64),
        np.array([one_step, 0, 0]),
    )


def _array(tensor: Tensor) -> Array:
    return tensor.detach().numpy()


def _wide(matrix: Array, rows: int, columns: int) -> Array:
    wide = np.zeros(rows * columns + _SLACK, matrix.dtype)
    wide[: rows * columns].reshape(rows, columns)[: len(matrix), : matrix.shape[1]] = matrix
    return wide


def _room(count: int, dtype: Any) -> Array:
    return np.empty(count + _SLACK, dtype)
