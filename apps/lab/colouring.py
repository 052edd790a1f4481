"""Which cells of a state each look shows, and in which colours: rows in, colours out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from analysis.criticality import CriticalityMap
from analysis.shades import shades
from apps.lab.look import EXCESS, KEPT, MATURE, MISSING, RIGHT, UNTRIED, WRONG, Look, Rgb
from voxnca.grid import ALIVE_THRESHOLD, ALPHA, RGB, SOLID_THRESHOLD
from voxnca.targets import Target

HIDDEN_GAIN = 2.0
"""Hidden channels of trained rules lie mostly within ±0.5: tanh(2 x) spreads these."""
WORST_ERROR = 0.25
"""The mean difference of premultiplied RGB from which on a colour is drawn as wholly wrong."""

Cells = NDArray[np.int64]
Colors = NDArray[np.uint8]
Mask = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Specimen:
    """A state to look at.

    Attributes:
        cells: int64 `(N, d)`, in index order; every cell not listed is zero.
        values: float32 `(N, C)`.
        space: sizes of the grid.
        border: what lies outside it.
        target: what it is held against; None for nothing.
        healing: how wounds heal, by cell; None where it is not known.
    """

    cells: Cells
    values: NDArray[np.float32]
    space: tuple[int, ...]
    border: str
    target: Target | None
    healing: CriticalityMap | None = None

    @cached_property
    def solid(self) -> Mask:
        """Which of the cells are solid: bool `(N,)`."""
        mask: Mask = self.values[:, ALPHA] > SOLID_THRESHOLD
        return mask

    def mature(self) -> Mask:
        """Return which cells of the grid keep themselves alive: bool `(*space)`."""
        mature = np.zeros(self.space, dtype=bool)
        mature[tuple(self.cells[self.values[:, ALPHA] > ALIVE_THRESHOLD].T)] = True
        return mature


def plain(specimen: Specimen, look: Look) -> tuple[Cells, Colors]:  # noqa: ARG001  one signature
    """Show the solid cells in their own colours."""
    solid = specimen.solid
    shown = specimen.values[solid]
    straight = shown[:, RGB] / shown[:, ALPHA:][:, :1].clip(max=1)
    return specimen.cells[solid], _bytes(straight)


def hidden(specimen: Specimen, look: Look) -> tuple[Cells, Colors]:
    """Show three hidden channels of the live cells, 0 as mid-grey; missing channels are 0."""
    alive = dilated(specimen.mature(), specimen.border)[tuple(specimen.cells.T)]
    channels = specimen.values[alive, look.channel : look.channel + 3]
    three = np.zeros((len(channels), 3), dtype=np.float32)
    three[:, : channels.shape[1]] = channels
    return specimen.cells[alive], _bytes((1 + np.tanh(HIDDEN_GAIN * three)) / 2)


def alive(specimen: Specimen, look: Look) -> tuple[Cells, Colors]:  # noqa: ARG001
    """Show the alive mask: the cells that keep it up, and those it holds beside them."""
    mature = specimen.mature()
    cells = np.argwhere(dilated(mature, specimen.border))
    own = mature[tuple(cells.T)][:, None]
    return cells, np.where(own, _rgb(MATURE), _rgb(KEPT))


def difference(specimen: Specimen, look: Look) -> tuple[Cells, Colors]:  # noqa: ARG001
    """Show the cells that are solid here or in the target, by how they differ.

    The colour error is that of the quality: the mean |difference| of premultiplied RGB.
    """
    assert specimen.target is not None
    target, solid = specimen.target, specimen.solid
    low = np.array(target.origin(specimen.space))
    wanted = np.zeros(specimen.space, dtype=bool)
    wanted[tuple((np.argwhere(target.solid.numpy()) + low).T)] = True
    ours = np.zeros(specimen.space, dtype=bool)
    ours[tuple(specimen.cells[solid].T)] = True
    cells = np.argwhere(ours | wanted)
    place = tuple(cells.T)
    colors = np.where(ours[place][:, None], _rgb(EXCESS), _rgb(MISSING))
    both = ours[place] & wanted[place]
    shared = solid & wanted[tuple(specimen.cells.T)]
    asked = target.rgba.numpy()[tuple((cells[both] - low).T)]
    error = abs(specimen.values[shared, RGB].clip(0, 1) - asked[:, RGB]).mean(1, keepdims=True)
    share = np.nan_to_num(error / WORST_ERROR, nan=1.0).clip(max=1)
    colors[both] = np.round((1 - share) * RIGHT + share * WRONG)
    return cells, colors


def healing(specimen: Specimen, look: Look) -> tuple[Cells, Colors]:  # noqa: ARG001
    """Show the solid cells by how many of the wounds round them heal."""
    cells, known = specimen.cells[specimen.solid], specimen.healing
    colors = np.tile(_rgb(UNTRIED), (len(cells), 1))
    if known is not None:
        rows = known.rows_of(cells, specimen.space)
        colors[rows >= 0] = shades(known.chances[rows[rows >= 0]])
    return cells, colors


COLOURINGS: dict[str, Callable[[Specimen, Look], tuple[Cells, Colors]]] = {
    "colours": plain,
    "hidden": hidden,
    "alpha": plain,  # under the fog: what a click finds
    "alive": alive,
    "difference": difference,
    "healing": healing,
}


def dilated(cells: Mask, border: str) -> Mask:
    """Widen a mask of the grid by one cell in every direction, diagonals too."""
    for axis in range(cells.ndim):
        wider = cells.copy()
        for shift, wrapped in ((1, 0), (-1, -1)):
            moved = np.roll(cells, shift, axis)
            if border != "circular":  # beyond a replicated one lie copies of neighbours anyway
                np.moveaxis(moved, axis, 0)[wrapped] = False
            wider |= moved
        cells = wider
    return cells


def _rgb(color: Rgb) -> Colors:
    return np.array(color, dtype=np.uint8)


def _bytes(colors: NDArray[np.float32]) -> Colors:
    """Turn colours in [0, 1] and beyond into bytes; a rule gone wrong has colours that are none."""
    return (np.nan_to_num(colors).clip(0, 1) * 255).round().astype(np.uint8)
