"""Decision trees that ask for a cell's own state and for how many neighbours are in state 1."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import product
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from analysis.operands import Operand, as_rule
from analysis.rules.counting import CountingRule
from analysis.rules.rule import States
from voxnca.errors import ArgumentError

MAX_SIZE = 1000
"""Of a rule's transitions, states times counts: trees of more take long to find."""

T = TypeVar("T", bound=np.generic)
Leaves = dict[tuple[int, ...], NDArray[np.int64]]


@dataclass(frozen=True)
class Tree:
    """A question and the trees of its answers, or an outcome.

    Attributes:
        label: `state >= s` or `count >= c` of a question, the new state of an outcome.
        branches: of a question, what follows when it is not so, and when it is.
    """

    label: str
    branches: tuple[Tree, ...] = ()

    @property
    def num_nodes(self) -> int:
        """Questions and outcomes."""
        return 1 + sum(branch.num_nodes for branch in self.branches)

    @property
    def num_leaves(self) -> int:
        """Outcomes."""
        return sum(branch.num_leaves for branch in self.branches) or 1

    def __str__(self) -> str:
        no, yes = self.branches or ("", "")
        return f"({self.label} ? {yes} : {no})" if self.branches else self.label


def count_tree(operand: Operand) -> Tree:
    """Return the smallest decision tree of a rule that counts. Equal rules have the same.

    Its questions are thresholds: is the cell's own state at least s, are at least c of the
    neighbours in state 1. Of the trees with the fewest leaves it is the one whose first question
    comes first, states before counts and small before large; then its first branch, and so on.
    Life is `(count >= 3 ? (count >= 4 ? 0 : 1) : (...))`, of 5 leaves.

    Raises:
        ArgumentError: for a rule that does not count, or with more than 1000 transitions.
    """
    rule = as_rule(operand)
    if not isinstance(rule, CountingRule):
        raise ArgumentError(
            f"rule {rule} does not only count neighbours; use distance.to_counting(rule).rule, "
            "the nearest one that does"
        )
    if rule.transitions.size > MAX_SIZE:
        raise ArgumentError(
            f"rule {rule} has {rule.transitions.size} transitions; trees are looked for up to "
            f"{MAX_SIZE}"
        )
    return _tree_of(rule.transitions.tobytes(), rule.num_states)


@lru_cache(maxsize=64)
def _tree_of(transitions: bytes, num_states: int) -> Tree:
    table = np.frombuffer(transitions, dtype=np.uint8).reshape(num_states, -1)
    return _built(table, _fewest_leaves(table))


def _fewest_leaves(table: States) -> Leaves:
    """Return the fewest leaves below every rectangle of states and counts.

    Returns:
        By the size (states, counts) of rectangles, int64 by their first state and count.
    """
    leaves: Leaves = {(1, 1): np.ones(table.shape, dtype=np.int64)}
    lowest: dict[tuple[int, ...], States] = {(1, 1): table}
    highest: dict[tuple[int, ...], States] = {(1, 1): table}
    for states, counts in product(*(range(1, size + 1) for size in table.shape)):
        if (states, counts) == (1, 1):
            continue
        halves = list(_halves(leaves, (states, counts), table.shape))
        fewest = np.min([one + other for one, other in halves], axis=0)
        for ends, least in ((lowest, np.minimum), (highest, np.maximum)):
            ends[states, counts] = least(*next(_halves(ends, (states, counts), table.shape)))
        even = lowest[states, counts] == highest[states, counts]
        leaves[states, counts] = np.where(even, 1, fewest)
    return leaves


def _halves(
    known: dict[tuple[int, ...], NDArray[T]], size: tuple[int, int], shape: tuple[int, ...]
) -> Iterator[tuple[NDArray[T], NDArray[T]]]:
    """Yield what is known of both answers, question by question, in their order."""
    states, counts = size
    rows, columns = shape[0] - states + 1, shape[1] - counts + 1
    for s in range(1, states):
        yield known[s, counts][:rows], known[states - s, counts][s : s + rows]
    for c in range(1, counts):
        yield known[states, c][:, :columns], known[states, counts - c][:, c : c + columns]


def _built(table: States, leaves: Leaves, s: int = 0, c: int = 0) -> Tree:
    """Return the tree of a rectangle, by the first question that is among the best.

    Args:
        table: the transitions in the rectangle.
        leaves: see `_fewest_leaves`.
        s: the rectangle's first state.
        c: its first count.
    """
    best = leaves[table.shape][s, c]
    if best == 1:
        return Tree(str(table[0, 0]))
    states, counts = table.shape
    for t in range(1, states):
        if leaves[t, counts][s, c] + leaves[states - t, counts][s + t, c] == best:
            branches = _built(table[:t], leaves, s, c), _built(table[t:], leaves, s + t, c)
            return Tree(f"state >= {s + t}", branches)
    for t in range(1, counts):
        if leaves[states, t][s, c] + leaves[states, counts - t][s, c + t] == best:
            branches = _built(table[:, :t], leaves, s, c), _built(table[:, t:], leaves, s, c + t)
            return Tree(f"count >= {c + t}", branches)
    raise AssertionError("the fewest leaves are those of some question")
