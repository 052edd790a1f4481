"""A figure's interval holds the true mean about as often as it says."""

import numpy as np
import pytest

from analysis.spread import Spread
from voxnca import ArgumentError


def test_the_interval_holds_the_mean_nineteen_times_in_twenty():
    generator = np.random.default_rng(3)
    samples = 1 - generator.exponential(0.05, (200, 80))  # crowded below 1, as IoUs are
    spreads = [Spread.of(sample, seed=seed) for seed, sample in enumerate(samples)]
    held = np.mean([spread.low <= 0.95 <= spread.high for spread in spreads])
    assert 0.89 <= held <= 0.99


def test_equal_values_leave_no_doubt():
    assert Spread.of([0.5] * 7).to_json() == {
        "count": 7,
        "mean": 0.5,
        "low": 0.5,
        "high": 0.5,
        "worst": 0.5,
    }


def test_the_same_values_give_the_same_interval():
    values = np.random.default_rng(0).random(30).tolist()
    assert Spread.of(values) == Spread.of(values)
    assert Spread.of(values).worst == min(values)


def test_nothing_measured_is_refused():
    with pytest.raises(ArgumentError, match=r"values=\[\]: nothing was measured"):
        Spread.of([])
