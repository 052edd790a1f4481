"""The baseline: an NCA as most are written, by convolutions over the whole grid, channels first."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

from voxnca import NCA
from voxnca.grid import ALIVE_THRESHOLD, ALPHA

_CONV = {2: F.conv2d, 3: F.conv3d}
_POOL = {2: F.max_pool2d, 3: F.max_pool3d}


class ConvolutionNCA:
    """A model's rule as convolutions; differentiable by autograd.

    Args:
        model: with a zero border.
    """

    def __init__(self, model: NCA) -> None:
        rule = model.rule()
        K, C = len(rule.kernels), model.config.num_channels
        self._d = model.config.num_dims
        ones = (1,) * self._d
        # Depthwise convolution gives each channel's kernels together: so must the weights.
        by_channel = rule.hidden_weight.detach().reshape(-1, K, C).transpose(1, 2)
        self._depthwise = rule.kernels.repeat(C, *ones)[:, None]
        self._hidden = by_channel.reshape(-1, K * C, *ones).clone().requires_grad_()
        self._out = rule.out_weight.detach().reshape(C, -1, *ones).clone().requires_grad_()
        self._biases = [b.detach().clone().requires_grad_() for b in (rule[2], rule[4])]
        self._fire_rate = rule.fire_rate

    @staticmethod
    def channels_first(state: Tensor) -> Tensor:
        """Return states `(B, *space, C)` as this takes them: `(B, C, *space)`."""
        return state.movedim(-1, 1).contiguous()

    def grow(self, state: Tensor, num_steps: int) -> Tensor:
        """Take some steps from states `(B, C, *space)`."""
        for _ in range(num_steps):
            state = self.step(state)
        return state

    def step(self, state: Tensor, fire: Tensor | None = None) -> Tensor:
        """Step states `(B, C, *space)`; `fire` is a bool mask `(B, 1, *space)`, else drawn."""
        convolve = _CONV[self._d]
        if fire is None:
            fire = torch.rand(state[:, :1].shape) < self._fire_rate
        pre = self._alive(state)
        perceived = convolve(state, self._depthwise, padding=1, groups=state.shape[1])
        hidden = F.relu(convolve(perceived, self._hidden, self._biases[0]))
        updated = state + convolve(hidden, self._out, self._biases[1]) * fire
        return updated * (pre & self._alive(updated))

    def _alive(self, state: Tensor) -> Tensor:
        alpha = state[:, ALPHA : ALPHA + 1]
        return _POOL[self._d](alpha, kernel_size=3, stride=1, padding=1) > ALIVE_THRESHOLD
