"""Families of wounds: every wound of a kind, at every place, so that "all" means all."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from math import ceil, sqrt
from typing import Any, NamedTuple, Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from voxnca import ArgumentError
from voxnca.grid import solid
from voxnca.quality import STANDARD_SHARE


class Cuts(NamedTuple):
    """The wounds of a family, dealt to one state; those that remove the same cells are one cut.

    Attributes:
        cells: the state's cells that are not zero, int64 `(N, d)`.
        removed: which of them each cut removes, bool `(num_cuts, N)`.
        centers: of the wounds, int64 `(num_wounds, d)`.
        squared_radii: of the wounds, int64 `(num_wounds,)`.
        cut_of: the cut that each wound is, int64 `(num_wounds,)`.
    """

    cells: NDArray[np.int64]
    removed: NDArray[np.bool_]
    centers: NDArray[np.int64]
    squared_radii: NDArray[np.int64]
    cut_of: NDArray[np.int64]


class Family(Protocol):
    """A kind of wounds."""

    def cuts(self, state: Tensor) -> Cuts:
        """Deal all of its wounds to one state `(*space, C)`."""

    def to_json(self) -> dict[str, Any]:
        """Return what `family_from_json` reads."""

    def __str__(self) -> str:
        """Say which wounds they are."""


@dataclass(frozen=True)
class Balls:
    """Every ball round a cell of the grid, up to a radius, that removes a cell that isn't zero.

    A ball holds the cells whose distance from its centre is at most its radius. Between two
    squares of whole numbers that are sums of d squares there is no other ball, so that these are
    all balls there are.

    Attributes:
        max_radius_cells: 0 to 64.
    """

    max_radius_cells: int

    def __post_init__(self) -> None:
        r = self.max_radius_cells
        if isinstance(r, bool) or not isinstance(r, int) or not 0 <= r <= 64:
            raise ArgumentError(f"max_radius_cells={r!r} must be a whole number from 0 to 64")

    def squared_radii(self, num_dims: int) -> tuple[int, ...]:
        """Return the squares of the radii at which a ball gains cells, in order."""
        r = self.max_radius_cells
        sums = {sum(n * n for n in ns) for ns in product(range(r + 1), repeat=num_dims)}
        return tuple(sorted(s for s in sums if s <= r * r))

    def cuts(self, state: Tensor) -> Cuts:
        """Deal them: smaller radii first, and of each the centres in index order."""
        space = tuple(state.shape[:-1])
        cells = _cells(state)
        centers = torch.ones(space).nonzero().numpy()
        squared = ((centers[:, None] - cells[None]) ** 2).sum(2)
        dealt = []
        for limit in self.squared_radii(len(space)):
            removed = squared <= limit
            hit = removed.any(1)
            dealt.append((centers[hit], removed[hit], limit))
        return _distinct(cells, dealt)

    def to_json(self) -> dict[str, Any]:
        """Return what `family_from_json` reads."""
        return {"kind": "balls", "max_radius_cells": self.max_radius_cells}

    def __str__(self) -> str:
        """Say which wounds they are."""
        return f"balls of radius up to {self.max_radius_cells} round any cell"


@dataclass(frozen=True)
class StandardWounds:
    """The standard wound round every solid cell: the smallest ball that takes a quarter of them."""

    def cuts(self, state: Tensor) -> Cuts:
        """Deal them, the centres in index order."""
        cells = _cells(state)
        body = np.argwhere(solid(state).numpy())
        if not len(body):
            raise ArgumentError("state has no solid cell, so that there is nothing to wound")
        count = max(1, ceil(STANDARD_SHARE * len(body)))
        dealt = []
        for center in body:
            squared = np.sort(((body - center) ** 2).sum(1))[count - 1]
            removed = ((cells - center) ** 2).sum(1) <= squared
            dealt.append((center[None], removed[None], int(squared)))
        return _distinct(cells, dealt)

    def to_json(self) -> dict[str, Any]:
        """Return what `family_from_json` reads."""
        return {"kind": "standard"}

    def __str__(self) -> str:
        """Say which wounds they are."""
        return "standard wounds (a quarter of the body) round each solid cell"


def family_from_json(fields: dict[str, Any]) -> Family:
    """Build a family from `to_json`'s dict.

    Raises:
        ArgumentError: for an unknown one.
    """
    match fields:
        case {"kind": "balls", "max_radius_cells": int(radius)}:
            return Balls(radius)
        case {"kind": "standard"}:
            return StandardWounds()
    raise ArgumentError(f"family {fields!r} is unknown; use balls or standard")


def radii_of(cuts: Cuts) -> Iterator[tuple[float, NDArray[np.bool_]]]:
    """Yield each radius in cells, and which wounds have it."""
    for squared in np.unique(cuts.squared_radii):
        yield sqrt(squared), cuts.squared_radii == squared


def _cells(state: Tensor) -> NDArray[np.int64]:
    return np.argwhere(state.numpy().any(-1))


def _distinct(
    cells: NDArray[np.int64],
    dealt: list[tuple[NDArray[np.int64], NDArray[np.bool_], int]],
) -> Cuts:
    """Find wounds that remove the same cells; cuts are in the order in which they first come."""
    removed = np.concatenate([mask for _, mask, _ in dealt])
    packed = np.packbits(removed, axis=1)
    number: dict[bytes, int] = {}
    cut_of = np.array([number.setdefault(row.tobytes(), len(number)) for row in packed])
    firsts = np.unique(cut_of, return_index=True)[1]
    return Cuts(
        cells,
        removed[firsts],
        np.concatenate([centers for centers, _, _ in dealt]),
        np.concatenate([np.full(len(c), squared, np.int64) for c, _, squared in dealt]),
        cut_of,
    )
