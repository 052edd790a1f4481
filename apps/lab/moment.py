"""What there is to see of a creature at one step."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from analysis.criticality import CriticalityMap
from apps.lab.colouring import COLOURINGS, Specimen
from apps.lab.conditions import Conditions
from apps.lab.look import Look, Rgb
from apps.lab.scenery import Scenery
from voxnca.errors import ArgumentError
from voxnca.grid import ALPHA, Rows
from voxnca.quality import iou_of_cells
from voxnca.targets import Target

Box = tuple[tuple[int, ...], tuple[int, ...]]


@dataclass(frozen=True, eq=False)
class Fog:
    """How opaque the cells are, in the smallest box round those that are not clear.

    Attributes:
        low: cell of the grid in which the box begins.
        alpha: uint8 `(*size)`, 255 for opaque.
    """

    low: tuple[int, ...]
    alpha: NDArray[np.uint8]


@dataclass(frozen=True, eq=False)
class Moment:
    """What there is to see after one step. Never changes, so that threads may share it.

    Attributes:
        run: number of the run; a switch of model begins a new one.
        step_index: steps since the seed.
        num_wounds: wounds dealt since the seed.
        cells: int64 `(N, d)`, the cells that are shown and picked, in index order.
        colors: uint8 `(N, 3)`, straight sRGB.
        space: sizes of the grid.
        box: low and high corner, high excluded, of where the creature is expected.
        iou: of the solid cells with the target, whatever is shown; None without a target.
        solid: int64 `(S, d)`, the solid cells in index order, whatever is shown.
        fog: drawn in place of the cells, which are picked all the same; None for the cells.
        paper: the colour of all other cells of a plane; None for the theme's.
        scenery: what is drawn round the creature; None for nothing.
        conditions: that it is under; None for a thing that is under none.
    """

    run: int
    step_index: int
    num_wounds: int
    cells: NDArray[np.int64]
    colors: NDArray[np.uint8]
    space: tuple[int, ...]
    box: Box
    iou: float | None
    solid: NDArray[np.int64]
    fog: Fog | None = None
    paper: Rgb | None = None
    scenery: Scenery | None = None
    conditions: Conditions | None = None

    @property
    def num_dims(self) -> int:
        """2 or 3."""
        return len(self.space)

    @property
    def num_solid(self) -> int:
        """Number of solid cells, whatever is shown."""
        return len(self.solid)


def observe(
    rows: Rows,
    look: Look,
    *,
    space: tuple[int, ...],
    target: Target | None = None,
    conditions: Conditions | None = None,
    box: Box | None = None,
    border: str = "zero",
    run: int = 0,
    step_index: int = 0,
    num_wounds: int = 0,
    healing: CriticalityMap | None = None,
) -> Moment:
    """Look at one state.

    Args:
        rows: of the state, one sample.
        look: what to show.
        space: sizes of the grid.
        target: what the state is held against; None for nothing.
        conditions: that it is under; None for none.
        box: of where the creature is expected; by default the target's.
        border: of the rule, which the alive mask follows.
        run: number of the run.
        step_index: steps since the seed.
        num_wounds: wounds dealt since the seed.
        healing: how wounds heal, by cell; None where it is not known.

    Raises:
        ArgumentError: when the difference is asked for without a target.
    """
    if look.show == "difference" and target is None:
        raise ArgumentError("show='difference' needs a target; use another look")
    cells, values = rows.coordinates[:, 1:].numpy(), rows.values.detach().numpy()
    specimen = Specimen(cells, values, space, border, target, healing)
    solid = cells[specimen.solid]
    scenery = None if conditions is None else conditions.scenery
    shown, colors = _cut(*COLOURINGS[look.show](specimen, look), look, space)
    return Moment(
        run,
        step_index,
        num_wounds,
        shown,
        colors,
        space,
        box or box_of([] if target is None else [target], space),
        None if target is None else iou_of_cells(torch.from_numpy(solid), target, space),
        solid,
        _fog(specimen, look) if look.show == "alpha" else None,
        scenery=None if scenery is None else scenery.cut(look, space),
        conditions=conditions,
    )


def show_cells(
    states: NDArray[np.uint8],
    colors: NDArray[np.uint8],
    look: Look,
    *,
    run: int = 0,
    step_index: int = 0,
    num_wounds: int = 0,
) -> Moment:
    """Look at the cells of a hand-made rule: those that are not in state 0.

    Args:
        states: uint8 `(*space)`.
        colors: uint8 `(num_states, 3)`.
        look: where it is cut; such cells have no insides to show.
        run: number of the run.
        step_index: steps since the start.
        num_wounds: wounds dealt since the start.
    """
    space = states.shape
    solid = np.argwhere(states)
    shown, shown_colors = _cut(solid, colors[states[tuple(solid.T)]], look, space)
    red, green, blue = colors[0].tolist()
    return Moment(
        run,
        step_index,
        num_wounds,
        shown,
        shown_colors,
        space,
        box_of([], space),
        None,
        solid,
        paper=(red, green, blue),
    )


def _cut(
    cells: NDArray[np.int64], colors: NDArray[np.uint8], look: Look, space: tuple[int, ...]
) -> tuple[NDArray[np.int64], NDArray[np.uint8]]:
    if look.cut_axis is None:
        return cells, colors
    kept = look.keeps(cells, space)
    return cells[kept], colors[kept]


def _fog(specimen: Specimen, look: Look) -> Fog:
    alpha = (255 * np.nan_to_num(specimen.values[:, ALPHA]).clip(0, 1)).round().astype(np.uint8)
    seen = (alpha > 0) & look.keeps(specimen.cells, specimen.space)
    cells, alpha = specimen.cells[seen], alpha[seen]
    if not len(cells):
        return Fog((0,) * len(specimen.space), np.zeros((0,) * len(specimen.space), np.uint8))
    low = cells.min(0)
    box = np.zeros(cells.max(0) - low + 1, dtype=np.uint8)
    box[tuple((cells - low).T)] = alpha
    return Fog(tuple(low.tolist()), box)


def box_of(targets: Sequence[Target], space: tuple[int, ...]) -> Box:
    """Return the smallest box round targets in their places; the whole grid without any."""
    if not targets:
        return (0,) * len(space), space
    lows = np.array([target.origin(space) for target in targets])
    highs = lows + [target.size for target in targets]
    return tuple(lows.min(0).tolist()), tuple(highs.max(0).tolist())
