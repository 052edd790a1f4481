"""The vine that a layout asks for: along the way of the compass, with a fruit at its end."""

from __future__ import annotations

from functools import cached_property

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from voxnca.conditions import Environment, compass
from voxnca.conditions.compass import Signal
from voxnca.ways import follow

VINE, FRUIT = (0.2, 0.7, 0.2), (1.0, 0.8, 0.1)
"""Colours of a vine's cells, and of the one where the beacon is."""


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
