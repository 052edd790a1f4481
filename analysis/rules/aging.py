"""Generations: what dies ages through further states before it is gone."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from analysis.rules.digits import ones_codes, own_states
from analysis.rules.neighborhood import Neighborhood

States = NDArray[np.uint8]


def aged(entries: States, num_states: int, neighborhood: Neighborhood) -> States:
    """Return the table of the Generations rule that is born and survives by a rule of two states.

    Cells in states beyond 1 count as 0, and go on to the next state.

    Args:
        entries: uint8 `(2^m,)`, the table of the rule of two states.
        num_states: k.
        neighborhood: of m cells.

    Returns:
        uint8 `(k^m,)`.
    """
    own = own_states(num_states, neighborhood)
    alive = entries[ones_codes(num_states, neighborhood)]
    older = np.where(own == 0, 0, (own.astype(np.int32) + 1) % num_states)
    return np.where((own <= 1) & (alive == 1), 1, older).astype(np.uint8)


def ageless(entries: States, num_states: int, neighborhood: Neighborhood) -> States | None:
    """Return the rule of two states by which a Generations rule is born and survives.

    Returns:
        uint8 `(2^m,)`; None for the table of another kind of rule.
    """
    places = np.zeros(1, dtype=np.int64)
    for _ in neighborhood.cells:
        places = (num_states * places[:, None] + np.arange(2)).reshape(-1)
    binary: States = (entries[places] == 1).astype(np.uint8)
    return binary if np.array_equal(aged(binary, num_states, neighborhood), entries) else None
