"""A pattern: cells of some states, and where they lie."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analysis.rules.rule import frozen
from voxnca.errors import ArgumentError
from voxnca.grid import check_space


@dataclass(frozen=True, eq=False)
class Pattern:
    """Cells on an unbounded plane, or in space, all others in one state.

    Attributes:
        cells: uint8 `(H, W)` or `(D, H, W)`, their states; copied, read-only. A side may be 0.
        origin: where cell 0 of `cells` lies, in index order; by default at 0.
        rule: as the file names it; empty when it does not.
        name: of the pattern; empty for none.
        comments: lines of the file that are for people; of its author, `Author: ...`.
        background: the state of all other cells.

    Raises:
        ArgumentError: for cells of another type or other than 2 or 3 axes, an origin with other
            axes than the cells, or a background that is no state.
    """

    cells: NDArray[np.uint8]
    origin: tuple[int, ...] = ()
    rule: str = ""
    name: str = ""
    comments: tuple[str, ...] = ()
    background: int = 0

    def __post_init__(self) -> None:
        cells = np.asarray(self.cells)
        if cells.dtype != np.uint8 or cells.ndim not in {2, 3}:
            raise ArgumentError(
                f"cells {cells.dtype} {cells.shape} must be uint8 (H, W) or (D, H, W)"
            )
        origin = tuple(int(n) for n in self.origin) or (0,) * cells.ndim
        if len(origin) != cells.ndim:
            raise ArgumentError(f"origin={origin} must have {cells.ndim} axes, as the cells have")
        if not 0 <= self.background < 256:
            raise ArgumentError(f"background={self.background!r} must be a state, 0 to 255")
        object.__setattr__(self, "cells", frozen(cells))
        object.__setattr__(self, "origin", origin)

    def placed(self, space: tuple[int, ...]) -> NDArray[np.uint8]:
        """Return the pattern in the middle of a grid, whatever its origin: uint8 `(*space)`.

        Raises:
            ArgumentError: when the grid has other axes, or is smaller than the pattern.
        """
        shape = self.cells.shape
        space = check_space(space, len(shape))
        if any(side > length for side, length in zip(shape, space, strict=True)):
            raise ArgumentError(f"space={space} is smaller than the pattern, {shape}; enlarge it")
        grid = np.full(space, self.background, np.uint8)
        starts = [(length - side) // 2 for side, length in zip(shape, space, strict=True)]
        box = tuple(slice(a, a + side) for a, side in zip(starts, shape, strict=True))
        grid[box] = self.cells
        return grid
