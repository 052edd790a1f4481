"""What stands round a 2D creature, drawn onto its picture: striped walls, a beacon, a root."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from apps.lab.hit import Cell
from apps.lab.scenery import BEACON
from apps.viewer.camera import PlaneCamera
from apps.viewer.theme import RIM, ROOT, Rgb, Theme

STRIPE_PIXELS = 14
"""From one stripe of a wall to the next, along a row."""
BEACON_RADIUS, MIN_BEACON_PIXELS = 0.62, 7
"""In cells, but never so small that it could not be grabbed."""
ROOT_RADIUS, MIN_ROOT_PIXELS = 0.3, 3
RIM_SHARE = 0.78
"""Of a mark's radius, from which on it is its edge."""

Picture = NDArray[np.uint8]


def hatch(shape: tuple[int, int], theme: Theme) -> Picture:
    """Return stripes as large as a picture: uint8 `(height, width, 3)`."""
    rows, columns = np.ogrid[: shape[0], : shape[1]]
    stripe = (rows + columns) % STRIPE_PIXELS < STRIPE_PIXELS // 2
    colors = np.array([theme.wall, theme.hatch], np.uint8)
    striped: Picture = colors[stripe.astype(np.intp)]
    return striped


def mark_beacon(picture: Picture, cell: Cell, camera: PlaneCamera) -> None:
    """Draw the beacon: a yellow disc with a dark edge, a little wider than its cell."""
    _mark(picture, cell, camera, (BEACON_RADIUS, MIN_BEACON_PIXELS), (BEACON, RIM))


def mark_root(picture: Picture, cell: Cell, camera: PlaneCamera) -> None:
    """Draw the root: a brown disc in its cell."""
    _mark(picture, cell, camera, (ROOT_RADIUS, MIN_ROOT_PIXELS), (ROOT, RIM))


def _mark(
    picture: Picture,
    cell: Cell,
    camera: PlaneCamera,
    size: tuple[float, int],
    colors: tuple[Rgb, Rgb],
) -> None:
    height, width = picture.shape[:2]
    spot = camera.spot(cell, width / height)
    radius = max(size[0] * spot.cell * height, size[1])
    row, column = spot.y * height - 0.5, spot.x * width - 0.5
    low = [max(0, int(middle - radius) - 1) for middle in (row, column)]
    part = picture[low[0] : int(row + radius) + 3, low[1] : int(column + radius) + 3]
    rows, columns = np.ogrid[: part.shape[0], : part.shape[1]]
    away = np.hypot(rows + low[0] - row, columns + low[1] - column)
    _lay(part, colors[1], radius + 0.5 - away)
    _lay(part, colors[0], RIM_SHARE * radius + 0.5 - away)


def _lay(picture: Picture, color: Rgb, cover: NDArray[np.float64]) -> None:
    """Lay a colour on pixels, as far as each is covered, 0 to 1."""
    share = cover.clip(0, 1)[..., None]
    picture[:] = np.round((1 - share) * picture + share * np.array(color))
