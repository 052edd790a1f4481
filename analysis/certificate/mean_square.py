"""The mean-square certificate: a pattern at rest, under cells that fire at random.

A fixed point of the rule whose cells all fire is fixed under every firing mask, since nothing
moves there. With each live cell firing at probability p, independently, a small disturbance e
becomes e + M (J - I) e, M being the mask, and the mean of e' P e of the next step is e' T(P) e with

    T(P) = Jp' P Jp + p (1 - p) D' blockdiag(P) D,   D = J - I,   Jp = I + p D,

the blocks being the cells. With P = I + T(I) + ... + T^(k-1)(I), P - T(P) is I - T^k(I), which
is positive definite once T^k(I) is small: V = e' P e then falls on average as long as the step is
affine. Inside V < r^2 it is: r^2 is the smallest m_i^2 / (w_i P^-1 w_i') over the conditions w_i .
e < m_i. By Ville's inequality V ever reaches r^2 with probability V(e)/r^2 at most, and when it
does not, e dies down.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.linalg import cholesky, eigvalsh, solve_triangular
from scipy.sparse import block_diag, identity
from torch import Tensor

from analysis.certificate.affine import MEMORY_BYTES
from analysis.certificate.linear import (
    Linearization,
    NotCertifiableError,
    TooLargeError,
    residual_of,
)
from analysis.certificate.sparse import RowBlocks, sparse_matrix
from voxnca import NCA, ArgumentError
from voxnca.grid import ALIVE_THRESHOLD, ALPHA

_MAX_ITERATIONS = 600
_RESIDUAL = 1e-13
"""Beside the margins of trained rules, of 1e-6 and more, as good as none."""
_SMALL = 0.5
"""What T^k(I) must come below, in Frobenius norm, which no eigenvalue exceeds."""
_CELLS_OF_A_BLOCK = 4
"""Of 1 to 8, the quickest."""
_ROUNDING_SHARE = 1e-6
"""Taken off r^2, for the rounding of the sums that make it."""


@dataclass(frozen=True, eq=False)
class MeanSquareCertificate:
    """What is proven of small disturbances of a rule that fires at random.

    Attributes:
        fire_rate: p.
        radius_squared: r^2: within V < r^2 the step is affine.
        iterations: k, terms of P.
        decrease: the smallest eigenvalue of P - T(P).
        state: the fixed point, float64 `(*space, C)`.
        cells: the live cells, int64 `(n, d)`.
        matrix: P, `(nC, nC)`.
    """

    fire_rate: float
    radius_squared: float
    iterations: int
    decrease: float
    state: Tensor = field(repr=False)
    cells: Tensor = field(repr=False)
    matrix: NDArray[np.float64] = field(repr=False)

    def value(self, states: Tensor) -> Tensor:
        """Return V of states `(B, *space, C)`; infinite where a cell that is dead is not."""
        away = states.double() - self.state
        mine = away[(slice(None), *self.cells.T)]
        other = away.abs().flatten(1).sum(1) - mine.abs().flatten(1).sum(1)
        flat = mine.flatten(1)
        value = torch.einsum("bi,ij,bj->b", flat, torch.from_numpy(self.matrix), flat)
        return torch.where(other > 1e-12, torch.inf, value)

    def probability(self, value: float) -> float:
        """Return the least probability that a disturbance of some V dies down."""
        return max(0.0, 1 - value / self.radius_squared)

    def to_json(self) -> dict[str, Any]:
        """Return the claim."""
        return {
            "fire_rate": self.fire_rate,
            "radius_squared": self.radius_squared,
            "iterations": self.iterations,
            "decrease": self.decrease,
        }


@torch.no_grad()
def mean_square_certificate(
    model: NCA, state: Tensor, fire_rate: float = 0.5
) -> MeanSquareCertificate:
    """Prove within what disturbances a rule at rest stays, whatever cells fire when.

    Args:
        model: in float64, of fire rate 1: see `find_fixed_point`.
        state: a fixed point, `(*space, C)`.
        fire_rate: p, in (0, 1).

    Raises:
        ArgumentError: for another fire rate.
        NotCertifiableError: when the state is not fixed, V does not fall, or the creature is too
            large for the matrices.
    """
    if not 0 < fire_rate < 1:
        raise ArgumentError(f"fire_rate={fire_rate!r} must be a number in (0, 1)")
    near = Linearization.at(model, state)
    residual = residual_of(model, state)
    if not residual <= _RESIDUAL:
        raise NotCertifiableError(
            f"residual {residual:.2g} must be at most {_RESIDUAL:g}: every step adds it to what is "
            "to die down; settle the pattern further"
        )
    size = near.num_cells * near.num_channels
    if 8 * size * size > MEMORY_BYTES // 2:
        raise TooLargeError(
            f"{near.num_cells} live cells of {near.num_channels} channels take matrices of "
            f"{8 * size * size / 2**30:.2f} GiB, and may take {MEMORY_BYTES / 2**31:.2f}: the "
            "creature is too large for this certificate"
        )
    step = _Expected(near, fire_rate)
    matrix, terms = _lyapunov(step, size)
    falls = matrix - step(matrix)
    decrease = float(eigvalsh((falls + falls.T) / 2, subset_by_index=[0, 0])[0])
    if not decrease > _ROUNDING_SHARE:
        raise NotCertifiableError(
            f"the smallest eigenvalue of P - T(P) is {decrease:.2g} and must be above "
            f"{_ROUNDING_SHARE:g}: V does not fall; train on with --certifiable"
        )
    radius_squared = _radius_squared(near, matrix) * (1 - _ROUNDING_SHARE)
    return MeanSquareCertificate(
        fire_rate, radius_squared, terms, decrease, state.double(), near.cells, matrix
    )


class _Expected:
    """T: what a quadratic form is on average a step later."""

    def __init__(self, near: Linearization, fire_rate: float) -> None:
        whole = sparse_matrix(near)
        size = whole.shape[0]
        eye = identity(size, format="csr")
        change = (whole - eye).tocsr()
        self._mean = RowBlocks(
            (eye + fire_rate * change).T.tocsr(), _CELLS_OF_A_BLOCK * near.num_channels
        )
        self._change = change.T.tocsr()
        self.fire_rate = fire_rate
        self._share = fire_rate * (1 - fire_rate)
        self._shape = near.num_cells, near.num_channels

    def __call__(self, form: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return T of a symmetric form `(nC, nC)`."""
        half = (self._mean @ torch.from_numpy(form)).T.contiguous()
        expected: NDArray[np.float64] = (self._mean @ half).numpy()
        scattered = (self._change @ (self._change @ self._blocks(form)).T).tocoo()
        expected[scattered.row, scattered.col] += self._share * scattered.data
        return expected

    def _blocks(self, form: NDArray[np.float64]) -> Any:
        """Return the blocks of cells on the diagonal, sparse."""
        n, C = self._shape
        cells = np.arange(n)
        blocks = form.reshape(n, C, n, C)[cells, :, cells]
        return block_diag(list(blocks), format="csr")


def _lyapunov(step: _Expected, size: int) -> tuple[NDArray[np.float64], int]:
    """Add up I + T(I) + ... until what comes next is small."""
    term = np.eye(size)
    total = np.zeros_like(term)
    for count in range(1, _MAX_ITERATIONS + 1):
        total += term
        term = step(term)
        norm = float(np.linalg.norm(term))
        if norm < _SMALL:
            return (total + total.T) / 2, count
        if not norm < 1e9:
            break
    raise NotCertifiableError(
        f"fired at a rate of {step.fire_rate:g}, disturbances do not die down on average "
        f"({norm:.2g} times what they were, squared, after {count} steps); train on with "
        "--certifiable"
    )


def _radius_squared(near: Linearization, matrix: NDArray[np.float64]) -> float:
    factor = cholesky(matrix, lower=True)
    radius = min(
        float((margins**2 / _sizes(rows, factor)).min()) for rows, margins in _conditions(near)
    )
    alphas = near.alphas(near.cells)
    rows = np.zeros((near.num_cells, matrix.shape[0]))
    rows[np.arange(len(rows)), np.arange(len(rows)) * near.num_channels + ALPHA] = 1
    each = torch.from_numpy((alphas.numpy() - ALIVE_THRESHOLD) ** 2 / _sizes(rows, factor))
    radius = min(radius, float(near.kept_alive(each).min()))
    by_dead = each[near.by_dead]
    return min(radius, float(by_dead.min())) if len(by_dead) else radius


def _conditions(
    near: Linearization,
) -> Iterator[tuple[NDArray[np.float64], NDArray[np.float64]]]:
    """Yield the rows of the hidden units of a few cells at a time, and their margins."""
    n, C, H = near.num_cells, near.num_channels, near.weights.shape[2]
    for first in range(0, n, 16):
        chosen = range(first, min(first + 16, n))
        rows = torch.zeros(len(chosen), H, n, C, dtype=torch.float64)
        for place, cell in enumerate(chosen):
            for o, other in enumerate(near.near_alive[cell].tolist()):
                if other >= 0:
                    rows[place, :, other] += near.weights[o].T
        yield (
            rows.reshape(-1, n * C).numpy(),
            near.units[first : chosen.stop].abs().reshape(-1).numpy(),
        )


def _sizes(rows: NDArray[np.float64], factor: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return w P^-1 w' of rows w."""
    solved = solve_triangular(factor, rows.T, lower=True)
    sizes: NDArray[np.float64] = np.maximum((solved**2).sum(0), 1e-300)
    return sizes
