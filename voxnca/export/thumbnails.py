"""Thumbnails: pictures small enough for a list of many."""

from __future__ import annotations

import io

from PIL import Image

from voxnca.export.colours import Bytes, solid_cells
from voxnca.export.pictures import picture
from voxnca.grid import content

THUMBNAIL_PX = 96
_COARSE = 3 * [(v >> 3) * 255 // 31 for v in range(256)] + [(v >> 5) * 255 // 7 for v in range(256)]
"""Five bits a colour and three of alpha: a file of half the size that looks the same."""


def thumbnail(rgba8: Bytes, *, size_px: int = THUMBNAIL_PX) -> Image.Image:
    """Draw the part of a grid that has solid cells, close up and on nothing.

    Args:
        rgba8: uint8 `(H, W, 4)` or `(D, H, W, 4)`, straight alpha.
        size_px: longest side, at most.

    Returns:
        An RGBA picture. Voxels are drawn larger and then made smaller, which fills `size_px`;
        pixels are enlarged by a whole factor, and made smaller only where they are too many.

    Raises:
        ArgumentError: for a size out of the range of `picture`.
    """
    cells = rgba8[content(solid_cells(rgba8))]
    drawn = picture(cells, size_px=size_px if cells.ndim == 3 else 2 * size_px)
    drawn = drawn.crop(drawn.getbbox())
    drawn.thumbnail((size_px, size_px), Image.Resampling.LANCZOS)
    return drawn.point(_COARSE)


def encode_thumbnail(rgba8: Bytes) -> bytes:
    """Return a .png file of `thumbnail`."""
    buffer = io.BytesIO()
    thumbnail(rgba8).save(buffer, "PNG", optimize=True)
    return buffer.getvalue()
