"""The reference: the step as the growing-NCA paper writes it, over every cell of the grid.

Runs on any device, in float32 and float64; every other engine is judged by this one.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

from voxnca.engines.field import Firing, Rows, Rule
from voxnca.grid import ALIVE_THRESHOLD, ALPHA
from voxnca.wounds import Wound, apply

_CONV = {2: F.conv2d, 3: F.conv3d}
_POOL = {2: F.max_pool2d, 3: F.max_pool3d}
_PAD_MODE = {"zero": "constant", "replicate": "replicate", "circular": "circular"}


def step(state: Tensor, rule: Rule, fire: Tensor) -> Tensor:
    """Compute one step of every cell.

    Args:
        state: `(B, *space, C)`.
        rule: weights and constants.
        fire: bool `(B, *space)`, the firing mask.

    Returns:
        The next state, `(B, *space, C)`.
    """
    pre = alive(state, rule.border)
    dx = rule.update(perceive(state, rule))
    updated = torch.where(pre[..., None], state + fire[..., None] * dx, 0.0)
    post = alive(updated, rule.border)
    return torch.where(post[..., None], updated, 0.0)


def perceive(state: Tensor, rule: Rule) -> Tensor:
    """Convolve each channel with each kernel: `(B, *space, K * C)`, kernel-major."""
    B, *space, C = state.shape
    K, d = len(rule.kernels), len(space)
    padded = _pad(state.movedim(-1, 1), rule.border)
    weight = rule.kernels[:, None].repeat(C, *[1] * (d + 1))  # (C * K, 1, 3, 3[, 3])
    maps = _CONV[d](padded, weight, groups=C)
    return maps.reshape(B, C, K, *space).movedim((2, 1), (-2, -1)).flatten(-2)


def alive(state: Tensor, border: str) -> Tensor:
    """Return the alive mask: bool `(B, *space)`, the live cells dilated by 3^d."""
    mature = (state.detach()[..., ALPHA] > ALIVE_THRESHOLD).to(state.dtype)[:, None]
    padded = _pad(mature, border)
    return _POOL[state.ndim - 2](padded, kernel_size=3, stride=1)[:, 0] > 0


def _pad(maps: Tensor, border: str) -> Tensor:
    return F.pad(maps, [1, 1] * (maps.ndim - 2), mode=_PAD_MODE[border])


class DenseField:
    """Whole states, stepped by `step`."""

    def __init__(self, state: Tensor, rule: Rule) -> None:
        self._state, self._rule = state, rule
        self._cells = torch.ones(state.shape[:-1], device=state.device).nonzero()

    def step(self, firing: Firing) -> None:
        """Advance every state by one step."""
        space = self._state.shape[1:-1]
        fire = firing.mask(self._cells, space, self._rule.fire_rate)
        self._state = step(self._state, self._rule, fire.reshape(self._state.shape[:-1]))

    def erase(self, wound: Wound, sample: int | None) -> None:
        """Set the wound's cells to zero, in one sample or in all."""
        self._state = apply(self._state, wound, sample=sample)

    def rows(self) -> Rows:
        """Return the cells that are not all zero."""
        coordinates = self._state.detach().any(-1).nonzero()
        return Rows(coordinates, self._state[tuple(coordinates.T)])

    def state(self) -> Tensor:
        """Return the whole states."""
        return self._state
