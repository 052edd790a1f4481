"""A picture on the page, with what it shows."""

from __future__ import annotations

import io

import numpy as np
from PIL import Image

from analysis.reports.page.markup import Content, Markup, data_uri, tag

_COLORS = 255


def shot(shown: Image.Image, alt: str, caption: Content, *, kind: str | None = None) -> Markup:
    """Put an RGBA picture into a figure that is as high as its neighbours.

    Args:
        shown: the picture.
        alt: what is seen, for those who do not see it.
        caption: what stands below it.
        kind: class of the figure, if any.
    """
    image = tag("img", src=data_uri(_encoded(shown)), alt=alt)
    ratio = f"--r:{shown.width / shown.height:.3f}"
    return tag("figure", image, tag("figcaption", caption), style=ratio, class_=kind)


def _encoded(image: Image.Image) -> bytes:
    """Return a .png file, of a palette where the picture has few colours."""
    pixels = np.asarray(image).reshape(-1, 4)
    few = len(np.unique(pixels.view(np.uint32))) <= _COLORS
    buffer = io.BytesIO()
    shown = image.quantize(_COLORS, method=Image.Quantize.FASTOCTREE) if few else image
    shown.save(buffer, "PNG", optimize=True)
    return buffer.getvalue()
