"""How a difference between two runs grows in a step: the Derrida curve."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike

from analysis.domains import Floats
from analysis.measures.spectrum import level_weights
from analysis.operands import Operand, as_rule
from analysis.rules.counting import CountingRule
from voxnca.errors import ArgumentError


def derrida_curve(operand: Operand, differing: ArrayLike) -> Floats:
    """Return which share of cells differs after a step, by the share that differed before.

    It is exact for soups in which all states are as likely, and cells that differ, each by
    itself, are in any other state. The slope at 0 is the `average_sensitivity`. (Derrida and
    Pomeau, Random networks of automata: a simple annealed approximation, 1986.)

    Args:
        operand: a rule of any number of states.
        differing: shares of cells, each 0 to 1.

    Returns:
        float64, of the shape of `differing`.

    Raises:
        ArgumentError: for shares outside 0 to 1.
    """
    rule, shares = as_rule(operand), np.asarray(differing, dtype=np.float64)
    if not ((shares >= 0) & (shares <= 1)).all():
        raise ArgumentError(f"differing={differing!r} must be shares of cells, from 0 to 1")
    if isinstance(rule, CountingRule):
        after = [_changed_of_counts(rule, float(share)) for share in shares.flat]
        return np.array(after).reshape(shares.shape)
    kept = 1 - shares * rule.num_states / (rule.num_states - 1)
    weights = level_weights(rule)
    powers: Floats = kept[..., None] ** np.arange(len(weights))
    return 1 - powers @ weights


def _changed_of_counts(rule: CountingRule, differing: float) -> float:
    """Sum over what the cell itself and the counts are before, and after the change."""
    k, n = rule.num_states, rule.num_neighbors
    joint = _joint_counts(k, n, differing)
    own = np.full((k, k), differing / (k * (k - 1)))
    np.fill_diagonal(own, (1 - differing) / k)
    changed = 0.0
    for outcome in range(k):
        made = (rule.transitions == outcome).astype(np.float64)
        changed += float((own * (made @ joint @ (1 - made).T)).sum())
    return changed


@lru_cache(maxsize=256)
def _joint_counts(k: int, n: int, differing: float) -> Floats:
    """Return how often so many of n neighbours are in state 1 before, and so many after."""
    lone = differing / k  # in state 1 in the one copy only
    one = np.array([[1 - 1 / k - lone, lone], [lone, 1 / k - lone]])
    joint = np.ones((1, 1))
    for _ in range(n):
        wider = np.zeros((len(joint) + 1, len(joint) + 1))
        for a, b in np.ndindex(2, 2):
            wider[a : a + len(joint), b : b + len(joint)] += one[a, b] * joint
        joint = wider
    return joint
