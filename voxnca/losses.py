"""What training makes small; each is a number a sample."""

from __future__ import annotations

from torch import Tensor

from voxnca.grid import RGBA

VALUE_LIMIT = 1.5
"""Beyond +-1.5 a value is penalised: a rule that keeps within it does not run away later."""


def rgba_loss(state: Tensor, target: Tensor, num_solid: int) -> Tensor:
    """Sum the squared RGBA error over 4 x the target's solid voxels.

    Args:
        state: `(B, *space, C)`.
        target: premultiplied RGBA, `(*space, 4)` or `(B, *space, 4)`.
        num_solid: solid voxels of the target.

    Returns:
        `(B,)`: about 1 for an empty state, 0 for a perfect one, on a grid of any size.
    """
    return (state[..., RGBA] - target).square().flatten(1).sum(1) / (4 * num_solid)


def overflow(state: Tensor, num_solid: int) -> Tensor:
    """Sum |x - clip(x, +-1.5)| over the target's solid voxels x channels: `(B,)`."""
    excess = state - state.clamp(-VALUE_LIMIT, VALUE_LIMIT)
    return excess.abs().flatten(1).sum(1) / (num_solid * state.shape[-1])
