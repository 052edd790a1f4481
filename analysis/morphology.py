"""The form of a pattern: how much of it there is, how it hangs together, how symmetric it is."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from analysis.patterns import check_solid, crop
from analysis.thickness import mean_thickness, thinnest
from analysis.topology import count_cavities, count_components, euler_characteristic
from voxnca.errors import ArgumentError
from voxnca.faces import exposed_faces


@dataclass(frozen=True)
class Morphology:
    """Figures of a set of solid cells; `analysis.topology` says when cells hang together.

    Attributes:
        volume: number of cells (area, in 2D).
        surface: number of exposed faces (edges, in 2D).
        components: number of parts that do not touch: 8-connected, in 3D 26-connected.
        face_components: number of parts joined by faces: 4-connected, in 3D 6-connected.
        holes: number of holes through it (in 3D also called tunnels).
        cavities: number of enclosed cavities; 0 in 2D.
        euler: Euler characteristic, components - holes + cavities.
        thickness: mean local thickness in cells: see `analysis.thickness.mean_thickness`.
        thinnest: cells across its thinnest part: see `analysis.thickness.thinnest`.
        symmetry: for each axis, how well the pattern matches its mirror image: see
            `mirror_iou`.
    """

    volume: int
    surface: int
    components: int
    face_components: int
    holes: int
    cavities: int
    euler: int
    thickness: float
    thinnest: int
    symmetry: tuple[float, ...]


def measure(solid: ArrayLike) -> Morphology:
    """Measure solid cells, such as `voxnca.solid(state)[0]` or `target.solid`.

    Args:
        solid: bool `(*space)`.

    Raises:
        ArgumentError: for another type, or other than 2 or 3 axes.
    """
    cells = crop(check_solid(solid))
    components, cavities = count_components(cells), count_cavities(cells)
    euler = euler_characteristic(cells)
    return Morphology(
        volume=int(cells.sum()),
        surface=len(exposed_faces(np.argwhere(cells), cells.shape)),
        components=components,
        face_components=count_components(cells, by_faces=True),
        holes=components + cavities - euler,
        cavities=cavities,
        euler=euler,
        thickness=mean_thickness(cells),
        thinnest=thinnest(cells),
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
    checked = check_solid(solid)
    if axis not in range(checked.ndim):
        raise ArgumentError(f"axis={axis!r} must be from 0 to {checked.ndim - 1}")
    cells = crop(checked)
    mirrored = np.flip(cells, axis)
    union = int((cells | mirrored).sum())
    return int((cells & mirrored).sum()) / union if union else 1.0
