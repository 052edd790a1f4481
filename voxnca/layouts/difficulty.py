"""How hard a layout is: whether walls stand in the straight way, and how long the way round is.

**Detour ratio** = shortest way by faces / Manhattan distance, which is the shortest way by faces
were there no walls: it is 1 exactly when walls cost nothing, in any direction and dimension.
Against the distance as the crow flies an empty grid already has ratios up to sqrt(d); that
`crow_ratio` is never the smaller of the two, and is reported beside it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import dist

import numpy as np
from numpy.typing import NDArray

from voxnca.ways import check_cell, distances

FORCED_DETOUR = 1.3
"""From this detour ratio on a layout counts as one that forces a detour."""


@dataclass(frozen=True)
class Difficulty:
    """Of the way from a root to a beacon.

    Attributes:
        steps: of the shortest way by faces.
        manhattan: steps were there no walls.
        crow: distance of the cells' centres, in cells.
        is_hidden: whether the straight line between the centres goes through a blocked cell.
    """

    steps: int
    manhattan: int
    crow: float
    is_hidden: bool

    @property
    def detour_ratio(self) -> float:
        """Shortest way / Manhattan distance, at least 1."""
        return self.steps / self.manhattan

    @property
    def crow_ratio(self) -> float:
        """Shortest way / distance as the crow flies, at least `detour_ratio`."""
        return self.steps / self.crow

    @property
    def forces_detour(self) -> bool:
        """Whether the detour ratio is at least `FORCED_DETOUR`."""
        return self.detour_ratio >= FORCED_DETOUR


@dataclass(frozen=True)
class Summary:
    """Of many difficulties. Shares are in [0, 1].

    Attributes:
        count: how many.
        hidden_share: have a blocked straight way.
        detour_share: have a detour ratio of at least `FORCED_DETOUR`.
        crow_share: have a crow ratio of at least `FORCED_DETOUR`.
        median_detour, max_detour: of the detour ratios.
        median_steps, max_steps: of the shortest ways.
    """

    count: int
    hidden_share: float
    detour_share: float
    crow_share: float
    median_detour: float
    max_detour: float
    median_steps: float
    max_steps: int


def difficulty(
    blocked: NDArray[np.bool_], root: Sequence[int], beacon: Sequence[int]
) -> Difficulty:
    """Measure the way from `root` to `beacon`, two cells `(d,)` that a way joins.

    Raises:
        ArgumentError: when the cells are blocked, off the grid, the same, or no way joins them.
    """
    steps = distances(~blocked, root)
    end = check_cell("beacon", beacon, steps > 0)
    begin = check_cell("root", root, ~blocked)
    return Difficulty(
        steps=int(steps[end]),
        manhattan=sum(abs(a - b) for a, b in zip(begin, end, strict=True)),
        crow=dist(begin, end),
        is_hidden=bool(blocked[tuple(line_cells(begin, end).T)].any()),
    )


def line_cells(start: Sequence[int], end: Sequence[int]) -> NDArray[np.int64]:
    """Return the cells whose inside the line between two cells' centres crosses, `(N, d)`.

    Cells that it only touches, at a corner or along a face, are not among them.
    """
    begin, step = np.array(start), np.subtract(end, start)
    crossings = [np.array([0.0, 1.0])]
    crossings += [(np.arange(abs(n)) + 0.5) / abs(n) for n in step if n]
    times = np.unique(np.concatenate(crossings).round(12))  # at a corner two are one
    middles = 0.5 * (times[1:] + times[:-1])
    cells: NDArray[np.int64] = np.rint(begin + middles[:, None] * step).astype(np.int64)
    return cells


def summarize(difficulties: Sequence[Difficulty]) -> Summary:
    """Summarize difficulties, at least one."""
    steps = np.array([each.steps for each in difficulties])
    detours = np.array([each.detour_ratio for each in difficulties])
    crows = np.array([each.crow_ratio for each in difficulties])
    return Summary(
        count=len(difficulties),
        hidden_share=float(np.mean([each.is_hidden for each in difficulties])),
        detour_share=float((detours >= FORCED_DETOUR).mean()),
        crow_share=float((crows >= FORCED_DETOUR).mean()),
        median_detour=float(np.median(detours)),
        max_detour=float(detours.max()),
        median_steps=float(np.median(steps)),
        max_steps=int(steps.max()),
    )
