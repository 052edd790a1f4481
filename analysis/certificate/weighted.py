"""The affine certificate of larger creatures, in a norm that weighs values unequally.

What `affine` proves takes all rows of J^(k-1) J0 until the largest row sum is below 1. In 3D that
is too much to hold and too long to wait for. Here |e_k| <= delta t_k bounds each live value by
itself: t_1 is exact, t_k = |J^k| 1 + |J^(k-1)| d, d being what dead cells add in the first step.
Once there are weights v > 0 with |J^m| v <= shrink v, shrink < 1, later steps follow without more
powers, t_(k+m) <= |J^m| t_k, and so does the end: s = max t_k / v over m steps gives
t <= shrink s v ever after, and t falls to 0. This m is about half of K.

A condition i, |w_i . e_k| < m_i, holds when delta |w_i| t_k < m_i. The conditions that this bounds
worst are looked at again exactly, by carrying w_i backwards, w_i J^(k-1) J0, until the rest of its
course, |w_i J^(k-1)| max t, cannot bind. Others keep the bound: delta may be too small, never too
large.

The residual of the fixed point and the rounding of a step, bounded by a count of its operations,
push each value by at most `push` in each step, hence by sum |J^k| push in all: the fixed point is
off by no more, and a run of it ends no farther away. Twice the share of a margin that this takes
is taken off delta, which is off by a thousandth more for the rounding of the sums that make it.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, field, fields
from typing import Any, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn.functional import linear

from analysis.certificate.affine import check_dying_down
from analysis.certificate.linear import (
    Linearization,
    NotCertifiableError,
    TooLargeError,
    residual_of,
)
from analysis.certificate.nearest import Nearest
from analysis.certificate.sparse import RowBlocks, blocks_matrix, sizes_times
from analysis.certificate.tolerance import OneCell, noise_ratio
from voxnca import NCA
from voxnca.engines.dense import perceive
from voxnca.grid import ALIVE_THRESHOLD, ALPHA

_ENOUGH_SHRINK, _MAX_POWER, _MAX_GROUPS = 0.8, 400, 60
_SMALL_END = 0.1
_MARGIN_SHARE, _MOST_TAKEN, _LEAST_WEIGHT = 1e-3, 0.25, 1e-3
_COLUMNS, _BATCH = 512, 128


@dataclass(frozen=True, eq=False)
class WeightedCertificate:
    """What is proven of small disturbances of a larger creature in real numbers.

    Attributes:
        delta: a disturbance of less, in every value of every cell, dies down.
        residual: the most that a step changes a value of the fixed point.
        rounding: the most that rounding changes a value in a step.
        spectral_radius: of J: how much of the slowest part of a disturbance is left each step.
        power: m.
        shrink: of the weighted size of a disturbance, every m steps, at most.
        num_conditions: under which the step is affine.
        num_exact: of them that were looked at exactly, since their bounds might have bound.
        binding: the condition that is the nearest: its kind, cell, unit and step; a step of None
            is any after those looked at one by one.
        noise: less than this, in every value of every cell and every step, is borne for ever.
        noise_moves: how far such noise takes a value, at most.
        tolerance: how large a disturbance of one live cell alone may be, in any of its values, by
            cell in order of index, `(n,)`: see `tolerance`.
        weights: v, of the values of the live cells, `(n, C)`.
    """

    delta: float
    residual: float
    rounding: float
    spectral_radius: float
    power: int
    shrink: float
    num_conditions: int
    num_exact: int
    binding: dict[str, Any]
    noise: float
    noise_moves: float
    tolerance: NDArray[np.float64] = field(repr=False)
    weights: NDArray[np.float64] = field(repr=False)

    def to_json(self) -> dict[str, Any]:
        """Return the claim, with what it takes to check it."""
        names = [name.name for name in fields(self) if name.repr]
        rounded = [float(f"{(1 - _MARGIN_SHARE) * value:.4g}") for value in self.tolerance]
        return {
            "form": "weighted",
            **{name: getattr(self, name) for name in names},
            "tolerance": rounded,
        }


@torch.no_grad()
def weighted_certificate(
    model: NCA, state: Tensor, *, memory_bytes: int | None = None, max_exact: int = 4096
) -> WeightedCertificate:
    """Prove how small a disturbance must be to die down; for creatures too large for `affine`.

    Args:
        model: in float64, of fire rate 1: see `find_fixed_point`.
        state: a fixed point, `(*space, C)`.
        memory_bytes: that a power of J may take; None for half of the machine's memory.
        max_exact: hidden units to look at exactly.

    Raises:
        NotCertifiableError: when the state is not fixed, disturbances need not die down, a margin
            is too small, or the creature is too large for the matrix.
    """
    near = Linearization.at(model, state)
    size = near.num_cells * near.num_channels
    allowed, whose = (
        (_machine_bytes() // 2, "half of this machine's memory; certify it on a larger one")
        if memory_bytes is None
        else (memory_bytes, "as memory_bytes says; raise it")
    )
    if 8 * size * size > allowed:
        raise TooLargeError(
            f"{near.num_cells} live cells of {near.num_channels} channels take a matrix of "
            f"{8 * size * size / 2**30:.2f} GiB, and may take {allowed / 2**30:.2f}, {whose}"
        )
    rho = check_dying_down(near)
    maps = _Maps.of(near)
    residual = residual_of(model, state)
    rounding = rounding_of_step(model, state)[tuple(near.cells.T)]
    one = OneCell(near)
    pushes = (rounding + residual).reshape(-1), 1 + maps.from_dead
    course = _follow(maps, torch.stack(pushes, 1), one)
    away, noise_reach = course.away.T
    taken = _taken(near, away, residual + float(rounding.max()))
    nearest, num_exact = _nearest(near, maps, course, max_exact)
    delta = (1 - 2 * taken - _MARGIN_SHARE) / nearest.worst - float(away.max())
    if not delta > 0:
        raise NotCertifiableError(
            f"delta={delta:.2g} must be above 0: a margin is too small; train on"
        )
    kept = max(0.0, 1 - 4 * taken - _MARGIN_SHARE)
    noise = kept / noise_ratio(near, noise_reach)
    tolerance = one.tolerance(kept, delta, float(away.max()))
    weights: NDArray[np.float64] = course.weights.reshape(near.num_cells, -1).numpy()
    return WeightedCertificate(
        delta,
        residual,
        float(rounding.max()),
        rho,
        course.power,
        course.shrink,
        near.num_conditions,
        num_exact,
        nearest.binding,
        noise,
        noise * float(noise_reach.max()),
        tolerance.numpy(),
        weights,
    )


def _machine_bytes() -> int:
    """Return the size of this machine's memory."""
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")


def rounding_of_step(model: NCA, state: Tensor) -> Tensor:
    """Return the most that rounding in float64 changes each value of `(*space, C)` in a step.

    A value is a sum of products of sums: a bound on the number of roundings that each of its terms
    meets, times the unit of rounding, times the sum of the sizes of the terms.
    """
    rule, sizes = model.rule(), state.abs()[None]
    perceived = perceive(sizes, rule._replace(kernels=rule.kernels.abs()))
    hidden = linear(perceived, rule.hidden_weight.abs(), rule.hidden_bias.abs())
    moved = linear(hidden, rule.out_weight.abs(), rule.out_bias.abs()) + 2 * sizes
    count = rule.kernels[0].numel() + perceived.shape[-1] + hidden.shape[-1] + 8
    return moved[0] * (count * 2.0**-53 * 1.01)


class _Maps(NamedTuple):
    """What a step does to disturbances: J0 and J, forwards and backwards.

    Attributes:
        own: J as a sparse matrix `(nC, nC)`.
        forwards: J.
        backwards: J'.
        entering: J0'.
        at_first: t_1 = |J0| 1, `(nC,)`.
        from_dead: d, `(nC,)`.
    """

    own: Any
    forwards: RowBlocks
    backwards: RowBlocks
    entering: RowBlocks
    at_first: Tensor
    from_dead: Tensor

    @classmethod
    def of(cls, near: Linearization) -> _Maps:
        n, C, R = near.num_cells, near.num_channels, len(near.ring)
        whole = blocks_matrix(near.near, near.blocks, R)
        live = (near.own[:, None] * C + torch.arange(C)).reshape(-1).numpy()
        own = whole[:, live].tocsr()
        at_first = torch.from_numpy(np.asarray(abs(whole).sum(1)).reshape(n * C))
        inside = torch.from_numpy(np.asarray(abs(own).sum(1)).reshape(n * C))
        forwards, backwards = RowBlocks(own, C), RowBlocks(own.T.tocsr(), C)
        from_dead = (at_first - inside).clamp(min=0)
        entering = RowBlocks(whole.T.tocsr(), C)
        return cls(own, forwards, backwards, entering, at_first, from_dead)


class _Course(NamedTuple):
    """How far disturbances of size 1 go.

    Attributes:
        steps: t_1, t_2, ..., `(T, nC)`.
        tail: what bounds t at every step after.
        away: sum |J^k| push over all k >= 0, bounded, for each push, `(nC, P)`.
        weights: v, `(nC,)`.
        power: m.
        shrink: of v by |J^m|.
    """

    steps: Tensor
    tail: Tensor
    away: Tensor
    weights: Tensor
    power: int
    shrink: float


def _follow(maps: _Maps, pushes: Tensor, one: OneCell) -> _Course:
    """Carry disturbances on; `pushes` `(nC, P)` are of every step."""
    size, width = len(maps.at_first), one.whole_columns(_COLUMNS)
    ones, weights = torch.ones_like(maps.at_first), maps.at_first / maps.at_first.max()
    powers = [
        torch.from_numpy(maps.own[:, first : first + width].toarray())
        for first in range(0, size, width)
    ]
    steps, away, from_dead = [], pushes.clone(), maps.from_dead
    while True:
        given = torch.cat([ones[:, None], maps.from_dead[:, None], pushes], 1)
        sums, after, *_ = (carried := sizes_times(powers, given)).T
        steps.append(sums + from_dead)
        from_dead = after
        one.see(powers)
        shrink, weights = _weighted(powers, weights)
        if shrink < _ENOUGH_SHRINK:
            break
        if len(steps) >= _MAX_POWER:
            raise NotCertifiableError(
                f"disturbances may still be {shrink:.2g} times as large after {_MAX_POWER} steps, "
                f"and must be below {_ENOUGH_SHRINK}; train on with --certifiable"
            )
        away += carried[:, 2:]
        for place, block in enumerate(powers):
            powers[place] = maps.forwards @ block
    one.go_on(powers, weights, shrink)
    power = len(steps)
    group = torch.cat([torch.stack(steps, 1), away], 1)
    every = [group]
    for _ in range(_MAX_GROUPS):
        group = sizes_times(powers, group)
        every.append(group)
        if float((group[:, :power] / weights[:, None]).max()) < _SMALL_END:
            break
    end = shrink * (group / weights[:, None]).amax(0)
    away = torch.stack([part[:, power:] for part in every]).sum(0)
    away += weights[:, None] * end[power:] / (1 - shrink)
    reaches = torch.cat([part[:, :power] for part in every], 1).T
    return _Course(reaches, end[:power].max() * weights, away, weights, power, shrink)


def _weighted(powers: list[Tensor], weights: Tensor) -> tuple[float, Tensor]:
    """Look for the weights that a power shrinks the most, from some near by.

    By Collatz and Wielandt the largest ratio of |M| v to v is a bound whatever v > 0 is.
    """
    best, chosen = float("inf"), weights
    for _ in range(12):
        carried = sizes_times(powers, weights[:, None])[:, 0]
        ratio = float((carried / weights).max())
        if ratio < best:
            best, chosen = ratio, weights
        if ratio < _ENOUGH_SHRINK or ratio > 3:
            break
        weights = (carried / carried.max()).clamp(min=_LEAST_WEIGHT)
    else:
        return best, chosen
    if ratio > 3:
        chosen = (carried / carried.max()).clamp(min=_LEAST_WEIGHT)
    return best, chosen


def _nearest(
    near: Linearization, maps: _Maps, course: _Course, max_exact: int
) -> tuple[Nearest, int]:
    """Look at all conditions; returns the nearest, and how many were looked at exactly."""
    found, num_exact = Nearest(), 0
    shape = near.num_cells, near.num_channels
    found.see_life(near, torch.ones(shape, dtype=torch.float64), 0)
    bounds = torch.zeros_like(near.units)
    for number, reach in enumerate([*course.steps, course.tail], 1):
        step = number if number <= len(course.steps) else None
        found.see_life(near, reach.reshape(shape), step)
        bounds = torch.maximum(
            bounds, near.felt(reach.reshape(*shape, 1))[..., 0] / near.units.abs()
        )
    found.see_units(near, near.felt_at_once() / near.units.abs(), 0)
    order = bounds.reshape(-1).argsort(descending=True)
    furthest = torch.maximum(course.steps.amax(0), course.tail)
    flat = bounds.reshape(-1)[order]
    for first in range(0, len(order), _BATCH):
        if float(flat[first]) <= found.worst:
            break
        if first >= max_exact:
            cell, unit = divmod(int(order[first]), bounds.shape[1])
            found.see(float(flat[first]), "unit bounded", near.cells[cell], None, unit)
            break
        chosen = order[first : first + _BATCH]
        num_exact += len(chosen)
        for step, number, worst in _exactly(near, maps, chosen, furthest, found):
            cell, unit = divmod(number, bounds.shape[1])
            found.see(worst, "unit", near.cells[cell], step, unit)
    return found, num_exact


def _exactly(
    near: Linearization, maps: _Maps, chosen: Tensor, furthest: Tensor, found: Nearest
) -> Iterator[tuple[int, int, float]]:
    """Carry hidden units backwards; yields step, number of a unit, reach / margin."""
    n, C, H = near.num_cells, near.num_channels, near.units.shape[1]
    margins = near.units.abs().reshape(-1)[chosen]
    padded = torch.zeros(n + 1, C, len(chosen), dtype=torch.float64)
    for column, number in enumerate(chosen.tolist()):
        cell, unit = divmod(number, H)
        padded[:, :, column].index_add_(
            0, near.near_alive[cell] % (n + 1), near.weights[:, :, unit]
        )
    rows, step = padded[:n].reshape(n * C, -1), 1
    while len(chosen):
        reach = (maps.entering @ rows).abs().sum(0) / margins
        worst = int(reach.argmax())
        yield step, int(chosen[worst]), float(reach[worst])
        rest = (furthest @ (maps.backwards @ rows).abs()) / margins
        going = rest > found.worst
        chosen, margins = chosen[going], margins[going]
        rows, step = maps.backwards @ rows[:, going], step + 1


def _taken(near: Linearization, away: Tensor, push: float) -> float:
    """Return the largest share of a margin that residual and rounding take.

    Raises:
        NotCertifiableError: when it is too much.
    """
    moved = away.reshape(near.num_cells, near.num_channels)
    gaps = (near.alphas(near.cells) - ALIVE_THRESHOLD).abs()
    share = max(
        float((near.felt(moved[..., None])[..., 0] / near.units.abs()).max()),
        float((moved[:, ALPHA] / gaps).max()),
    )
    if not share <= _MOST_TAKEN:
        raise NotCertifiableError(
            f"residual and rounding of {push:.2g} a step take {share:.2g} of a margin, and may "
            f"take {_MOST_TAKEN:g}: settle the pattern further, or train on"
        )
    return share
