"""Reduced ordered decision diagrams: how much there is to tell apart, asking cell by cell.

(Bryant, Graph-based algorithms for Boolean function manipulation, 1986; for more states, Srinivasan
and others, Algorithms for discrete function manipulation, 1990.) The order is that of
`analysis.rules.diagram`, from the farthest cells to the cell itself: in 2D NW NE SW SE N W E S C.
"""

from __future__ import annotations

from dataclasses import dataclass

import networkx as nx
import numpy as np

from analysis.operands import Operand, as_rule
from analysis.rules.diagram import asking_order
from analysis.rules.neighborhood import Neighborhood, Offset

NAMES = ("NW", "N", "NE", "W", "C", "E", "SW", "S", "SE")


@dataclass(frozen=True)
class Question:
    """A node of a reduced diagram.

    Attributes:
        cell: the offset of the cell that it asks for.
        answers: by the state of that cell, the number of the next node; outcomes are ~state: -1
            for state 0, -2 for state 1.
    """

    cell: Offset
    answers: tuple[int, ...]


def questions(operand: Operand) -> tuple[Question, ...]:
    """Return the nodes of a rule's reduced diagram, outcomes aside, the root last.

    Every node is there once, and none asks for what does not matter. A rule that always makes
    the same state has none.

    Raises:
        ArgumentError: as `operands.as_rule`.
    """
    rule = as_rule(operand)
    order = asking_order(Neighborhood("moore", rule.num_dims))
    nodes: list[Question] = []
    below = ~np.arange(rule.num_states)
    for cell, level in zip(reversed(order), reversed(rule.diagram), strict=True):
        rows = below[level]
        below = np.empty(len(rows), dtype=np.int64)
        for place, row in enumerate(rows.tolist()):
            is_even = len(set(row)) == 1
            below[place] = row[0] if is_even else len(nodes)
            if not is_even:
                nodes.append(Question(cell, tuple(row)))
    return tuple(nodes)


def diagram_nodes(operand: Operand) -> int:
    """Return the size of the reduced diagram: the questions in it, outcomes not counted."""
    return len(questions(operand))


def diagram_graph(operand: Operand) -> nx.DiGraph[str]:
    """Return the reduced diagram as a graph, for drawing and for `to_graphml`.

    Returns:
        Nodes `q0`, `q1`, ... with the attribute `label`, the cell asked for (N, SW, ... in 2D, its
        offset in 3D), the root with the attribute `root`; outcomes `state 0`, ... Edges have the
        attribute `label`, the states of the cell for which they are taken, as in `0,2`.
    """
    rule = as_rule(operand)
    nodes, graph = questions(rule), nx.DiGraph()
    for node in range(-rule.num_states, len(nodes)):
        if node >= 0:
            label, is_root = cell_name(nodes[node].cell), node == len(nodes) - 1
            graph.add_node(_name(node), label=label, root=is_root)
    for number, question in enumerate(nodes):
        for answer in sorted(set(question.answers)):
            taken = [str(s) for s, other in enumerate(question.answers) if other == answer]
            graph.add_edge(_name(number), _name(answer), label=",".join(taken))
    if not nodes:
        graph.add_node(_name(~int(rule.diagram[-1][0, 0])), root=True)
    for name in graph.nodes:
        graph.nodes[name].setdefault("label", name)
    return graph


def cell_name(cell: Offset) -> str:
    """Return how a cell of the neighbourhood is called: N, SW, ...; in 3D its offset."""
    return NAMES[3 * cell[0] + cell[1] + 4] if len(cell) == 2 else ",".join(map(str, cell))


def _name(node: int) -> str:
    return f"q{node}" if node >= 0 else f"state {~node}"
