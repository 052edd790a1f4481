"""How a pattern hangs together, exactly: components, holes, cavities, Euler characteristic.

A pattern is the solid that its cells fill, each with its boundary. Cells that share a face, an edge
or only a corner thus hang together (8-connected in 2D, 26-connected in 3D), and empty cells hang
together by faces alone (4- and 6-connected). Components, holes and cavities are the Betti numbers
of this solid, and components - holes + cavities is its Euler characteristic (Kong and Rosenfeld,
Digital topology: introduction and survey, 1989).
"""

from __future__ import annotations

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import ArrayLike, NDArray
from scipy import ndimage

from analysis.patterns import check_solid, crop


def count_components(solid: ArrayLike, *, by_faces: bool = False) -> int:
    """Count the components: parts that do not touch, not even at a corner.

    Such parts do not perceive each other either.

    Args:
        solid: bool `(*space)`.
        by_faces: cells of a component are joined by faces (edges, in 2D) instead, so that parts
            may touch at an edge or a corner.

    Raises:
        ArgumentError: as of `analysis.patterns.check_solid`.
    """
    cells = crop(check_solid(solid))
    joined = ndimage.generate_binary_structure(cells.ndim, 1 if by_faces else cells.ndim)
    return int(ndimage.label(cells, joined)[1])


def count_holes(solid: ArrayLike) -> int:
    """Count the holes through a pattern: its first Betti number.

    A ring has one and so has a torus; a figure of eight has two. In 3D they are also called
    tunnels, in 2D they are the empty regions that the pattern encloses.

    Args:
        solid: bool `(*space)`.

    Raises:
        ArgumentError: as of `analysis.patterns.check_solid`.
    """
    return count_components(solid) + count_cavities(solid) - euler_characteristic(solid)


def count_cavities(solid: ArrayLike) -> int:
    """Count the cavities shut up inside a pattern, such as a hollow ball's: none in 2D.

    Args:
        solid: bool `(*space)`.

    Raises:
        ArgumentError: as of `analysis.patterns.check_solid`.
    """
    cells = crop(check_solid(solid))
    return count_components(~np.pad(cells, 1), by_faces=True) - 1 if cells.ndim == 3 else 0


def euler_characteristic(solid: ArrayLike) -> int:
    """Compute the Euler characteristic: vertices - edges + faces - cubes of the solid.

    Args:
        solid: bool `(*space)`.

    Raises:
        ArgumentError: as of `analysis.patterns.check_solid`.
    """
    return _alternating_sum(np.pad(crop(check_solid(solid)), 1), 0)


def _alternating_sum(elements: NDArray[np.bool_], axis: int) -> int:
    """Count elements that are flat along some axes from `axis` on, less those that extend."""
    if axis == elements.ndim:
        return int(np.count_nonzero(elements))
    flat = np.asarray(sliding_window_view(elements, 2, axis).any(-1))
    return _alternating_sum(flat, axis + 1) - _alternating_sum(elements, axis + 1)
