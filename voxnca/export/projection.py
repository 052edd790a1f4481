"""How voxels fall on a picture that shows them from a corner.

The camera looks from +x, -y, +z: x runs to the lower right, y to the upper right, z up. Of every
voxel three faces can be seen. Their corners lie on whole pixels, so all faces of a kind cover
the same pattern of pixels, shifted; painting is indexing, and neighbours meet without a seam.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

OVERSAMPLING = 3
"""Pixels of the canvas a side of each pixel of the picture."""
MARGIN_CELLS, MARGIN_SHARE = 1.5, 0.03
"""Room for the shadow: the greater of so many cells, and of this share of the longest side."""

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]


class Side(NamedTuple):
    """One of the three kinds of face that the camera sees.

    Attributes:
        axis, side: as of `Faces`.
        light: brightness.
        corner: of the face, in cells (z, y, x) from the voxel's corner of lowest index.
        u, v: axes along which its patterns are counted.
    """

    axis: int
    side: int
    light: float
    corner: tuple[int, int, int]
    u: int
    v: int


SIDES = (
    Side(0, 1, 1.03, (1, 0, 0), 2, 1),
    Side(1, 0, 0.86, (0, 0, 0), 2, 0),
    Side(2, 1, 0.70, (0, 0, 1), 1, 0),
)


class Frame(NamedTuple):
    """How cells fall on the canvas, in pixels.

    Attributes:
        steps: int `(3, 2)`, where one step along z, y, x leads: right and down.
        origin: int `(2,)`, where the corner [0, 0, 0] lies.
        width, height: of the canvas.
    """

    steps: Ints
    origin: Ints
    width: int
    height: int


def frame_of(space: tuple[int, ...], size_px: int) -> Frame:
    """Choose the canvas on which cells of `space`, `(D, H, W)`, make a picture of `size_px`."""
    size = OVERSAMPLING * size_px
    margin_cells = max(MARGIN_CELLS, MARGIN_SHARE * max(space))
    depth, rows, columns = (n + 2 * margin_cells for n in space)
    flat = rows + columns
    unit = int(size / max(0.866 * flat, 0.5 * flat + depth))
    unit = max(unit, 2 * OVERSAMPLING)
    right, down = int(0.866 * unit), unit // 2
    steps = np.array([[0, -unit], [right, -down], [right, down]])
    margin = np.array([2 * right, unit]) * margin_cells
    low = np.array([0, -space[0] * unit - space[1] * down])
    high = np.array([(space[1] + space[2]) * right, space[2] * down])
    width, height = np.ceil((high - low + 2 * margin) / OVERSAMPLING).astype(int) * OVERSAMPLING
    return Frame(steps, (margin - low).astype(np.int64), int(width), int(height))


def pattern(side: Side, frame: Frame) -> tuple[Ints, Floats]:
    """Return the pixels of a face, int `(P, 2)` from its voxel's corner, and where in it they are.

    The second array, `(P, 2)`, is the share of the way along the face's two axes, in [0, 1).
    """
    corner = np.array(side.corner) @ frame.steps
    edges = frame.steps[[side.u, side.v]]
    box = np.array([corner, corner + edges[0], corner + edges[1], corner + edges.sum(0)])
    low, high = box.min(0), box.max(0)
    pixels = np.stack(
        np.meshgrid(np.arange(low[0], high[0]), np.arange(low[1], high[1])), axis=-1
    ).reshape(-1, 2)
    centres = pixels + np.array([0.5031, 0.5027])  # off the middle: no centre lies on an edge
    uv = (centres - corner) @ np.linalg.inv(edges)
    inside = ((uv >= 0) & (uv < 1)).all(1)
    return pixels[inside], uv[inside].astype(np.float32)


def cover(corners: Ints, pixels: Ints, frame: Frame) -> tuple[Ints, Ints]:
    """Lay a pattern at every corner, in order; return the pixels covered and what is on top.

    What is on top is the number of the corner times the length of the pattern, plus the number
    of the pixel in it.
    """
    top = np.full(frame.width * frame.height, -1)
    offsets = pixels @ [1, frame.width]
    at = corners @ [1, frame.width]
    for start in range(0, len(at), 4096):  # bounded memory
        index = at[start : start + 4096, None] + offsets
        top[index] = np.arange(index.size).reshape(index.shape) + start * len(offsets)
    seen = np.flatnonzero(top >= 0)
    return seen, top[seen]
