"""The form of a pattern: how much of it there is, in how many parts, how symmetric."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from voxnca.components import label_components
from voxnca.errors import ArgumentError
from voxnca.faces import exposed_faces


@dataclass(frozen=True)
class Morphology:
    """Figures of a set of solid cells.

    Attributes:
        volume: number of cells (area, in 2D).
        surface: number of exposed faces (edges, in 2D).
        components: number of parts; cells of a part are joined by faces.
        symmetry: for each axis, how well the pattern matches its mirror image: see
            `mirror_iou`.
    """

    volume: int
    surface: int
    components: int
    symmetry: tuple[float, ...]


def measure(solid: ArrayLike) -> Morphology:
    """Measure solid cells, such as `voxnca.solid(state)[0]` or `target.solid`.

    Args:
        solid: bool `(*space)`.

    Raises:
        ArgumentError: for another type, or other than 2 or 3 axes.
    """
    cells = _cropped(_checked(solid))
    return Morphology(
        volume=int(cells.sum()),
        surface=len(exposed_faces(np.argwhere(cells), cells.shape)),
        components=label_components(cells)[1],
        symmetry=tuple(mirror_iou(cells, axis) for axis in range(cells.ndim)),
    )


def mirror_iou(solid: ArrayLike, axis: int) -> float:
    """Return the IoU of a pattern and its mirror image across the middle of its extent.

    Args:
        solid: bool `(*space)`.
        axis: that is turned round, 0 to d - 1.

    Returns:
        1 for a symmetric pattern, and for an empty one; 0 when no cell meets its image.

    Raises:
        ArgumentError: as of `measure`, and for an axis out of range.
    """
    checked = _checked(solid)
    if axis not in range(checked.ndim):
        raise ArgumentError(f"axis={axis!r} must be from 0 to {checked.ndim - 1}")
    cells = _cropped(checked)
    mirrored = np.flip(cells, axis)
    union = int((cells | mirrored).sum())
    return int((cells & mirrored).sum()) / union if union else 1.0


def _checked(solid: ArrayLike) -> NDArray[np.bool_]:
    cells = np.asarray(solid)
    if cells.dtype != np.bool_ or cells.ndim not in {2, 3}:
        raise ArgumentError(
            f"solid {cells.dtype} {cells.shape} must be bool (H, W) or (D, H, W); "
            "pass voxnca.solid(state)[0]"
        )
    return cells


def _cropped(cells: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return the cells within the extent of those that are True."""
    found = np.argwhere(cells)
    if not len(found):
        return cells
    low, high = found.min(0), found.max(0) + 1
    return cells[tuple(slice(a, b) for a, b in zip(low, high, strict=True))]
