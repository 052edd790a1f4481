"""Rules that count: what a cell becomes depends on how many of its neighbours are in state 1."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Self

import numpy as np

from analysis.rules.bounds import Bounds
from analysis.rules.diagram import Diagram, of_counts
from analysis.rules.neighborhood import MOORE, Neighborhood
from analysis.rules.rule import Rule, States, check_num_states, frozen
from analysis.rules.writing import write_counts
from voxnca.errors import ArgumentError


@dataclass(frozen=True, eq=False, kw_only=True)
class CountingRule(Rule):
    """An outer-totalistic rule: B/S, Generations, and their kin in 3D.

    Attributes:
        transitions: uint8 `(num_states, n + 1)`, read-only: what a cell becomes, by its own state
            and by how many of its n neighbours are in state 1.

    Raises:
        ArgumentError: for transitions of another shape, or states that there are not.
    """

    transitions: States

    def __post_init__(self) -> None:
        super().__post_init__()
        table, shape = np.asarray(self.transitions), (self.num_states, self.num_neighbors + 1)
        if table.shape != shape:
            raise ArgumentError(f"transitions {table.shape} must be {shape}: (states, counts)")
        if not ((table >= 0) & (table < self.num_states)).all():
            raise ArgumentError(f"transitions hold states beyond {self.num_states - 1}")
        object.__setattr__(self, "transitions", frozen(table))

    @property
    def num_neighbors(self) -> int:
        """Most neighbours that can be in state 1."""
        return len(self.neighborhood.neighbors)

    @classmethod
    def of_counts(
        cls,
        birth: Iterable[int],
        survival: Iterable[int],
        *,
        num_states: int = 2,
        neighborhood: Neighborhood = MOORE,
        name: str = "",
        bounds: Bounds | None = None,
    ) -> Self:
        """Make a rule from the counts of births and survivals.

        Args:
            birth: at which counts a cell in state 0 becomes 1.
            survival: at which a cell in state 1 stays so.
            num_states: beyond 2, a cell that does not survive ages through states 2, 3, ...,
                in which it neither counts nor can be born, and then becomes 0 (Generations).
            neighborhood: whose cells are counted.
            name: for people.
            bounds: the grid that it was written for.

        Raises:
            ArgumentError: for counts that there are not.
        """
        n = len(neighborhood.neighbors)
        check_num_states(num_states)
        table = np.zeros((num_states, n + 1), dtype=np.uint8)
        for state in range(1, num_states):
            table[state] = (state + 1) % num_states
        for letter, counts, state in (("birth", birth, 0), ("survival", survival, 1)):
            for count in counts:
                if not 0 <= count <= n:
                    raise ArgumentError(
                        f"{letter} at {count} neighbours: there are only {n}; use 0 to {n}"
                    )
                table[state, count] = 1
        return cls(
            num_states=num_states,
            neighborhood=neighborhood,
            name=name,
            bounds=bounds,
            transitions=table,
        )

    @property
    def notation(self) -> str:
        """B/S, S/B/C for more than two states, the same with commas in 3D; else the name."""
        return write_counts(self.transitions, self.neighborhood) or self.label

    @cached_property
    def diagram(self) -> Diagram:
        """See `Rule.diagram`."""
        return of_counts(self.transitions, self.neighborhood)

    def next_states(self, contexts: States) -> States:
        """Return what cells become: see `Rule.next_states`."""
        center = self.neighborhood.cells.index((0,) * self.num_dims)
        own = contexts[:, center]
        counts = (contexts == 1).sum(1) - (own == 1)
        states: States = self.transitions[own, counts]
        return states
