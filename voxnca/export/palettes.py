"""Few colours that stand for many."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from voxnca.export.colours import Bytes

_REFINEMENTS = 8
_SAMPLE = 2**18
_CHUNK = 4096


def choose_palette(colours: Bytes, counts: NDArray[np.integer], num_colours: int) -> Bytes:
    """Choose a palette by median cut, refined by k-means.

    Args:
        colours: uint8 RGB `(N, 3)`, distinct.
        counts: int `(N,)`, how often each occurs.
        num_colours: most colours of the palette, up to 256.

    Returns:
        uint8 `(P, 3)` with P <= num_colours.
    """
    repeats = np.maximum(1, counts * (_SAMPLE / counts.sum())).astype(np.int64)
    image = Image.fromarray(np.repeat(colours, repeats, axis=0)[None])
    method = Image.Quantize.MEDIANCUT
    drawn = image.quantize(num_colours, method=method, kmeans=_REFINEMENTS)
    return np.array(drawn.getpalette(), np.uint8).reshape(-1, 3)[:num_colours]


def nearest(colours: Bytes, palette: Bytes) -> NDArray[np.uint8]:
    """Return the index of the palette's colour that is nearest to each colour: uint8 `(N,)`."""
    points = palette.astype(np.float32)
    half_squares = 0.5 * np.square(points).sum(1)
    index = np.empty(len(colours), np.uint8)
    for start in range(0, len(colours), _CHUNK):
        part = slice(start, start + _CHUNK)
        index[part] = (half_squares - colours[part].astype(np.float32) @ points.T).argmin(1)
    return index
