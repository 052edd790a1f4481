"""The reference: the step as the growing-NCA paper writes it, over every cell of the grid.

Runs on any device, in float32 and float64; every other engine is judged by this one.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

from voxnca.engines.field import NOTHING, Firing, Rule, Surroundings, flat_index
from voxnca.grid import ALIVE_THRESHOLD, ALPHA, Rows
from voxnca.wounds import Wound, apply

_CONV = {2: F.conv2d, 3: F.conv3d}
_POOL = {2: F.max_pool2d, 3: F.max_pool3d}
_PAD_MODE = {"zero": "constant", "replicate": "replicate", "circular": "circular"}


def step(state: Tensor, rule: Rule, fire: Tensor, surroundings: Surroundings = NOTHING) -> Tensor:
    """Compute one step of every cell.

    Args:
        state: `(B, *space, C)`.
        rule: weights and constants.
        fire: bool `(B, *space)`, the firing mask.
        surroundings: what cells are given beside the state.

    Returns:
        The next state, `(B, *space, C)`.
    """
    state = _clear(state, surroundings)
    pre = alive(state, rule.border) & _free(surroundings)
    felt = state
    if surroundings.embedding is not None:
        felt = state + pre[..., None] * surroundings.embedding
    perceived = perceive(felt, rule)
    if surroundings.static is not None:
        static = surroundings.static.expand(*state.shape[:-1], -1)
        perceived = torch.cat([perceived, static], -1)
    dx = rule.update(perceived, state)
    updated = torch.where(pre[..., None], rule.move(state, fire[..., None] * dx), 0.0)
    post = alive(updated, rule.border) & _free(surroundings)
    return torch.where(post[..., None], updated, 0.0)


def perceive(state: Tensor, rule: Rule) -> Tensor:
    """Convolve each channel with each kernel: `(B, *space, K * C)`, kernel-major."""
    return convolve(_pad(state.movedim(-1, 1), rule.border), rule.kernels)


def convolve(padded: Tensor, kernels: Tensor) -> Tensor:
    """Convolve each channel with each kernel, given what lies around.

    Args:
        padded: `(B, C, *(n + 2))`, channels first, the grid with a frame one cell wide.
        kernels: `(K, *(3,) * d)`.

    Returns:
        `(B, *space, K * C)`, kernel-major.
    """
    B, C, *framed = padded.shape
    K, d = len(kernels), len(framed)
    weight = kernels[:, None].repeat(C, *[1] * (d + 1))  # (C * K, 1, 3, 3[, 3])
    maps = _CONV[d](padded, weight, groups=C)
    return maps.reshape(B, C, K, *maps.shape[2:]).movedim((2, 1), (-2, -1)).flatten(-2)


def alive(state: Tensor, border: str) -> Tensor:
    """Return the alive mask: bool `(B, *space)`, the live cells dilated by 3^d."""
    mature = (state.detach()[..., ALPHA] > ALIVE_THRESHOLD).to(state.dtype)[:, None]
    padded = _pad(mature, border)
    return _POOL[state.ndim - 2](padded, kernel_size=3, stride=1)[:, 0] > 0


def _free(surroundings: Surroundings) -> Tensor:
    return torch.tensor(True) if surroundings.free is None else surroundings.free


def _clear(state: Tensor, surroundings: Surroundings) -> Tensor:
    if surroundings.free is None:
        return state
    return torch.where(surroundings.free[..., None], state, 0.0)


def _pad(maps: Tensor, border: str) -> Tensor:
    return F.pad(maps, [1, 1] * (maps.ndim - 2), mode=_PAD_MODE[border])


class DenseField:
    """Whole states, stepped by `step`."""

    def __init__(self, state: Tensor, rule: Rule, surroundings: Surroundings) -> None:
        self._state = _clear(state, surroundings)
        self._rule, self._surroundings = rule, surroundings
        self._cells = torch.ones(state.shape[:-1], device=state.device).nonzero()

    @classmethod
    def of_rows(
        cls, rows: Rows, shape: tuple[int, ...], rule: Rule, surroundings: Surroundings
    ) -> DenseField:
        """Enter cells of otherwise empty grids `(B, *space, C)`."""
        whole = rows.values.new_zeros(shape).view(-1, shape[-1])
        whole = whole.index_copy(0, flat_index(rows.coordinates, shape), rows.values)
        return cls(whole.view(shape), rule, surroundings)

    def step(self, firing: Firing, num_steps: int = 1) -> None:
        """Advance every state."""
        space = self._state.shape[1:-1]
        for k in range(num_steps):
            fire = firing.after(k).mask(self._cells, space, self._rule.fire_rate)
            fire = fire.reshape(self._state.shape[:-1])
            self._state = step(self._state, self._rule, fire, self._surroundings)

    def erase(self, wound: Wound, sample: int | None) -> None:
        """Set the wound's cells to zero, in one sample or in all."""
        self._state = apply(self._state, wound, sample=sample)

    def under(self, surroundings: Surroundings) -> DenseField:
        """Return the same states in other surroundings."""
        return DenseField(self._state, self._rule, surroundings)

    def rows(self) -> Rows:
        """Return the cells that are not all zero."""
        coordinates = self._state.detach().any(-1).nonzero()
        return Rows(coordinates, self._state[tuple(coordinates.T)])

    def state(self) -> Tensor:
        """Return the whole states."""
        return self._state
