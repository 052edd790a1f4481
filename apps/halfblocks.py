"""Pictures in a terminal: a character shows two pixels, one above the other."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps
from rich.color import Color
from rich.style import Style
from rich.text import Text

_OPAQUE = 128
"""Alpha from which a pixel is drawn; others show the terminal's own ground."""


def half_blocks(image: Image.Image, num_columns: int) -> Text:
    """Draw a picture as `num_columns` columns and half as many lines, in its middle.

    Args:
        image: RGBA.
        num_columns: even; also the number of pixels a side.
    """
    side = (num_columns, num_columns)
    small = ImageOps.pad(image, side, Image.Resampling.BOX, color=(0, 0, 0, 0))
    return as_half_blocks(np.asarray(small))


def as_half_blocks(rgba8: NDArray[np.uint8]) -> Text:
    """Draw pixels as they are, two above one another in a character.

    Args:
        rgba8: uint8 `(H, W, 4)`, H even.

    Returns:
        H / 2 lines of W characters.
    """
    pixels = [[_colour(*pixel) for pixel in row] for row in rgba8.tolist()]
    lines = [
        Text.assemble(*map(_half_block, above, below))
        for above, below in zip(pixels[::2], pixels[1::2], strict=True)
    ]
    return Text("\n").join(lines)


def _colour(red: int, green: int, blue: int, alpha: int) -> Color | None:
    return Color.from_rgb(red, green, blue) if alpha >= _OPAQUE else None


def _half_block(above: Color | None, below: Color | None) -> tuple[str, Style]:
    if above is None and below is None:
        return " ", Style.null()
    if above is None:
        return "▄", Style(color=below)
    return "▀", Style(color=above, bgcolor=below)
