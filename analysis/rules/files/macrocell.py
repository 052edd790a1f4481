"""Patterns as macrocells, .mc: the quadtrees in which Golly writes huge ones.

The format is Golly's (Help, File formats). By its custom the upper left cell of the root's
south-east quarter is x = 0, y = 1.
"""

from __future__ import annotations

from itertools import islice
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from analysis.rules.files.runs import check_box
from analysis.rules.files.text import excerpt, for_people, numbered_lines
from analysis.rules.pattern import Pattern
from voxnca.errors import ArgumentError

_MAX_NODES = 2**20
"""Golly's largest patterns have a fifth of it."""
_MAX_LEVEL = 60
"""Of the root: wider than 2^60 cells is no pattern that fits a grid."""
_CHUNK = 2**14
_LEAF_LEVEL = 3

Box = tuple[int, int, int, int]
"""Top, left, bottom, right of the live cells within a node, the latter two exclusive."""


class Nodes(NamedTuple):
    """A quadtree, node 0 the empty one of any size.

    Attributes:
        levels: log2 of each node's side.
        children: int64 `(N, 4)`: numbers of nodes, or states where the level is 1; NW NE SW SE.
        leaves: uint8 `(N, 8, 8)`, for two states: the cells of nodes of level 3. Empty for more.
        boxes: of each node; None where it is empty.
    """

    levels: list[int]
    children: NDArray[np.int64]
    leaves: NDArray[np.uint8]
    boxes: list[Box | None]


def is_macrocell(text: str) -> bool:
    """Tell whether a text says that it is a macrocell file."""
    return text.removeprefix("\ufeff").startswith("[M2]")


def parse_macrocell(text: str) -> Pattern:
    """Read a pattern from Golly's macrocell format, its box the live cells.

    Raises:
        ArgumentError: naming the line, for what is no node, or a node of one that comes later;
            for a box of more than 2^26 cells, however short the file.
    """
    rule, comments, lines = "", [], []
    for number, line in islice(numbered_lines(text), 1, None):
        if line.startswith("#R"):
            rule = for_people(line[2:])
        elif line.startswith("#"):
            note = "" if line.startswith("#G") else for_people(line[1:].removeprefix("C"))
            comments += [note] if note else []
        elif line.strip():
            lines.append((number, line.strip()))
        if len(lines) > _MAX_NODES:
            raise ArgumentError(f"it has more than {_MAX_NODES} nodes; give a smaller pattern")
    nodes = _Reader(lines).nodes()
    root = len(nodes.levels) - 1
    box = nodes.boxes[root]
    if box is None:
        return Pattern(np.zeros((0, 0), np.uint8), rule=rule, comments=tuple(comments))
    cells = np.zeros(check_box((box[2] - box[0], box[3] - box[1])), np.uint8)
    _draw(nodes, root, box, cells)
    half = 2 ** (nodes.levels[root] - 1)
    return Pattern(cells, (box[0] - half + 1, box[1] - half), rule, comments=tuple(comments))


class _Reader:
    """Reads the nodes, one a line, each of nodes before it."""

    def __init__(self, lines: list[tuple[int, str]]) -> None:
        self._lines = lines
        self._levels = [0]
        self._children = np.zeros((len(lines) + 1, 4), np.int64)
        self._boxes: list[Box | None] = [None]
        two_states = bool(lines) and lines[0][1][0] in ".*$"
        self._leaves = np.zeros((len(lines) + 1 if two_states else 0, 8, 8), np.uint8)

    def nodes(self) -> Nodes:
        """Read them all."""
        for node, (number, line) in enumerate(self._lines, start=1):
            try:
                if len(self._leaves) and line[0] in ".*$":
                    self._leaf(node, line)
                else:
                    self._node(node, line)
            except ValueError as error:
                reason = str(error) or "is no node; write it as Golly does"
                raise ArgumentError(f"line {number}: {excerpt(line)} {reason}") from None
        return Nodes(self._levels, self._children, self._leaves, self._boxes)

    def _leaf(self, node: int, line: str) -> None:
        for y, row in enumerate(line.rstrip("$").split("$")):
            if y > 7 or len(row) > 8 or row.strip(".*"):
                raise ValueError("is no square of 8 x 8 cells; write . and *, $ after each row")
            self._leaves[node, y, : len(row)] = [sign == "*" for sign in row]
        found = np.argwhere(self._leaves[node])
        self._levels.append(_LEAF_LEVEL)
        self._boxes.append(
            (*map(int, found.min(0)), *map(int, found.max(0) + 1))  # type: ignore[arg-type]
            if len(found)
            else None
        )

    def _node(self, node: int, line: str) -> None:
        parts = line.split()
        if len(parts) != 5 or not all(part.isascii() and part.isdigit() for part in parts):
            raise ValueError
        if any(len(part) > 12 for part in parts):
            raise ValueError("has a number that is too large")
        level, *children = map(int, parts)
        lowest = _LEAF_LEVEL + 1 if len(self._leaves) else 1
        if not lowest <= level <= _MAX_LEVEL:
            raise ValueError(f"has the level {level}; use {lowest} to {_MAX_LEVEL}")
        if level == 1:
            if max(children) > 255:
                raise ValueError("has a state beyond 255")
            boxes: list[Box | None] = [(0, 0, 1, 1) if state else None for state in children]
        else:
            boxes = [self._child(child, node, level) for child in children]
        self._levels.append(level)
        self._children[node] = children
        self._boxes.append(_around(boxes, 2 ** (level - 1)))

    def _child(self, child: int, node: int, level: int) -> Box | None:
        if child >= node:
            raise ValueError(f"has the child {child}, which is not before it")
        if child and self._levels[child] != level - 1:
            raise ValueError(f"has the child {child} of another size than a quarter")
        return self._boxes[child]


def _around(boxes: list[Box | None], half: int) -> Box | None:
    moved = []
    for quarter, box in enumerate(boxes):
        if box is not None:
            down, right = half * (quarter // 2), half * (quarter % 2)
            moved.append((box[0] + down, box[1] + right, box[2] + down, box[3] + right))
    if not moved:
        return None
    tops, lefts, bottoms, rights = zip(*moved, strict=True)
    return min(tops), min(lefts), max(bottoms), max(rights)


def _draw(nodes: Nodes, root: int, box: Box, cells: NDArray[np.uint8]) -> None:
    """Draw the root's live cells, chunk by chunk, so that what waits stays small."""
    live = np.array([b is not None for b in nodes.boxes])
    corner = np.array([[-box[0], -box[1]]], np.int64)
    waiting = [(nodes.levels[root], np.array([root]), corner)]
    while waiting:
        level, numbers, corners = waiting.pop()
        if len(numbers) > _CHUNK:
            waiting.append((level, numbers[_CHUNK:], corners[_CHUNK:]))
            numbers, corners = numbers[:_CHUNK], corners[:_CHUNK]
        if level == _LEAF_LEVEL and len(nodes.leaves):
            which, *offset = np.nonzero(nodes.leaves[numbers])
            places = corners[which] + np.stack(offset, axis=1)
            cells[places[:, 0], places[:, 1]] = 1
            continue
        half = 2 ** (level - 1)
        quarters = np.array([[0, 0], [0, half], [half, 0], [half, half]])
        children = nodes.children[numbers].ravel()
        places = (corners[:, None] + quarters).reshape(-1, 2)
        kept = children > 0 if level == 1 else live[children]
        if level == 1:
            cells[places[kept, 0], places[kept, 1]] = children[kept]
        else:
            waiting.append((level - 1, children[kept], places[kept]))
