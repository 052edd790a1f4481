"""What training makes small; each is a number a sample."""

from __future__ import annotations

from torch import Tensor

from voxnca.grid import ALIVE_THRESHOLD, ALPHA, RGBA

VALUE_LIMIT = 1.5
"""Beyond +-1.5 a value is penalised: a rule that keeps within it does not run away later."""

FAINT_ALPHA = 0.05
"""Half of what makes a cell alive: matter this faint does not spread."""

_SIZE_SHARE = 0.03


def rgba_loss(state: Tensor, target: Tensor, num_solid: int | Tensor) -> Tensor:
    """Sum the squared RGBA error over 4 x the target's solid voxels.

    Args:
        state: `(B, *space, C)`.
        target: premultiplied RGBA, `(*space, 4)` or `(B, *space, 4)`.
        num_solid: solid voxels of the target, of all alike or of each, `(B,)`.

    Returns:
        `(B,)`: about 1 for an empty state, 0 for a perfect one, on a grid of any size.
    """
    return (state[..., RGBA] - target).square().flatten(1).sum(1) / (4 * num_solid)


def hidden_loss(state: Tensor, hidden: Tensor, target: Tensor, num_solid: int | Tensor) -> Tensor:
    """Mean the squared error of the first hidden channels; sum it over cells that are to live.

    Args:
        state: `(B, *space, C)`.
        hidden: what the A channels behind RGBA are to hold, `(*space, A)` or `(B, *space, A)`.
        target: as of `rgba_loss`.
        num_solid: as of `rgba_loss`.

    Returns:
        `(B,)`, over the target's solid voxels.
    """
    held = state[..., RGBA.stop : RGBA.stop + hidden.shape[-1]]
    error = (held - hidden).square().mean(-1) * (target[..., ALPHA] > ALIVE_THRESHOLD)
    return error.flatten(1).sum(1) / num_solid


def unrest(state: Tensor, after: Tensor, num_solid: int | Tensor) -> Tensor:
    """Measure how much a step changed: the squares, and a little of the sizes, of the differences.

    The squares of small changes have hardly a slope; their sizes have, and bring them to 0.

    Args:
        state: `(B, *space, C)`.
        after: the state a step later.
        num_solid: as of `rgba_loss`.

    Returns:
        `(B,)`, over the target's solid voxels x channels.
    """
    change = (after - state).flatten(1)
    total = change.square().sum(1) + _SIZE_SHARE * change.abs().sum(1)
    return total / (num_solid * state.shape[-1])


def faltering(state: Tensor, margin: float, num_solid: int | Tensor) -> Tensor:
    """Sum how much closer than `margin` alpha is to the threshold of life: `(B,)`.

    In units of the margin, over the target's solid voxels; dead empty cells are far enough away.
    """
    distance = (state[..., ALPHA] - ALIVE_THRESHOLD).abs()
    return (1 - distance / margin).clamp(min=0).flatten(1).sum(1) / num_solid


def overflow(state: Tensor, num_solid: int | Tensor) -> Tensor:
    """Sum |x - clip(x, +-1.5)| over the target's solid voxels x channels: `(B,)`."""
    excess = state - state.clamp(-VALUE_LIMIT, VALUE_LIMIT)
    return excess.abs().flatten(1).sum(1) / (num_solid * state.shape[-1])


def overgrowth(state: Tensor, target: Tensor, num_solid: int | Tensor) -> Tensor:
    """Sum the alpha beyond 0.05 where the target is empty, over 4 x its solid voxels: `(B,)`.

    A squared error hardly minds faint matter, but faint matter lives: it spreads, costs as much
    to compute as the body, and feeds what later disturbs the pattern.

    Args and shapes as of `rgba_loss`.
    """
    excess = (state[..., ALPHA] - FAINT_ALPHA).clamp(min=0) * (target[..., ALPHA] == 0)
    return excess.flatten(1).sum(1) / (4 * num_solid)
