"""The domain of rules that count: neighbourhoods of as many neighbours in state 1 are an entry."""

from __future__ import annotations

from functools import cached_property, reduce
from math import comb, prod

import numpy as np
from numpy.typing import NDArray

from analysis.domains.domain import Domain, Floats, seen
from analysis.rules.counting import CountingRule
from analysis.rules.neighborhood import Neighborhood
from analysis.rules.rule import Rule, States


class Counted(Domain):
    """For rules that count: neighbourhoods of as many neighbours in state 1 are one entry.

    Where two rules count in different neighbourhoods, what both read and what only one of them
    reads is counted apart.

    Args:
        num_states: k.
        one: in which a rule counts.
        other: in which the other one counts.
    """

    def __init__(self, num_states: int, one: Neighborhood, other: Neighborhood) -> None:
        super().__init__(num_states, one.num_dims)
        first, second = set(one.neighbors), set(other.neighbors)
        parts = (first & second, first - second, second - first)
        self._regions = tuple(tuple(sorted(part)) for part in parts)
        self.shape = (num_states, *(len(region) + 1 for region in self._regions))

    @cached_property
    def shares(self) -> Floats:
        """See `Domain.shares`."""
        return np.array([size / self.num_neighborhoods for size in self._sizes])

    def entries(self, rule: Rule) -> States:
        """See `Domain.entries`.

        Raises:
            TypeError: for a rule that is no `CountingRule`.
        """
        if not isinstance(rule, CountingRule):
            raise TypeError(f"{rule} does not count")
        read = set(rule.neighborhood.neighbors)
        index = np.indices(self.shape)
        held = [i + 1 for i, region in enumerate(self._regions) if set(region) <= read]
        counts = sum((index[i] for i in held), np.zeros(self.shape, dtype=np.int64))
        states: States = rule.transitions[index[0], counts].reshape(-1)
        return states

    def count(self, chosen: NDArray[np.bool_]) -> int:
        """See `Domain.count`."""
        return sum(self._sizes[i] for i in np.flatnonzero(chosen))

    def codes(self, cells: States) -> NDArray[np.int64]:
        """See `Domain.codes`."""
        is_one = cells == 1
        index = [cells.astype(np.int64)]
        for region in self._regions:
            counts = np.zeros(cells.shape, dtype=np.int64)
            for offset in region:
                counts += seen(is_one, offset)
            index.append(counts)
        return np.ravel_multi_index(tuple(index), self.shape).astype(np.int64)

    def product(self, densities: Floats) -> Floats:
        """See `Domain.product`."""
        p = float(densities[1])
        parts = [densities]
        for region in self._regions:
            n = len(region)
            parts.append(np.array([comb(n, c) * p**c * (1 - p) ** (n - c) for c in range(n + 1)]))
        weights: Floats = reduce(np.multiply.outer, parts)
        return weights.reshape(-1)

    @cached_property
    def _sizes(self) -> list[int]:
        """How many neighbourhoods each entry stands for: beyond 64 bits in space."""
        k = self.num_states
        lengths = [len(region) for region in self._regions]
        unread = k ** (3**self.num_dims - 1 - sum(lengths))
        return [
            unread
            * prod(comb(n, c) * (k - 1) ** (n - c) for n, c in zip(lengths, counts, strict=True))
            for _, *counts in np.ndindex(self.shape)
        ]
