"""What stands round a creature, painted into its picture."""

from __future__ import annotations

import torch
from torch import Tensor

from voxnca.conditions import Environment
from voxnca.grid import ALPHA, RGB

WALL, BEACON = (0.36, 0.40, 0.47), (1.0, 0.81, 0.15)
"""RGB, on any ground."""


def with_scenery(state: Tensor, environment: Environment) -> Tensor:
    """Return a state in which walls and the beacon are cells to be drawn.

    In 3D the walls are left out: they would hide all else. The beacon is seen even where the
    creature has reached it.

    Args:
        state: `(1, *space, C)`, not changed.
        environment: round it.
    """
    space = state.shape[1:-1]
    painted = state.detach().clone()
    if len(space) == 2:
        _paint(painted, environment.walls(space), WALL)
    if environment.beacon is not None:
        place = torch.zeros(*space, dtype=torch.bool)
        place[tuple(environment.beacon)] = True
        _paint(painted, place, BEACON)
    return painted


def _paint(state: Tensor, cells: Tensor, color: tuple[float, float, float]) -> None:
    state[:, cells, RGB] = torch.tensor(color, dtype=state.dtype)
    state[:, cells, ALPHA] = 1.0
