"""How far a vine has come: its way to the beacon, and the shortest way there is."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from apps.lab.conditions import Conditions
from apps.lab.moment import Moment
from voxnca.ways import distances


@dataclass(frozen=True)
class Progress:
    """Lengths of ways from the root to the beacon, in steps by faces.

    Attributes:
        grown: inside the creature; None while no solid cells join the two.
        shortest: through free cells; None when walls leave no way.
    """

    grown: int | None
    shortest: int | None


def progress(moment: Moment) -> Progress | None:
    """Measure the ways in what is shown; None where there is no beacon."""
    conditions = moment.conditions
    if conditions is None or conditions.beacon is None:
        return None
    body = np.zeros(moment.space, bool)
    body[tuple(moment.solid.T)] = True
    grown = _steps(body, conditions)
    return Progress(grown, shortest_way(conditions, moment.space))


@lru_cache(maxsize=4)
def shortest_way(conditions: Conditions, space: tuple[int, ...]) -> int | None:
    """Return how many steps the shortest way to the beacon has; None when there is none."""
    blocked = conditions.blocked
    return _steps(np.ones(space, bool) if blocked is None else ~blocked, conditions)


def _steps(
    passable: np.ndarray[tuple[int, ...], np.dtype[np.bool_]], conditions: Conditions
) -> int | None:
    root, beacon = conditions.root, conditions.beacon
    if not (passable[root] and passable[beacon]):
        return None
    steps = int(distances(passable, root)[beacon])
    return None if steps < 0 else steps
