"""The wounds of training: where and how the pool's samples are hurt."""

from __future__ import annotations

import torch
from torch import Tensor

from voxnca.config import DamageConfig
from voxnca.targets import Target
from voxnca.wounds import Box, HalfSpace, Noise, Wound, smallest_ball


def draw_wound(
    config: DamageConfig, target: Target, space: tuple[int, ...], generator: torch.Generator
) -> Wound:
    """Draw a wound that takes its share of the target's body, as it lies in a grid of `space`.

    A ball or a box grows round one of the solid cells, and a half-space advances along a random
    direction, until the share is taken.
    """
    body = target.solid.nonzero() + torch.tensor(target.origin(space))
    weights = torch.tensor(list(config.weights.values()))
    kind = list(config.weights)[int(torch.multinomial(weights, 1, generator=generator))]
    share = _between(*config.share, generator)
    if kind == "noise":
        return Noise(share, int(torch.randint(2**31, (), generator=generator)))
    count = max(1, round(share * len(body)))
    if kind == "half_space":
        return _half_space(body, count, torch.randn(len(space), generator=generator))
    center = body[int(torch.randint(len(body), (), generator=generator))]
    if kind == "ball":
        return smallest_ball(body, center.tolist(), count)
    half = int((body - center).abs().amax(1).sort().values[count - 1])
    return Box(_tuple(center - half), _tuple(center + half + 1))


def _half_space(body: Tensor, count: int, normal: Tensor) -> HalfSpace:
    """Return the half-space that holds the `count` cells farthest along `normal`."""
    normal = (normal / normal.norm()).double()
    heights = (body.double() @ normal).sort(descending=True).values
    below = heights[count] if count < len(body) else heights[-1] - 1
    edge = 0.5 * (heights[count - 1] + below)
    return HalfSpace(_tuple(edge * normal), _tuple(normal))


def _between(low: float, high: float, generator: torch.Generator) -> float:
    return low + (high - low) * float(torch.rand((), generator=generator))


def _tuple(point: Tensor) -> tuple[float, ...]:
    return tuple(point.tolist())
