"""Pictures from .png and .gif files."""

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
_SIGNATURES = {"PNG": (b"\x89PNG\r\n\x1a\n",), "GIF": (b"GIF87a", b"GIF89a")}
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
    return _on_nothing(*_pixels(content, "PNG"))


def decode_gif(content: bytes) -> Drawing:
    """Read the first frame of a GIF, on a background as of `decode_png`.

    Raises:
        DamagedError: as of `decode_png`.
    """
    return _on_nothing(*_pixels(content, "GIF"))


def _on_nothing(pixels: NDArray[np.uint8], notes: tuple[str, ...]) -> Drawing:
    """Remove the background of a picture that has one."""
    if (pixels[..., ALPHA] < 255).any():
        return Drawing(pixels, notes)
    background = _background(pixels)
    if background is None:
        return Drawing(
            pixels, (*notes, "The picture has no transparency; all of it is the target.")
        )
    colour = "#" + bytes(pixels[0, 0, RGB]).hex()
    pixels[background] = 0
    removed = f"The picture's border is {colour}; that background was removed."
    return Drawing(pixels, (*notes, removed))


def _pixels(content: bytes, kind: str) -> tuple[NDArray[np.uint8], tuple[str, ...]]:
    """Return RGBA pixels at the working size, and notes."""
    if not content.startswith(_SIGNATURES[kind]):
        raise DamagedError(f"no .{kind.lower()} file, by its first bytes; save it as {kind}")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of what Pillow mends, and of sizes checked here
            image = Image.open(io.BytesIO(content), formats=[kind])
            check_cells(image.size)  # before Pillow takes memory for them
            return np.array(_shrunk(_rgba(image))), _frames(image)
    except DamagedError:
        raise
    except _BROKEN as error:
        reason = " ".join(str(error).split())
        raise DamagedError(f"a damaged picture ({reason}); save it anew") from error


def _frames(image: Image.Image) -> tuple[str, ...]:
    """Say of a movie that only its beginning is used."""
    if image.format == "GIF" and getattr(image, "is_animated", False):
        return ("The file is a movie; its first frame is the target.",)
    return ()


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
