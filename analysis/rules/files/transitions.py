"""Transitions worked out to a decision diagram, without a look at every neighbourhood.

For each state of the centre a diagram of the neighbours is made, from sets of transitions that may
still fit after some of the neighbours were asked for; then all of them are walked at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from analysis.rules.diagram import Diagram, Nodes, asking_order, of_nodes
from analysis.rules.files.levels import numbered
from analysis.rules.files.symmetries import Sets
from analysis.rules.neighborhood import Neighborhood, Offset
from voxnca.errors import ArgumentError

Bits = NDArray[np.bool_]
Numbers = NDArray[np.intp]
MAX_TRANSITIONS = 2**17
"""Forms counted: the largest of Golly's own tables has a tenth of it."""
_MAX_WORK = 2**21
"""Sets of transitions that are looked at, and nodes times their children."""
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
    centers = _bits([t.center for t in transitions], num_states)
    asked = [
        _bits([t.neighbors[offsets.index(offset)] for t in transitions], num_states)
        if offset in offsets
        else np.ones((len(transitions), num_states), np.bool_)
        for offset in asking_order(neighborhood)[:-1]
    ]
    becomes = np.array([t.state for t in transitions], np.int64)
    work, parts = _Work(), []
    for alike, own in _groups(centers):
        sets = [bits[own] for bits in asked]
        parts.append(_Part(alike, sets, becomes[own].tolist(), work))
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

    def add(self, amount: int, num_bytes: int) -> None:
        self._done += amount
        self._bytes += num_bytes
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
        self, centers: list[int], asked: Sequence[Bits], becomes: Sequence[int], work: _Work
    ) -> None:
        self.centers = centers
        self._becomes, self._work = becomes, work
        self._num_states = asked[0].shape[1]
        self._choices = [
            [(_mask(rows, len(becomes)), states) for states, rows in _groups(bits)]
            for bits in asked
        ]
        whole = np.ones(len(becomes), np.bool_)
        self._whole = []
        for bits in reversed(asked):
            self._whole.append(_mask(np.flatnonzero(whole), len(becomes)))
            whole &= bits.all(axis=1)
        self._whole.reverse()
        self._ids: list[dict[tuple[int, ...], int]] = [{} for _ in asked]
        self._seen: list[dict[int, int]] = [{} for _ in asked]
        self._node(0, (1 << len(becomes)) - 1)
        self.levels = [np.array(list(ids), np.int32) for ids in self._ids]

    def _node(self, level: int, fitting: int) -> int:
        """Return the number of the node for the transitions that may still fit, as bits."""
        if level == len(self._choices):
            return self._becomes[(fitting & -fitting).bit_length() - 1] if fitting else -1
        seen = self._seen[level].get(fitting)
        if seen is not None:
            return seen
        choices, whole = self._choices[level], self._whole[level]
        self._work.add(len(choices), len(choices) * len(self._becomes) // 8 + self._num_states)
        row = [0] * self._num_states
        for mask, states in choices:
            left = fitting & mask
            surely = left & whole
            if surely:  # whatever comes after the first that fits anyway counts no more
                left &= ((surely & -surely) << 1) - 1
            child = self._node(level + 1, left)
            for state in states:
                row[state] = child
        ids = self._ids[level]
        number = ids.setdefault(tuple(row), len(ids))
        self._seen[level][fitting] = number
        return number


def _mask(rows: Numbers, length: int) -> int:
    """Return numbers below a length as the bits of one."""
    fits = np.zeros(length, np.bool_)
    fits[rows] = True
    return int.from_bytes(np.packbits(fits, bitorder="little").tobytes(), "little")


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
