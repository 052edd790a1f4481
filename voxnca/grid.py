"""The conventions every module shares, and the vocabulary of every docstring.

`B` is the batch, `C` the channels, `*space` is `(H, W)` or `(D, H, W)` and `d` its length.
A **state** is a float tensor `(B, *space, C)`: channels 0-2 are RGB premultiplied by alpha,
channel 3 is alpha, the rest is hidden. A discrete rule's
state is one-hot, a channel for each of its k states, and a cell of zeros counts as state 0, the
empty one: see `voxnca.states`. Axes are `(z, y, x)`, z up; cell `[z, y, x]` fills the box x..x+1,
y..y+1, z..z+1, right-handed. In 2D row 0 is the top.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import prod
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from voxnca.config import ModelConfig
from voxnca.errors import ArgumentError
from voxnca.states import Colors, check_colors, painted, states_of

if TYPE_CHECKING:
    from voxnca.targets import Target

RGB = slice(0, 3)
ALPHA = 3
RGBA = slice(0, 4)
ALIVE_THRESHOLD = 0.1
"""A cell with alpha above this keeps itself and its 3^d neighbourhood alive."""
SOLID_THRESHOLD = 0.5
"""A cell with alpha above this is drawn, picked, counted and compared."""
MAX_CELLS = 2**31 - 1
"""Largest grid, batch included: cells are numbered by 32-bit integers."""


class Rows(NamedTuple):
    """Cells and what they hold; every cell not listed is zero, or in state 0.

    Attributes:
        coordinates: int64 `(N, 1 + d)`: batch row, then the cell's index.
        values: `(N, C)`.
    """

    coordinates: Tensor
    values: Tensor


def check_space(space: Sequence[int], num_dims: int) -> tuple[int, ...]:
    """Return `space` as a tuple of `num_dims` positive sizes.

    Raises:
        ArgumentError: for a wrong number of axes, a size below 1, or more than 2^31 - 1 cells.
    """
    sizes = tuple(space) if isinstance(space, Sequence | torch.Size) else (space,)
    if len(sizes) != num_dims:
        axes = "(H, W)" if num_dims == 2 else "(D, H, W)"
        raise ArgumentError(f"space={space!r} must have {num_dims} axes; pass {axes}")
    if not all(isinstance(n, int) and not isinstance(n, bool) and n >= 1 for n in sizes):
        raise ArgumentError(f"space={space!r} must hold whole sizes of at least 1")
    if prod(n + 2 for n in sizes) > MAX_CELLS:
        raise ArgumentError(f"space={space!r} has more than 2^31 cells; use a smaller grid")
    return tuple(int(n) for n in sizes)


def check_state(state: Tensor, config: ModelConfig) -> None:
    """Check that `state` is `(B, *space, C)` of `config`.

    Raises:
        ArgumentError: when it is not.
    """
    shape = tuple(state.shape) if isinstance(state, Tensor) else type(state).__name__
    rule = f"(B, {'H, W' if config.num_dims == 2 else 'D, H, W'}, {config.num_channels})"
    if (
        not isinstance(state, Tensor)
        or state.ndim != config.num_dims + 2
        or state.shape[-1] != config.num_channels
        or 0 in state.shape
    ):
        raise ArgumentError(f"state {shape} must have the shape {rule}; make one by voxnca.seed()")
    if not state.is_floating_point():
        raise ArgumentError(f"state is {state.dtype}; convert it by state.float()")
    check_space(state.shape[1:-1], config.num_dims)


def center(space: Sequence[int]) -> tuple[int, ...]:
    """Return the cell `size // 2` of each axis, where the seed is put."""
    return tuple(n // 2 for n in space)


def seed(
    config: ModelConfig,
    space: Sequence[int],
    *,
    batch_size: int = 1,
    at: Sequence[int] | None = None,
) -> Tensor:
    """Make states with one live cell: alpha and hidden channels 1, RGB 0.

    Of a discrete rule it is in state 1, and the others in state 0.

    Args:
        config: gives the number of dimensions and channels.
        space: sizes of the grid, `(H, W)` or `(D, H, W)`.
        batch_size: B.
        at: the cell; by default the one in the centre, `size // 2`.

    Returns:
        float32 `(B, *space, C)`.

    Raises:
        ArgumentError: for a space of the wrong dimension, an empty batch, or a cell off the grid.
    """
    space = check_space(space, config.num_dims)
    if isinstance(batch_size, bool) or not isinstance(batch_size, int) or batch_size < 1:
        raise ArgumentError(f"batch_size={batch_size!r} must be a whole number of at least 1")
    state = torch.zeros(batch_size, *space, config.num_channels)
    if config.num_states is not None:
        state[..., 0] = 1.0
    place: tuple[int | slice, ...] = (slice(None), *_seed_cell(space, at))
    state[place] = _live(config)
    return state


def seed_rows(
    config: ModelConfig, space: Sequence[int], *, at: Sequence[int] | None = None
) -> Rows:
    """Make one live cell, as `seed` does, without the grid round it.

    Args:
        config: gives the number of dimensions and channels.
        space: sizes of the grid, `(H, W)` or `(D, H, W)`.
        at: the cell; by default the one in the centre, `size // 2`.

    Raises:
        ArgumentError: for a space of the wrong dimension, or a cell off the grid.
    """
    space = check_space(space, config.num_dims)
    return Rows(torch.tensor([[0, *_seed_cell(space, at)]]), _live(config)[None])


def _seed_cell(space: tuple[int, ...], at: Sequence[int] | None) -> tuple[int, ...]:
    cell = center(space) if at is None else tuple(int(c) for c in at)
    if len(cell) != len(space) or not all(0 <= c < n for c, n in zip(cell, space, strict=True)):
        raise ArgumentError(f"at={at!r} is off the grid of {space}; choose a cell of it")
    return cell


def _live(config: ModelConfig) -> Tensor:
    """Return what the seed's cell holds: `(C,)`."""
    values = torch.zeros(config.num_channels)
    if config.num_states is None:
        values[ALPHA:] = 1.0
    else:
        values[1] = 1.0
    return values


def check_rows(rows: Rows, config: ModelConfig, space: Sequence[int], batch_size: int) -> None:
    """Check that `rows` are cells of grids `(batch_size, *space)`, each at most once.

    Raises:
        ArgumentError: when they are not.
    """
    coordinates, values = rows
    wanted = (len(coordinates), config.num_dims + 1), (len(coordinates), config.num_channels)
    if (tuple(coordinates.shape), tuple(values.shape)) != wanted:
        raise ArgumentError(
            f"rows {tuple(coordinates.shape)} and {tuple(values.shape)} must be coordinates "
            f"(N, {config.num_dims + 1}) and values (N, {config.num_channels})"
        )
    if coordinates.dtype != torch.int64 or not values.is_floating_point():
        raise ArgumentError(
            f"rows are {coordinates.dtype} and {values.dtype}; pass int64 coordinates and "
            "floating-point values"
        )
    sizes = torch.tensor([batch_size, *space])
    if ((coordinates < 0) | (coordinates >= sizes)).any():
        raise ArgumentError(f"rows hold a cell outside (B, *space) = {tuple(sizes.tolist())}")
    # Numbers sort twenty times as fast as rows of numbers.
    flat = coordinates[:, 0]
    for axis, size in enumerate(space, 1):
        flat = flat * size + coordinates[:, axis]
    if len(flat.unique()) != len(coordinates):
        raise ArgumentError("rows hold a cell twice; keep one of the two")


def to_rgba(state: Tensor, *, colors: Colors | None = None) -> Tensor:
    """Turn states into colours to draw: straight alpha, everything in [0, 1].

    Args:
        state: `(B, *space, C)` with C >= 4; of a discrete rule any C.
        colors: of a discrete rule's states, `model.colors`; None for one that grows.

    Returns:
        `(B, *space, 4)`; a cell with alpha 0, or in state 0, is transparent black.
    """
    if colors is not None:
        return painted(state, check_colors(colors, state.shape[-1]))
    if state.ndim not in (4, 5) or state.shape[-1] < 4:
        raise ArgumentError(
            f"state {tuple(state.shape)} must be (B, *space, C) with C >= 4; "
            "add the batch axis by state[None]"
        )
    rgba = state[..., RGBA]
    alpha = rgba[..., ALPHA:].clamp(0.0, 1.0)
    rgb = torch.where(alpha > 0, rgba[..., RGB] / alpha.clamp(min=1e-6), 0.0)
    return torch.cat([rgb.clamp(0.0, 1.0), alpha], dim=-1)


def solid(state: Tensor, *, discrete: bool = False) -> Tensor:
    """Return which cells are solid: bool `(B, *space)`.

    They have alpha > 0.5; of a discrete rule, they are not in state 0.
    """
    return states_of(state) > 0 if discrete else state[..., ALPHA] > SOLID_THRESHOLD


def content(cells: NDArray[np.bool_]) -> tuple[slice, ...]:
    """Return the smallest box round the cells that are True; the whole grid if none is."""
    found = np.argwhere(cells)
    if not len(found):
        return (slice(None),) * cells.ndim
    return tuple(slice(a, b + 1) for a, b in zip(found.min(0), found.max(0), strict=True))


def training_space(target: Target, margin_cells: int = 4) -> tuple[int, ...]:
    """Return the smallest grid with `margin_cells` free cells on every side of the target.

    The target's anchor lies on the seed, in cell `size // 2`. For an anchor off the middle the
    grid is wider than target + 2 margins, by what the shorter side lacks.
    """
    sizes = []
    for anchor, length in zip(target.anchor, target.size, strict=True):
        before, after = anchor + margin_cells, length - 1 - anchor + margin_cells
        sizes.append(2 * before if before > after else 2 * after + 1)
    return tuple(sizes)


def common_space(targets: Iterable[Target], margin_cells: int = 4) -> tuple[int, ...]:
    """Return the smallest grid on which `training_space` holds for each of some targets."""
    spaces = [training_space(target, margin_cells) for target in targets]
    return tuple(max(sizes) for sizes in zip(*spaces, strict=True))
