"""The form of a pattern: how much of it there is, in how many parts, how symmetric."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import ndimage

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
        components=int(ndimage.label(cells)[1]),
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


def count_parts(solid: ArrayLike) -> int:
    """Count the parts that do not touch, not even at a corner: beyond what a cell perceives.

    Raises:
        ArgumentError: as of `measure`.
    """
    cells = _checked(solid)
    return int(ndimage.label(cells, np.ones((3,) * cells.ndim))[1])


def thinnest(solid: ArrayLike) -> int:
    """Return how many cells the thinnest part is across.

    It is the longest side of cubes (squares, in 2D) of solid cells such that every solid cell
    lies in one or beside one, at a corner or nearer: so rounded edges do not count as thin.

    Returns:
        At least 1; 0 for an empty pattern.

    Raises:
        ArgumentError: as of `measure`.
    """
    cells = _cropped(_checked(solid))
    if not cells.any():
        return 0
    side = 1
    while side < min(cells.shape) and _beside_cubes(cells, side + 1)[cells].all():
        side += 1
    return side


def thin_share(solid: ArrayLike) -> float:
    """Return the share of the solid cells where the pattern is one cell thick.

    Those that lie neither in a solid cube of side 2 nor beside one; 0 for an empty pattern.

    Raises:
        ArgumentError: as of `measure`.
    """
    cells = _cropped(_checked(solid))
    return float(1 - _beside_cubes(cells, 2)[cells].mean()) if cells.any() else 0.0


def _beside_cubes(cells: NDArray[np.bool_], side: int) -> NDArray[np.bool_]:
    """Return which cells lie in a solid cube of that side, or within one step of such a cell."""
    bits = np.pad(cells, side).astype(np.uint8)
    low = ndimage.minimum_filter(bits, side, mode="constant")
    opened = ndimage.maximum_filter(low, side, mode="constant", origin=side % 2 - 1)
    near = ndimage.maximum_filter(opened, 3, mode="constant") > 0
    inner: NDArray[np.bool_] = near[(slice(side, -side),) * cells.ndim]
    return inner


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
