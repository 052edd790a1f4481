"""Wounds: regions whose cells are set to zero. What lies outside stays as it was, bit by bit.

Each kind is a small value that tells which cells it contains, so that it can be applied to whole
states, to the live rows of a rollout, written on a command line or saved in a file.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite
from typing import Protocol

import torch
from torch import Tensor

from voxnca.config import check_seed
from voxnca.errors import ArgumentError
from voxnca.noise import hash32, limit


class Wound(Protocol):
    """A region of the grid."""

    @property
    def num_dims(self) -> int | None:
        """Dimensions of the grid it fits; None for any."""

    def contains(self, cells: Tensor) -> Tensor:
        """Tell which cells, int64 `(N, d)` in index order, it holds: bool `(N,)`."""


@dataclass(frozen=True)
class Ball:
    """Cells whose distance from `center` is at most `radius_cells`."""

    center: tuple[float, ...]
    radius_cells: float

    def __post_init__(self) -> None:
        object.__setattr__(self, "center", _point("center", self.center))
        if not (isfinite(self.radius_cells) and self.radius_cells >= 0):
            raise ArgumentError(f"radius_cells={self.radius_cells!r} must be a number >= 0")

    @property
    def num_dims(self) -> int:
        """Dimensions of the grid it fits."""
        return len(self.center)

    def contains(self, cells: Tensor) -> Tensor:
        """Tell which cells `(N, d)` it holds."""
        offset = cells.double() - torch.tensor(self.center, dtype=torch.float64)
        # Roots, not squares: a radius of sqrt(3) squared is less than 3.
        return offset.square().sum(1).sqrt() <= self.radius_cells


def smallest_ball(cells: Tensor, center: Sequence[int], count: int) -> Ball:
    """Return the smallest ball round `center` that holds `count` of the cells `(N, d)`, or more.

    Args:
        cells: integer coordinates, at least `count` of them.
        center: of the ball, in index order.
        count: at least 1.
    """
    squared = (cells - torch.tensor(tuple(center))).square().sum(1).sort().values
    return Ball(tuple(center), float(squared[count - 1].double().sqrt()))


@dataclass(frozen=True)
class Box:
    """Cells with `low <= cell < high` on every axis."""

    low: tuple[float, ...]
    high: tuple[float, ...]

    def __post_init__(self) -> None:
        object.__setattr__(self, "low", _point("low", self.low))
        object.__setattr__(self, "high", _point("high", self.high))
        if len(self.low) != len(self.high):
            raise ArgumentError(
                f"low={self.low} and high={self.high} must have the same number of axes"
            )

    @property
    def num_dims(self) -> int:
        """Dimensions of the grid it fits."""
        return len(self.low)

    def contains(self, cells: Tensor) -> Tensor:
        """Tell which cells `(N, d)` it holds."""
        cells = cells.double()
        return ((cells >= torch.tensor(self.low)) & (cells < torch.tensor(self.high))).all(1)


@dataclass(frozen=True)
class HalfSpace:
    """Cells on the side of the plane through `point` to which `normal` points."""

    point: tuple[float, ...]
    normal: tuple[float, ...]

    def __post_init__(self) -> None:
        object.__setattr__(self, "point", _point("point", self.point))
        object.__setattr__(self, "normal", _point("normal", self.normal))
        if len(self.point) != len(self.normal):
            raise ArgumentError(
                f"point={self.point} and normal={self.normal} must have the same number of axes"
            )
        if not any(self.normal):
            raise ArgumentError(f"normal={self.normal} has no direction; make one entry non-zero")

    @property
    def num_dims(self) -> int:
        """Dimensions of the grid it fits."""
        return len(self.point)

    def contains(self, cells: Tensor) -> Tensor:
        """Tell which cells `(N, d)` it holds."""
        offset = cells.double() - torch.tensor(self.point, dtype=torch.float64)
        return offset @ torch.tensor(self.normal, dtype=torch.float64) > 0


@dataclass(frozen=True)
class Noise:
    """Each cell with probability `fraction`, drawn by the hash of its index and `seed`."""

    fraction: float
    seed: int = 0

    def __post_init__(self) -> None:
        if not 0 <= self.fraction <= 1:
            raise ArgumentError(f"fraction={self.fraction!r} must be a number in [0, 1]")
        check_seed(self.seed)

    @property
    def num_dims(self) -> None:
        """Fits a grid of any dimension."""

    def contains(self, cells: Tensor) -> Tensor:
        """Tell which cells `(N, d)` it holds."""
        axes = list(cells.unbind(1))
        zero = torch.zeros_like(axes[0])
        axes = [zero] * (3 - len(axes)) + axes
        drawn = hash32(torch.full_like(zero, self.seed), zero, zero, *axes)
        return drawn < limit(self.fraction)


def apply(state: Tensor, wound: Wound, *, sample: int | None = None) -> Tensor:
    """Return a copy of `state` with the wound's cells set to zero.

    Args:
        state: `(B, *space, C)`.
        wound: the region.
        sample: batch row to wound; None wounds all.

    Raises:
        ArgumentError: when the wound has another dimension than the state, or for a sample
            that does not exist.
    """
    space = state.shape[1:-1]
    check(wound, len(space), state.shape[0], sample)
    cells = torch.ones(space, device="cpu").nonzero()
    hit = wound.contains(cells).reshape(space).to(state.device)
    mask = hit.expand(state.shape[:-1])
    if sample is not None:
        chosen = torch.arange(state.shape[0], device=state.device) == sample
        mask = mask & chosen.reshape(-1, *[1] * len(space))
    return state.masked_fill(mask[..., None], 0.0)


def check(wound: Wound, num_dims: int, batch_size: int, sample: int | None) -> None:
    """Check that a wound fits a batch of states.

    Raises:
        ArgumentError: when it does not.
    """
    if wound.num_dims not in (None, num_dims):
        raise ArgumentError(
            f"wound {wound} is for {wound.num_dims}D but the state is {num_dims}D; "
            f"give {num_dims} coordinates"
        )
    if sample is not None and not 0 <= sample < batch_size:
        raise ArgumentError(f"sample={sample} must be from 0 to {batch_size - 1}")


def ball(
    state: Tensor, *, center: Sequence[float], radius_cells: float, sample: int | None = None
) -> Tensor:
    """Cut a ball out of states `(B, *space, C)`; see `Ball` and `apply`."""
    return apply(state, Ball(tuple(center), radius_cells), sample=sample)


def box(
    state: Tensor, *, low: Sequence[float], high: Sequence[float], sample: int | None = None
) -> Tensor:
    """Cut a box out of states `(B, *space, C)`; see `Box` and `apply`."""
    return apply(state, Box(tuple(low), tuple(high)), sample=sample)


def half_space(
    state: Tensor, *, point: Sequence[float], normal: Sequence[float], sample: int | None = None
) -> Tensor:
    """Cut off one side of a plane from states `(B, *space, C)`; see `HalfSpace` and `apply`."""
    return apply(state, HalfSpace(tuple(point), tuple(normal)), sample=sample)


def noise(state: Tensor, *, fraction: float, seed: int = 0, sample: int | None = None) -> Tensor:
    """Clear a random fraction of the cells of states `(B, *space, C)`; see `Noise`, `apply`."""
    return apply(state, Noise(fraction, seed), sample=sample)


_FORMS = "ball:r=4@8,8,8  box:4,4,4-12,12,12  half:1,0,0@8,8,8  noise:0.1 or noise:0.1@SEED"
_NUMBER = r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?"
_POINT = rf"{_NUMBER}(?:,{_NUMBER}){{1,2}}"
_PATTERNS = {
    "ball": re.compile(rf"ball:r=({_NUMBER})@({_POINT})"),
    "box": re.compile(rf"box:({_POINT})-({_POINT})"),
    "half": re.compile(rf"half:({_POINT})@({_POINT})"),
    "noise": re.compile(rf"noise:({_NUMBER})(?:@(\d{{1,18}}))?"),
}


def parse(text: str) -> Wound:
    """Read a wound as it is written on the command line; coordinates in index order.

    `ball:r=4@8,8,8` is a ball of radius 4 round cell [8, 8, 8]; `box:4,4,4-12,12,12` spans low
    to high (excluded); `half:1,0,0@8,8,8` is the side of cell [8, 8, 8] to which the normal
    [1, 0, 0] points; `noise:0.1` clears a tenth of the cells, `noise:0.1@7` with seed 7.

    Raises:
        ArgumentError: for any other text.
    """
    compact = text.replace(" ", "")
    for kind, pattern in _PATTERNS.items():
        match = pattern.fullmatch(compact)
        if match:
            return _build(kind, *match.groups())
    raise ArgumentError(f"wound {text!r} is not understood; write one of: {_FORMS}")


def written(wound: Wound) -> str:
    """Write a wound as `parse` reads it, to the bit.

    Raises:
        ArgumentError: for a wound that has no such form.
    """
    match wound:
        case Ball():
            return f"ball:r={float(wound.radius_cells)!r}@{_text(wound.center)}"
        case Box():
            return f"box:{_text(wound.low)}-{_text(wound.high)}"
        case HalfSpace():
            return f"half:{_text(wound.normal)}@{_text(wound.point)}"
        case Noise():
            return f"noise:{float(wound.fraction)!r}@{wound.seed}"
    raise ArgumentError(f"wound {wound} has no written form; use one of: {_FORMS}")


def _build(kind: str, first: str, second: str | None) -> Wound:
    if kind == "noise":
        return Noise(float(first), int(second or 0))
    rest = _numbers(second or "")
    if kind == "ball":
        return Ball(rest, float(first))
    return Box(_numbers(first), rest) if kind == "box" else HalfSpace(rest, _numbers(first))


def _text(point: tuple[float, ...]) -> str:
    return ",".join(map(repr, point))


def _numbers(text: str) -> tuple[float, ...]:
    return tuple(float(part) for part in text.split(","))


def _point(name: str, point: Sequence[float]) -> tuple[float, ...]:
    values = tuple(float(v) for v in point)
    if len(values) not in (2, 3) or not all(map(isfinite, values)):
        raise ArgumentError(f"{name}={point!r} must be 2 or 3 finite numbers in index order")
    return values
