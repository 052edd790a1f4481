"""A rule as a sum of parities: what is owed to single cells, to pairs, to all together."""

from __future__ import annotations

from math import comb

import numpy as np
from numpy.typing import NDArray

from analysis.domains import Floats, Whole, domain_of
from analysis.operands import Operand, as_rule
from analysis.rules.counting import CountingRule
from analysis.rules.rule import Rule
from voxnca.errors import ArgumentError


def walsh(operand: Operand) -> NDArray[np.int64]:
    """Return the Walsh spectrum of a rule of two states, in which dead is 1 and live is -1.

    (O'Donnell, Analysis of Boolean Functions, Cambridge 2014.)

    Returns:
        int64 `(2^m,)`, m the cells that the rule reads: the coefficient of the parity of the
        cells whose bits are set in the index, times 2^m. The first cell is the highest bit.

    Raises:
        ArgumentError: for more states, or a table of more than 2^24 entries.
    """
    rule = _binary(operand)
    values = 1 - 2 * Whole(2, rule.neighborhood).entries(rule).astype(np.int64)
    half = 1
    while half < len(values):
        pairs = values.reshape(-1, 2, half)
        values = np.stack([pairs[:, 0] + pairs[:, 1], pairs[:, 0] - pairs[:, 1]], 1).reshape(-1)
        half *= 2
    return values


def walsh_power(operand: Operand) -> Floats:
    """Return which share of a rule of two states is made of parities of how many cells.

    Returns:
        float64 `(3^d + 1,)`, of sum 1: by the number of cells, from 0. Exactly 0 where there is
        none.

    Raises:
        ArgumentError: as `walsh`.
    """
    rule = _binary(operand)
    power = np.zeros(3**rule.num_dims + 1)
    if isinstance(rule, CountingRule):
        own = _power_of_counts(rule)
    else:
        spectrum = walsh(rule)
        degrees = np.bitwise_count(np.arange(len(spectrum)))
        own = np.bincount(degrees, (spectrum / len(spectrum)) ** 2).astype(np.float64)
    power[: len(own)] = own
    return power


def walsh_degree(operand: Operand) -> int:
    """Return of how many cells the largest parity is that a rule of two states needs: 0 to 3^d.

    Raises:
        ArgumentError: as `walsh`.
    """
    return int(np.flatnonzero(walsh_power(operand)).max(initial=0))


def level_weights(rule: Rule) -> Floats:
    """Return how much of a rule is owed to how many cells together, for any number of states.

    They are the weights of Efron and Stein's decomposition of the indicators of the outcomes
    (The jackknife estimate of variance, 1981), summed over the outcomes: float64 `(m + 1,)`, of
    sum 1. For two states they are half of `walsh_power` from 1 on.
    """
    k, m = rule.num_states, len(rule.neighborhood.cells)
    basis = _orthonormal(k)
    entries, levels = domain_of([rule]).entries(rule), _levels(k, m)
    weights = np.zeros(m + 1)
    for state in np.unique(entries):
        parts = (entries == state).astype(np.float64)
        for _ in range(m):  # one axis after the other comes first, and goes last
            parts = (basis @ parts.reshape(k, -1)).T.reshape(-1)
        weights += np.bincount(levels, parts**2, minlength=m + 1)
    whole: Floats = weights / k**m
    return whole


def _orthonormal(k: int) -> Floats:
    """Return an orthonormal basis of R^k in rows, the first of them constant."""
    seed = np.eye(k)
    seed[:, 0] = 1
    return np.linalg.qr(seed)[0].T


def _levels(k: int, m: int) -> NDArray[np.int64]:
    levels = np.zeros(1, dtype=np.int64)
    for _ in range(m):
        levels = (levels[:, None] + (np.arange(k) > 0)).reshape(-1)
    return levels


def _binary(operand: Operand) -> Rule:
    rule = as_rule(operand)
    if rule.num_states != 2:
        raise ArgumentError(
            f"num_states={rule.num_states}: only rules of 2 states have a Walsh spectrum"
        )
    return rule


def _power_of_counts(rule: CountingRule) -> Floats:
    """Sum the squared coefficients of a rule that counts, which all parities of a size share."""
    n = rule.num_neighbors
    values: list[list[int]] = (1 - 2 * rule.transitions.astype(np.int64)).tolist()
    power = np.zeros(n + 2)
    for size in range(n + 1):
        character = [_krawtchouk(count, size, n) for count in range(n + 1)]
        dead, live = (sum(v * c for v, c in zip(row, character, strict=True)) for row in values)
        for own, coefficient in enumerate((dead + live, dead - live)):
            power[size + own] += comb(n, size) * (coefficient / 2 ** (n + 1)) ** 2
    return power


def _krawtchouk(count: int, size: int, n: int) -> int:
    """Return the sum of a parity of `size` of n cells over all ways in which `count` are live."""
    return sum((-1) ** j * comb(size, j) * comb(n - size, count - j) for j in range(count + 1))
