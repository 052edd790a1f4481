"""All states of a small torus and where they lead: cycles, ways into them, gardens of Eden.

(Wuensche and Lesser, The Global Dynamics of Cellular Automata, 1992.)
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from math import prod

import networkx as nx
import numpy as np
from numpy.typing import NDArray

from analysis.operands import Operand, as_rule
from analysis.rules.rule import contexts
from voxnca.errors import ArgumentError
from voxnca.grid import check_space

MAX_STATES = 2**16
"""Of a torus."""


@dataclass(frozen=True, eq=False)
class StateGraph:
    """Where each state of a torus leads.

    Attributes:
        space: sizes of the torus.
        num_states: of a cell, k.
        successors: int64 `(k^cells,)`: the number of the next state. The number of a state is its
            cells in index order as digits in base k, the first the most significant.
    """

    space: tuple[int, ...]
    num_states: int
    successors: NDArray[np.int64]

    @cached_property
    def num_before(self) -> NDArray[np.int64]:
        """How many states lead to each: int64 `(k^cells,)`."""
        return np.bincount(self.successors, minlength=len(self.successors))

    @property
    def num_gardens_of_eden(self) -> int:
        """States to which none leads: they can only be put there."""
        return int((self.num_before == 0).sum())

    @cached_property
    def transients(self) -> NDArray[np.int64]:
        """How many steps it takes from each state into a cycle: int64 `(k^cells,)`."""
        left, steps = self.num_before.copy(), np.zeros(len(self.successors), dtype=np.int64)
        peeled = [np.flatnonzero(left == 0)]
        while len(peeled[-1]):
            after = self.successors[peeled[-1]]
            np.subtract.at(left, after, 1)
            after = np.unique(after)
            peeled.append(after[left[after] == 0])
        for states in reversed(peeled):
            steps[states] = steps[self.successors[states]] + 1
        return steps

    @cached_property
    def cycles(self) -> dict[int, int]:
        """How many cycles there are of each length, in steps; 1 is a state that stays."""
        unseen = self.transients == 0
        lengths: Counter[int] = Counter()
        for first in np.flatnonzero(unseen).tolist():
            state, length = first, 0
            while unseen[state]:
                unseen[state], length, state = False, length + 1, int(self.successors[state])
            if length:
                lengths[length] += 1
        return dict(sorted(lengths.items()))

    def graph(self) -> nx.DiGraph[int]:
        """Return it as a graph, for drawing and for `to_graphml`.

        Returns:
            Nodes are the numbers of states; their attribute `transient` is how many steps it
            takes into a cycle, and `cells` their cells, row by row.
        """
        graph = nx.DiGraph()
        num_cells = prod(self.space)
        cells = contexts(0, len(self.successors), self.num_states, num_cells)
        for state, (row, steps) in enumerate(zip(cells, self.transients.tolist(), strict=True)):
            graph.add_node(state, transient=steps, cells="".join(map(str, row.tolist())))
        graph.add_edges_from(enumerate(self.successors.tolist()))
        return graph


def state_graph(operand: Operand, space: Sequence[int]) -> StateGraph:
    """Follow every state of a torus for one step.

    Args:
        operand: a rule.
        space: sizes of the torus, of the rule's dimension.

    Raises:
        ArgumentError: for sizes that make no grid, or a torus of more than 2^16 states.
    """
    rule = as_rule(operand)
    space = check_space(tuple(space), rule.num_dims)
    k, num_cells = rule.num_states, prod(space)
    if k**num_cells > MAX_STATES:
        raise ArgumentError(
            f"space={space}: {num_cells} cells of {k} states have {k}^{num_cells} states, more "
            "than 2^16; use a smaller torus"
        )
    cells = contexts(0, k**num_cells, k, num_cells)
    places = np.arange(num_cells).reshape(space)
    axes = tuple(range(len(space)))
    read = [
        np.roll(places, [-o for o in offset], axis=axes).ravel()
        for offset in rule.neighborhood.cells
    ]
    successors = np.zeros(len(cells), dtype=np.int64)
    for own in np.stack(read, axis=1):
        successors = successors * k + rule.next_states(cells[:, own])
    return StateGraph(space, k, successors)


def to_graphml(graph: nx.DiGraph) -> str:
    """Return a graph as GraphML, which Gephi, yEd and Cytoscape open."""
    return "\n".join(nx.generate_graphml(graph)) + "\n"
