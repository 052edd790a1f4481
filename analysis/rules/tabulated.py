"""Rules that are a table: an entry for every way the neighbourhood can be."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from analysis.rules.diagram import Diagram, of_table
from analysis.rules.rule import MAX_ENTRIES, Rule, States, frozen
from analysis.rules.writing import write_table
from voxnca.errors import ArgumentError


@dataclass(frozen=True, eq=False, kw_only=True)
class TableRule(Rule):
    """Any rule whose table is short enough: Hensel's, MAP, Wireworld, most of Golly's files.

    Attributes:
        entries: uint8 `(num_states^m,)`, read-only, m the neighbourhood's cells: the index is
            their states as a number in base num_states, in their order, the first the most
            significant. Of a Moore neighbourhood in 2D it is `table`.

    Raises:
        ArgumentError: for another number of entries, more than 2^24, or states that there are not.
    """

    entries: States

    def __post_init__(self) -> None:
        super().__post_init__()
        entries, num_cells = np.asarray(self.entries), len(self.neighborhood.cells)
        num_entries = self.num_states**num_cells
        if num_entries > MAX_ENTRIES:
            raise ArgumentError(
                f"a table of {self.num_states}^{num_cells} entries is more than 2^24; use "
                "CountingRule, if the rule counts, or a TreeRule"
            )
        if entries.shape != (num_entries,):
            raise ArgumentError(
                f"entries {entries.shape} must be ({num_entries},): "
                f"{self.num_states} states in {num_cells} cells"
            )
        if not ((entries >= 0) & (entries < self.num_states)).all():
            raise ArgumentError(f"entries hold states beyond {self.num_states - 1}")
        object.__setattr__(self, "entries", frozen(entries))

    @cached_property
    def notation(self) -> str:
        """B/S or Hensel's notation where it has one, else MAP; the name for more states.

        Generations rules have a notation whatever their number of states.
        """
        return write_table(self.entries, self.num_states, self.neighborhood) or self.label

    @cached_property
    def diagram(self) -> Diagram:
        """See `Rule.diagram`."""
        return of_table(self.entries, self.num_states, self.neighborhood)

    def next_states(self, contexts: States) -> States:
        """Return what cells become: see `Rule.next_states`."""
        code = np.zeros(len(contexts), dtype=np.int64)
        for cell in range(contexts.shape[1]):
            code = code * self.num_states + contexts[:, cell]
        states: States = self.entries[code]
        return states
