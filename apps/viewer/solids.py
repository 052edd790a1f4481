"""Small solids that mark a place in 3D: triangles with the light baked into their colours."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from typing import NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from apps.viewer.mesh import BRIGHTNESS, CORNERS
from apps.viewer.theme import Rgb

Point = Sequence[float]
"""World coordinates (x, y, z)."""


class Solid(NamedTuple):
    """Triangles; points of different sides are never shared, so that each side has its light.

    Attributes:
        points: float32 `(P, 3)`, (x, y, z).
        colors: uint8 `(P, 3)`.
        triangles: int64 `(T, 3)`, rows of `points`.
    """

    points: NDArray[np.float32]
    colors: NDArray[np.uint8]
    triangles: NDArray[np.int64]

    @classmethod
    def box(cls, low: Point, high: Point, color: Rgb) -> Self:
        """Make a box from its low to its high corner."""
        # The table of corners is in index order, (z, y, x).
        corners = CORNERS.reshape(-1, 3)[:, ::-1]
        points = np.where(corners == 0, low, high)
        light = np.repeat(BRIGHTNESS.reshape(-1), 4)
        rows = 4 * np.arange(6)[:, None] + np.array([0, 1, 2, 0, 2, 3])
        return cls._lit(points, light, color, rows.reshape(12, 3))

    @classmethod
    def octahedron(cls, middle: Point, radius: float, color: Rgb) -> Self:
        """Make an octahedron whose tips are `radius` from its middle."""
        corners = [np.diag(signs) for signs in product((-1, 1), repeat=3)]
        tips = [three if np.linalg.det(three) > 0 else three[::-1] for three in corners]
        points = np.array(middle) + radius * np.concatenate(tips)
        # A side is as bright as the mean of the three faces of a box that it lies between.
        by_axis = BRIGHTNESS[::-1]  # x, y, z
        sides = product((0, 1), repeat=3)
        light = [np.mean([by_axis[axis, side] for axis, side in enumerate(s)]) for s in sides]
        spread = np.interp(light, [min(light), max(light)], [SHADE, 1.0])
        return cls._lit(points, np.repeat(spread, 3), color, np.arange(24).reshape(8, 3))

    @classmethod
    def joined(cls, solids: Sequence[Self]) -> Self:
        """Put solids together."""
        starts = np.cumsum([0, *(len(solid.points) for solid in solids)])
        rows = [solid.triangles + start for solid, start in zip(solids, starts, strict=False)]
        return cls(
            np.concatenate([solid.points for solid in solids]),
            np.concatenate([solid.colors for solid in solids]),
            np.concatenate(rows),
        )

    @classmethod
    def _lit(
        cls,
        points: NDArray[np.float64],
        light: NDArray[np.floating],
        color: Rgb,
        triangles: NDArray[np.int64],
    ) -> Self:
        shaded = (np.array(color) * light[:, None] + 0.5).astype(np.uint8)
        return cls(points.astype(np.float32), shaded, triangles)


SHADE = 0.55
"""How bright the darkest side of an octahedron is: it is to look like a jewel."""
