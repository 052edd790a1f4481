"""The `@TREE` of Golly's .rule files: a rule as a decision diagram.

A node a line: how many cells are asked for from it on, then a node for each state of its cell;
where that is the centre, what it becomes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

import numpy as np

from analysis.rules.diagram import Diagram, of_nodes
from analysis.rules.files.levels import kept, numbered
from analysis.rules.files.text import excerpt
from analysis.rules.neighborhood import MOORE, VON_NEUMANN, Neighborhood
from analysis.rules.rule import MAX_STATES
from voxnca.errors import ArgumentError

_PARAMETER = re.compile(r"(num_states|num_neighbors|num_nodes)\s*=\s*([0-9]{1,9})\s*$")
_NEIGHBORHOODS = {4: VON_NEUMANN, 8: MOORE}


def parse_tree(lines: Iterable[tuple[int, str]]) -> Diagram:
    """Read a tree.

    Raises:
        ArgumentError: naming the line, for what is no node, or one whose children are no nodes
            before it of the next depth; for other nodes than announced.
    """
    said: dict[str, int] = {}
    rows: list[list[int]] = []
    depths: list[int] = []
    for number, line in lines:
        bare = line.strip()
        found = _PARAMETER.match(bare)
        if not bare or bare.startswith("#"):
            continue
        if found and not rows:
            said[found[1]] = int(found[2])
            continue
        if not rows:
            _check_head(said)
        row = _row(number, bare, said["num_states"])
        _check_row(number, row, depths, said)
        depths.append(row[0])
        rows.append(row[1:])
    if not rows or len(rows) != said["num_nodes"] or depths[-1] != said["num_neighbors"] + 1:
        raise ArgumentError(
            f"its tree ends after {len(rows)} nodes, without the root or other than announced; "
            "give an undamaged file"
        )
    return of_nodes(np.array(rows, np.int32), _NEIGHBORHOODS[said["num_neighbors"]])


def _check_head(said: dict[str, int]) -> None:
    states, neighbors = said.get("num_states", 0), said.get("num_neighbors", 0)
    if not 2 <= states <= MAX_STATES or neighbors not in _NEIGHBORHOODS or "num_nodes" not in said:
        raise ArgumentError(
            f"its tree needs num_states from 2 to {MAX_STATES}, num_neighbors 4 or 8, and num_nodes"
        )


def _row(number: int, line: str, num_states: int) -> list[int]:
    parts = line.split()
    if len(parts) != num_states + 1 or not all(
        part.isascii() and part.isdigit() and len(part) <= 9 for part in parts
    ):
        raise ArgumentError(
            f"line {number}: {excerpt(line)} is no node; write its depth and a child for each "
            f"of {num_states} states"
        )
    return list(map(int, parts))


def _check_row(
    number: int, row: Sequence[int], depths: Sequence[int], said: dict[str, int]
) -> None:
    depth, children = row[0], row[1:]
    if not 1 <= depth <= said["num_neighbors"] + 1:
        raise ArgumentError(f"line {number}: a node has the depth {depth}, which there is not")
    if depth == 1:
        good = max(children) < said["num_states"]
    else:
        good = max(children) < len(depths) and all(depths[n] == depth - 1 for n in children)
    if not good:
        kind = "a state below num_states" if depth == 1 else "an earlier node of the depth below"
        raise ArgumentError(f"line {number}: a node has a child that is not {kind}")


def write_tree(diagram: Diagram, neighborhood: Neighborhood) -> list[str]:
    """Return the section, line by line; a hexagonal rule asks for all eight neighbours."""
    num_neighbors = 4 if neighborhood == VON_NEUMANN else 8
    levels = kept(diagram, _NEIGHBORHOODS[num_neighbors])
    nodes = numbered(levels)
    depths = [depth for depth, level in enumerate(reversed(levels), start=1) for _ in level]
    return [
        "@TREE",
        "",
        f"num_states={nodes.shape[1]}",
        f"num_neighbors={num_neighbors}",
        f"num_nodes={len(nodes)}",
        *(
            " ".join(map(str, [depth, *children]))
            for depth, children in zip(depths, nodes.tolist(), strict=True)
        ),
    ]
