"""Wounds of the rule in real numbers, followed until they are so near that they provably heal.

A run that comes within delta of the fixed point, in every value, dies down to it: see `affine`.
It is stepped in float64, whose rounding, 1e-16 a step, is left out of account as it is there.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor

from analysis.certificate.families import Family
from voxnca import NCA

_LOOK_EVERY = 20
_BATCH = 64


@dataclass(frozen=True)
class BallEntries:
    """How many wounds of a family come so near.

    Attributes:
        family: of the wounds, for people.
        num_wounds: in all.
        entered: that came within delta.
        limit: steps they had.
        longest: steps of the slowest that did.
    """

    family: str
    num_wounds: int
    entered: int
    limit: int
    longest: int

    def to_json(self) -> dict[str, Any]:
        """Return the counts."""
        return asdict(self)


@torch.no_grad()
def ball_entries(
    model: NCA, state: Tensor, delta: float, family: Family, limit: int = 2000
) -> BallEntries:
    """Deal all wounds of a family to a fixed point and count those that come within delta of it.

    Args:
        model: in float64: see `find_fixed_point`.
        state: the fixed point, `(*space, C)`.
        delta: of its affine certificate.
        family: of the wounds.
        limit: steps they have.
    """
    cuts = family.cuts(state)
    times = np.bincount(cuts.cut_of)
    steps = [
        step
        for first in range(0, len(cuts.removed), _BATCH)
        for step in _batch(
            model, state, delta, cuts.cells, cuts.removed[first : first + _BATCH], limit
        )
    ]
    entered = int(sum(t for t, step in zip(times, steps, strict=True) if step is not None))
    longest = max((step for step in steps if step is not None), default=0)
    return BallEntries(str(family), len(cuts.cut_of), entered, limit, longest)


def _batch(
    model: NCA, state: Tensor, delta: float, cells: Any, removed: Any, limit: int
) -> Iterator[int | None]:
    states = state.expand(len(removed), *state.shape).clone()
    for wounded, mask in zip(states, removed, strict=True):
        wounded[tuple(cells[mask].T)] = 0
    found: list[int | None] = [None] * len(removed)
    going, step = list(range(len(removed))), 0
    while going and step < limit:
        states, step = model.grow(states, _LOOK_EVERY), step + _LOOK_EVERY
        near = (states - state).abs().flatten(1).amax(1) < delta
        for place in near.nonzero()[:, 0].tolist():
            found[going[place]] = step
        states = states[~near]
        going = [n for n, there in zip(going, near.tolist(), strict=True) if not there]
    yield from found
