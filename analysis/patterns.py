"""Solid cells as the measures take them."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from voxnca.errors import ArgumentError
from voxnca.grid import content


def check_solid(solid: ArrayLike) -> NDArray[np.bool_]:
    """Return solid cells as an array: bool `(*space)`.

    Raises:
        ArgumentError: for another type, or other than 2 or 3 axes.
    """
    cells = np.asarray(solid)
    if cells.dtype != np.bool_ or cells.ndim not in {2, 3}:
        raise ArgumentError(
            f"solid {cells.dtype} {cells.shape} must be bool (H, W) or (D, H, W); "
            "pass voxnca.solid(state)[0]"
        )
    return cells


def crop(cells: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return the cells within the extent of those that are True; all of them if none is."""
    return cells[content(cells)]
