"""A grid that a rule brings along: `:T64,64` and its kin, as Golly writes them."""

from __future__ import annotations

import re
from dataclasses import dataclass

from voxnca.errors import ArgumentError
from voxnca.grid import check_space

BORDERS = ("dead", "torus")


def check_border(border: str) -> str:
    """Return the border when there is one of that name.

    Raises:
        ArgumentError: otherwise.
    """
    if border not in BORDERS:
        raise ArgumentError(f"border={border!r} is unknown; use one of: {', '.join(BORDERS)}")
    return border


@dataclass(frozen=True)
class Bounds:
    """The size of a finite grid, and what lies beyond its edge.

    Attributes:
        border: `torus`, the opposite edge; `dead`, cells that stay in state 0.
        space: sizes in index order, `(H, W)` or `(D, H, W)`.

    Raises:
        ArgumentError: for an unknown border, or sizes that make no grid.
    """

    border: str
    space: tuple[int, ...]

    def __post_init__(self) -> None:
        check_border(self.border)
        object.__setattr__(self, "space", check_space(self.space, len(self.space)))

    def __str__(self) -> str:
        letter = "T" if self.border == "torus" else "P"
        return f":{letter}{','.join(map(str, reversed(self.space)))}"


def read_bounds(text: str, num_dims: int) -> Bounds:
    """Read the grid that stands behind the colon of a rule: `T64,48`, width first.

    One size stands for all. Unbounded sides, shifted and twisted edges are refused.

    Raises:
        ArgumentError: for anything else.
    """
    example = "T64,48" if num_dims == 2 else "T32,32,32"
    letter, sizes = text[:1].upper(), text[1:].split(",")
    if letter in {"K", "C", "S"}:
        raise ArgumentError(f"the topology {letter!r} in ':{text}' is not run here; use T or P")
    if letter not in {"T", "P"}:
        raise ArgumentError(f"':{text}' is no grid; write it like :{example}")
    for size in sizes:
        if any(sign in size for sign in "+-*"):
            raise ArgumentError(f"{size!r} in ':{text}' shifts or twists an edge; give sizes alone")
        if not re.fullmatch(r"[0-9]{1,10}", size):
            raise ArgumentError(f"{size!r} in ':{text}' is no size; write it like :{example}")
        if int(size) == 0:
            raise ArgumentError(f"'0' in ':{text}' is an unbounded side; give a size above 0")
    if len(sizes) not in {1, num_dims}:
        raise ArgumentError(
            f"':{text}' has {len(sizes)} sizes, the rule {num_dims} dimensions; "
            f"write it like :{example}"
        )
    space = tuple(map(int, reversed(sizes * (num_dims if len(sizes) == 1 else 1))))
    return Bounds("torus" if letter == "T" else "dead", space)
