"""What stands round a creature and is no part of it: walls, a beacon, the place of its root."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Self

import numpy as np
from numpy.typing import NDArray

from apps.lab.hit import Cell
from apps.lab.look import Look

NO_WALLS: NDArray[np.int64] = np.zeros((0, 0), dtype=np.int64)


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
