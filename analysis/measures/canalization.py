"""Inputs that settle the outcome alone."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod

import numpy as np

from analysis.domains import Whole, domain_of
from analysis.operands import Operand, as_rule
from analysis.rules.counting import CountingRule
from analysis.rules.neighborhood import Offset
from analysis.rules.rule import Rule, States


@dataclass(frozen=True)
class Canalizing:
    """A cell that, in some state, settles what becomes of the cell in the middle.

    Attributes:
        cell: offset from the middle, in index order.
        state: of that cell.
        outcome: what the cell in the middle becomes, whatever the others are in.
    """

    cell: Offset
    state: int
    outcome: int


def canalizing(operand: Operand) -> tuple[Canalizing, ...]:
    """Return all inputs that settle the outcome alone, by cell and state.

    (Kauffman, Metabolic stability and epigenesis in randomly constructed genetic nets, 1969.)
    """
    rule = as_rule(operand)
    found = []
    for place, cell in enumerate(rule.neighborhood.cells):
        for state, outcomes in enumerate(_outcomes(rule, place)):
            if len(outcomes) == 1:
                found.append(Canalizing(cell, state, int(outcomes[0])))
    return tuple(found)


def canalized_share(operand: Operand) -> float:
    """Return the share of neighbourhoods that hold at least one input that settles the outcome."""
    rule = as_rule(operand)
    counts = [0] * len(rule.neighborhood.cells)
    for one in canalizing(rule):
        counts[rule.neighborhood.cells.index(one.cell)] += 1
    return 1 - prod(1 - count / rule.num_states for count in counts)


def _outcomes(rule: Rule, place: int) -> list[States]:
    """Return by the state of a cell which states can come."""
    k, domain = rule.num_states, domain_of([rule])
    if isinstance(domain, Whole):
        by_state = domain.entries(rule).reshape(k**place, k, -1)
        return [np.unique(by_state[:, state]) for state in range(k)]
    assert isinstance(rule, CountingRule)
    if not any(rule.neighborhood.cells[place]):
        return [np.unique(rule.transitions[state]) for state in range(k)]
    some, none = np.unique(rule.transitions[:, 1:]), np.unique(rule.transitions[:, :-1])
    return [some if state == 1 else none for state in range(k)]
