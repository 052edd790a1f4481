"""Rules that are a decision diagram: Golly's `@TREE`, for more states than a table has room for."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from analysis.rules.diagram import Diagram, of_nodes
from analysis.rules.neighborhood import HEXAGONAL, MOORE, VON_NEUMANN, Neighborhood, Offset
from analysis.rules.rule import Rule, States
from voxnca.errors import ArgumentError

ORDERS: dict[Neighborhood, tuple[Offset, ...]] = {
    MOORE: ((-1, -1), (-1, 1), (1, -1), (1, 1), (-1, 0), (0, -1), (0, 1), (1, 0), (0, 0)),
    HEXAGONAL: ((-1, -1), (1, 1), (-1, 0), (0, -1), (0, 1), (1, 0), (0, 0)),
    VON_NEUMANN: ((-1, 0), (0, -1), (0, 1), (1, 0), (0, 0)),
}
"""In which order Golly's trees ask for the cells: NW NE SW SE N W E S C, or those of them."""


@dataclass(frozen=True, eq=False, kw_only=True)
class TreeRule(Rule):
    """A rule as Golly keeps it in a file.

    Attributes:
        nodes: int32 `(N, num_states)`, read-only: by the state of the cell that a node asks for,
            the number of the next node; of nodes that ask for the centre, what the cell becomes.
            The last is the root. Every way down passes all cells, in the order of `ORDERS`.

    Raises:
        ArgumentError: for a neighbourhood that no tree is of, nodes of another shape, or a way
            down that leaves them.
    """

    nodes: NDArray[np.int32]

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.neighborhood not in ORDERS:
            raise ArgumentError(f"neighborhood={self.neighborhood} is 3D; a tree is of the plane")
        nodes = np.array(self.nodes, dtype=np.int32)
        if nodes.ndim != 2 or nodes.shape[1] != self.num_states or not len(nodes):
            raise ArgumentError(f"nodes {nodes.shape} must be (nodes, {self.num_states})")
        reached = np.array([len(nodes) - 1])
        for limit in (*[len(nodes)] * len(self.neighborhood.neighbors), self.num_states):
            reached = np.unique(nodes[reached])
            if not 0 <= reached[0] <= reached[-1] < limit:
                raise ArgumentError("nodes lead to nodes or states that there are not")
        nodes.setflags(write=False)
        object.__setattr__(self, "nodes", nodes)

    @property
    def notation(self) -> str:
        """The name."""
        return self.label

    @cached_property
    def diagram(self) -> Diagram:
        """See `Rule.diagram`."""
        return of_nodes(self.nodes, self.neighborhood)

    def next_states(self, contexts: States) -> States:
        """Return what cells become: see `Rule.next_states`."""
        node = np.full(len(contexts), len(self.nodes) - 1)
        for offset in ORDERS[self.neighborhood]:
            cell = self.neighborhood.cells.index(offset)
            node = self.nodes[node, contexts[:, cell]]
        return node.astype(np.uint8)
