"""A grid that a rule brings along: `:T64,64` and its kin, as Golly writes them."""

from __future__ import annotations

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
