"""Voxels seen from a corner, painted in numpy: no 3D library, no window.

The camera looks from +x, -y, +z: x runs to the lower right, y to the upper right, z up. Of every
voxel three faces can be seen. Their corners lie on whole pixels, so all faces of a kind cover
the same pattern of pixels, shifted; painting is indexing, and neighbours meet without a seam.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from voxnca.export.colours import Bytes, solid_cells
from voxnca.faces import exposed_faces
from voxnca.grid import RGB

OVERSAMPLING = 3
MARGIN_CELLS = 1.5
EDGE_WIDTH, EDGE_LIGHT = 0.05, 0.93
OCCLUSION = np.array([1.0, 0.88, 0.77, 0.67])
"""Light left in a corner of a face, by how many of the three voxels around it stand before it."""
SHADE_TINT = np.array([-0.06, 0.0, 0.1])
"""What is darker is a little bluer, as under an open sky: RGB gained per light lost."""
SHADOW_ALPHA = 0.3

Floats = NDArray[np.float64]
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


def paint(rgba8: Bytes, size_px: int) -> Image.Image:
    """Draw the solid voxels, with a soft shadow on the ground below, on nothing.

    Args:
        rgba8: uint8 `(D, H, W, 4)`; all of it is in view.
        size_px: longest side, at most (as long as a voxel is wider than a pixel).

    Returns:
        An RGBA picture.
    """
    frame = _frame(rgba8.shape[:-1], OVERSAMPLING * size_px)
    solid = solid_cells(rgba8)
    image = _shadow(solid, frame)
    image.alpha_composite(_voxels(rgba8, solid, frame))
    return image.convert("RGBa").reduce(OVERSAMPLING).convert("RGBA")


def _frame(space: tuple[int, ...], size: int) -> Frame:
    depth, rows, columns = (n + 2 * MARGIN_CELLS for n in space)
    flat = rows + columns
    unit = int(size / max(0.866 * flat, 0.5 * flat + depth))
    unit = max(unit, 2 * OVERSAMPLING)
    right, down = int(0.866 * unit), unit // 2
    steps = np.array([[0, -unit], [right, -down], [right, down]])
    margin = np.array([2 * right, unit]) * MARGIN_CELLS
    low = np.array([0, -space[0] * unit - space[1] * down])
    high = np.array([(space[1] + space[2]) * right, space[2] * down])
    width, height = np.ceil((high - low + 2 * margin) / OVERSAMPLING).astype(int) * OVERSAMPLING
    return Frame(steps, (margin - low).astype(np.int64), int(width), int(height))


def _voxels(rgba8: Bytes, solid: NDArray[np.bool_], frame: Frame) -> Image.Image:
    """Paint the faces from back to front, by number; then colour what is seen of them."""
    cells = np.argwhere(solid)
    cells = cells[np.argsort(cells @ [1, -1, 1], kind="stable")]
    faces = exposed_faces(cells, solid.shape)
    canvas = np.zeros((frame.height * frame.width, 4), np.uint8)
    nearest = np.full(len(canvas), -1)
    for side in SIDES:
        mine = (faces.axis == side.axis) & (faces.side == side.side)
        rank = faces.cell[mine]
        pixels, uv = _pattern(side, frame)
        seen, code = _cover(cells[rank] @ frame.steps + frame.origin, pixels, frame)
        shown, pixel = np.divmod(code, len(pixels))
        front = rank[shown] >= nearest[seen]
        seen, shown, pixel = seen[front], shown[front], pixel[front]
        nearest[seen] = rank[shown]
        corners = _corner_light(side, cells[rank], solid)
        light = side.light * _light(corners[shown], uv[pixel])[:, None]
        tinted = light * (1 + SHADE_TINT * (1 - light))
        colour = rgba8[tuple(cells[rank[shown]].T)][:, RGB] * tinted
        canvas[seen, RGB] = np.clip(np.rint(colour), 0, 255)
        canvas[seen, 3] = 255
    return Image.fromarray(canvas.reshape(frame.height, frame.width, 4))


def _pattern(side: Side, frame: Frame) -> tuple[Ints, Floats]:
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
    return pixels[inside], uv[inside]


def _cover(corners: Ints, pixels: Ints, frame: Frame) -> tuple[Ints, Ints]:
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


def _corner_light(side: Side, cells: Ints, solid: NDArray[np.bool_]) -> Floats:
    """Return the light at the corners of faces, `(F, 2, 2)` along u and v."""
    padded = np.pad(solid, 1)
    front = cells + 1
    front[:, side.axis] += 2 * side.side - 1
    unit = np.eye(3, dtype=int)

    def filled(shift: Ints) -> Ints:
        found: Ints = padded[tuple((front + shift).T)].astype(np.int64)
        return found

    light = np.empty((len(cells), 2, 2))
    for i, u in enumerate((-unit[side.u], unit[side.u])):
        for j, v in enumerate((-unit[side.v], unit[side.v])):
            along, across = filled(u), filled(v)
            hidden = np.where(along & across, 3, along + across + filled(u + v))
            light[:, i, j] = OCCLUSION[hidden]
    return light


def _light(corners: Floats, uv: Floats) -> Floats:
    """Interpolate between a face's corners, and darken its edge."""
    u, v = uv.T
    low = corners[:, 0, 0] * (1 - v) + corners[:, 0, 1] * v
    high = corners[:, 1, 0] * (1 - v) + corners[:, 1, 1] * v
    edge = np.minimum(uv, 1 - uv).min(1) < EDGE_WIDTH
    light: Floats = (low * (1 - u) + high * u) * np.where(edge, EDGE_LIGHT, 1)
    return light


def _shadow(solid: NDArray[np.bool_], frame: Frame) -> Image.Image:
    """Blur what lies under the voxels, seen on the ground; what is high up shades it less."""
    height = solid.argmax(0) / solid.shape[0]
    depth = np.where(solid.any(0), 255 * (1 - 0.75 * height), 0)
    ground = Image.fromarray(np.pad(depth, 1).astype(np.uint8))
    right, down = (int(n) for n in frame.steps[2])
    x, y = (float(n) for n in frame.origin)
    # The ground's (column, row) of a canvas pixel: the steps of x and y, inverted.
    column = (0.5 / right, 0.5 / down, 1 - 0.5 * x / right - 0.5 * y / down)
    row = (0.5 / right, -0.5 / down, 1 - 0.5 * x / right + 0.5 * y / down)
    size = (frame.width, frame.height)
    seen = ground.transform(size, Image.Transform.AFFINE, (*column, *row))
    blurred = seen.filter(ImageFilter.GaussianBlur(0.9 * right))
    black = Image.new("RGBA", size, (40, 44, 60, 0))
    black.putalpha(blurred.point(lambda value: value * SHADOW_ALPHA))
    return black
