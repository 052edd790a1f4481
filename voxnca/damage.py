"""The wounds of training: where and how the pool's samples are hurt."""

from __future__ import annotations

import torch

from voxnca.config import DamageConfig
from voxnca.targets import Target
from voxnca.wounds import Ball, Box, HalfSpace, Noise, Wound


def draw_wound(
    config: DamageConfig, target: Target, space: tuple[int, ...], generator: torch.Generator
) -> Wound:
    """Draw a wound near the target's body, as it lies in a grid of sizes `space`."""
    solid = target.solid.nonzero() + torch.tensor(target.origin(space))
    weights = torch.tensor(list(config.weights.values()))
    kind = list(config.weights)[int(torch.multinomial(weights, 1, generator=generator))]
    size = max(target.size)
    if kind == "noise":
        seed = int(torch.randint(2**31, (), generator=generator))
        return Noise(_between(0.05, 0.3, generator), seed)
    if kind == "half_space":
        normal = torch.randn(len(space), generator=generator)
        normal = normal / normal.norm()
        middle = solid.double().mean(0)
        offset = size * _between(-0.06, 0.24, generator)
        return HalfSpace(_tuple(middle + offset * normal), _tuple(normal))
    place = solid[torch.randint(len(solid), (), generator=generator)].double()
    place = place + 0.05 * size * torch.randn(len(space), generator=generator)
    radius = size * _between(*config.radius, generator)
    if kind == "ball":
        return Ball(_tuple(place), radius)
    return Box(_tuple(place - radius), _tuple(place + radius))


def _between(low: float, high: float, generator: torch.Generator) -> float:
    return low + (high - low) * float(torch.rand((), generator=generator))


def _tuple(point: torch.Tensor) -> tuple[float, ...]:
    return tuple(point.tolist())
