"""One layout: walls, where a vine is rooted, and where its beacon is and moves to."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from voxnca.conditions import Environment
from voxnca.layouts.difficulty import Difficulty, difficulty

Cell = tuple[int, ...]


@dataclass(frozen=True, eq=False)
class Layout:
    """Walls with a root and a beacon, which a way joins.

    Attributes:
        blocked: bool `(*space)`.
        root: the vine's first cell, `(d,)`.
        beacon: where it is to grow, `(d,)`.
        moved: where the beacon is after it moved, `(d,)`; a way leads there, too.
    """

    blocked: NDArray[np.bool_]
    root: Cell
    beacon: Cell
    moved: Cell

    @property
    def space(self) -> tuple[int, ...]:
        """Sizes of the grid."""
        return self.blocked.shape

    @cached_property
    def environment(self) -> Environment:
        """The walls, the root and the beacon."""
        return Environment(self.blocked, beacon=self.beacon, root=self.root)

    @cached_property
    def moved_environment(self) -> Environment:
        """The same after the beacon moved."""
        return Environment(self.blocked, beacon=self.moved, root=self.root)

    @cached_property
    def difficulty(self) -> Difficulty:
        """How hard the way from the root to the beacon is."""
        return difficulty(self.blocked, self.root, self.beacon)

    @cached_property
    def moved_difficulty(self) -> Difficulty:
        """How hard the way from the root to where the beacon moves is."""
        return difficulty(self.blocked, self.root, self.moved)
