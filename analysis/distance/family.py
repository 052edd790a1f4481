"""Which rules one that is drawn at random is drawn from: those of the same kind."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass

import numpy as np

from analysis.domains import Whole, whole_of
from analysis.rules.counting import CountingRule
from analysis.rules.neighborhood import Neighborhood
from analysis.rules.rule import Rule, States
from analysis.rules.symmetries import Classes, classes, is_isotropic


class Family(ABC):
    """Rules of a kind, each told by a list of states.

    Attributes:
        name: `counts`, rules that count; `isotropic`, rules without directions; `tables`, all.
    """

    name: str

    @abstractmethod
    def values(self, rule: Rule) -> States:
        """Return the list of a rule: uint8 `(N,)`."""

    @abstractmethod
    def rule(self, values: States) -> Rule:
        """Return the rule of a list."""


@dataclass(frozen=True)
class Counts(Family):
    """Rules that count in some neighbourhoods, told by their transitions.

    Attributes:
        num_states: k.
        neighborhoods: those that there are; how long a list is tells which it is of.
    """

    num_states: int
    neighborhoods: tuple[Neighborhood, ...]
    name = "counts"

    def values(self, rule: Rule) -> States:
        """See `Family.values`."""
        assert isinstance(rule, CountingRule)
        return rule.transitions.reshape(-1)

    def rule(self, values: States) -> CountingRule:
        """See `Family.rule`."""
        table = values.reshape(self.num_states, -1)
        (hood,) = (hood for hood in self.neighborhoods if len(hood.cells) == table.shape[1])
        return CountingRule(num_states=self.num_states, neighborhood=hood, transitions=table)


@dataclass(frozen=True)
class Isotropic(Family):
    """Rules without directions, told by what they do in each class of neighbourhoods.

    Attributes:
        domain: of their tables.
    """

    domain: Whole
    name = "isotropic"

    def values(self, rule: Rule) -> States:
        """See `Family.values`."""
        _, first = np.unique(self._classes, return_index=True)
        return self.domain.entries(rule)[first]

    def rule(self, values: States) -> Rule:
        """See `Family.rule`."""
        return self.domain.rule(values[self._classes])

    @property
    def _classes(self) -> Classes:
        return classes(self.domain.neighborhood, self.domain.num_states)


@dataclass(frozen=True)
class Tables(Family):
    """All rules, told by their tables.

    Attributes:
        domain: of their tables.
    """

    domain: Whole
    name = "tables"

    def values(self, rule: Rule) -> States:
        """See `Family.values`."""
        return self.domain.entries(rule)

    def rule(self, values: States) -> Rule:
        """See `Family.rule`."""
        return self.domain.rule(values)


def family_of(one: Rule, other: Rule) -> Family:
    """Return the narrowest family that holds two rules.

    Raises:
        ArgumentError: when one of the rules does not count and a table would have more than 2^24
            entries.
    """
    if isinstance(one, CountingRule) and isinstance(other, CountingRule):
        hoods = dict.fromkeys((one.neighborhood, other.neighborhood))
        return Counts(one.num_states, tuple(hoods))
    domain = whole_of([one, other])
    # In the domain: a hexagonal rule has directions where all nine cells are looked at.
    free = all(is_isotropic(domain.rule(domain.entries(rule))) for rule in (one, other))
    return Isotropic(domain) if free else Tables(domain)


def tables_of(rule: Rule) -> Tables:
    """Return the family of all tables over the neighbourhood of a rule.

    Raises:
        ArgumentError: when a table would have more than 2^24 entries.
    """
    return Tables(whole_of([rule]))
