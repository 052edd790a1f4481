"""The domain of any two rules: every neighbourhood is an entry."""

from __future__ import annotations

from functools import cached_property, reduce

import numpy as np
from numpy.typing import NDArray

from analysis.domains.domain import Domain, Floats, seen
from analysis.rules.counting import CountingRule
from analysis.rules.digits import transition_codes
from analysis.rules.neighborhood import Neighborhood
from analysis.rules.rule import MAX_ENTRIES, Rule, States
from analysis.rules.symmetries import own_entries
from analysis.rules.tabulated import TableRule
from voxnca.errors import ArgumentError


class Whole(Domain):
    """Every neighbourhood is an entry, in the order of the table of a `TableRule`.

    Args:
        num_states: k.
        neighborhood: holds all that the rules read.

    Raises:
        ArgumentError: when there are more than 2^24 entries.
    """

    def __init__(self, num_states: int, neighborhood: Neighborhood) -> None:
        super().__init__(num_states, neighborhood.num_dims)
        self.neighborhood = neighborhood
        self.num_entries = num_states ** len(neighborhood.cells)
        if self.num_entries > MAX_ENTRIES:
            raise ArgumentError(
                f"{num_states} states in {len(neighborhood.cells)} cells make "
                f"{num_states}^{len(neighborhood.cells)} neighbourhoods, more than 2^24; only "
                "rules that count are measured there"
            )

    @cached_property
    def shares(self) -> Floats:
        """See `Domain.shares`."""
        return np.full(self.num_entries, 1 / self.num_entries)

    def entries(self, rule: Rule) -> States:
        """See `Domain.entries`."""
        if rule.neighborhood != self.neighborhood:
            return rule.table
        if isinstance(rule, CountingRule):
            return rule.transitions.reshape(-1)[
                transition_codes(rule.num_states, rule.neighborhood)
            ]
        return own_entries(rule)

    def count(self, chosen: NDArray[np.bool_]) -> int:
        """See `Domain.count`."""
        each: int = self.num_neighborhoods // self.num_entries
        return int(chosen.sum()) * each

    def codes(self, cells: States) -> NDArray[np.int64]:
        """See `Domain.codes`."""
        code = np.zeros(cells.shape, dtype=np.int64)
        for offset in self.neighborhood.cells:
            code = code * self.num_states + seen(cells, offset)
        return code

    def product(self, densities: Floats) -> Floats:
        """See `Domain.product`."""
        weights: Floats = reduce(np.multiply.outer, [densities] * len(self.neighborhood.cells))
        return weights.reshape(-1)

    def rule(self, entries: States) -> TableRule:
        """Return the rule that has these entries."""
        return TableRule(
            num_states=self.num_states, neighborhood=self.neighborhood, entries=entries
        )
