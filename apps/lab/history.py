"""What was done to a grid, to take it back and to do it again."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from voxnca import ArgumentError

MAX_STEPS = 200
"""Steps that can be taken back; older ones are forgotten."""

Grid = NDArray[np.uint8]


class Change(Protocol):
    """Something that was done to a grid `(*space, 4)`."""

    def apply(self, grid: Grid) -> Grid:
        """Return the grid after it."""

    def revert(self, grid: Grid) -> Grid:
        """Return the grid before it."""


@dataclass(frozen=True, eq=False)
class Patch:
    """Some cells that were changed, and what they held: small beside a copy of the grid.

    Attributes:
        cells: int64 `(N, d)`.
        before: uint8 `(N, 4)`.
        after: uint8 `(N, 4)`.
    """

    cells: NDArray[np.int64]
    before: Grid
    after: Grid

    @classmethod
    def between(cls, before: Grid, after: Grid) -> Patch:
        """Compare two grids of one shape."""
        cells = np.argwhere((before != after).any(-1))
        index = tuple(cells.T)
        return cls(cells, before[index], after[index])

    def __len__(self) -> int:
        return len(self.cells)

    def apply(self, grid: Grid) -> Grid:
        """Return the grid after it."""
        return self._with(grid, self.after)

    def revert(self, grid: Grid) -> Grid:
        """Return the grid before it."""
        return self._with(grid, self.before)

    def _with(self, grid: Grid, values: Grid) -> Grid:
        grid = grid.copy()
        grid[tuple(self.cells.T)] = values
        return grid


@dataclass(frozen=True)
class Resize:
    """Another size of the grid, round the same middle; in 3D what stands on the floor stays there.

    Attributes:
        before: cells along each side.
        after: cells along each side.
    """

    before: int
    after: int

    def apply(self, grid: Grid) -> Grid:
        """Return the grid after it.

        Raises:
            ArgumentError: when something painted would be cut off.
        """
        return _fit(grid, self.before, self.after)

    def revert(self, grid: Grid) -> Grid:
        """Return the grid before it."""
        return _fit(grid, self.after, self.before)


def _fit(grid: Grid, before: int, after: int) -> Grid:
    num_dims = grid.ndim - 1
    # Not half the difference, which rounds: so the way back leads to the same cells.
    shift = after // 2 - before // 2
    shifts = [shift, shift] if num_dims == 2 else [0, shift, shift]
    taken = tuple(slice(max(0, -s), min(before, after - s)) for s in shifts)
    put = tuple(slice(max(0, s), min(after, before + s)) for s in shifts)
    fitted = np.zeros((after,) * num_dims + (4,), np.uint8)
    fitted[put] = grid[taken]
    if fitted.any(-1).sum() != grid.any(-1).sum():
        raise ArgumentError(
            f"size={after} would cut off what is painted; remove that first, or use a larger one"
        )
    return fitted


class History:
    """The changes of a grid, of which the last ones can be taken back."""

    def __init__(self) -> None:
        self._done: deque[Change] = deque(maxlen=MAX_STEPS)
        self._undone: list[Change] = []

    @property
    def can_undo(self) -> bool:
        """Whether there is a change to take back."""
        return bool(self._done)

    @property
    def can_redo(self) -> bool:
        """Whether there is a change to do again."""
        return bool(self._undone)

    def add(self, change: Change) -> None:
        """Keep a change that was made; what was undone before it is lost."""
        self._done.append(change)
        self._undone.clear()

    def undo(self, grid: Grid) -> Grid:
        """Return the grid before the last change, or the same when there is none."""
        if not self._done:
            return grid
        self._undone.append(self._done.pop())
        return self._undone[-1].revert(grid)

    def redo(self, grid: Grid) -> Grid:
        """Return the grid after the last change that was undone, or the same."""
        if not self._undone:
            return grid
        self._done.append(self._undone.pop())
        return self._done[-1].apply(grid)
