"""Decision diagrams: the one form in which rules of every kind can be told apart.

A diagram asks for one cell after the other. On each level stand the nodes that ask for its cell,
every node once and in order, so that rules that say the same of every cell have the same diagram.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from analysis.rules.neighborhood import Neighborhood, Offset

Nodes = NDArray[np.int32]
Diagram = tuple[Nodes, ...]
"""Of each level int32 `(nodes, num_states)`: by the state of the cell that the level asks for,
which node of the next level comes then; on the last level, what the cell becomes."""


def asking_order(neighborhood: Neighborhood) -> tuple[Offset, ...]:
    """Return in which order cells are asked for: from the farthest to the cell itself.

    In 2D it is that of Golly's trees: NW NE SW SE N W E S C, or N W E S C.
    """
    return tuple(sorted(neighborhood.cells, key=lambda o: (-sum(map(abs, o)), o)))


def of_table(entries: NDArray[np.uint8], num_states: int, neighborhood: Neighborhood) -> Diagram:
    """Return the diagram of a table, whose entries are as in a `TableRule`."""
    order = asking_order(neighborhood)
    axes = [neighborhood.cells.index(offset) for offset in order]
    cube = entries.reshape((num_states,) * len(axes)).transpose(axes)
    return _built(cube.reshape(-1), num_states, neighborhood)


def of_counts(transitions: NDArray[np.uint8], neighborhood: Neighborhood) -> Diagram:
    """Return the diagram of a rule that counts, with transitions as in a `CountingRule`."""
    num_states = len(transitions)
    last, ids = _numbered(transitions.T)
    levels = [last]
    for offset in _upwards(neighborhood.num_dims):
        if offset in neighborhood.neighbors:
            rows = np.repeat(ids[:-1, None], num_states, axis=1)
            rows[:, 1] = ids[1:]
        else:
            rows = np.repeat(ids[:, None], num_states, axis=1)
        nodes, ids = _numbered(rows)
        levels.append(nodes)
    return tuple(reversed(levels))


def of_nodes(nodes: Nodes, neighborhood: Neighborhood) -> Diagram:
    """Return the diagram of a tree, whose nodes are as in a `TreeRule`."""
    num_states = nodes.shape[1]
    reached = [np.array([len(nodes) - 1])]
    for _ in neighborhood.neighbors:
        reached.append(np.unique(nodes[reached[-1]]))
    last, ids = _numbered(nodes[reached.pop()])
    levels = [last]
    for offset in _upwards(neighborhood.num_dims):
        if offset in neighborhood.neighbors:
            own = reached.pop()
            below = np.unique(nodes[own])
            rows = ids[np.searchsorted(below, nodes[own])]
        else:
            rows = np.repeat(ids[:, None], num_states, axis=1)
        level, ids = _numbered(rows)
        levels.append(level)
    return tuple(reversed(levels))


def same(one: Diagram, other: Diagram) -> bool:
    """Tell whether two diagrams are of the same rule."""
    return len(one) == len(other) and all(map(np.array_equal, one, other))


def _built(ids: NDArray[np.integer], num_states: int, neighborhood: Neighborhood) -> Diagram:
    levels = []
    for offset in ((0,) * neighborhood.num_dims, *_upwards(neighborhood.num_dims)):
        if offset in neighborhood.cells:
            rows = ids.reshape(-1, num_states)
        else:
            rows = np.repeat(ids[:, None], num_states, axis=1)
        nodes, ids = _numbered(rows)
        levels.append(nodes)
    return tuple(reversed(levels))


def _upwards(num_dims: int) -> Sequence[Offset]:
    """Return the neighbours of a cell in the reverse of the order in which they are asked for."""
    return asking_order(Neighborhood("moore", num_dims))[-2::-1]


def _numbered(rows: NDArray[np.integer]) -> tuple[Nodes, NDArray[np.int64]]:
    """Return every row once, sorted, and which of them each row is."""
    base = int(rows.max()) + 1
    keys, bound = np.zeros(len(rows), dtype=np.int64), 1
    for column in rows.T:
        if bound > 2**62 // base:  # numbers that keep the order, and leave room
            distinct, keys = np.unique(keys, return_inverse=True)
            bound = len(distinct)
        keys, bound = keys * base + column, bound * base
    _, first, ids = np.unique(keys, return_index=True, return_inverse=True)
    return rows[first].astype(np.int32), ids.reshape(-1)
