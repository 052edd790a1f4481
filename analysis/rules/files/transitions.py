"""Transitions worked out to a decision diagram, without a look at every neighbourhood.

For each state of the centre a diagram of the neighbours is made: a node is the list of what may
still be asked of the neighbours to come, and what the cell becomes if it is so. Then the diagrams
of all states are walked at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from analysis.rules.diagram import Diagram, Nodes, asking_order, of_nodes
from analysis.rules.files.demands import Bits, Demands, Numbers, demands_of, settled
from analysis.rules.files.levels import numbered
from analysis.rules.files.symmetries import Sets
from analysis.rules.neighborhood import Neighborhood, Offset
from voxnca.errors import ArgumentError

MAX_TRANSITIONS = 2**16
"""Forms counted: the largest of Golly's own tables has a twentieth of them."""
_MAX_WORK = 2**26
"""Demands that are looked at, a node and a child counting as a thousand: seconds."""
_NODE_WORK = 1000
_MAX_BYTES = 2**28
_TOO_MUCH = "its table would take too much to work out; give the rule as @TREE"


class Transition(NamedTuple):
    """What a cell becomes, if it and its neighbours are in some states.

    Attributes:
        center: its own possible states, as bits.
        neighbors: those of the neighbours.
        state: what it becomes.
    """

    center: int
    neighbors: Sets
    state: int


def diagram_of(
    transitions: Sequence[Transition],
    num_states: int,
    neighborhood: Neighborhood,
    offsets: Sequence[Offset],
) -> Diagram:
    """Return the diagram of a list of transitions, of which the first that fits holds.

    Args:
        transitions: in order.
        num_states: k.
        neighborhood: of the rule.
        offsets: which neighbours the transitions name, in their order; any others may be in any
            state.

    Raises:
        ArgumentError: when it would take too much time or memory.
    """
    num_cells = len(neighborhood.cells)
    if len(transitions) * num_states * num_cells > _MAX_BYTES // 2:
        raise ArgumentError(_TOO_MUCH)
    known = {(1 << num_states) - 1: 0}  # the set of all states is number 0
    asked = np.zeros((len(transitions), num_cells - 1), np.int64)
    for column, offset in enumerate(asking_order(neighborhood)[:-1]):
        if offset in offsets:
            place = offsets.index(offset)
            asked[:, column] = [
                known.setdefault(t.neighbors[place], len(known)) for t in transitions
            ]
    sets = _bits(list(known), num_states)
    centers = _bits([t.center for t in transitions], num_states)
    becomes = np.array([t.state for t in transitions], np.int64)
    work = _Work()
    parts = [
        _Part(alike, demands_of(asked[own], becomes[own]), sets, work)
        for alike, own in _groups(centers)
    ]
    return of_nodes(numbered(_together(parts, num_states)), neighborhood)


def _bits(sets: Sequence[int], k: int) -> Bits:
    """Return which states are in which sets: bool `(sets, k)`."""
    packed = np.frombuffer(b"".join(one.to_bytes(32, "little") for one in sets), np.uint8)
    return np.unpackbits(packed.reshape(-1, 32), axis=1, bitorder="little")[:, :k].astype(bool)


def _groups(bits: Bits) -> list[tuple[list[int], Numbers]]:
    """Return the columns, equal ones together, and which of their rows are True."""
    found: dict[bytes, list[int]] = {}
    for column, packed in enumerate(np.packbits(bits, axis=0).T):
        found.setdefault(packed.tobytes(), []).append(column)
    return [(columns, np.flatnonzero(bits[:, columns[0]])) for columns in found.values()]


class _Work:
    """How much has been done: the sum over all parts."""

    def __init__(self) -> None:
        self._done = self._bytes = 0

    def add(self, length: int, num_children: int) -> None:
        self._done += (length + _NODE_WORK) * num_children
        self._bytes += 8 * length + _NODE_WORK
        if self._done > _MAX_WORK or self._bytes > _MAX_BYTES:
            raise ArgumentError(_TOO_MUCH)


class _Part:
    """The diagram of the neighbours of a cell, the same for some of its states.

    Attributes:
        centers: those states.
        levels: of each neighbour, the children of its nodes; of the last, what the cell becomes,
            -1 where it stays as it is.
    """

    def __init__(
        self,
        centers: list[int],
        demands: tuple[list[Demands], Numbers],
        sets: Bits,
        work: _Work,
    ) -> None:
        self.centers = centers
        self._demands, root = demands
        self._sets, self._work = sets, work
        self._ids: list[dict[tuple[int, ...], int]] = [{} for _ in self._demands]
        self._seen: list[dict[bytes, int]] = [{} for _ in self._demands]
        self._node(0, root)
        self.levels = [np.array(list(ids), np.int32) for ids in self._ids]

    def _node(self, level: int, open_: Numbers) -> int:
        """Return the number of the node for the demands that are still open, the first first."""
        if level == len(self._demands):
            return int(open_[0]) if len(open_) else -1
        demands = self._demands[level]
        open_ = settled(demands, open_)
        key = open_.tobytes()
        seen = self._seen[level].get(key)
        if seen is not None:
            return seen
        row = [0] * self._sets.shape[1]
        groups = _groups(self._sets[demands.first[open_]])
        self._work.add(len(open_), len(groups))
        for states, met in groups:
            child = self._node(level + 1, demands.then[open_[met]])
            for state in states:
                row[state] = child
        ids = self._ids[level]
        number = ids.setdefault(tuple(row), len(ids))
        self._seen[level][key] = number
        return number


def _together(parts: Sequence[_Part], k: int) -> tuple[Nodes, ...]:
    """Walk all parts at once: a node is one of each, and at the end what each state becomes."""
    tuples = np.zeros((1, len(parts)), np.int32)
    levels = []
    for level in range(len(parts[0].levels)):
        if tuples.size * k > _MAX_BYTES // 16:
            raise ArgumentError(_TOO_MUCH)
        children = [part.levels[level][tuples[:, p]] for p, part in enumerate(parts)]
        rows = np.stack(children, axis=2).reshape(-1, len(parts))
        tuples, ids = np.unique(rows, axis=0, return_inverse=True)
        levels.append(ids.reshape(-1, k).astype(np.int32))
    last = np.empty((len(tuples), k), np.int32)
    for part, becomes in zip(parts, tuples.T, strict=True):
        for center in part.centers:
            last[:, center] = np.where(becomes < 0, center, becomes)
    return (*levels, last)
