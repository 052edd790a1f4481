"""The nearest rule of a simpler kind: one that only counts, one without directions."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analysis.domains import whole_of
from analysis.operands import Operand, as_rule
from analysis.rules.counting import CountingRule
from analysis.rules.rule import Rule, States
from analysis.rules.symmetries import Classes, classes, outer_classes


@dataclass(frozen=True)
class Projection:
    """The nearest rule of a kind, and how far it is.

    Attributes:
        rule: does in each class of neighbourhoods what is done in most of them; where two states
            are as frequent, the lower one.
        residual: neighbourhoods in which it differs, of all k^(3^d).
        share: the same as a share, 0 to 1.
    """

    rule: Rule
    residual: int
    share: float


def to_counting(operand: Operand) -> Projection:
    """Return the nearest outer-totalistic rule: own state, and how many neighbours in each state.

    It is exact: no such rule is nearer.

    Raises:
        ArgumentError: when the rule does not count and its table has more than 2^24 entries.
    """
    rule = as_rule(operand)
    if isinstance(rule, CountingRule):
        return Projection(rule, 0, 0.0)
    return _projected(rule, outer_classes(rule.neighborhood, rule.num_states))


def to_isotropic(operand: Operand) -> Projection:
    """Return the nearest rule that does the same in all turns and mirrors of a neighbourhood.

    It is exact: no such rule is nearer.

    Raises:
        ArgumentError: as `to_counting`.
    """
    rule = as_rule(operand)
    if isinstance(rule, CountingRule):
        return Projection(rule, 0, 0.0)
    return _projected(rule, classes(rule.neighborhood, rule.num_states))


def _projected(rule: Rule, classes: Classes) -> Projection:
    domain = whole_of([rule])
    entries = domain.entries(rule)
    nearest = _most_frequent(entries, classes, rule.num_states)[classes]
    residual = domain.count(nearest != entries)
    projected = as_rule(domain.rule(nearest))
    return Projection(projected, residual, residual / domain.num_neighborhoods)


def _most_frequent(entries: States, classes: Classes, k: int) -> States:
    number = int(classes.max()) + 1
    votes = np.bincount(classes * k + entries, minlength=number * k).reshape(number, k)
    winners: States = votes.argmax(axis=1).astype(np.uint8)
    return winners
