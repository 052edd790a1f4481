"""Pictures of cells: pixels enlarged, voxels seen from a corner."""

from __future__ import annotations

import io

from PIL import Image

from voxnca.errors import ArgumentError
from voxnca.export.colours import Bytes, solid_cells
from voxnca.export.isometric import paint
from voxnca.grid import content

SOFT_BACKGROUND = (243, 242, 238)
"""A warm, light grey for pictures that cannot be transparent."""
MIN_SIZE_PX, MAX_SIZE_PX = 16, 2048
Colour = tuple[int, int, int]


def picture(
    rgba8: Bytes, *, size_px: int = 512, background: Colour | None = None, crop: bool = True
) -> Image.Image:
    """Draw cells: all pixels in 2D, the solid voxels in 3D.

    Args:
        rgba8: uint8 `(H, W, 4)` or `(D, H, W, 4)`, straight alpha.
        size_px: longest side, at most, 16 to 2048; pixels are enlarged by a whole factor.
        background: RGB to draw upon; None is transparent.
        crop: show the part of the grid that has solid voxels, not all of it (3D only).

    Returns:
        An RGBA picture.

    Raises:
        ArgumentError: for a size out of range.
    """
    if not MIN_SIZE_PX <= size_px <= MAX_SIZE_PX:
        raise ArgumentError(f"size_px={size_px!r} must be from {MIN_SIZE_PX} to {MAX_SIZE_PX}")
    if rgba8.ndim == 3:
        image = _enlarged(rgba8, size_px)
    else:
        image = paint(rgba8[content(solid_cells(rgba8))] if crop else rgba8, size_px)
    if background is None:
        return image
    return Image.alpha_composite(Image.new("RGBA", image.size, (*background, 255)), image)


def encode_png(rgba8: Bytes, *, size_px: int = 512, background: Colour | None = None) -> bytes:
    """Return a .png file of `picture`."""
    buffer = io.BytesIO()
    picture(rgba8, size_px=size_px, background=background).save(buffer, "PNG", optimize=True)
    return buffer.getvalue()


def _enlarged(rgba8: Bytes, size_px: int) -> Image.Image:
    factor = max(1, size_px // max(rgba8.shape[:-1]))
    return Image.fromarray(rgba8.repeat(factor, 0).repeat(factor, 1))
