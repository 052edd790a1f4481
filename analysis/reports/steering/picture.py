"""A vine as a picture: walls, the way of the signal, the vine, its root and the beacon."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from voxnca.export.colours import Bytes
from voxnca.export.pictures import picture
from voxnca.steering.vine import Course

Mask = NDArray[np.bool_]

WALL, WALL_ALPHA = (88, 94, 106), {2: 255, 3: 80}
"""In space walls stand before the vine: it is seen through them."""
WAY, VINE, ROOT, BEACON = (196, 160, 205), (51, 160, 60), (120, 72, 30), (255, 196, 20)
_SIZE_PX = {2: 4 * 48, 3: 230}


def vine_picture(solid: Mask, course: Course) -> Image.Image:
    """Draw a vine, and pale what of the signal's way it does not cover.

    Args:
        solid: bool `(*space)`, the cells of the vine.
        course: that it was to take.
    """
    d = solid.ndim
    cells = _painted(solid, course)
    vine = picture(cells, size_px=_SIZE_PX[d], crop=False)
    walls = np.zeros_like(cells)
    walls[course.blocked] = (*WALL, 255)
    behind = picture(walls, size_px=_SIZE_PX[d], crop=False)
    behind.putalpha(behind.getchannel("A").point(lambda alpha: alpha * WALL_ALPHA[d] // 255))
    return Image.alpha_composite(behind, vine)


def _painted(solid: Mask, course: Course) -> Bytes:
    cells = np.zeros((*solid.shape, 4), np.uint8)
    cells[tuple(course.ideal.T)] = (*WAY, 255)
    cells[solid] = (*VINE, 255)
    cells[course.root] = (*ROOT, 255)
    cells[course.beacon] = (*BEACON, 255)
    return cells
