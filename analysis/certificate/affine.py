"""The affine certificate: how small a disturbance must be to die down, whatever its form.

Around a fixed point x* the step is affine while every hidden unit stays on its side, every dead
cell's neighbours stay below the threshold of life, and every live cell keeps one neighbour above
it. A disturbance e of x* is then carried on as J0 e, J J0 e, J^2 J0 e, ..., J0 being the map from
all values to the live ones and J that from the live ones to themselves. Condition i, w_i . e < m_i,
holds at step k for every e of size at most delta (in its largest value) when delta times the sum
of the sizes of w_i J^(k-1) J0 is below m_i. Let K be the first step with ||J^(K-1) J0|| < 1, in the
norm of largest row sums: after K steps the disturbance is smaller than it was, and of live cells
alone, so that what held for the first K steps holds for the next, and so on: it dies down.

A state found by computing is fixed but for a residual r. The true fixed point is then within
c r of it, c = (1 + sum of ||J^k||, k < K) / (1 - ||J^K||), which is taken off, with a share of the
margins. Rounding in float64, 1e-16 a step, is left out of account.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.sparse.linalg import ArpackNoConvergence, eigs
from torch import Tensor

from analysis.certificate.linear import (
    Linearization,
    NotCertifiableError,
    TooLargeError,
    residual_of,
)
from analysis.certificate.nearest import TINY, Nearest, ratios
from analysis.certificate.sparse import sparse_matrix
from voxnca import NCA
from voxnca.grid import ALIVE_THRESHOLD

MEMORY_BYTES = 2**30
"""The largest matrix that is held; a larger creature has no certificate of this kind."""
_MAX_HORIZON = 2000
_MARGIN_SHARE = 1e-3
"""Of each margin, for the residual; and of delta, for the rounding of the sums that make it."""


@dataclass(frozen=True, eq=False)
class AffineCertificate:
    """What is proven of small disturbances of a rule in real numbers.

    Attributes:
        delta: a disturbance of less, in every value of every cell, dies down.
        residual: the most that a step changes a value of the fixed point.
        spectral_radius: of J: how much of the slowest part of a disturbance is left each step.
        horizon: K.
        shrink: ||J^(K-1) J0||: what is left of any disturbance after K steps, at most.
        num_conditions: under which the step is affine.
        binding: the condition that is the nearest: its kind, cell, unit and step.
        tolerance: how large a disturbance of one cell alone may be, by cell of `cells`, `(R,)`.
        cells: the live cells and those near one, int64 `(R, d)`.
        direction: of `cells`, `(R, C)` of +-1: what goes most straight for that condition.
    """

    delta: float
    residual: float
    spectral_radius: float
    horizon: int
    shrink: float
    num_conditions: int
    binding: dict[str, Any]
    tolerance: NDArray[np.float64] = field(repr=False)
    cells: NDArray[np.int64] = field(repr=False)
    direction: Tensor = field(repr=False)

    def to_json(self) -> dict[str, Any]:
        """Return the claim, with what it takes to check it."""
        names = ("delta", "residual", "spectral_radius", "horizon", "shrink", "num_conditions")
        return {
            **{name: getattr(self, name) for name in names},
            "binding": self.binding,
            "tolerance_of_one_cell": {
                "median": float(np.median(self.tolerance)),
                "smallest": float(self.tolerance.min()),
                "largest": float(self.tolerance.max()),
            },
        }


@torch.no_grad()
def affine_certificate(model: NCA, state: Tensor) -> AffineCertificate:
    """Prove how small a disturbance must be to die down.

    Args:
        model: in float64, of fire rate 1: see `find_fixed_point`.
        state: a fixed point, `(*space, C)`.

    Raises:
        NotCertifiableError: when the state is not fixed, disturbances need not die down, a margin
            is 0, or the creature is too large for the matrices.
    """
    near = Linearization.at(model, state)
    n, R, C = near.num_cells, len(near.ring), near.num_channels
    needed = 8 * n * C * R * C
    if needed > MEMORY_BYTES:
        raise TooLargeError(
            f"{n} live cells of {C} channels take matrices of {needed / 2**30:.1f} GiB, and may "
            f"take {MEMORY_BYTES / 2**30:.0f}: the creature is too large for this certificate"
        )
    rho = check_dying_down(near)
    return _certify(near, residual_of(model, state), rho)


def check_dying_down(near: Linearization) -> float:
    """Return the spectral radius, when disturbances die down.

    Raises:
        NotCertifiableError: when it is 1 or more.
    """
    rho = spectral_radius(near)
    if not rho < 1:
        raise NotCertifiableError(
            f"spectral radius {rho:.4f} must be below 1: some disturbance never dies down; train "
            "with a leak, --certifiable"
        )
    return rho


def spectral_radius(near: Linearization) -> float:
    """Return the size of the largest eigenvalue of J."""
    matrix = sparse_matrix(near)
    if matrix.shape[0] < 500:
        return float(np.abs(np.linalg.eigvals(matrix.toarray())).max())
    rng = np.random.default_rng(0)
    try:
        start = rng.standard_normal(matrix.shape[0])
        values = eigs(matrix, k=4, v0=start, return_eigenvectors=False, maxiter=20_000)
    except ArpackNoConvergence as error:
        values = error.eigenvalues
        if not len(values):
            raise NotCertifiableError("no eigenvalue was found within 20,000 iterations") from error
    return float(np.abs(values).max())


def _certify(near: Linearization, residual: float, rho: float) -> AffineCertificate:
    found = Nearest()
    margins = near.units.abs()
    n, R, C = near.num_cells, len(near.ring), near.num_channels
    reach = near.felt_at_once()
    straight: _Straight | None = None
    first = found.see_units(near, reach / margins, 0)
    if first is not None:
        straight = _Straight(*first, None)
    found.see_life(near, torch.ones(n, C, dtype=torch.float64), 0)
    tolerance = torch.full((R,), ALIVE_THRESHOLD, dtype=torch.float64)
    tolerance = torch.minimum(tolerance, _of_one_cell_at_once(near))
    rows: list[float] = []
    for step, carried in enumerate(near.carried(), 1):
        sums = carried.abs()
        total = sums.sum(2)
        rows.append(float(total.max()))
        found.see_life(near, total, step)
        straight = _units_later(near, carried, total, found, step) or straight
        by_cell = sums.reshape(n * C, R, C).sum(2)
        worst = ratios(near, by_cell).clamp(min=TINY)
        tolerance = torch.minimum(tolerance, 1 / worst)
        if rows[-1] < 1:
            break
        if step >= _MAX_HORIZON:
            raise NotCertifiableError(
                f"disturbances may still be {rows[-1]:.2g} times as large after {step:,} steps, "
                "and must be smaller than at first; train on with --certifiable"
            )
    left = by_cell.amax(0).clamp(min=TINY)
    slack = (1 + sum(rows[:-1])) / (1 - rows[-1]) * residual
    if float((reach * slack / margins).max()) > _MARGIN_SHARE:
        raise NotCertifiableError(
            f"a residual of {residual:.2g} moves the fixed point by up to {slack:.2g}, which is "
            "more than a thousandth of a margin: settle it further, or train on"
        )
    delta = found.delta * (1 - 2 * _MARGIN_SHARE) - slack
    if not delta > 0:
        raise NotCertifiableError(f"delta={delta:.2g} must be above 0: a margin is too small")
    tolerance = torch.minimum(tolerance * (1 - 2 * _MARGIN_SHARE) - slack, delta / left)
    return AffineCertificate(
        delta,
        residual,
        rho,
        len(rows),
        rows[-1],
        near.num_conditions,
        found.binding,
        tolerance.clamp(min=delta).numpy(),
        near.ring.numpy(),
        _direction(near, straight),
    )


class _Straight(NamedTuple):
    """The hidden unit that is the nearest condition.

    Attributes:
        cell, unit: of it.
        row: what disturbances add to it, `(columns,)`; None for those before the first step.
    """

    cell: int
    unit: int
    row: Tensor | None


def _units_later(
    near: Linearization, carried: Tensor, total: Tensor, found: Nearest, step: int
) -> _Straight | None:
    """Look at the hidden units after a step: exactly where a bound says that they may bind.

    Returns:
        The nearest condition, when it is one of them.
    """
    margins, straight = near.units.abs(), None
    bound = near.felt(total[..., None])[..., 0] / margins
    for place in _candidates(bound, found):
        cell, unit = divmod(place, margins.shape[1])
        row = _row(near, carried, cell, unit)
        worst = float(row.abs().sum() / margins[cell, unit])
        if found.see(worst, "unit", near.cells[cell], step, unit):
            straight = _Straight(cell, unit, row)
    return straight


def _candidates(bounds: Tensor, found: Nearest) -> Iterator[int]:
    """Yield the conditions that may be the nearest, by what bounds reach / margin."""
    flat = bounds.reshape(-1)
    for place in flat.argsort(descending=True).tolist():
        if not float(flat[place]) > found.worst:
            return
        yield place


def _row(near: Linearization, carried: Tensor, cell: int, unit: int) -> Tensor:
    """Return what disturbances add to a hidden unit: `(columns,)`."""
    there = near.near_alive[cell] >= 0
    values = carried[near.near_alive[cell, there]]
    return torch.einsum("oc,ocx->x", near.weights[there, :, unit], values)


def _of_one_cell_at_once(near: Linearization) -> Tensor:
    """Return how far each cell of the ring alone may go before the first step: `(R,)`."""
    tolerance = torch.full((len(near.ring),), ALIVE_THRESHOLD, dtype=torch.float64)
    gaps = ALIVE_THRESHOLD - near.alphas(near.ring)[near.below]
    tolerance[near.below] = torch.minimum(tolerance[near.below], gaps.abs())
    own = near.own
    above = (near.alphas(near.cells) - ALIVE_THRESHOLD).abs()
    tolerance[own] = torch.minimum(tolerance[own], above)
    for o in range(near.near.shape[1]):
        there = near.near[:, o] >= 0
        # A border may show the same cell at several places.
        same = (near.near[there] == near.near[there, o, None]).double()
        deltas = (near.units[there].abs() / (same @ near.weights.abs().sum(1))).amin(1)
        tolerance.scatter_reduce_(0, near.near[there, o], deltas, "amin")
    return tolerance


def _direction(near: Linearization, straight: _Straight | None) -> Tensor:
    """Return the disturbance of size 1 that goes most straight for the nearest hidden unit."""
    R, C = len(near.ring), near.num_channels
    if straight is None:
        return torch.ones(R, C, dtype=torch.float64)
    cell, unit, row = straight
    if row is None:
        weights = torch.zeros(R, C, dtype=torch.float64)
        there = near.near[cell] >= 0
        weights.index_add_(0, near.near[cell, there], near.weights[there, :, unit])
        row = weights.reshape(-1)
    towards = -torch.sign(near.units[cell, unit])
    return (towards * torch.sign(row)).reshape(R, C)
