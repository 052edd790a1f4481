"""A pattern: cells of some states, and where they lie."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, eq=False)
class Pattern:
    """Cells on an unbounded plane, or in space, all others in one state.

    Attributes:
        cells: uint8 `(H, W)` or `(D, H, W)`, their states.
        origin: where cell 0 of `cells` lies, in index order.
        rule: as the file names it; empty when it does not.
        name: of the pattern; empty for none.
        comments: lines of the file that are for people.
        background: the state of all other cells.
    """

    cells: NDArray[np.uint8]
    origin: tuple[int, ...] = ()
    rule: str = ""
    name: str = ""
    comments: tuple[str, ...] = ()
    background: int = 0

    def __post_init__(self) -> None:
        if not self.origin:
            object.__setattr__(self, "origin", (0,) * self.cells.ndim)

    def placed(self, space: tuple[int, ...]) -> NDArray[np.uint8]:
        """Return the pattern in the middle of a grid, whatever its origin: uint8 `(*space)`.

        Raises:
            ArgumentError: when the grid has other axes, or is smaller than the pattern.
        """
        raise NotImplementedError
