"""In how many neighbourhoods two rules differ, counted or weighted by how often they are met."""

from __future__ import annotations

from analysis.distance.visits import Visits
from analysis.domains import domain_of
from analysis.operands import Operand, as_rules


def hamming(one: Operand, other: Operand) -> int:
    """Return in how many neighbourhoods two rules differ: for two states in the plane, of 512.

    Args:
        one: a rule, a table of the plane, or what has a `.rule` or `.table`.
        other: another of as many states and dimensions.

    Returns:
        Of all k^(3^d), exactly; bounds do not count.

    Raises:
        ArgumentError: as `operands.as_rules`; when one of the rules does not count and a table
            would have more than 2^24 entries.
    """
    first, second = as_rules(one, other)
    domain = domain_of([first, second])
    return domain.count(domain.entries(first) != domain.entries(second))


def hamming_share(one: Operand, other: Operand) -> float:
    """Return in which share of all neighbourhoods two rules differ, 0 to 1.

    Raises:
        ArgumentError: as `hamming`.
    """
    first, second = as_rules(one, other)
    share: float = hamming(first, second) / domain_of([first, second]).num_neighborhoods
    return share


def visited(one: Operand, other: Operand, visits: Visits) -> float:
    """Return how often a cell is in a neighbourhood in which two rules differ, 0 to 1.

    Args:
        one: as of `hamming`.
        other: as of `hamming`.
        visits: how often neighbourhoods are met; of soups in which all states are as likely, this
            is the `hamming_share`.

    Raises:
        ArgumentError: as `hamming`; for visits of another number of states or dimensions.
    """
    first, second = as_rules(one, other)
    domain = domain_of([first, second])
    differs = domain.entries(first) != domain.entries(second)
    return float(visits.weights(domain)[differs].sum())
