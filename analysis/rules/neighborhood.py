"""Which cells a cell looks at: the neighbourhoods of hand-made rules, in 2D and 3D."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from itertools import product

from voxnca.errors import ArgumentError

Offset = tuple[int, ...]


@dataclass(frozen=True)
class Neighborhood:
    """The cells within one step of a cell that a rule reads, the cell itself among them.

    Attributes:
        name: `moore`, all of them; `von-neumann`, those that share a face; `hexagonal`, all but
            the north-east and the south-west one, 2D only.
        num_dims: 2 or 3.

    Raises:
        ArgumentError: for another name or dimension.
    """

    name: str
    num_dims: int

    def __post_init__(self) -> None:
        if self.num_dims not in {2, 3}:
            raise ArgumentError(f"num_dims={self.num_dims!r} must be 2 or 3")
        if self.name not in _HOLDS:
            known = ", ".join(_HOLDS)
            raise ArgumentError(f"name={self.name!r} is unknown; use one of: {known}")
        if self.name == "hexagonal" and self.num_dims != 2:
            raise ArgumentError("name='hexagonal' is a neighbourhood of the plane; use num_dims=2")

    @cached_property
    def cells(self) -> tuple[Offset, ...]:
        """Offsets in index order, the centre in its place: row by row, NW first, SE last."""
        holds = _HOLDS[self.name]
        return tuple(o for o in product((-1, 0, 1), repeat=self.num_dims) if holds(o))

    @cached_property
    def neighbors(self) -> tuple[Offset, ...]:
        """The same without the centre."""
        return tuple(o for o in self.cells if any(o))


_HOLDS: dict[str, Callable[[Offset], bool]] = {
    "moore": lambda _: True,
    "von-neumann": lambda offset: sum(map(abs, offset)) <= 1,
    "hexagonal": lambda offset: offset not in {(-1, 1), (1, -1)},
}

MOORE = Neighborhood("moore", 2)
VON_NEUMANN = Neighborhood("von-neumann", 2)
HEXAGONAL = Neighborhood("hexagonal", 2)
MOORE_3D = Neighborhood("moore", 3)
VON_NEUMANN_3D = Neighborhood("von-neumann", 3)
