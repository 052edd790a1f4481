"""A grid to paint a target on, cell by cell: pixels in 2D, voxels in 3D."""

from __future__ import annotations

from typing import Self

import numpy as np

from analysis.topology import count_components
from apps.lab.brush import Brush
from apps.lab.easel_picture import Drawn, draw_layer, draw_sheet, draw_voxels, in_grid, solid
from apps.lab.history import Grid, History, Patch, Resize
from apps.lab.hit import Hit
from apps.lab.moment import Moment
from voxnca import ArgumentError, Target

DEFAULT_SIZE = {2: 24, 3: 16}
MIN_SIZE = 4
MAX_SIZE = {2: 64, 3: 48}
"""Larger bodies take hours to learn, and nobody paints them cell by cell."""


class Easel:
    """A square or cubic grid of coloured cells that a brush paints on.

    Attributes:
        num_dims: 2 or 3.
        grid: uint8 `(*space, 4)`, straight alpha; replaced by every change, never written to.
        brush: the tool and the colour that a touch uses.
        layer: the z of the layer that is shown and painted alone, from above; None for all of 3D.
        version: counts every change of what there is to see.
        stage: counts the changes of the picture's shape, after which a camera must start anew.

    Args:
        num_dims: 2 or 3.
        size: cells along each side, by default 24 in 2D and 16 in 3D.

    Raises:
        ArgumentError: for another number of dimensions, or a size that is out of range.
    """

    def __init__(self, num_dims: int, size: int | None = None) -> None:
        if num_dims not in DEFAULT_SIZE:
            raise ArgumentError(f"num_dims={num_dims!r} must be 2 or 3")
        size = _checked_size(DEFAULT_SIZE[num_dims] if size is None else size, num_dims)
        self.num_dims, self.brush = num_dims, Brush()
        self.grid: Grid = np.zeros((*(size,) * num_dims, 4), np.uint8)
        self.layer: int | None = None
        self.version = self.stage = 0
        self._history = History()
        self._before_stroke: Grid | None = None

    @classmethod
    def of(cls, target: Target) -> Self:
        """Put a copy of a target on an easel that holds it, in the middle, in 3D on the floor.

        Raises:
            ArgumentError: for a target that no easel holds.
        """
        d, most = target.num_dims, MAX_SIZE[target.num_dims]
        size = max(DEFAULT_SIZE[d], *target.size)
        if size > most:
            raise ArgumentError(
                f"target {target.name!r} of size {target.size} is larger than an easel, {most} "
                f"cells; load it with size={most}"
            )
        # An even width in the middle of an odd one would be off the mirror by half a cell.
        easel = cls(d, min(size + (size - target.size[-1]) % 2, most))
        place = [slice((easel.size - n) // 2, (easel.size + n) // 2) for n in target.size]
        if d == 3:
            place[0] = slice(0, target.size[0])
        easel.grid[tuple(place)] = target.rgba8
        return easel

    @property
    def size(self) -> int:
        """Cells along each side."""
        return len(self.grid)

    @property
    def count(self) -> int:
        """Number of solid cells."""
        return int(solid(self.grid).sum())

    @property
    def in_stroke(self) -> bool:
        """Whether a stroke has begun that has not ended."""
        return self._before_stroke is not None

    @property
    def can_undo(self) -> bool:
        """Whether there is something to take back."""
        changed = self.in_stroke and self._before_stroke is not self.grid
        return self._history.can_undo or changed

    @property
    def can_redo(self) -> bool:
        """Whether there is something to do again."""
        return self._history.can_redo

    def set_mirror(self, mirror: bool) -> None:
        """Choose whether what is done left is done right too."""
        self.brush.mirror = mirror
        self.version += 1

    def set_layer(self, layer: int | None) -> None:
        """Show and paint one layer alone, counted from the floor; None for all of them.

        Raises:
            ArgumentError: in 2D, or for a layer outside the grid.
        """
        if layer is not None:
            if self.num_dims == 2:
                raise ArgumentError(f"layer={layer!r}: a 2D easel has no layers; use None")
            if isinstance(layer, bool) or not isinstance(layer, int) or not 0 <= layer < self.size:
                raise ArgumentError(f"layer={layer!r} must be from 0 to {self.size - 1}, or None")
        self.end()
        self.stage += (layer is None) != (self.layer is None)
        self.layer = layer
        self.version += 1

    def resize(self, size: int) -> None:
        """Give the grid another size, round the same middle and on the same floor.

        Raises:
            ArgumentError: for a size out of range, or one that would cut off what is painted.
        """
        self.end()
        change = Resize(self.size, _checked_size(size, self.num_dims))
        if change.before != change.after:
            self._show(change.apply(self.grid))
            self._history.add(change)

    def begin(self) -> None:
        """Begin a stroke: what is touched until `end` is undone together."""
        self.end()
        self._before_stroke = self.grid

    def end(self) -> None:
        """End the stroke, if there is one."""
        before, self._before_stroke = self._before_stroke, None
        if before is not None:
            self._keep(before)

    def touch(self, hit: Hit) -> bool:
        """Use the brush where somebody pointed, in the picture that `moment` gives.

        Outside `begin` and `end` it is a stroke of its own.

        Returns:
            Whether something changed: the grid, or the colour of the brush.

        Raises:
            ArgumentError: for a place of another dimension than the picture's.
        """
        shown = 3 if self.num_dims == 3 and self.layer is None else 2
        if len(hit.cell) != shown:
            raise ArgumentError(f"hit {hit.cell} must be a place in the picture, which is {shown}D")
        if self.num_dims == 3:
            hit = in_grid(hit, self.layer, self.size)
        if self.brush.tool == "pick":
            return self.brush.pick(self.grid, hit.cell)
        now, before = self.grid, self._before_stroke
        self._show(self.brush.paint(now, hit, before=now if before is None else before))
        if before is None:
            self._keep(now)
        return self.grid is not now

    def undo(self) -> None:
        """Take the last stroke, clearing or change of size back."""
        self.end()
        self._show(self._history.undo(self.grid))

    def redo(self) -> None:
        """Do again what was undone last."""
        self.end()
        self._show(self._history.redo(self.grid))

    def clear(self) -> None:
        """Empty the grid, which can be undone."""
        self.end()
        before = self.grid
        if before.any():
            self._show(np.zeros_like(before))
            self._keep(before)

    def moment(self, run: int) -> Moment:
        """Return what there is to see.

        Args:
            run: number of the first run; each stage adds one, so that cameras start anew.
        """
        drawn = self._drawn()
        return Moment(
            run=run + self.stage,
            step_index=self.version,
            num_wounds=0,
            cells=drawn.cells,
            colors=drawn.colors,
            space=drawn.space,
            box=drawn.box,
            iou=None,
            solid=drawn.cells,
        )

    def target(self, name: str = "painting") -> Target:
        """Return what is painted as a target.

        Raises:
            ArgumentError: when nothing is painted.
        """
        if self.count == 0:
            raise ArgumentError("nothing is painted yet: add a cell to the easel, then use it")
        parts = count_components(solid(self.grid))
        gaps = (
            f"It is in {parts} parts that do not touch: a rule grows from one cell and has to "
            "bridge the gaps."
        )
        return Target.from_rgba8(self.grid, name=name, notes=[gaps] if parts > 1 else [])

    def _drawn(self) -> Drawn:
        if self.num_dims == 2:
            return draw_sheet(self.grid)
        if self.layer is None:
            return draw_voxels(self.grid, mirror=self.brush.mirror)
        return draw_layer(self.grid, self.layer)

    def _keep(self, before: Grid) -> None:
        """Keep what was done since for `undo`."""
        patch = Patch.between(before, self.grid)
        if len(patch):
            self._history.add(patch)

    def _show(self, grid: Grid) -> None:
        """Replace the grid, unless it is the one there is."""
        if grid is self.grid:
            return
        self.stage += len(grid) != self.size
        self.grid = grid
        if self.layer is not None:
            self.layer = min(self.layer, self.size - 1)
        self.version += 1


def _checked_size(size: int, num_dims: int) -> int:
    most = MAX_SIZE[num_dims]
    if isinstance(size, bool) or not isinstance(size, int) or not MIN_SIZE <= size <= most:
        raise ArgumentError(f"size={size!r} must be a whole number from {MIN_SIZE} to {most}")
    return size
