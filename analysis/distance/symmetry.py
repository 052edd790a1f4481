"""Distances that do not care how one looks at a rule: turned, mirrored, inverted, relabelled."""

from __future__ import annotations

from functools import cache
from itertools import permutations

import numpy as np
from numpy.typing import NDArray

from analysis.distance.entrywise import hamming
from analysis.domains import whole_of
from analysis.measures.variants import turns
from analysis.operands import Operand, as_rules
from analysis.rules.counting import CountingRule
from analysis.rules.neighborhood import Neighborhood
from analysis.rules.rule import Rule
from analysis.rules.symmetries import complement
from voxnca.errors import ArgumentError

MAX_RELABELLED = 4
"""States that are put in every order: there are 24 orders of 4, and 4^9 entries each."""


def modulo_symmetry(one: Operand, other: Operand) -> int:
    """Return the smallest Hamming distance between two rules in any turn and mirror.

    Of two states, also with live and dead exchanged in one of them: 0 means that what runs in one
    rule runs in the other, seen from elsewhere.

    Returns:
        Of all k^(3^d) neighbourhoods.

    Raises:
        ArgumentError: as `hamming`.
    """
    first, second = as_rules(one, other)
    sides = [second, complement(second)] if second.num_states == 2 else [second]
    return min(_turned(first, side) for side in sides)


def relabelled(one: Operand, other: Operand, *, fix_zero: bool = False) -> int:
    """Return the smallest Hamming distance when the states of one rule may be renamed.

    All ways to rename are tried: the nearest one cannot be found state by state.

    Args:
        one: a rule of at most 4 states, of the plane or with a small table.
        other: as of `hamming`.
        fix_zero: whether state 0, the empty one, keeps its name.

    Returns:
        Of all k^(3^d) neighbourhoods.

    Raises:
        ArgumentError: as `hamming`; for more than 4 states, or tables of more than 2^24 entries.
    """
    first, second = as_rules(one, other)
    k = first.num_states
    if k > MAX_RELABELLED:
        raise ArgumentError(
            f"num_states={k}: states are renamed in all {k}! ways, for at most {MAX_RELABELLED} "
            "of them; use distance.hamming"
        )
    domain = whole_of([first, second])
    entries, others = domain.entries(first), domain.entries(second)
    return min(
        domain.count(np.array(order, dtype=np.uint8)[entries] != others[renamed])
        for order, renamed in _renamings(k, domain.neighborhood)
        if not (fix_zero and order[0])
    )


def _turned(one: Rule, other: Rule) -> int:
    if isinstance(one, CountingRule) and isinstance(other, CountingRule):
        return hamming(one, other)
    domain = whole_of([one, other])
    fixed, turned = domain.entries(one), domain.rule(domain.entries(other))
    return min(domain.count(fixed != entries) for entries in turns(turned))


@cache
def _renamings(
    k: int, neighborhood: Neighborhood
) -> tuple[tuple[tuple[int, ...], NDArray[np.int64]], ...]:
    """Return all orders of states, and where each entry goes when its cells are renamed so."""
    m = len(neighborhood.cells)
    codes = np.arange(k**m).reshape((k,) * m)
    return tuple(
        (order, codes[np.ix_(*[np.array(order)] * m)].reshape(-1))
        for order in permutations(range(k))
    )
