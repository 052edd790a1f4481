"""What a ray meets: a cell, and the face by which it enters."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from voxnca.errors import ArgumentError

Cell = tuple[int, ...]


@dataclass(frozen=True)
class Hit:
    """A place that was pointed at.

    The floor below a grid counts as the upper faces of the cells one layer below it, so that what
    is put on the floor is put in front of a face like any other.

    Attributes:
        cell: in index order.
        outward: the step from the cell out of the face, zero but on one axis; all zero in 2D,
            where a cell is looked at and not entered.
    """

    cell: Cell
    outward: Cell

    @property
    def front(self) -> Cell:
        """The cell before the face; in 2D the cell itself."""
        return tuple(c + o for c, o in zip(self.cell, self.outward, strict=True))


def is_inside(cell: Sequence[int], space: Sequence[int]) -> bool:
    """Tell whether a cell is one of a grid."""
    return len(cell) == len(space) and all(0 <= c < n for c, n in zip(cell, space, strict=True))


def check_cell(cell: Cell, space: Sequence[int]) -> Cell:
    """Return a cell of a grid.

    Raises:
        ArgumentError: when it is none.
    """
    if not is_inside(cell, space):
        raise ArgumentError(f"cell={list(cell)} is off the grid of {list(space)}; choose one of it")
    return cell
