"""How far rules are apart in what they do, not in how they are said."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from analysis.measures.behavior import damage, densities
from analysis.measures.derrida import derrida_curve
from analysis.measures.sensitivity import average_sensitivity
from analysis.operands import Operand, as_rules
from analysis.rules.rule import Rule

_REACH = {2: 16, 3: 8}
"""Steps for which damage is followed."""
_CHANGED = np.linspace(0, 1, 21)


def density(one: Operand, other: Operand, *, num_steps: int = 64, seed: int = 0) -> float:
    """Return how far populations are apart that grew from the same soups.

    See `measures.densities`.

    Returns:
        The share of cells, 0 to 1, that would have to change their state for the populations to
        be equal, on average over soups and steps: half the L1 distance.

    Raises:
        ArgumentError: as `operands.as_rules`.
    """
    first, second = as_rules(one, other)
    return density_from(first, num_steps=num_steps, seed=seed)(second)


def damage_spread(one: Operand, other: Operand, *, seed: int = 0) -> float:
    """Return how differently the change of a cell is felt under two rules.

    See `measures.damage`; 16 steps, 8 in space.

    Returns:
        The mean difference, 0 to 1, of the shares of the cells in reach that are changed.

    Raises:
        ArgumentError: as `operands.as_rules`.
    """
    first, second = as_rules(one, other)
    return damage_from(first, seed=seed)(second)


def density_from(one: Rule, *, num_steps: int = 64, seed: int = 0) -> Callable[[Rule], float]:
    """Return `density` from a rule whose own run is made once."""
    own = densities(one, num_steps=num_steps, seed=seed)

    def apart(other: Rule) -> float:
        its = densities(other, num_steps=num_steps, seed=seed)
        return float(np.abs(own - its).sum(axis=-1).mean() / 2)

    return apart


def damage_from(one: Rule, *, seed: int = 0) -> Callable[[Rule], float]:
    """Return `damage_spread` from a rule whose own run is made once."""
    num_steps = _REACH[one.num_dims]
    own = damage(one, num_steps=num_steps, seed=seed)

    def apart(other: Rule) -> float:
        its = damage(other, num_steps=num_steps, seed=seed)
        return float(np.abs(own - its)[1:].mean())

    return apart


def derrida(one: Operand, other: Operand) -> float:
    """Return the area between the Derrida curves of two rules, 0 to 1.

    Raises:
        ArgumentError: as `operands.as_rules`; as `measures.derrida_curve`.
    """
    first, second = as_rules(one, other)
    a, b = (derrida_curve(rule, _CHANGED) for rule in (first, second))
    return float(np.trapezoid(np.abs(a - b), _CHANGED))


def derrida_slope(one: Operand, other: Operand) -> float:
    """Return how far the slopes of the Derrida curves at 0 are apart, in cells: 0 to 3^d.

    Raises:
        ArgumentError: as `derrida`.
    """
    slopes = [average_sensitivity(rule) for rule in as_rules(one, other)]
    return abs(slopes[0] - slopes[1])
