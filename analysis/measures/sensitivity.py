"""How much it matters to a cell what another cell is in."""

from __future__ import annotations

from itertools import combinations

import numpy as np

from analysis.domains import Floats, Whole, domain_of
from analysis.operands import Operand, as_rule
from analysis.rules.counting import CountingRule
from analysis.rules.neighborhood import Neighborhood
from analysis.rules.rule import Rule, States


def influences(operand: Operand) -> Floats:
    """Return how often a cell's next state changes when one cell of its neighbourhood does.

    Every neighbourhood is as likely as any other, and the cell changes into any other state.
    (Kahn, Kalai and Linial, The influence of variables on Boolean functions, 1988.)

    Returns:
        float64 `(3^d,)`, each 0 to 1, of the cells of the Moore neighbourhood in index order: NW
        first, SE last. Those that the rule does not read have 0.
    """
    rule = as_rule(operand)
    domain = domain_of([rule])
    if isinstance(domain, Whole):
        own = _of_entries(domain.entries(rule), rule.num_states)
    else:
        assert isinstance(rule, CountingRule)
        own = _of_counts(rule)
    spread = np.zeros(3**rule.num_dims)
    spread[places(rule)] = own
    return spread


def average_sensitivity(operand: Operand) -> float:
    """Return how many of the cells of a neighbourhood would change the outcome, each by itself.

    It is the sum of the influences: 0 to 3^d. It is also how many cells differ a step after one
    was changed, on average over soups: the slope of the Derrida curve at 0.
    (Shmulevich and Kauffman, Activities and sensitivities in Boolean network models, 2004.)
    """
    return float(influences(operand).sum())


def places(rule: Rule) -> list[int]:
    """Return where the cells that a rule reads are among all 3^d cells."""
    cells = Neighborhood("moore", rule.num_dims).cells
    return [cells.index(offset) for offset in rule.neighborhood.cells]


def _of_entries(entries: States, k: int) -> Floats:
    num_cells = round(np.log(len(entries)) / np.log(k))
    influences = []
    for cell in range(num_cells):
        by_state = entries.reshape(k**cell, k, -1)
        changed = [(by_state[:, a] != by_state[:, b]).mean() for a, b in combinations(range(k), 2)]
        influences.append(np.mean(changed))
    return np.array(influences)


def _of_counts(rule: CountingRule) -> Floats:
    """Compute the same from counts, for rules of any size.

    A neighbour matters when it changes into state 1 or out of it: 2 of k pairs of states do.
    """
    k, n, table = rule.num_states, rule.num_neighbors, rule.transitions
    pairs = list(combinations(range(k), 2))
    changed = np.mean([table[a] != table[b] for a, b in pairs], axis=0)
    own = float(changed @ count_shares(n, k))
    neighbor = float((table[:, 1:] != table[:, :-1]).mean(axis=0) @ count_shares(n - 1, k)) * 2 / k
    is_own = [not any(offset) for offset in rule.neighborhood.cells]
    return np.where(is_own, own, neighbor)


def count_shares(num_cells: int, num_states: int) -> Floats:
    """Return how often so many of some cells are in state 1, all states being as likely.

    Returns:
        float64 `(num_cells + 1,)`, of sum 1: by the count.
    """
    row = np.ones(1)
    for _ in range(num_cells):
        row = np.convolve(row, [1 - 1 / num_states, 1 / num_states])
    return row
