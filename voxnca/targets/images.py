"""Pictures from .png files."""

from __future__ import annotations

import io
import struct
import warnings
import zlib

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from voxnca.components import label_components
from voxnca.grid import ALPHA, RGB
from voxnca.targets.reading import DamagedError, Drawing, check_cells

WORKING_SIDE = 1024
"""Longest side, in pixels, at which the background is searched; targets are far smaller."""
_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_BROKEN = (
    Image.DecompressionBombError,
    EOFError,
    IndexError,
    OSError,
    SyntaxError,
    ValueError,
    struct.error,
    zlib.error,
)
"""What Pillow raises for broken files."""


def decode_png(content: bytes) -> Drawing:
    """Read a picture of any PNG type: RGBA, RGB, grey or palette, 1 to 16 bits a channel.

    A picture without transparency whose border is of one colour stands on a background: what of
    that colour is joined to the border becomes transparent. Without such a border the whole
    rectangle is the target. Either is said in the notes.

    Raises:
        DamagedError: when the bytes are no picture, cut off, or too large.
    """
    pixels = _pixels(content)
    if (pixels[..., ALPHA] < 255).any():
        return Drawing(pixels)
    background = _background(pixels)
    if background is None:
        return Drawing(pixels, ("The picture has no transparency; all of it is the target.",))
    colour = "#" + bytes(pixels[0, 0, RGB]).hex()
    pixels[background] = 0
    return Drawing(pixels, (f"The picture's border is {colour}; that background was removed.",))


def _pixels(content: bytes) -> NDArray[np.uint8]:
    if content[:8] != _SIGNATURE:
        raise DamagedError("no .png file, by its first bytes; save it as PNG")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of what Pillow mends, and of sizes checked here
            image = Image.open(io.BytesIO(content), formats=["PNG"])
            check_cells(image.size)  # before Pillow takes memory for them
            return np.array(_shrunk(_rgba(image)))
    except DamagedError:
        raise
    except _BROKEN as error:
        reason = " ".join(str(error).split())
        raise DamagedError(f"a damaged picture ({reason}); save it anew") from error


def _rgba(image: Image.Image) -> Image.Image:
    if not image.mode.startswith("I"):
        return image.convert("RGBA")
    high_bytes = np.asarray(image, np.int64) >> 8  # Pillow would clip 16-bit grey, not scale it
    return Image.fromarray(high_bytes.astype(np.uint8)).convert("RGBA")


def _shrunk(image: Image.Image) -> Image.Image:
    """Shrink by a whole factor to `WORKING_SIDE`; Pillow does it premultiplied."""
    factor = -(-max(image.size) // WORKING_SIDE)
    return image.reduce(factor) if factor > 1 else image


def _background(pixels: NDArray[np.uint8]) -> NDArray[np.bool_] | None:
    """Return which pixels are the background, or None for a picture without one."""
    same = (pixels == pixels[0, 0]).all(-1)
    if same.all() or not all(edge.all() for edge in (same[0], same[-1], same[:, 0], same[:, -1])):
        return None
    labels, _ = label_components(same)
    background: NDArray[np.bool_] = labels == labels[0, 0]
    return background
