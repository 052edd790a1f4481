"""The vine that a layout asks for, with a fruit at its end: along a way shown, or one found."""

from __future__ import annotations

from functools import cached_property

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from voxnca.conditions import Environment, compass
from voxnca.conditions.compass import Signal
from voxnca.grid import ALPHA
from voxnca.ways import distances, follow

VINE, FRUIT = (0.2, 0.7, 0.2), (1.0, 0.8, 0.1)
"""Colours of a vine's cells, and of the one where the beacon is."""


MEDIUM, MEDIUM_ALPHA = (0.3, 0.5, 0.7), 0.3
"""Of the cells that carry a signal: between alive and solid."""


class Vine:
    """A vine from a root to a beacon.

    Attributes:
        environment: walls, beacon and root.

    Args:
        blocked: bool `(*space)`.
        root: a free cell.
        beacon: another.
        signal: that the beacon sends.
    """

    def __init__(
        self,
        blocked: NDArray[np.bool_],
        root: tuple[int, ...],
        beacon: tuple[int, ...],
        *,
        signal: Signal = "diffusion",
    ) -> None:
        self.environment = Environment(blocked, beacon, root, signal)
        self._blocked = blocked

    @cached_property
    def way(self) -> NDArray[np.int64]:
        """Its cells from the root on, `(1 + steps, d)`, as far as the compass leads."""
        env = self.environment
        assert env.root is not None
        assert env.beacon is not None
        sent = compass.field(self._blocked, env.beacon, signal=env.signal)
        return follow(compass.directions(sent, self._blocked, env.beacon), env.root)

    def painted(self) -> Tensor:
        """Return it as premultiplied RGBA: `(*space, 4)`."""
        rgba = torch.zeros(*self._blocked.shape, 4)
        for cells, colour in ((self.way, VINE), (self.way[-1:], FRUIT)):
            rgba[tuple(cells.T)] = torch.tensor([*colour, 1.0])
        return rgba


class FoundVine(Vine):
    """A vine to a bare beacon, whose rule has to find the way through cells that carry a signal.

    Every free cell that the signal can get to holds a faint **medium**: alive, not solid. Hidden
    channels are to say which face neighbour is a step nearer, as a wave tells that spreads from
    the beacon, and whether the beacon is here. That is all that is taught; the wave is the rule's.
    """

    @cached_property
    def directions(self) -> NDArray[np.int8]:
        """The face of each cell that is a step nearer to the beacon, as `compass.directions`."""
        beacon = self.environment.beacon
        assert beacon is not None
        steps = distances(~self._blocked, beacon).astype(float)
        return compass.directions(np.where(steps < 0, -np.inf, -steps), self._blocked, beacon)

    @cached_property
    def way(self) -> NDArray[np.int64]:
        """Its cells from the root on, `(1 + steps, d)`: a shortest way."""
        assert self.environment.root is not None
        return follow(self.directions, self.environment.root)

    def painted(self) -> Tensor:
        """Return it in its medium as premultiplied RGBA: `(*space, 4)`."""
        vine, held = super().painted(), self._filled()
        medium = held[..., None] * torch.tensor([*MEDIUM, 1.0]) * MEDIUM_ALPHA
        return torch.where(vine[..., ALPHA, None] > 0, vine, medium)

    def hidden(self) -> Tensor:
        """Return what hidden channels are to hold, `(*space, 2d + 1)`: the way, and the beacon."""
        assert self.environment.beacon is not None
        faces = range(2 * self._blocked.ndim)
        flags = [torch.from_numpy(self.directions == face).float() for face in faces]
        here = torch.zeros_like(flags[0])
        here[self.environment.beacon] = 1.0
        return torch.stack([*flags, here], -1)

    def _filled(self) -> Tensor:
        known = torch.from_numpy(self.directions >= 0)
        known[self.environment.beacon] = True
        return known
