"""Positional information (Wolpert 1969): where a cell is, in numbers that hidden channels can hold.

A body whose cells know their places can become another body, and heal: each cell then knows what
it is to be. Training makes the first hidden channels say it; nothing tells a rule once it is
trained.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
from torch import Tensor

from voxnca.config import ModelConfig
from voxnca.errors import ArgumentError
from voxnca.grid import RGBA, center


def num_position_channels(num_dims: int) -> int:
    """Return how many channels `positions` takes: 3 an axis."""
    return 3 * num_dims


def check_room(config: ModelConfig) -> None:
    """Check that a rule has hidden channels enough to say where a cell is.

    Raises:
        ArgumentError: when it has not.
    """
    least = RGBA.stop + num_position_channels(config.num_dims)
    if config.num_channels < least:
        raise ArgumentError(
            f"num_channels={config.num_channels} has no room for hidden channels that say where a "
            f"cell is; use at least {least}, or hidden_weight=0"
        )


def positions(space: Sequence[int], period_cells: float) -> Tensor:
    """Return where each cell is, seen from the seed's.

    For each axis the offset, -1 to 1 across the longest side, which is plain and coarse; and the
    sine and cosine of it, which repeat every `period_cells` and are fine.

    Args:
        space: sizes of the grid.
        period_cells: of sine and cosine.

    Returns:
        `(*space, 3d)`.
    """
    half = max(space) / 2
    axes = [torch.arange(n) - float(m) for n, m in zip(space, center(space), strict=True)]
    numbers = []
    for offset in torch.meshgrid(*axes, indexing="ij"):
        angle = 2 * math.pi / period_cells * offset
        numbers += [offset / half, angle.sin(), angle.cos()]
    return torch.stack(numbers, -1)
