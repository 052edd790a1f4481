"""What a hand does to a grid: the tool it holds, the colour on it, and the mirror."""

from __future__ import annotations

import numpy as np

from apps.lab.colour import PALETTE, Rgb, parse_colour, write_colour
from apps.lab.history import Grid
from apps.lab.hit import Cell, Hit
from voxnca import ArgumentError
from voxnca.grid import ALPHA, RGB, SOLID_THRESHOLD

TOOLS = ("add", "remove", "colour", "pick")
FLOOR = -1
"""The layer of the cells whose upper faces are the floor."""


class Brush:
    """A tool and a colour.

    Attributes:
        tool: `add` a cell (in 3D before the face), `remove` it, give it another `colour`, or
            `pick` its colour up and take the tool before again.
        mirror: whether what is done left is done right too.
    """

    def __init__(self) -> None:
        self.tool, self.mirror = TOOLS[0], False
        self._tool_before_pick = self.tool
        self._rgb: Rgb = parse_colour(PALETTE["red"])

    @property
    def colour(self) -> str:
        """What it paints with, `#rrggbb`."""
        return write_colour(self._rgb)

    def set_tool(self, tool: str) -> None:
        """Choose what a touch does.

        Raises:
            ArgumentError: for an unknown tool.
        """
        if tool not in TOOLS:
            raise ArgumentError(f"tool={tool!r} is unknown; use one of: {', '.join(TOOLS)}")
        if tool == "pick" != self.tool:
            self._tool_before_pick = self.tool
        self.tool = tool

    def set_colour(self, colour: str) -> None:
        """Choose what to paint with, `#rrggbb`.

        Raises:
            ArgumentError: for anything else.
        """
        self._rgb = parse_colour(colour)

    def pick(self, grid: Grid, cell: Cell) -> bool:
        """Take the colour of a cell and the tool before; return whether there was one."""
        if not is_solid(grid, cell):
            return False
        red, green, blue = grid[cell][RGB].tolist()
        self._rgb, self.tool = (red, green, blue), self._tool_before_pick
        return True

    def paint(self, grid: Grid, hit: Hit, *, before: Grid) -> Grid:
        """Return the grid after a touch, the same one when that changes nothing.

        Args:
            grid: uint8 `(*space, 4)`.
            hit: where.
            before: the grid before the stroke. A stroke does not build on what it has put there,
                nor dig into what it has laid bare: a hand that stays does nothing more.
        """
        cell = self._aim(hit, before)
        if cell is None or not _is_inside(grid, cell):
            return grid
        painted = grid.copy()
        for place in self._with_twin(cell, grid.shape[-2]):
            if self.tool == "remove":
                painted[place] = 0
            elif self.tool == "add" or is_solid(grid, place):
                painted[place] = (*self._rgb, 255)
        return grid if np.array_equal(painted, grid) else painted

    def _aim(self, hit: Hit, before: Grid) -> Cell | None:
        """Return the cell that the tool changes, or None."""
        if not any(hit.outward):
            return hit.cell
        if self.tool == "add":
            stands = hit.cell[0] == FLOOR or is_solid(before, hit.cell)
            return hit.front if stands else None
        laid_bare = self.tool == "remove" and is_solid(before, hit.front)
        return None if laid_bare else hit.cell

    def _with_twin(self, cell: Cell, width: int) -> set[Cell]:
        twin = (*cell[:-1], width - 1 - cell[-1])
        return {cell, twin} if self.mirror else {cell}


def is_solid(grid: Grid, cell: Cell) -> bool:
    """Return whether a cell, on the grid or off it, is solid."""
    return _is_inside(grid, cell) and bool(grid[cell][ALPHA] > 255 * SOLID_THRESHOLD)


def _is_inside(grid: Grid, cell: Cell) -> bool:
    return all(0 <= c < n for c, n in zip(cell, grid.shape[:-1], strict=True))
