"""What the entries of a table are about: the states of cells, digit by digit."""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

from analysis.rules.neighborhood import Neighborhood


def center_of(neighborhood: Neighborhood) -> int:
    """Return the place of the cell itself among the neighbourhood's cells."""
    return neighborhood.cells.index((0,) * neighborhood.num_dims)


def own_states(num_states: int, neighborhood: Neighborhood) -> NDArray[np.uint8]:
    """Return the state of the cell itself, of every entry: uint8 `(num_states^m,)`."""
    m, center = len(neighborhood.cells), center_of(neighborhood)
    states = np.repeat(np.arange(num_states, dtype=np.uint8), num_states ** (m - 1 - center))
    return np.tile(states, num_states**center)


def ones_codes(num_states: int, neighborhood: Neighborhood) -> NDArray[np.int32]:
    """Return which cells are in state 1, of every entry: int32 `(num_states^m,)`.

    They are the entries of the table for two states: the first cell is the highest bit.
    """
    is_one = (np.arange(num_states) == 1).astype(np.int32)
    codes = np.zeros(1, dtype=np.int32)
    for _ in neighborhood.cells:
        codes = (2 * codes[:, None] + is_one).reshape(-1)
    return codes


def neighbor_counts(num_states: int, neighborhood: Neighborhood) -> NDArray[np.uint8]:
    """Return how many neighbours are in state 1, of every entry: uint8 `(num_states^m,)`."""
    is_one = (np.arange(num_states) == 1).astype(np.uint8)
    center = center_of(neighborhood)
    counts = np.zeros(1, dtype=np.uint8)
    for place in range(len(neighborhood.cells)):
        counts = (counts[:, None] + is_one * (place != center)).reshape(-1)
    return counts.astype(np.uint8)


@cache
def transition_codes(num_states: int, neighborhood: Neighborhood) -> NDArray[np.int64]:
    """Return which transition of a rule that counts each entry follows: int64 `(num_states^m,)`.

    The code is own state * m + count: the place in a flattened `CountingRule.transitions`.
    """
    counts = neighbor_counts(num_states, neighborhood).astype(np.int64)
    codes: NDArray[np.int64] = counts + own_states(num_states, neighborhood).astype(np.int64) * len(
        neighborhood.cells
    )
    codes.setflags(write=False)
    return codes
