"""Growing with cells that fire at random, measured."""

import pytest
import torch

import voxnca
from analysis.intervals import lowest_share
from analysis.random_growth import measure_random_growth
from voxnca import ArgumentError
from voxnca.parts import finish
from voxnca.trial import Trial


@pytest.fixture(scope="module")
def rule():
    return voxnca.load("proven")


@pytest.fixture(scope="module")
def pattern(rule):
    space = Trial.of(rule, rule.target).space
    return rule.grow(voxnca.seed(rule.config, space), 200)[0]


def measured(rule, pattern, **options):
    return finish(
        measure_random_growth(rule, pattern, **{"num_trials": 12, "steps": 400, **options})
    )


def test_trials_that_come_to_the_pattern_count(rule, pattern):
    found = measured(rule, pattern)
    assert (found.successes, found.num_trials, found.looks) == (12, 12, (360, 400))
    assert found.low == pytest.approx(lowest_share(12, 12, 0.01))
    assert found.to_json()["fire_rate"] == 0.5


def test_trials_that_are_not_there_in_time_do_not(rule, pattern):
    assert measured(rule, pattern, steps=10).successes == 0


@pytest.mark.parametrize("channel", [0, 3])
def test_a_pattern_that_looks_a_little_different_is_another(rule, pattern, channel):
    other = pattern.clone()
    solid = (pattern[..., 3] > 0.5).nonzero()[0]
    other[tuple(solid)][channel] += 0.03
    assert measured(rule, other).successes == 0


def test_it_goes_in_chunks_and_the_figures_are_those_of_all_trials(rule, pattern):
    stages = list(measure_random_growth(rule, pattern, num_trials=25, steps=20))
    assert [(stage.index, stage.total) for stage in stages] == [(0, 25), (10, 25), (20, 25)]


def test_states_that_are_no_numbers_are_no_successes(rule, pattern):
    assert measured(rule, torch.full_like(pattern, torch.nan)).successes == 0


@pytest.mark.parametrize(
    "options",
    [
        {"fire_rate": 1.0},
        {"fire_rate": 0.0},
        {"num_trials": 0},
        {"steps": 9},
        {"confidence": 1.0},
    ],
)
def test_bad_values_are_named(rule, pattern, options):
    with pytest.raises(ArgumentError, match=next(iter(options))):
        measured(rule, pattern, **options)
