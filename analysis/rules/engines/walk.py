"""Rules that are a tree too large for a table: down the tree, a cell at a time."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from analysis.rules.engines.octets import Layout, OctetGrid, wrap
from analysis.rules.rule import States
from analysis.rules.tree import ORDERS, TreeRule
from voxnca.engines.kernels.compiling import compiled


class Walk(OctetGrid):
    """An engine for all rules that are a tree.

    Args:
        rule: the rule.
        cells: uint8 `(*space)`.
        border: `torus` or `dead`.
    """

    PACE = 10**7

    def __init__(self, rule: TreeRule, cells: States, border: str) -> None:
        super().__init__(rule.num_states, cells, border)
        self._nodes = np.array(rule.nodes, dtype=np.int32)
        distances = [self.layout.distance(offset) for offset in ORDERS[rule.neighborhood]]
        self._distances = np.array(distances, dtype=np.int64)

    def _run(self, num_steps: int) -> None:
        run(
            (self._states, self._spare),
            self.layout,
            (self.layout.first, self.layout.last),
            self._distances,
            self._nodes,
            num_steps,
        )


@compiled
def run(
    grids: tuple[States, States],
    layout: Layout,
    ends: tuple[int, int],
    distances: NDArray[np.int64],
    nodes: NDArray[np.int32],
    num_steps: int,
) -> None:
    """Step cells: what comes of them is in the second grid if `num_steps` is odd."""
    old, new = grids
    for _ in range(num_steps):
        for cell in range(ends[0], ends[1]):
            node = np.int64(len(nodes) - 1)
            for distance in distances:
                node = np.int64(nodes[node, old[cell + distance]])
            new[cell] = node
        wrap(new, layout)
        old, new = new, old
