"""Thumbnails: pictures small enough for a list of many."""

from __future__ import annotations

import io
from collections.abc import Sequence

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


def mosaic(grids: Sequence[Bytes], *, size_px: int = THUMBNAIL_PX) -> Image.Image:
    """Draw up to nine grids side by side, in rows, each as `thumbnail` does.

    Args:
        grids: at least one, each as of `thumbnail`; of more than nine the first nine.
        size_px: longest side, at most.

    Returns:
        An RGBA picture: a square of tiles, or `thumbnail`'s own of a single grid.
    """
    if len(grids) == 1:
        return thumbnail(grids[0], size_px=size_px)
    columns = 2 if len(grids) <= 4 else 3
    tile_px = size_px // columns
    sheet = Image.new("RGBA", (size_px, size_px))
    for number, rgba8 in enumerate(grids[: columns**2]):
        tile = thumbnail(rgba8, size_px=tile_px)
        row, column = divmod(number, columns)
        free = (tile_px - tile.width) // 2, (tile_px - tile.height) // 2
        sheet.paste(tile, (column * tile_px + free[0], row * tile_px + free[1]))
    return sheet


def encode_thumbnail(*grids: Bytes) -> bytes:
    """Return a .png file of `mosaic`."""
    buffer = io.BytesIO()
    mosaic(grids).save(buffer, "PNG", optimize=True)
    return buffer.getvalue()
