"""Confidence intervals that hold for any distribution: of a share, and of a median."""

from __future__ import annotations

from collections.abc import Sequence
from math import comb, sqrt
from statistics import median
from typing import NamedTuple

from voxnca.errors import ArgumentError

CONFIDENCE = 0.95
_Z = 1.959963984540054
"""Quantile of the normal distribution at (1 + CONFIDENCE) / 2."""


class Interval(NamedTuple):
    """A figure, and the interval that holds it at 95 % confidence."""

    value: float
    low: float
    high: float


def of_share(count: int, total: int) -> Interval:
    """Return a share with the interval of Wilson (1927), which holds near 0 and 1, too.

    Args:
        count: of those that have the property, 0 to `total`.
        total: of all, at least 1.

    Raises:
        ArgumentError: for other numbers.
    """
    _check_counts(count, total)
    share, shrink = count / total, 1 + _Z**2 / total
    middle = (share + _Z**2 / (2 * total)) / shrink
    reach = _Z / shrink * sqrt(share * (1 - share) / total + _Z**2 / (4 * total**2))
    # Rounding must not part the ends from what they are exactly.
    low = 0.0 if count == 0 else middle - reach
    return Interval(share, low, 1.0 if count == total else middle + reach)


def of_median(values: Sequence[float]) -> Interval:
    """Return a median between two of the values themselves: exact for any distribution.

    Of independent values the k-th smallest is above the true median with the probability that
    fewer than k of n fair coins show heads; k is the highest for which that is at most 2.5 %, or
    1 where there are too few values for that.

    Args:
        values: at least one.

    Raises:
        ArgumentError: when there is none.
    """
    if not values:
        raise ArgumentError("values=[]: nothing was measured; give at least one")
    ordered = sorted(values)
    k = _rank(len(ordered))
    return Interval(median(ordered), ordered[k - 1], ordered[-k])


def _rank(n: int) -> int:
    tail, k = 1, 1  # of 2^n ways to throw n coins, those with fewer than k heads
    while 40 * (tail + comb(n, k)) <= 2**n:  # twice the tail is at most 5 %
        tail += comb(n, k)
        k += 1
    return k


def clopper_pearson(
    count: int, total: int, *, confidence: float = CONFIDENCE, family: int = 1
) -> Interval:
    """Return a share with the exact interval of Clopper and Pearson (1934).

    Args:
        count: of those that have the property, 0 to `total`.
        total: of all, at least 1.
        confidence: that all intervals of the family hold together.
        family: how many there are; each gets its part of the doubt (Bonferroni).

    Raises:
        ArgumentError: for other numbers.
    """
    _check_counts(count, total)
    if not 0 < confidence < 1:
        raise ArgumentError(f"confidence={confidence!r} must be a number in (0, 1)")
    if family < 1:
        raise ArgumentError(f"family={family!r} must be a whole number of at least 1")
    doubt = (1 - confidence) / family / 2
    high = 1 - lowest_share(total - count, total, doubt)
    return Interval(count / total, lowest_share(count, total, doubt), high)


def lowest_share(count: int, total: int, doubt: float) -> float:
    """Return the share of which so many or more come about with a probability of `doubt`.

    It is the one-sided bound of Clopper and Pearson from below, at a confidence of 1 - `doubt`.
    """
    from scipy.stats import beta  # noqa: PLC0415 - loads slowly, and few need it

    return 0.0 if count == 0 else float(beta.ppf(doubt, count, total - count + 1))


def _check_counts(count: int, total: int) -> None:
    if total < 1 or not 0 <= count <= total:
        raise ArgumentError(f"count={count} of total={total}: give 0 <= count <= total, total >= 1")
