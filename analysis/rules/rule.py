"""What every hand-made rule is: states, a neighbourhood, and what a cell becomes."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Self

import numpy as np
from numpy.typing import NDArray

from analysis.rules.bounds import Bounds
from analysis.rules.diagram import Diagram, same
from analysis.rules.neighborhood import Neighborhood
from voxnca.errors import ArgumentError

MAX_STATES = 256
MAX_ENTRIES = 2**24
"""Of a table of all neighbourhoods: 16 MB. A longer one is refused, not begun."""
_CHUNK = 2**16

States = NDArray[np.uint8]
Rgb = tuple[int, int, int]


@dataclass(frozen=True, eq=False, kw_only=True)
class Rule(ABC):
    """A rule of a cellular automaton, the same for every cell at every step. It never changes.

    Two rules are equal when they say the same of every cell, on the same bounds: names and
    colours do not count. `str(rule)` is its canonical notation, which `rules.parse` reads back.

    Attributes:
        num_states: 2 to 256; state 0 is what an empty cell is in.
        neighborhood: the cells that a cell reads.
        name: for people; empty for none.
        bounds: the grid that it was written for; None for any.
        colors: of the states, straight sRGB, one each; None for the usual ones.
    """

    num_states: int
    neighborhood: Neighborhood
    name: str = ""
    bounds: Bounds | None = None
    colors: tuple[Rgb, ...] | None = None

    @property
    def num_dims(self) -> int:
        """2 or 3."""
        return self.neighborhood.num_dims

    @property
    def ages(self) -> bool:
        """Whether its states beyond 1 are ages of a cell that dies: Generations."""
        return self.num_states > 2 and self.notation != self.label

    @property
    @abstractmethod
    def notation(self) -> str:
        """The canonical way to write it, without bounds."""

    @property
    @abstractmethod
    def diagram(self) -> Diagram:
        """What the rule says of every neighbourhood, in a form that all kinds have in common."""

    @abstractmethod
    def next_states(self, contexts: States) -> States:
        """Return what cells become.

        Args:
            contexts: uint8 `(N, cells)`, what lies in the neighbourhood's cells, in their order.

        Returns:
            uint8 `(N,)`.
        """

    def __post_init__(self) -> None:
        k = check_num_states(self.num_states)
        if self.bounds is not None and len(self.bounds.space) != self.num_dims:
            raise ArgumentError(f"bounds={self.bounds} are not {self.num_dims}D, as the rule is")
        if self.colors is not None and len(self.colors) != k:
            raise ArgumentError(f"colors has {len(self.colors)} of them; give one a state, {k}")

    @cached_property
    def table(self) -> States:
        """What a cell becomes in each neighbourhood of 3^d cells: uint8 `(k^(3^d),)`, read-only.

        The index is the states as a number in base k, in index order, NW the most significant:
        for two states in 2D the order of Golly's MAP rules.

        Raises:
            ArgumentError: when it would have more than 2^24 entries.
        """
        whole = Neighborhood("moore", self.num_dims)
        num_entries = self.num_states ** len(whole.cells)
        if num_entries > MAX_ENTRIES:
            raise ArgumentError(
                f"the table of {self} would have {self.num_states}^{len(whole.cells)} entries, "
                f"more than 2^24; use rule.transitions, the table by classes, if it has one"
            )
        own = [whole.cells.index(offset) for offset in self.neighborhood.cells]
        parts = [
            self.next_states(contexts(start, stop, self.num_states, len(whole.cells))[:, own])
            for start, stop in _chunks(num_entries)
        ]
        return frozen(np.concatenate(parts))

    @property
    def label(self) -> str:
        """The name, or what stands for the notation of a rule that has none."""
        return self.name or f"unnamed rule of {self.num_states} states"

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Rule):
            return NotImplemented
        same_frame = (self.num_states, self.num_dims, self.bounds) == (
            other.num_states,
            other.num_dims,
            other.bounds,
        )
        return same_frame and same(self.diagram, other.diagram)

    def __hash__(self) -> int:
        levels = tuple(level.tobytes() for level in self.diagram)
        return hash((self.num_states, self.num_dims, self.bounds, levels))

    def __str__(self) -> str:
        return f"{self.notation}{self.bounds or ''}"

    def within(self, bounds: Bounds | None) -> Self:
        """Return the same rule on other bounds.

        Raises:
            ArgumentError: for bounds of another dimension.
        """
        return replace(self, bounds=bounds)

    def named(self, name: str, colors: tuple[Rgb, ...] | None = None) -> Self:
        """Return the same rule by another name, in other colours."""
        return replace(self, name=name, colors=colors)


def check_num_states(num_states: int) -> int:
    """Return the number of states when a rule can have so many.

    Raises:
        ArgumentError: otherwise.
    """
    is_whole = isinstance(num_states, int) and not isinstance(num_states, bool)
    if not is_whole or not 2 <= num_states <= MAX_STATES:
        raise ArgumentError(
            f"num_states={num_states!r} must be a whole number from 2 to {MAX_STATES}"
        )
    return num_states


def contexts(start: int, stop: int, num_states: int, num_cells: int) -> States:
    """Return what lies in the cells of neighbourhoods, by their numbers in a table.

    Args:
        start: the first number.
        stop: the number after the last.
        num_states: k.
        num_cells: of the neighbourhood.

    Returns:
        uint8 `(stop - start, num_cells)`.
    """
    codes = np.arange(start, stop)
    digits = [codes // num_states**place % num_states for place in reversed(range(num_cells))]
    return np.stack(digits, axis=1).astype(np.uint8)


def frozen(array: States) -> States:
    """Return a copy that cannot be written to."""
    copy = np.array(array, dtype=np.uint8)
    copy.setflags(write=False)
    return copy


def _chunks(num_entries: int) -> Iterator[tuple[int, int]]:
    for start in range(0, num_entries, _CHUNK):
        yield start, min(start + _CHUNK, num_entries)
