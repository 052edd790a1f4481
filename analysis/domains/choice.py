"""Which domain rules have in common."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

from analysis.domains.counted import Counted
from analysis.domains.domain import Domain
from analysis.domains.whole import Whole
from analysis.rules.counting import CountingRule
from analysis.rules.neighborhood import Neighborhood
from analysis.rules.rule import Rule


def domain_of(rules: Iterable[Rule]) -> Domain:
    """Return the smallest domain of rules of as many states and dimensions.

    Args:
        rules: one at least; those that count should be `CountingRule`s: see `operands.as_rule`.
    """
    rules = tuple(rules)
    hoods = list(dict.fromkeys(rule.neighborhood for rule in rules))
    if len(hoods) <= 2 and all(isinstance(rule, CountingRule) for rule in rules):
        return _counted(rules[0].num_states, hoods[0], hoods[-1])
    return whole_of(rules)


def whole_of(rules: Iterable[Rule]) -> Whole:
    """Return the smallest domain of rules in which every neighbourhood is an entry."""
    rules = tuple(rules)
    hoods = {rule.neighborhood for rule in rules}
    hood = hoods.pop() if len(hoods) == 1 else Neighborhood("moore", rules[0].num_dims)
    return _whole(rules[0].num_states, hood)


@cache
def _whole(num_states: int, neighborhood: Neighborhood) -> Whole:
    return Whole(num_states, neighborhood)


@cache
def _counted(num_states: int, one: Neighborhood, other: Neighborhood) -> Counted:
    return Counted(num_states, one, other)
