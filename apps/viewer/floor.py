"""The ground below a 3D creature: a soft disc that fades out, and the creature's shadow on it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from apps.viewer.session import Moment
from apps.viewer.theme import Theme

FLOOR_PIXELS = 96
REACH = 1.1
"""Half the floor's side, in lengths of the longest side of the box it lies under."""
GAP = 0.02
"""Cells between the floor and the lowest voxel, so that they never fight for a pixel."""
MAX_SHADOW = 0.55
SHADOW_FADE = 0.35
"""How fast a voxel's shadow weakens with its height, per side of the box."""


def floor_corners(moment: Moment) -> NDArray[np.float32]:
    """Return the floor's four corners, counter-clockwise from above: `(4, 3)`, (x, y, z)."""
    (x, y), half, z = _middle(moment), _half(moment), moment.box[0][0] - GAP
    square = [(x - half, y - half), (x + half, y - half), (x + half, y + half), (x - half, y + half)]
    return np.array([(a, b, z) for a, b in square], dtype=np.float32)


def paint_floor(moment: Moment, theme: Theme) -> NDArray[np.uint8]:
    """Paint the floor: uint8 RGBA `(FLOOR_PIXELS, FLOOR_PIXELS, 4)`, rows along y, columns x."""
    place = (np.arange(FLOOR_PIXELS) + 0.5) / FLOOR_PIXELS * 2 - 1
    radius = np.hypot(place[:, None], place[None, :])
    disc = np.clip((1 - radius) / 0.6, 0, 1) ** 1.5
    shadow = np.minimum(_shadow(moment), MAX_SHADOW)[..., None]
    color = np.array(theme.floor) * (1 - shadow)
    alpha = np.maximum(disc, np.clip(1 - radius, 0, 1) * 2 * shadow[..., 0]).clip(0, 1)
    return np.concatenate([color, 255 * alpha[..., None]], axis=-1).astype(np.uint8)


def _shadow(moment: Moment) -> NDArray[np.float64]:
    """Return how dark the shadow is, about 0 to 1, for each of the floor's pixels."""
    (x, y), half = _middle(moment), _half(moment)
    scale = FLOOR_PIXELS / (2 * half)
    height = (moment.cells[:, 0] - moment.box[0][0]).clip(0)
    weight = np.exp(-height * SHADOW_FADE)
    rows = ((moment.cells[:, 1] + 0.5 - y + half) * scale).astype(np.intp)
    columns = ((moment.cells[:, 2] + 0.5 - x + half) * scale).astype(np.intp)
    inside = (rows >= 0) & (rows < FLOOR_PIXELS) & (columns >= 0) & (columns < FLOOR_PIXELS)
    image = np.zeros((FLOOR_PIXELS, FLOOR_PIXELS))
    np.maximum.at(image, (rows[inside], columns[inside]), weight[inside])
    width = max(1, round(scale))
    return 1.3 * _blur(_blur(_spread(image, width), 2 * width + 1), width + 2)


def _spread(image: NDArray[np.float64], width: int) -> NDArray[np.float64]:
    """Widen each pixel to the width of a voxel."""
    for axis in (0, 1):
        image = np.maximum.reduce([np.roll(image, k - width // 2, axis) for k in range(width)])
    return image


def _blur(image: NDArray[np.float64], width: int) -> NDArray[np.float64]:
    """Average over a square of `width` pixels."""
    kernel = np.ones(width) / width
    for axis in (0, 1):
        image = np.apply_along_axis(np.convolve, axis, image, kernel, mode="same")
    return image


def _middle(moment: Moment) -> tuple[float, float]:
    low, high = moment.box
    return (low[2] + high[2]) / 2, (low[1] + high[1]) / 2


def _half(moment: Moment) -> float:
    low, high = moment.box
    return REACH * max(b - a for a, b in zip(low, high, strict=True))
