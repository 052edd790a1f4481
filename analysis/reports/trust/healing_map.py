"""The map of a pattern: at each cell, which share of the wounds dealt round it heal."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor

from analysis.criticality import CriticalityMap
from analysis.shades import shades
from voxnca.export.colours import to_rgba8
from voxnca.export.pictures import picture
from voxnca.grid import solid

_SIZE_PX = {2: 320, 3: 360}


def map_cells(found: CriticalityMap, grown: Tensor) -> NDArray[np.uint8]:
    """Paint the centres of wounds by how many of these heal: `(*space, 4)`, straight alpha.

    In 2D all places where a wound takes something, in 3D the solid cells alone.
    """
    cells = np.zeros((*grown.shape[:-1], 4), np.uint8)
    body = solid(grown[None])[0].numpy()
    drawn = np.ones(len(found.centers), bool) if grown.ndim == 3 else body[tuple(found.centers.T)]
    place = tuple(found.centers[drawn].T)
    cells[place] = 255
    cells[(*place, slice(3))] = shades(found.chances[drawn])
    return cells


def map_picture(found: CriticalityMap, grown: Tensor) -> Image.Image:
    """Draw the map."""
    return picture(map_cells(found, grown), size_px=_SIZE_PX[grown.ndim - 1])


def state_picture(state: Tensor) -> Image.Image:
    """Draw a state `(*space, C)` as it looks."""
    return picture(to_rgba8(state[None]), size_px=_SIZE_PX[state.ndim - 1])
