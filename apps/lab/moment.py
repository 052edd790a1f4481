"""What there is to see of a creature at one step."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, eq=False)
class Moment:
    """What there is to see after one step. Never changes, so that threads may share it.

    Attributes:
        run: number of the run; a switch of model begins a new one.
        step_index: steps since the seed.
        num_wounds: wounds dealt since the seed.
        cells: int64 `(N, d)`, the solid cells in index order.
        colors: uint8 `(N, 3)`, straight sRGB.
        space: sizes of the grid.
        box: low and high corner, high excluded, of where the creature is expected.
        iou: with the target; None without one.
    """

    run: int
    step_index: int
    num_wounds: int
    cells: NDArray[np.int64]
    colors: NDArray[np.uint8]
    space: tuple[int, ...]
    box: tuple[tuple[int, ...], tuple[int, ...]]
    iou: float | None

    @property
    def num_dims(self) -> int:
        """2 or 3."""
        return len(self.space)
