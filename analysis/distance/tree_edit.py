"""How far decision trees are apart: questions and outcomes to insert, delete or rename."""

from __future__ import annotations

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
    distances = [[0] * len(second.labels) for _ in first.labels]
    for i in first.keyroots:
        for j in second.keyroots:
            _fill(first, second, i, j, distances)
    return distances[-1][-1]


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


def _fill(one: _Postorder, other: _Postorder, i: int, j: int, distances: list[list[int]]) -> None:
    """Compute the distances of all subtrees that share the leftmost leaves of those of i and j.

    It goes over the forests that end before each node of either tree, from no node on.
    """
    a, b = one.leftmost[i], other.leftmost[j]
    labels, lefts = other.labels[b : j + 1], other.leftmost[b : j + 1]
    forests = [list(range(j - b + 2))]
    for x in range(a, i + 1):
        label, is_whole, known = one.labels[x], one.leftmost[x] == a, distances[x]
        above, before = forests[-1], forests[one.leftmost[x] - a]
        least = x - a + 1
        row = [least]
        for y, left in enumerate(lefts):
            least = min(above[y + 1], least) + 1
            if is_whole and left == b:
                least = min(least, above[y] + (label != labels[y]))
                known[b + y] = least
            else:
                least = min(least, before[left - b] + known[b + y])
            row.append(least)
        forests.append(row)
