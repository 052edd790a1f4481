"""What stands round a creature and is no part of it: walls, a beacon, the place of its root."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Self

import numpy as np
from numpy.typing import NDArray

from apps.lab.hit import Cell
from apps.lab.look import Look

WALL, BEACON = (92, 101, 121), (255, 206, 38)
"""On any ground."""


@dataclass(frozen=True, eq=False)
class Scenery:
    """What is drawn beside the cells. Never changes, so that what is made of it may be kept.

    Attributes:
        walls: int64 `(N, d)`, the blocked cells, in index order.
        beacon: its cell; None for none.
        root: the cell in which the creature began.
    """

    walls: NDArray[np.int64]
    beacon: Cell | None
    root: Cell

    def cut(self, look: Look, space: tuple[int, ...]) -> Self:
        """Return what is left of the walls where a look cuts the creature open."""
        if look.cut_axis is None:
            return self
        return replace(self, walls=self.walls[look.keeps(self.walls, space)])

    def painted(self) -> tuple[NDArray[np.int64], NDArray[np.uint8]]:
        """Return cells `(N, d)` and their RGBA, uint8 `(N, 4)`, as of a picture of the creature.

        In 3D they are the beacon's alone: walls would hide all else.
        """
        walls = self.walls if len(self.root) == 2 else self.walls[:0]
        beacon = np.array([self.beacon] if self.beacon else [], np.int64).reshape(
            -1, len(self.root)
        )
        colors = np.full((len(walls) + len(beacon), 4), 255, np.uint8)
        colors[: len(walls), :3], colors[len(walls) :, :3] = WALL, BEACON
        return np.concatenate([walls, beacon]), colors
