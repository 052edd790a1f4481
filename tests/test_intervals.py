"""Intervals against scipy's, and by counting how often they hold what they are to hold."""

from math import comb

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from analysis.intervals import clopper_pearson, of_median, of_share
from voxnca import ArgumentError


@given(st.integers(1, 3000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_the_interval_of_a_share_is_wilsons(counts):
    count, total = counts
    found = of_share(count, total)
    expected = stats.binomtest(count, total).proportion_ci(0.95, method="wilson")
    assert found == pytest.approx((count / total, expected.low, expected.high), abs=1e-12)
    assert found.low <= found.value <= found.high


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=1500))
def test_the_interval_of_a_median_has_the_probability_it_says(values):
    value, low, high = of_median(values)
    n, ordered = len(values), np.sort(values)
    assert value == pytest.approx(np.median(values))
    assert low <= value <= high
    k = 1 + max(k for k in range(n) if k == 0 or 2 * stats.binom.cdf(k, n, 0.5) <= 0.05)
    assert (low, high) == (ordered[k - 1], ordered[n - k])


def test_the_median_lies_in_its_interval_as_often_as_promised():
    random = np.random.default_rng(0)
    held = [
        low <= np.log(2) <= high
        for _, low, high in (of_median(random.exponential(size=60).tolist()) for _ in range(2000))
    ]
    assert 0.95 <= np.mean(held) < 0.985


@pytest.mark.parametrize(("count", "total"), [(0, 0), (3, 2), (-1, 5)])
def test_no_interval_of_nothing(count, total):
    with pytest.raises(ArgumentError, match="0 <= count <= total"):
        of_share(count, total)
    with pytest.raises(ArgumentError, match="nothing was measured"):
        of_median([])


class TestClopperPearson:
    def test_known_values(self):
        low, high = clopper_pearson(5, 10)[1:]
        assert low == pytest.approx(0.18709, abs=1e-5)
        assert high == pytest.approx(0.81291, abs=1e-5)
        assert clopper_pearson(0, 10).low == 0
        assert clopper_pearson(10, 10).low == pytest.approx(0.025 ** (1 / 10))

    @pytest.mark.parametrize("share", [0.03, 0.3, 0.9])
    def test_it_covers_as_often_as_it_says(self, share):
        total = 40
        chance = [comb(total, k) * share**k * (1 - share) ** (total - k) for k in range(total + 1)]
        covered = sum(
            p
            for k, p in enumerate(chance)
            if clopper_pearson(k, total).low <= share <= clopper_pearson(k, total).high
        )
        assert covered >= 0.95

    def test_one_of_a_family_is_wider(self):
        one, many = clopper_pearson(7, 20), clopper_pearson(7, 20, family=10)
        assert many.low < one.low < one.high < many.high

    @pytest.mark.parametrize(
        "arguments",
        [{"count": 3, "total": 2}, {"count": 0, "total": 0}, {"confidence": 1.0}, {"family": 0}],
    )
    def test_numbers_that_are_none(self, arguments):
        with pytest.raises(ArgumentError):
            clopper_pearson(**{"count": 1, "total": 2, **arguments})
