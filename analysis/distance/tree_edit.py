"""How far decision trees are apart: questions and outcomes to insert, delete or rename."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from analysis.distance.notation import counting_pair
from analysis.measures.count_tree import Tree, count_tree
from analysis.operands import Operand


def tree_edit(one: Operand, other: Operand) -> int:
    """Return the edit distance of the smallest decision trees of two rules that count.

    See `measures.count_tree` for which trees these are.

    Raises:
        ArgumentError: as `notation.counting_pair` and `measures.count_tree`.
    """
    first, second = counting_pair(one, other)
    return tree_distance(count_tree(first), count_tree(second))


def tree_distance(one: Tree, other: Tree) -> int:
    """Return how many nodes to insert, delete or rename between two ordered trees.

    (Zhang and Shasha, Simple fast algorithms for the editing distance between trees and related
    problems, SIAM Journal on Computing 18, 1989.)
    """
    first, second = _Postorder(one), _Postorder(other)
    renamed = np.array([[a != b for b in second.labels] for a in first.labels], dtype=np.int64)
    distances = np.zeros(renamed.shape, dtype=np.int64)
    for i in first.keyroots:
        for j in second.keyroots:
            _fill(first, second, i, j, renamed, distances)
    return int(distances[-1, -1])


class _Postorder:
    """A tree as its nodes, children first."""

    def __init__(self, tree: Tree) -> None:
        self.labels: list[str] = []
        self.leftmost: list[int] = []
        self._add(tree)
        last = {left: node for node, left in enumerate(self.leftmost)}
        self.keyroots = sorted(last.values())

    def _add(self, tree: Tree) -> int:
        """Append a tree; return its leftmost leaf."""
        lefts = [self._add(branch) for branch in tree.branches]
        self.labels.append(tree.label)
        left = lefts[0] if lefts else len(self.labels) - 1
        self.leftmost.append(left)
        return left


def _fill(
    one: _Postorder,
    other: _Postorder,
    i: int,
    j: int,
    renamed: NDArray[np.int64],
    distances: NDArray[np.int64],
) -> None:
    """Compute the distances of all subtrees that have the leftmost leaf of i, or of j."""
    a, b = one.leftmost[i], other.leftmost[j]
    forests = [list(range(j - b + 2))]
    for x in range(a, i + 1):
        row = [x - a + 1]
        above = forests[-1]
        for y in range(b, j + 1):
            least = min(above[y - b + 1], row[-1]) + 1
            if one.leftmost[x] == a and other.leftmost[y] == b:
                least = min(least, above[y - b] + int(renamed[x, y]))
                distances[x, y] = least
            else:
                before = forests[one.leftmost[x] - a][other.leftmost[y] - b]
                least = min(least, before + int(distances[x, y]))
            row.append(least)
        forests.append(row)
