"""The form of a pattern: by itself, against a target, over a run."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray

from analysis.patterns import check_solid, crop
from analysis.thickness import mean_thickness, thinnest
from analysis.topology import count_cavities, count_components, euler_characteristic
from voxnca import Rollout, Target
from voxnca.errors import ArgumentError
from voxnca.faces import exposed_faces
from voxnca.quality import iou_of_cells, shared_cells


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


@dataclass(frozen=True)
class Difference:
    """A pattern held against its target, where the target's anchor lies on the seed's cell.

    Attributes:
        iou: intersection over union of the solid cells, as of `voxnca.quality`.
        missing: solid cells of the target that the pattern lacks.
        extra: solid cells of the pattern that are not in the target.
    """

    iou: float
    missing: int
    extra: int


@dataclass(frozen=True)
class Moment:
    """The form of a pattern at one step of a run; `dataclasses.asdict` makes it fit for JSON.

    Attributes:
        step: since the run began.
        form: of the pattern.
        difference: from the target; None without one.
    """

    step: int
    form: Morphology
    difference: Difference | None


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


def compare(solid: ArrayLike, target: Target) -> Difference:
    """Hold solid cells against a target.

    Args:
        solid: bool `(*space)`, the whole grid: its middle is where the target belongs.
        target: of the same dimension.

    Raises:
        ArgumentError: as of `measure`, and for a grid that does not hold the target.
    """
    cells = check_solid(solid)
    return _difference(np.argwhere(cells), target, cells.shape)


def observe(rollout: Rollout, target: Target | None = None, *, sample: int = 0) -> Moment:
    """Measure a rollout as it stands, without making its grid whole.

    Args:
        rollout: is not changed.
        target: to hold it against.
        sample: batch row.

    Raises:
        ArgumentError: for a sample out of range, or a grid that does not hold the target.
    """
    cells = _solid_cells(rollout, sample)
    difference = _difference(cells, target, rollout.space) if target is not None else None
    return Moment(rollout.step_index, measure(_filled(cells)), difference)


def trajectory(
    run: Iterable[Rollout | tuple[int, ArrayLike]],
    target: Target | None = None,
    *,
    sample: int = 0,
) -> list[Moment]:
    """Measure a run at each moment it yields: `trajectory(rollout.step(8) for _ in range(10))`.

    Args:
        run: a rollout, again and again as it steps; or pairs of a step and the solid cells then,
            bool `(*space)`.
        target: to hold each moment against.
        sample: batch row of rollouts.

    Raises:
        ArgumentError: as of `observe`, `measure` and `compare`.
    """
    return [
        observe(moment, target, sample=sample)
        if isinstance(moment, Rollout)
        else _observe_solid(*moment, target)
        for moment in run
    ]


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


def _observe_solid(step: int, solid: ArrayLike, target: Target | None) -> Moment:
    return Moment(step, measure(solid), compare(solid, target) if target is not None else None)


def _solid_cells(rollout: Rollout, sample: int) -> NDArray[np.int64]:
    """Return the solid cells of a sample: int64 `(N, d)`."""
    if sample not in range(rollout.batch_size):
        raise ArgumentError(f"sample={sample!r} must be from 0 to {rollout.batch_size - 1}")
    cells = rollout.solid_cells
    return np.asarray(cells[cells[:, 0] == sample, 1:].numpy())


def _filled(cells: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Return an array that just holds the cells: bool `(*space)`."""
    if not len(cells):
        return np.zeros((1,) * cells.shape[1], bool)
    local = cells - cells.min(0)
    solid = np.zeros(local.max(0) + 1, bool)
    solid[tuple(local.T)] = True
    return solid


def _difference(cells: NDArray[np.int64], target: Target, space: tuple[int, ...]) -> Difference:
    ours = torch.from_numpy(cells)
    shared = shared_cells(ours, target, space)
    iou = iou_of_cells(ours, target, space)
    return Difference(iou, target.num_solid - shared, len(cells) - shared)
