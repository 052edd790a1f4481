"""Which way the beacon is: a field that spreads from it round walls, and its steepest ascent.

The field is the steady state of a screened diffusion: a substance comes from the beacon's cell,
crosses faces between free cells, nowhere else (no flux through walls and the grid's edges), and
decays. Of the potential p in the steady state, in each free cell but the beacon's,

    (number of free face neighbours + SCREENING) p = sum of p over the free face neighbours

so the largest neighbour exceeds the cell itself by at least SCREENING / 2d: p has no summit but
the beacon, and whoever always steps to the largest neighbour gets there from wherever a way
leads. The environment finds the way; a rule that reads the compass has but to follow it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from voxnca.errors import ArgumentError
from voxnca.ways import check_cell, check_mask, face_steps
from voxnca.ways.faces import Mask, number, padded, unpadded

Field = NDArray[np.float64]
Signal = Literal["diffusion", "straight"]

SCREENING = 16.0
"""Decay against exchange with one neighbour.

Strong, on purpose: what comes by a shorter way then outweighs what comes by many ways a little
longer, as through a wider passage, so that the ascent is nearly the shortest way (by 0.01 % on
average in 2D, 0.1 % in 3D; with 1 it is 0.06 % and 0.3 %, with 0.1 it is 0.16 % and 0.6 %). In
the limit it is the shortest way. A weak decay buys nothing here: the compass reads logarithms,
so it does not matter how faint the substance gets.
"""
_TOLERANCE = 1e-12
_TIE = 1e-9
"""Logarithms of potentials that differ by less are equal by symmetry, and only rounded apart."""


def field(blocked: Mask, beacon: Sequence[int], *, signal: Signal = "diffusion") -> Field:
    """Return the signal that a beacon sends: the higher, the nearer.

    Args:
        blocked: bool `(*space)`.
        beacon: a free cell, `(d,)`.
        signal: `diffusion`, the logarithm of the potential; or `straight`, minus the distance
            as the crow flies, which knows no walls: a control.

    Returns:
        float64 `(*space)`, at most 0, and 0 at the beacon; -inf in blocked cells and, of a
        diffusion, where no way leads.

    Raises:
        ArgumentError: for a mask, beacon or signal that is not as said.
    """
    check_mask("blocked", blocked)
    source = check_cell("beacon", beacon, ~blocked)
    if signal == "diffusion":
        return _diffusion(blocked, source)
    if signal == "straight":
        offsets = np.indices(blocked.shape) - np.reshape(source, (-1,) + (1,) * blocked.ndim)
        return np.where(blocked, -np.inf, -np.sqrt((offsets**2).sum(0)))
    raise ArgumentError(f"signal={signal!r} is unknown; use 'diffusion' or 'straight'")


def directions(field: Field, blocked: Mask, beacon: Sequence[int]) -> NDArray[np.int8]:
    """Return for each cell the face towards its highest free neighbour.

    Of neighbours that are equally high it is the first in the order of `face_steps`.

    Args:
        field: what `field` gave, `(*space)`.
        blocked: bool `(*space)`.
        beacon: its cell, `(d,)`.

    Returns:
        int8 `(*space)`: 0 to 2d - 1, or -1 at the beacon, in blocked cells, and in those that
        the signal does not get to or that have no free neighbour.
    """
    around = _around(np.where(blocked, -np.inf, field))
    highest = around.max(0)
    best: NDArray[np.int8] = (around >= highest - _TIE).argmax(0).astype(np.int8)
    best[blocked | np.isneginf(field) | np.isneginf(highest)] = -1
    best[tuple(beacon)] = -1
    return best


def _around(field: Field) -> Field:
    """Return the field of each cell's face neighbours, `(2d, *space)`, -inf off the grid."""
    rim = np.pad(field, 1, constant_values=-np.inf)
    inner = (slice(1, -1),) * field.ndim
    axes = range(field.ndim)
    return np.stack([np.roll(rim, tuple(-step), axes)[inner] for step in face_steps(field.ndim)])


def _diffusion(blocked: Mask, source: tuple[int, ...]) -> Field:
    from voxnca.ways.kernels import diffuse, spread  # noqa: PLC0415 - loads numba

    flat, offsets = padded(~blocked)
    _, order = spread(flat, offsets, number(source, blocked.shape))
    logs = np.full(len(flat), -np.inf)
    logs[order] = diffuse(order, len(flat), offsets, SCREENING, _TOLERANCE)
    return unpadded(logs, blocked.shape)
