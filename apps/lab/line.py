"""The cells on the way from one cell to another: a mouse that hurries leaves out some."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

Cell = tuple[int, ...]


def joined(cells: Sequence[Cell]) -> list[Cell]:
    """Return cells in order, with those between them in straight lines; none twice."""
    way = dict.fromkeys(cells[:1])
    for one, other in pairwise(cells):
        way |= dict.fromkeys(_between(one, other))
    return list(way)


def _between(one: Cell, other: Cell) -> list[Cell]:
    steps = [b - a for a, b in zip(one, other, strict=True)]
    count = max(map(abs, steps), default=0)
    return [
        tuple(a + round(k * step / count) for a, step in zip(one, steps, strict=True))
        for k in range(1, count + 1)
    ]
