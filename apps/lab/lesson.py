"""What happens in one real cell in its next step, number by number: for people who learn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from math import isfinite
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from apps.lab.sensed import sensed_words
from apps.lab.vicinity import Vicinity
from voxnca import NCA, Rows, Target
from voxnca.conditions import Conditions
from voxnca.config import check_seed
from voxnca.engines import Rule, Surroundings
from voxnca.errors import ArgumentError
from voxnca.grid import ALIVE_THRESHOLD, ALPHA, RGBA, check_space
from voxnca.noise import hash32, limit
from voxnca.perception import part_sizes

DIGITS = 4
"""Decimals that the page is sent."""
AXES = "zyx"


@dataclass(frozen=True)
class Sense:
    """What one kernel tells the cell.

    Attributes:
        kernel: `identity`, or the name of a perception.
        axis: `z`, `y` or `x`, with a sign for the neighbour on one side; empty for a kernel that
            has none.
        values: one for each channel.
    """

    kernel: str
    axis: str
    values: tuple[float, ...]


@dataclass(frozen=True)
class Draw:
    """The cell's throw in this step: it fires when its number is below the limit.

    Attributes:
        number: the hash, in [0, 2^32).
        limit: fire rate x 2^32.
        fires: whether dx is added.
    """

    number: int
    limit: int
    fires: bool


@dataclass(frozen=True)
class Gate:
    """The alive mask at the cell.

    Attributes:
        alphas: of the 3^d neighbourhood in index order, the cell's own in the middle; None is
            outside the grid.
        largest: of them.
        alive: whether one is above 0.1.
    """

    alphas: tuple[float | None, ...]
    largest: float
    alive: bool


@dataclass(frozen=True)
class Lesson:
    """One step of one cell. Numbers of channels are in the order R, G, B, alpha, hidden.

    Attributes:
        cell: its index.
        step_index: number of the step that is explained.
        fire_rate: of the rule.
        untrained: whether the last layer is still zero.
        before: the state now.
        senses: what is perceived, in the order the hidden layer takes it.
        told: what the goal has added to the channels before they were perceived; empty without
            one.
        num_flags: numbers more that the cell senses of its environment.
        flags: what of these is so, in words.
        sums: of the hidden units, before ReLU.
        hidden: the same after it; what is not 0 is on.
        dx: what would be added.
        draw: whether it is.
        pre: the alive mask before the step.
        updated: the state with dx added, if it fires and `pre` holds.
        post: the alive mask after.
        after: the next state: `updated` where `post` holds, else 0.
        wanted: premultiplied RGBA of the target in this cell; None without a target.
        error: squared error of RGBA against it after the step.
    """

    cell: tuple[int, ...]
    step_index: int
    fire_rate: float
    untrained: bool
    before: tuple[float, ...]
    senses: tuple[Sense, ...]
    told: tuple[float, ...]
    num_flags: int
    flags: tuple[str, ...]
    sums: tuple[float, ...]
    hidden: tuple[float, ...]
    dx: tuple[float, ...]
    draw: Draw
    pre: Gate
    updated: tuple[float, ...]
    post: Gate
    after: tuple[float, ...]
    wanted: tuple[float, ...] | None
    error: float | None

    @property
    def num_on(self) -> int:
        """Hidden units that are on."""
        return sum(unit > 0 for unit in self.hidden)

    def to_json(self) -> dict[str, Any]:
        """Return it as a dict for the page, rounded; a value that is not finite is None."""
        fields: dict[str, Any] = _rounded(asdict(self))
        return {**fields, "num_on": self.num_on}


def explain(
    model: NCA,
    rows: Rows,
    space: Sequence[int],
    cell: Sequence[int],
    *,
    seed: int,
    step_index: int,
    conditions: Conditions | None = None,
) -> Lesson:
    """Compute the next step of one cell, keeping everything in between.

    It looks at no more than two cells each way, so that the grid may be as large as it likes.

    Args:
        model: the rule.
        rows: `Rollout.rows`, of one creature.
        space: sizes of the grid.
        cell: its index.
        seed: of the firing mask.
        step_index: `Rollout.step_index`, the number of the step to come.
        conditions: `Rollout.conditions`; the goal is the same in all cells.

    Raises:
        ArgumentError: for a cell outside the grid, or a seed out of range.
    """
    sizes = check_space(space, model.config.num_dims)
    at = _checked_cell(cell, sizes)
    with torch.no_grad():
        near = Vicinity(rows, sizes, model.config.border, at, dtype=model.hidden.weight.dtype)
        given = (conditions or Conditions()).surroundings(
            model.config,
            model.goals,
            (1, *sizes, model.config.num_channels),
            model.hidden.weight.dtype,
        )
        return _explain(model, near, given, (check_seed(seed), step_index))


def _explain(model: NCA, near: Vicinity, given: Surroundings, time: tuple[int, int]) -> Lesson:
    """Step the cell and its neighbours, which the alive mask after the step looks at."""
    rule, middle, space = model.rule(), near.middle, near.space
    told, flags = _told(near, given), _flags(near, given)
    perceived = torch.einsum("kn,mnc->mkc", rule.kernels.flatten(1), near.windows + told)
    inputs = torch.cat([perceived.flatten(1), flags], 1)
    sums = F.linear(inputs, rule.hidden_weight, rule.hidden_bias)
    own = near.windows[:, middle]
    dx = rule.update(inputs, own)
    numbers, below = _draw(near.cells, space, time), limit(rule.fire_rate)
    fires = numbers < below
    pre = near.live[:, middle] & _free(near.cells, near.inside, given)
    stepped = rule.move(own, fires[:, None] * dx)
    updated = torch.where(pre[:, None], stepped, 0.0)
    gate = _gate(updated[:, ALPHA], near.inside)
    after = updated[middle] if gate.alive else torch.zeros_like(updated[middle])
    wanted = None if model.target is None else _wanted(model.target, space, near.cell)
    return Lesson(
        cell=near.cell,
        step_index=time[1],
        fire_rate=rule.fire_rate,
        untrained=_untrained(rule),
        before=_numbers(near.windows[middle, middle]),
        senses=_senses(model, perceived[middle]),
        told=() if given.embedding is None else _numbers(told[middle, middle]),
        num_flags=flags.shape[1],
        flags=sensed_words(model.config.senses, len(space), flags[middle].tolist()),
        sums=_numbers(sums[middle]),
        hidden=_numbers(sums[middle].relu()),
        dx=_numbers(dx[middle]),
        draw=Draw(int(numbers[middle]), below, bool(fires[middle])),
        pre=_gate(near.windows[middle, :, ALPHA], near.inside),
        updated=_numbers(updated[middle]),
        post=gate,
        after=_numbers(after),
        wanted=None if wanted is None else _numbers(wanted),
        error=None if wanted is None else float((after[RGBA] - wanted).square().sum()),
    )


def _told(near: Vicinity, given: Surroundings) -> Tensor:
    """Return what the goal adds in each cell of the windows, if it is alive: `(M, M, C)`."""
    if given.embedding is None:
        return torch.zeros_like(near.windows)
    shape = near.around.shape[:2]
    free = _free(near.around.flatten(0, 1), near.live.flatten(), given).reshape(shape)
    return free[..., None] * given.embedding.reshape(-1, near.windows.shape[-1])[0]


def _flags(near: Vicinity, given: Surroundings) -> Tensor:
    """Return what the cell and its neighbours sense: `(M, S)`; 0 outside the grid."""
    if given.static is None:
        return near.windows.new_zeros(len(near.cells), 0)
    flags = near.windows.new_zeros(len(near.cells), given.static.shape[-1])
    flags[near.inside] = given.static[(0, *near.cells[near.inside].T)].to(flags.dtype)
    return flags


def _free(cells: Tensor, wanted: Tensor, given: Surroundings) -> Tensor:
    """Return which of the cells `(N, d)` are free of walls, of those wanted `(N,)`."""
    if given.free is None:
        return wanted
    free = torch.zeros_like(wanted)
    free[wanted] = given.free[(0, *cells[wanted].T)]
    return free


def _checked_cell(cell: Sequence[int], space: tuple[int, ...]) -> tuple[int, ...]:
    at = tuple(int(c) for c in cell)
    if len(at) != len(space) or not all(0 <= c < n for c, n in zip(at, space, strict=True)):
        raise ArgumentError(f"cell={at} is not in a grid of {space}; pass an index of it")
    return at


def _draw(cells: Tensor, space: tuple[int, ...], time: tuple[int, int]) -> Tensor:
    """Return the hashes of cells `(M, d)`, of which `noise.fires` compares each to the limit."""
    offsets = list((cells - torch.tensor(space) // 2).T)
    same = torch.tensor
    if len(offsets) == 2:
        offsets.insert(0, same(0))
    numbers: Tensor = hash32(same(time[0]), same(0), same(time[1]), *offsets)
    return numbers


def _gate(alphas: Tensor, inside: Tensor) -> Gate:
    there = zip(_numbers(alphas), inside.tolist(), strict=True)
    return Gate(
        tuple(alpha if is_inside else None for alpha, is_inside in there),
        float(alphas[inside].max()),
        bool((alphas[inside] > ALIVE_THRESHOLD).any()),
    )


def _senses(model: NCA, perceived: Tensor) -> tuple[Sense, ...]:
    """Name the rows of `(K, C)` by the kernels they come from."""
    d, names = model.config.num_dims, [("identity", "")]
    axes = AXES[-d:]
    sides = [f"{sign}{axis}" for axis in axes for sign in "-+"]
    labels: dict[int, Sequence[str]] = {1: [""], d: axes, 2 * d: sides}
    sizes = part_sizes(model.config.perception, d)
    for part, size in zip(model.config.perception.split("+"), sizes, strict=True):
        names += [(part, axis) for axis in labels[size]]
    named = zip(names, perceived, strict=True)
    return tuple(Sense(kernel, axis, _numbers(row)) for (kernel, axis), row in named)


def _untrained(rule: Rule) -> bool:
    return not (rule.out_weight.any() or rule.out_bias.any())


def _wanted(target: Target, space: tuple[int, ...], cell: tuple[int, ...]) -> Tensor:
    """Return what the target is in a cell, `(4,)`."""
    at = tuple(c - o for c, o in zip(cell, target.origin(space), strict=True))
    if not all(0 <= c < n for c, n in zip(at, target.size, strict=True)):
        return torch.zeros(4)
    return target.rgba[at]


def _numbers(values: Tensor) -> tuple[float, ...]:
    return tuple(values.tolist())


def _rounded(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _rounded(inner) for name, inner in value.items()}
    if isinstance(value, tuple):
        return [_rounded(inner) for inner in value]
    if isinstance(value, float):
        return round(value, DIGITS) if isfinite(value) else None
    return value
