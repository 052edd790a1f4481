"""Builds walls and takes them away, cell by cell, as a hand moves on."""

from __future__ import annotations

from collections.abc import Sequence

from apps.lab.conditions import Conditions
from apps.lab.hit import Cell, Hit, is_inside
from apps.lab.line import joined
from apps.lab.steering import Walls


class Trowel:
    """Goes on with a stroke as it began.

    A stroke does not build on what it has built, nor dig into what it has laid bare: a hand that
    stays does nothing more, and one that moves does not climb towards the viewer.
    """

    def __init__(self) -> None:
        self._before: Conditions | None = None
        self._end: list[Cell] = []

    def stroke(
        self,
        hits: Sequence[Hit],
        conditions: Conditions,
        space: tuple[int, ...],
        *,
        goes_on: bool,
        clears: bool,
    ) -> Walls:
        """Return the walls that come or go; in 2D without gaps on the way.

        Args:
            hits: at least one place that was pointed at: to build, faces of whatever stands
                there; to clear, of walls.
            conditions: as they are now.
            space: sizes of the grid.
            goes_on: whether it goes on with the stroke before.
            clears: whether walls go.
        """
        if not goes_on or self._before is None:
            self._before, self._end = conditions, []
        aimed = [self._aim(hit, self._before, conditions, clears=clears) for hit in hits]
        cells = [cell for cell in aimed if cell is not None and is_inside(cell, space)]
        if len(space) == 2 and cells:
            end, self._end = self._end, cells[-1:]
            cells = joined([*end, *cells])
        return Walls(tuple(dict.fromkeys(cells)), stand=not clears)

    def _aim(self, hit: Hit, before: Conditions, now: Conditions, *, clears: bool) -> Cell | None:
        """Return the cell to build in or to clear; None for what this stroke has made itself."""
        if not any(hit.outward):
            return hit.cell
        if clears:
            return None if before.is_blocked(hit.front) else hit.cell
        is_new = now.is_blocked(hit.cell) and not before.is_blocked(hit.cell)
        return None if is_new else hit.front
