"""The levels of a decision diagram, made into a rule or into the nodes of a tree.

A diagram in 2D asks for all nine cells, in the order of Golly's trees, also for those of which the
rule makes no use: such a level has nodes whose children are all the same.
"""

from __future__ import annotations

import numpy as np

from analysis.rules.diagram import Diagram, Nodes, asking_order
from analysis.rules.neighborhood import HEXAGONAL, MOORE, VON_NEUMANN, Neighborhood
from analysis.rules.rule import MAX_ENTRIES, Rgb, Rule
from analysis.rules.tabulated import TableRule
from analysis.rules.tree import TreeRule


def narrowest(diagram: Diagram) -> Neighborhood:
    """Return the smallest of Golly's neighbourhoods that has the cells that count."""
    counts = {
        offset
        for offset, level in zip(asking_order(MOORE), diagram, strict=True)
        if (level != level[:, :1]).any()
    }
    return next(n for n in (VON_NEUMANN, HEXAGONAL, MOORE) if counts <= set(n.cells))


def kept(diagram: Diagram, neighborhood: Neighborhood) -> Diagram:
    """Return the levels of a neighbourhood's cells, where those of the others say nothing."""
    levels: list[Nodes] = []
    ids = np.arange(diagram[-1].shape[1], dtype=np.int32)
    for offset, level in zip(reversed(asking_order(MOORE)), reversed(diagram), strict=True):
        if offset in neighborhood.cells:
            levels.append(ids[level])
            ids = np.arange(len(level), dtype=np.int32)
        else:
            ids = ids[level[:, 0]]
    return tuple(reversed(levels))


def numbered(levels: Diagram) -> Nodes:
    """Return all nodes as a `TreeRule` numbers them: int32 `(nodes, num_states)`, root last."""
    rows, start = [levels[-1]], 0
    for level, below in zip(levels[-2::-1], levels[:0:-1], strict=True):
        rows.append(level + start)
        start += len(below)
    return np.concatenate(rows).astype(np.int32)


def rule_of(
    diagram: Diagram,
    neighborhood: Neighborhood,
    *,
    name: str = "",
    colors: tuple[Rgb, ...] | None = None,
) -> Rule:
    """Return the rule of a diagram: a table where one has at most 2^24 entries, else a tree.

    Args:
        diagram: whose levels of cells outside the neighbourhood say nothing.
        neighborhood: of the rule.
        name: for people.
        colors: of the states.
    """
    levels = kept(diagram, neighborhood)
    k, num_cells = levels[0].shape[1], len(neighborhood.cells)
    if k**num_cells > MAX_ENTRIES:
        nodes = numbered(levels)
        return TreeRule(
            num_states=k, neighborhood=neighborhood, name=name, colors=colors, nodes=nodes
        )
    states = np.zeros(1, np.int32)
    for level in levels:
        states = level[states].ravel()
    order = asking_order(neighborhood)
    axes = [order.index(offset) for offset in neighborhood.cells]
    entries = states.astype(np.uint8).reshape((k,) * num_cells).transpose(axes).ravel()
    return TableRule(
        num_states=k, neighborhood=neighborhood, name=name, colors=colors, entries=entries
    )
