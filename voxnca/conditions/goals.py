"""Goals: which of the shapes that a rule has learned it is to grow, where, and how much of each."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from voxnca.errors import ArgumentError

Goal = int | Sequence[int] | Sequence[float] | Tensor
"""A goal's number; one for each sample; or weights `(K,)`, `(B, K)` or `(B, *space, K)`."""

_ROUNDING = 1e-4


def goal_weights(goal: Goal, num_goals: int, batch_size: int, space: Sequence[int]) -> Tensor:
    """Return the weight of each goal in each cell.

    Args:
        goal: a goal's number, or B of them; or weights: `(K,)` for all cells alike, `(B, K)` for
            each sample, or `(B, *space, K)` for each cell, with 1 or B as the first axis. A
            cell's weights are a blend and sum to 1, or are all 0: it is told nothing.
        num_goals: K.
        batch_size: B.
        space: sizes of the grid.

    Returns:
        float `(1 or B, *space or ones, K)`.

    Raises:
        ArgumentError: for anything else.
    """
    given = _tensor(goal)
    ones = (1,) * len(space)
    if not given.is_floating_point():
        numbers = _numbers(goal, given, num_goals, batch_size)
        return torch.nn.functional.one_hot(numbers, num_goals).float().reshape(-1, *ones, num_goals)
    if tuple(given.shape) in ((num_goals,), (batch_size, num_goals)):
        return _checked(given.reshape(-1, *ones, num_goals))
    sizes = ones, tuple(space)
    wanted = [(first, *cells, num_goals) for first in (1, batch_size) for cells in sizes]
    if tuple(given.shape) not in wanted:
        raise ArgumentError(
            f"goal has shape {tuple(given.shape)}; pass a number, or weights (K,), (B, K) or "
            f"(B, *space, K) with K={num_goals}, B={batch_size}, *space={tuple(space)}"
        )
    return _checked(given)


def _checked(weights: Tensor) -> Tensor:
    """Return weights that are a blend in every cell, or nothing."""
    total = weights.detach().sum(-1)
    blends = ((total - 1).abs() < _ROUNDING) | (total == 0)
    if not (blends.all() and (weights >= 0).all()):
        raise ArgumentError(
            "goal: a cell's weights must be at least 0 and sum to 1, or be all 0 for no goal; "
            "divide them by their sum"
        )
    return weights


def _tensor(goal: Goal) -> Tensor:
    try:
        given = torch.as_tensor(goal)
    except (TypeError, ValueError, RuntimeError) as error:
        raise ArgumentError(f"goal={goal!r} must be a goal's number, or weights") from error
    if given.dtype == torch.bool:
        raise ArgumentError(f"goal={goal!r} must be a goal's number, or weights; no truth values")
    return given


def _numbers(goal: Goal, given: Tensor, num_goals: int, batch_size: int) -> Tensor:
    numbers = given.reshape(1) if given.ndim == 0 else given
    if tuple(numbers.shape) not in {(1,), (batch_size,)}:
        raise ArgumentError(
            f"goal={goal!r} must be one number, or one for each of {batch_size} samples"
        )
    if ((numbers < 0) | (numbers >= num_goals)).any():
        raise ArgumentError(f"goal={goal!r} must be from 0 to {num_goals - 1}")
    return numbers.long()
