"""What transitions still ask of the neighbours, once some of them are known."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Bits = NDArray[np.bool_]
Numbers = NDArray[np.intp]


class Demands(NamedTuple):
    """What may be asked of the neighbours from one level on, each demand once.

    Attributes:
        first: which set of states the next neighbour must be of.
        then: the demand on the level below, or at the end what the cell becomes.
        wants: a number for the sets alone; demands that want the same differ in what comes of it.
        becomes: what the cell becomes.
        anything: whether whatever comes will do.
    """

    first: Numbers
    then: Numbers
    wants: Numbers
    becomes: Numbers
    anything: Bits


def demands_of(asked: Numbers, becomes: Numbers) -> tuple[list[Demands], Numbers]:
    """Return the demands of transitions.

    Args:
        asked: `(transitions, neighbours)`, the number of the set that each must be of; 0 is all.
        becomes: `(transitions,)`, what the cell becomes.

    Returns:
        Those of each neighbour, and which of the first one each transition makes.
    """
    levels: list[Demands] = []
    demand, wants = becomes, np.zeros_like(becomes)
    anything = np.ones(len(becomes), np.bool_)
    for sets in asked.T[::-1]:
        anything = anything & (sets == 0)
        _, wants = np.unique(np.stack([sets, wants], axis=1), axis=0, return_inverse=True)
        wants = wants.ravel()
        rows, first, number = np.unique(
            np.stack([sets, demand], axis=1), axis=0, return_index=True, return_inverse=True
        )
        levels.append(
            Demands(rows[:, 0], rows[:, 1], wants[first], becomes[first], anything[first])
        )
        demand = number.ravel()
    return levels[::-1], demand


def settled(demands: Demands, open_: Numbers) -> Numbers:
    """Return the open demands that count, those that lead to the same in a fixed order.

    Args:
        demands: of a level.
        open_: the numbers of those that are open, the first first.
    """
    surely = np.flatnonzero(demands.anything[open_])
    if len(surely):  # whatever comes after what holds anyway counts no more
        open_ = open_[: surely[0] + 1]
    first = np.unique(demands.wants[open_], return_index=True)[1]
    open_ = open_[np.sort(first)]
    becomes = demands.becomes[open_]
    runs = np.cumsum(np.diff(becomes, prepend=becomes[:1]) != 0)
    return open_[np.lexsort((open_, runs))]
