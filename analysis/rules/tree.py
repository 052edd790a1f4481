"""Rules that are a decision diagram: Golly's `@TREE`, for more states than a table has room for."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from analysis.rules.diagram import Diagram, of_nodes
from analysis.rules.neighborhood import MOORE, VON_NEUMANN, Neighborhood, Offset
from analysis.rules.rule import Rule, States

ORDERS: dict[Neighborhood, tuple[Offset, ...]] = {
    MOORE: ((-1, -1), (-1, 1), (1, -1), (1, 1), (-1, 0), (0, -1), (0, 1), (1, 0), (0, 0)),
    VON_NEUMANN: ((-1, 0), (0, -1), (0, 1), (1, 0), (0, 0)),
}
"""In which order Golly's trees ask for the cells: NW NE SW SE N W E S C, or N W E S C."""


@dataclass(frozen=True, eq=False, kw_only=True)
class TreeRule(Rule):
    """A rule as Golly keeps it in a file.

    Attributes:
        nodes: int32 `(N, num_states)`, read-only: by the state of the cell that a node asks for,
            the number of the next node; of nodes that ask for the centre, what the cell becomes.
            The last is the root. Every way down passes all cells, in the order of `ORDERS`.
    """

    nodes: NDArray[np.int32]

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
