"""What a click or a stroke cuts out: wounds of a shape, at a place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import floor, hypot

import torch
from torch import Tensor

from voxnca import VoxncaError
from voxnca.errors import ArgumentError
from voxnca.wounds import Ball, Box, HalfSpace, Noise, Wound

SHAPES = ("ball", "box", "half", "noise")
NOISE_FRACTION = 0.5
"""Of the cells in reach of a noisy wound: enough to see, and enough left to heal from."""
MAX_STROKE_CELLS = 4096


@dataclass(frozen=True)
class Overlap:
    """Cells that every one of some wounds contains; at least one wound, all of one dimension."""

    wounds: tuple[Wound, ...]

    @property
    def num_dims(self) -> int | None:
        """Dimensions of the grid it fits; None for any."""
        return next((w.num_dims for w in self.wounds if w.num_dims is not None), None)

    def contains(self, cells: Tensor) -> Tensor:
        """Tell which cells `(N, d)` it holds."""
        return torch.stack([wound.contains(cells) for wound in self.wounds]).all(0)


@dataclass(frozen=True)
class Stroke:
    """Balls of one radius round several cells: what a brush that is dragged carves.

    Raises:
        ArgumentError: for no cells, too many, or cells of several dimensions.
    """

    cells: tuple[tuple[int, ...], ...]
    radius_cells: float

    def __post_init__(self) -> None:
        distinct = tuple(dict.fromkeys(tuple(int(c) for c in cell) for cell in self.cells))
        if not 1 <= len(distinct) <= MAX_STROKE_CELLS:
            raise ArgumentError(
                f"cells: a stroke of {len(distinct)} cells must have 1 to {MAX_STROKE_CELLS}; "
                "carve it in parts"
            )
        if len({len(cell) for cell in distinct}) > 1:
            raise ArgumentError("cells of a stroke must all be 2D or all be 3D")
        Ball(distinct[0], self.radius_cells)
        object.__setattr__(self, "cells", distinct)

    @property
    def num_dims(self) -> int:
        """Dimensions of the grid it fits."""
        return len(self.cells[0])

    def contains(self, cells: Tensor) -> Tensor:
        """Tell which cells `(N, d)` it holds."""
        hit = torch.zeros(len(cells), dtype=torch.bool)
        for center in self.cells:
            hit |= Ball(center, self.radius_cells).contains(cells)
        return hit


def check_shape(shape: str) -> str:
    """Return the shape when there is one of that name.

    Raises:
        ArgumentError: otherwise.
    """
    if shape not in SHAPES:
        raise ArgumentError(f"shape={shape!r} is unknown; use one of: {', '.join(SHAPES)}")
    return shape


def carve(
    shape: str, cell: Sequence[int], radius_cells: float, *, body: Tensor, seed: int = 0
) -> Wound:
    """Return the wound that a click on a cell deals.

    Args:
        shape: `ball`; `box`, a cube of that half side; `half`, all that lies beyond the cell,
            seen from the middle of the body; or `noise`, half of the ball's cells, at random.
        cell: in index order.
        radius_cells: of the wound; a half space has none.
        body: the solid cells `(N, d)`.
        seed: of the noise.

    Raises:
        ArgumentError: for an unknown shape, or a cell or radius that makes no wound.
    """
    ball = Ball(tuple(cell), radius_cells)
    if check_shape(shape) == "ball":
        return ball
    if shape == "noise":
        return Overlap((ball, Noise(NOISE_FRACTION, seed)))
    if shape == "half":
        return _beyond(ball.center, body)
    reach = floor(radius_cells)
    low, high = (tuple(c + by for c in ball.center) for by in (-reach, reach + 1))
    return Box(low, high)


def _beyond(cell: tuple[float, ...], body: Tensor) -> HalfSpace:
    """Return the half space through a cell, the cell included, away from the body's centroid."""
    if body.numel() and body.shape[1] != len(cell):
        raise ArgumentError(f"center={cell} must have {body.shape[1]} coordinates")
    if len(body) == 0:
        raise VoxncaError("there is no voxel left to wound; reset the creature")
    middle = body.double().mean(0).tolist()
    normal = [c - m for c, m in zip(cell, middle, strict=True)]
    length = hypot(*normal)
    if length < 1e-6:  # the very middle: cut across the first axis
        normal, length = [1.0, *[0.0] * (len(cell) - 1)], 1.0
    normal = [n / length for n in normal]
    point = tuple(c - n / 2 for c, n in zip(cell, normal, strict=True))
    return HalfSpace(point, tuple(normal))
