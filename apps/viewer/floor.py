"""The ground below a 3D creature: a soft disc that fades out, and the creature's shadow on it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from apps.lab.moment import Moment
from apps.viewer.theme import Theme

NUM_NODES = 72
"""Points along a side of the floor; colours between them are interpolated."""
REACH = 1.1
"""Half the floor's side, in lengths of the longest side of the box it lies under."""
GAP = 0.02
"""Cells between the floor and the lowest voxel, so that they never fight for a pixel."""
MAX_SHADOW = 0.55
FOG_SHADOW = 0.3
"""Of a fog, against that of voxels: light comes through, and a dark shadow would hide it."""
SHADOW_FADE = 0.35
"""How fast the shadow of a voxel weakens with its height, per cell."""


def _grid_triangles() -> NDArray[np.int64]:
    nodes = np.arange(NUM_NODES * NUM_NODES).reshape(NUM_NODES, NUM_NODES)
    a, b, c, d = (
        part.ravel() for part in (nodes[:-1, :-1], nodes[:-1, 1:], nodes[1:, 1:], nodes[1:, :-1])
    )
    return np.concatenate([np.stack([a, b, c], 1), np.stack([a, c, d], 1)])


FLOOR_TRIANGLES = _grid_triangles()
"""Rows of the floor's points, `(2 (NUM_NODES - 1)^2, 3)`, counter-clockwise from above."""


def floor_points(moment: Moment) -> NDArray[np.float32]:
    """Return the floor's nodes, rows along y, columns along x: `(NUM_NODES^2, 3)`, (x, y, z)."""
    (x, y), half = _middle(moment), _half(moment)
    place = np.linspace(-half, half, NUM_NODES)
    ys, xs = np.meshgrid(place + y, place + x, indexing="ij")
    zs = np.full_like(xs, floor_height(moment) - GAP)
    return np.stack([xs, ys, zs], axis=-1).reshape(-1, 3).astype(np.float32)


def paint_floor(moment: Moment, theme: Theme) -> NDArray[np.uint8]:
    """Return the colours of the floor's nodes: uint8 `(NUM_NODES^2, 3)`."""
    place = np.linspace(-1, 1, NUM_NODES)
    radius = np.hypot(place[:, None], place[None, :])
    disc = (np.clip(1 - radius, 0, 1) ** 1.5)[..., None]
    color = np.array(theme.ground) * (1 - disc) + np.array(theme.floor) * disc
    shadow = _shadow(moment) * np.clip(3 * (1 - radius), 0, 1)
    darkness = np.minimum(shadow, MAX_SHADOW) * (1 if moment.fog is None else FOG_SHADOW)
    color *= 1 - darkness[..., None]
    painted: NDArray[np.uint8] = color.reshape(-1, 3).astype(np.uint8)
    return painted


def _shadow(moment: Moment) -> NDArray[np.float64]:
    """Return how dark the shadow is, about 0 to 1, at each of the floor's nodes."""
    (x, y), half = _middle(moment), _half(moment)
    scale = NUM_NODES / (2 * half)
    weight = np.exp(-SHADOW_FADE * (moment.cells[:, 0] - moment.box[0][0]).clip(0))
    place = (moment.cells[:, 1:] + 0.5 - (y, x) + half) * scale
    node = np.floor(place).astype(np.intp)
    inside = ((node >= 0) & (node < NUM_NODES)).all(1)
    image = np.zeros((NUM_NODES, NUM_NODES))
    np.maximum.at(image, tuple(node[inside].T), weight[inside])
    width = max(1, round(scale))
    return 1.3 * _blur(_spread(image, width + 1), 2 * width + 1)


def _spread(image: NDArray[np.float64], width: int) -> NDArray[np.float64]:
    """Widen each node to the width of a voxel."""
    for axis in (0, 1):
        shifted = [np.roll(image, k - width // 2, axis) for k in range(width)]
        image = np.maximum.reduce(shifted)
    return image


def _blur(image: NDArray[np.float64], width: int) -> NDArray[np.float64]:
    """Average twice over a square of `width` nodes."""
    for axis in (0, 1, 0, 1):
        shifted = [np.roll(image, k - width // 2, axis) for k in range(width)]
        image = np.add.reduce(shifted) / width
    return image


def floor_height(moment: Moment) -> int:
    """Return the z of the layer on the floor: a cut that moves leaves it in place."""
    lowest = moment.box[0][0]
    for cells in (moment.cells, moment.solid):
        lowest = int(cells[:, 0].min(initial=lowest))
    if moment.fog is not None and moment.fog.alpha.size:
        lowest = min(lowest, moment.fog.low[0])
    return lowest


def _middle(moment: Moment) -> tuple[float, float]:
    low, high = moment.box
    return (low[2] + high[2]) / 2, (low[1] + high[1]) / 2


def _half(moment: Moment) -> float:
    low, high = moment.box
    return REACH * max(b - a for a, b in zip(low, high, strict=True))
