"""Movies of cells: looping .gif files, and .mp4 files, which are smaller and browsers play."""

from __future__ import annotations

import io
from collections.abc import Sequence
from functools import partial

import numpy as np
from PIL import Image

from voxnca.errors import ArgumentError
from voxnca.export.av1 import encode_av1
from voxnca.export.colours import Bytes, solid_cells
from voxnca.export.mp4 import wrap_mp4
from voxnca.export.palettes import choose_palette, nearest
from voxnca.export.pictures import SOFT_BACKGROUND, Colour, picture
from voxnca.grid import content

MAX_FPS = 50
"""GIF counts time in hundredths of a second, and browsers slow a delay of one down to ten."""
_SAMPLED_FRAMES, _SAMPLED_PIXELS = 16, 2**18


def encode_gif(
    frames: Sequence[Bytes],
    *,
    fps: float = 20,
    size_px: int = 384,
    background: Colour = SOFT_BACKGROUND,
) -> bytes:
    """Return a looping .gif.

    All frames share one palette, made from frames of the whole movie, so that no colour
    flickers, and one view: in 3D a box that holds the solid voxels of every frame.

    Args:
        frames: uint8 `(*space, 4)`, straight alpha, all of one space.
        fps: frames a second, 1 to 50; rounded to hundredths of a second a frame.
        size_px: longest side, at most.
        background: RGB to draw upon.

    Raises:
        ArgumentError: for no frames, frames of unequal space, or an impossible `fps`.
    """
    _check(frames, fps)
    frames = _in_one_view(frames)
    draw = partial(picture, size_px=size_px, background=background, crop=False)
    chosen = np.unique(np.linspace(0, len(frames) - 1, _SAMPLED_FRAMES).round().astype(int))
    palette = _palette([draw(frames[i]) for i in chosen], background)
    images = [_with_palette(draw(frame), palette) for frame in frames]
    buffer = io.BytesIO()
    images[0].save(
        buffer,
        "GIF",
        save_all=True,
        append_images=images[1:],
        duration=10 * round(100 / fps),
        loop=0,
        optimize=False,  # it would reorder the palette of single frames
    )
    return buffer.getvalue()


def encode_mp4(
    frames: Sequence[Bytes],
    *,
    fps: float = 20,
    size_px: int = 384,
    background: Colour = SOFT_BACKGROUND,
) -> bytes:
    """Return an .mp4 (AV1), in one view as a .gif; its sides are even, as the format wants.

    Args and errors as of `encode_gif`; `fps` is kept exactly.

    Raises:
        FileError: when Pillow was built without AVIF.
    """
    _check(frames, fps)
    draw = partial(picture, size_px=size_px, background=background, crop=False)
    images = (_even(draw(frame), background) for frame in _in_one_view(frames))
    return wrap_mp4(encode_av1(images), fps)


def _even(image: Image.Image, background: Colour) -> Image.Image:
    """Widen a picture by a line of background where a side is odd: colours have half the lines."""
    width, height = (side + side % 2 for side in image.size)
    even = Image.new("RGB", (width, height), background)
    even.paste(image.convert("RGB"))
    return even


def _in_one_view(frames: Sequence[Bytes]) -> Sequence[Bytes]:
    """Crop voxels to a box that holds the solid ones of every frame; pixels keep their grid."""
    if frames[0].ndim == 3:
        return frames
    box = content(np.any([solid_cells(frame) for frame in frames], axis=0))
    return [frame[box] for frame in frames]


def _check(frames: Sequence[Bytes], fps: float) -> None:
    if not frames:
        raise ArgumentError("states is empty; a movie needs at least one")
    if len({frame.shape for frame in frames}) > 1:
        raise ArgumentError("states differ in their space; pass those of one run")
    if not 1 <= fps <= MAX_FPS:
        raise ArgumentError(f"fps={fps!r} must be from 1 to {MAX_FPS}")


def _palette(images: Sequence[Image.Image], background: Colour) -> Bytes:
    """Return 256 colours at most, uint8 `(P, 3)`, the background exactly among them."""
    pixels = np.concatenate([np.asarray(image.convert("RGB")).reshape(-1, 3) for image in images])
    sample = pixels[:: max(1, len(pixels) // _SAMPLED_PIXELS)]
    distinct, counts = np.unique(sample, axis=0, return_counts=True)
    ground = np.array([background], np.uint8)
    return np.concatenate([ground, choose_palette(distinct, counts, 255)])


def _with_palette(image: Image.Image, palette: Bytes) -> Image.Image:
    """Give each pixel the nearest colour: the same colour is drawn the same in every frame."""
    pixels = np.asarray(image.convert("RGB")).astype(np.uint32) @ np.array(
        [1 << 16, 1 << 8, 1], np.uint32
    )
    distinct, which = np.unique(pixels, return_inverse=True)
    colours = np.stack([distinct >> 16, distinct >> 8 & 255, distinct & 255], axis=1)
    index = nearest(colours.astype(np.uint8), palette)[which].reshape(pixels.shape)
    drawn = Image.fromarray(index, "P")
    drawn.putpalette(palette.tobytes())
    return drawn
