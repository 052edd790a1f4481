"""Decision trees that ask for the state of one cell after the other."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from analysis.domains import whole_of
from analysis.operands import Operand, as_rule
from analysis.rules.rule import States
from voxnca.errors import ArgumentError

MAX_CUBES = 2**21
"""That are looked through: the 5^9 of four states in the plane are fewer."""
_MIXED = 255


def cell_tree_leaves(operand: Operand) -> int:
    """Return how many leaves the smallest decision tree has that asks for cells.

    Each node asks for one cell and has a branch for each of its states; a leaf says what the
    cell in the middle becomes. Ways down may ask in different orders. It is exact: by dynamic
    programming over all cubes, in which every cell is in some state or still unknown.

    Raises:
        ArgumentError: when there are more than 2^21 cubes, (num_states + 1)^cells.
    """
    rule = as_rule(operand)
    k, m = rule.num_states, len(rule.neighborhood.cells)
    if (k + 1) ** m > MAX_CUBES:
        raise ArgumentError(
            f"a tree over {m} cells of {k} states has {k + 1}^{m} cubes to look through, more "
            "than 2^21; use fewer states, or count_tree for a rule that counts"
        )
    outcomes = _outcomes(whole_of([rule]).entries(rule), k, m)
    leaves = (outcomes != _MIXED).astype(np.int32)
    for cubes in _by_unknowns(k, m):
        mixed = cubes[outcomes[cubes] == _MIXED]
        leaves[mixed] = _fewest(leaves, mixed, k, m)
    return int(leaves[-1])


def _outcomes(entries: States, k: int, m: int) -> States:
    """Return what comes in each cube: a state, or _MIXED. A cell's digit k is unknown."""
    cube = entries.reshape((k,) * m)
    for axis in range(m):
        low, high = cube.min(axis=axis, keepdims=True), cube.max(axis=axis, keepdims=True)
        cube = np.concatenate([cube, np.where(low == high, low, _MIXED)], axis=axis)
    return cube.reshape(-1).astype(np.uint8)


def _by_unknowns(k: int, m: int) -> list[NDArray[np.int64]]:
    """Return the cubes of 0, 1, ... unknown cells."""
    unknowns = np.zeros(1, dtype=np.int8)
    for _ in range(m):
        unknowns = (unknowns[:, None] + (np.arange(k + 1) == k)).reshape(-1)
    order = np.argsort(unknowns, kind="stable")
    return np.split(order, np.cumsum(np.bincount(unknowns))[:-1])


def _fewest(
    leaves: NDArray[np.int32], cubes: NDArray[np.int64], k: int, m: int
) -> NDArray[np.int32]:
    """Return the fewest leaves below cubes, over the cells that can be asked for next."""
    fewest = np.full(len(cubes), np.iinfo(np.int32).max, dtype=np.int32)
    for place in (k + 1) ** np.arange(m):
        open_ = np.flatnonzero(cubes // place % (k + 1) == k)
        below = sum(leaves[cubes[open_] - place * (k - state)] for state in range(k))
        fewest[open_] = np.minimum(fewest[open_], below)
    return fewest
