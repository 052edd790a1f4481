"""A grid to paint built-in shapes on, in units that do not depend on its size."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from voxnca.grid import ALPHA

Mask = np.ndarray
Colour = str
"""`#rrggbb`."""


class Canvas:
    """Cells with coordinates in units of the longest side, 0 in the middle.

    `x` points right, `y` away (2D: up), `z` up, each from -0.5 to 0.5 on the longest side.

    Attributes:
        rgba8: uint8 `(*space, 4)`.
        size: cells along the longest side.
        x, y, z: float arrays that broadcast to `space`; z is 0 in 2D.
    """

    def __init__(self, size: int, extents: Sequence[float]) -> None:
        """Make an empty canvas.

        Args:
            size: cells along the longest side.
            extents: sides in index order, (z, y, x) or (y, x), of which the longest is 1.
        """
        self.size = size
        space = tuple(max(1, round(size * extent)) for extent in extents)
        self.rgba8 = np.zeros((*space, 4), np.uint8)
        axes = [(np.arange(n) + 0.5 - n / 2) / size for n in space]
        if len(space) == 2:
            rows, columns = np.ix_(*axes)
            self.z, self.y, self.x = np.zeros_like(rows), -rows, columns
        else:
            self.z, self.y, self.x = np.ix_(*axes)

    @property
    def cell(self) -> float:
        """Side of a cell."""
        return 1 / self.size

    def paint(self, mask: Mask, colour: Colour) -> None:
        """Fill cells with an opaque colour."""
        mask = np.broadcast_to(mask, self.rgba8.shape[:-1])
        self.rgba8[mask] = [*bytes.fromhex(colour.removeprefix("#")), 255]

    def tint(self, mask: Mask, colour: Colour) -> None:
        """Colour those of the cells that are filled already."""
        self.paint(np.broadcast_to(mask, self.filled.shape) & self.filled, colour)

    def clear(self, mask: Mask) -> None:
        """Empty cells."""
        self.rgba8[np.broadcast_to(mask, self.rgba8.shape[:-1])] = 0

    @property
    def filled(self) -> Mask:
        """Which cells are filled, bool `(*space)`."""
        return np.asarray(self.rgba8[..., ALPHA] > 0)

    def ellipsoid(self, center: Sequence[float], radii: Sequence[float]) -> Mask:
        """Return the cells of an ellipsoid; centre and radii as (x, y) or (x, y, z)."""
        axes = (self.x, self.y, self.z)[: len(center)]
        scaled = [((a - c) / r) ** 2 for a, c, r in zip(axes, center, radii, strict=True)]
        return np.asarray(sum(scaled) <= 1.0)

    def ball(self, center: Sequence[float], radius: float) -> Mask:
        """Return the cells of a disc or ball."""
        return self.ellipsoid(center, [radius] * len(center))

    def capsule(self, start: Sequence[float], end: Sequence[float], radius: float) -> Mask:
        """Return the cells within `radius` of a line segment."""
        axes = (self.x, self.y, self.z)[: len(start)]
        along = [b - a for a, b in zip(start, end, strict=True)]
        offsets = [axis - a for axis, a in zip(axes, start, strict=True)]
        projected = sum(o * d for o, d in zip(offsets, along, strict=True))
        share = np.clip(projected / sum(d * d for d in along), 0, 1)
        squared = sum((o - share * d) ** 2 for o, d in zip(offsets, along, strict=True))
        # Half a cell's diagonal: no line, whatever its direction, passes between the cells.
        thinnest = 0.5 * len(start) ** 0.5 * self.cell
        return np.asarray(squared <= max(radius, thinnest) ** 2)
