"""How thick a pattern is, in cells."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import ndimage
from scipy.spatial import KDTree

from analysis.patterns import check_solid, crop


def local_thickness(solid: ArrayLike) -> NDArray[np.float64]:
    """Measure at each solid cell the widest ball (disc, in 2D) of solid cells that it lies in.

    This is the local thickness of Hildebrand and Rüegsegger (A new method for the
    model-independent assessment of thickness in three-dimensional images, 1997), where a cell
    counts as its centre: a ball reaches to the nearest empty cell. That is half a cell too far on
    either side, so one is taken off its diameter. Balls are centred on cells' centres, faces,
    edges and corners: a plate of n cells has the thickness n, even or odd.

    Args:
        solid: bool `(*space)`.

    Returns:
        float64 `(*space)`, the ball's diameter in cells; at least 1, and 0 in empty cells.

    Raises:
        ArgumentError: as of `analysis.patterns.check_solid`.
    """
    cells = check_solid(solid)
    thickness = np.zeros(cells.shape)
    thickness[cells] = _widest_balls(crop(cells)) if cells.any() else 0.0
    return thickness


def mean_thickness(solid: ArrayLike) -> float:
    """Return the mean `local_thickness` of the solid cells; 0 for an empty pattern.

    Raises:
        ArgumentError: as of `analysis.patterns.check_solid`.
    """
    cells = crop(check_solid(solid))
    return float(_widest_balls(cells).mean()) if cells.any() else 0.0


def thinnest(solid: ArrayLike) -> int:
    """Return how many cells the thinnest part is across.

    It is the longest side of cubes (squares, in 2D) of solid cells such that every solid cell
    lies in one or beside one, at a corner or nearer: so rounded edges do not count as thin.

    Returns:
        At least 1; 0 for an empty pattern.

    Raises:
        ArgumentError: as of `analysis.patterns.check_solid`.
    """
    cells = crop(check_solid(solid))
    if not cells.any():
        return 0
    shortest, high = min(cells.shape), 2
    while high <= shortest and _is_beside_cubes(cells, high):
        high *= 2
    sides = range(high // 2 + 1, min(high, shortest + 1))
    return high // 2 + bisect_left(sides, True, key=lambda side: not _is_beside_cubes(cells, side))


def thin_share(solid: ArrayLike) -> float:
    """Return the share of the solid cells where the pattern is one cell thick.

    Those that lie neither in a solid cube of side 2 nor beside one; 0 for an empty pattern.

    Raises:
        ArgumentError: as of `analysis.patterns.check_solid`.
    """
    cells = crop(check_solid(solid))
    return float(1 - _beside_cubes(cells, 2)[cells].mean()) if cells.any() else 0.0


def _widest_balls(cells: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Return the local thickness of the solid cells, in the order of `np.argwhere`.

    Balls are tried from the widest down, and a cell that lies in one is done. Everything is counted
    in half cells, where centres are whole numbers and so are the squares of distances.
    """
    points = 2 * np.argwhere(cells) + 1
    thickness = np.zeros(len(points))
    left = np.arange(len(points))
    for squared, centers in _widest_first(_squared_radii(cells)):
        balls = KDTree(centers, compact_nodes=False, balanced_tree=False)  # sooner built
        nearest, _ = balls.query(points[left], distance_upper_bound=np.sqrt(squared - 0.5))
        covered = np.isfinite(nearest)
        thickness[left[covered]] = np.sqrt(squared) - 1
        left = left[~covered]
        if not len(left):
            break
    return thickness


def _widest_first(squared: NDArray[np.int64]) -> Iterator[tuple[np.int64, NDArray[np.int64]]]:
    """Yield each squared radius above 0 with the centres of its balls, int64 `(N, d)`."""
    order = np.flatnonzero(squared)
    order = order[np.argsort(squared.flat[order], kind="stable")]
    radii, first = np.unique(squared.flat[order], return_index=True)
    centers = np.stack(np.unravel_index(order, squared.shape), 1)
    yield from zip(radii[::-1], np.split(centers, first[1:])[::-1], strict=True)


def _squared_radii(cells: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Return how far it is from each point on a half cell to what is empty.

    That is the centres of empty cells and the lines, squares and cubes between adjacent ones.

    Args:
        cells: bool `(*space)`; what lies outside is empty.

    Returns:
        int64, squares of half cells; sides 2n + 1, where cell i has its centre at 2i + 1.
    """
    padded = np.pad(cells, 1)
    solid = np.zeros([2 * n - 1 for n in padded.shape], bool)
    solid[(slice(None, None, 2),) * cells.ndim] = padded
    distance = ndimage.distance_transform_edt(ndimage.maximum_filter(solid, 3))
    inner = distance[(slice(1, -1),) * cells.ndim]
    return np.asarray(np.rint(np.square(inner)).astype(np.int64))


def _is_beside_cubes(cells: NDArray[np.bool_], side: int) -> bool:
    """Return whether all cells are: if so for one side, then for every shorter one too."""
    return bool(_beside_cubes(cells, side)[cells].all())


def _beside_cubes(cells: NDArray[np.bool_], side: int) -> NDArray[np.bool_]:
    """Return which cells lie in a solid cube of that side, or within one step of such a cell."""
    bits = np.pad(cells, side).astype(np.uint8)
    low = ndimage.minimum_filter(bits, side, mode="constant")
    opened = ndimage.maximum_filter(low, side, mode="constant", origin=side % 2 - 1)
    near = ndimage.maximum_filter(opened, 3, mode="constant") > 0
    inner: NDArray[np.bool_] = near[(slice(side, -side),) * cells.ndim]
    return inner
