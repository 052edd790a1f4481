"""Voxels seen from a corner, painted in numpy: no 3D library, no window."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from voxnca.export.colours import Bytes, solid_cells
from voxnca.export.projection import (
    OVERSAMPLING,
    SIDES,
    Floats,
    Frame,
    Ints,
    Side,
    cover,
    frame_of,
    pattern,
)
from voxnca.faces import exposed_faces
from voxnca.grid import RGB

EDGE_WIDTH, EDGE_LIGHT = 0.05, 0.93
OCCLUSION = np.array([1.0, 0.88, 0.77, 0.67], np.float32)
"""Light left in a corner of a face, by how many of the three voxels around it stand before it."""
SHADE_TINT = np.array([-0.06, 0.0, 0.1], np.float32)
"""What is darker is a little bluer, as under an open sky: RGB gained per light lost."""
SHADOW_ALPHA = 0.3


def paint(rgba8: Bytes, size_px: int) -> Image.Image:
    """Draw the solid voxels, with a soft shadow on the ground below, on nothing.

    Args:
        rgba8: uint8 `(D, H, W, 4)`; all of it is in view.
        size_px: longest side, at most (as long as a voxel is wider than a pixel).

    Returns:
        An RGBA picture.
    """
    frame = frame_of(rgba8.shape[:-1], size_px)
    solid = solid_cells(rgba8)
    voxels = _voxels(rgba8, solid, frame).reduce(OVERSAMPLING)
    return Image.alpha_composite(_shadow(solid, frame), voxels)


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
        pixels, uv = pattern(side, frame)
        seen, code = cover(cells[rank] @ frame.steps + frame.origin, pixels, frame)
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


def _corner_light(side: Side, cells: Ints, solid: NDArray[np.bool_]) -> Floats:
    """Return the light at the corners of faces, `(F, 2, 2)` along u and v."""
    padded = np.pad(solid, 1)
    front = cells + 1
    front[:, side.axis] += 2 * side.side - 1
    unit = np.eye(3, dtype=int)

    def filled(shift: Ints) -> Ints:
        found: Ints = padded[tuple((front + shift).T)].astype(np.int64)
        return found

    light = np.empty((len(cells), 2, 2), np.float32)
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
    light: Floats = (low * (1 - u) + high * u) * np.where(
        edge, np.float32(EDGE_LIGHT), np.float32(1)
    )
    return light


def _shadow(solid: NDArray[np.bool_], frame: Frame) -> Image.Image:
    """Blur what lies under the voxels, seen on the ground; what is high up shades it less."""
    height = solid.argmax(0) / solid.shape[0]
    depth = np.where(solid.any(0), 255 * (1 - 0.75 * height), 0)
    ground = Image.fromarray(np.pad(depth, 1).astype(np.uint8))
    scale = 1 / OVERSAMPLING
    right, down = (float(n) * scale for n in frame.steps[2])
    x, y = (float(n) * scale for n in frame.origin)
    # The ground's (column, row) of a canvas pixel: the steps of x and y, inverted.
    column = (0.5 / right, 0.5 / down, 1 - 0.5 * x / right - 0.5 * y / down)
    row = (0.5 / right, -0.5 / down, 1 - 0.5 * x / right + 0.5 * y / down)
    size = (frame.width // OVERSAMPLING, frame.height // OVERSAMPLING)
    seen = ground.transform(size, Image.Transform.AFFINE, (*column, *row))
    blurred = seen.filter(ImageFilter.GaussianBlur(max(0.9 * right, 0.02 * size[0])))
    black = Image.new("RGBA", size, (40, 44, 60, 0))
    black.putalpha(blurred.point(lambda value: value * SHADOW_ALPHA))
    return black
