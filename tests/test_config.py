"""Configs are checked when made, and JSON carries them there and back."""

import dataclasses
import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voxnca import (
    ArgumentError,
    DamageConfig,
    ModelConfig,
    OptimizerConfig,
    RolloutConfig,
    TrainConfig,
)
from voxnca.config import BORDERS, OPTIMIZERS, PERCEPTIONS, check_seed

shares = st.floats(0, 1)
pairs = st.tuples(st.floats(0, 2), st.floats(0, 2)).map(lambda pair: tuple(sorted(pair)))
shares_pair = st.tuples(shares, shares).map(lambda pair: tuple(sorted(pair)))
model_configs = st.builds(
    ModelConfig,
    num_dims=st.sampled_from([2, 3]),
    num_channels=st.integers(4, 64),
    hidden_size=st.integers(1, 256),
    perception=st.lists(st.sampled_from(PERCEPTIONS), min_size=1, max_size=3).map("+".join),
    border=st.sampled_from(BORDERS),
    fire_rate=st.floats(0, 1, exclude_min=True),
    leak=st.floats(0, 1, exclude_max=True),
)
train_configs = st.builds(
    TrainConfig,
    num_steps=st.none() | st.integers(1, 10**6),
    effort=st.floats(0.01, 100),
    seed=st.integers(0, 2**32 - 1),
    batch_size=st.none() | st.integers(1, 8),
    pool_size=st.integers(8, 64),
    grow_steps=st.none() | st.integers(1, 1000),
    rollout=st.builds(RolloutConfig, early=pairs, late=pairs, ramp_share=shares),
    damage=st.builds(DamageConfig, start_share=shares, share=shares_pair, ball=shares),
    optimizer=st.builds(OptimizerConfig, name=st.sampled_from(OPTIMIZERS), final_share=shares),
)


@given(model_configs | train_configs)
def test_json_there_and_back_is_the_same_config(config):
    assert type(config).from_json(json.loads(json.dumps(config.to_json()))) == config


@pytest.mark.parametrize("config", [ModelConfig(), TrainConfig()])
def test_configs_are_frozen(config):
    with pytest.raises(dataclasses.FrozenInstanceError):
        config.num_channels = 5


ANYTHING = [None, "x", -1, 1e9, math.nan, math.inf, True, (1,), (2, 1), [0.1, 0.2], {}]
FIELDS = [
    (kind, field.name)
    for kind in (ModelConfig, TrainConfig, RolloutConfig, DamageConfig, OptimizerConfig)
    for field in dataclasses.fields(kind)
]


@pytest.mark.parametrize(("kind", "name"), FIELDS)
def test_no_field_takes_just_anything_and_each_refusal_names_it(kind, name):
    refused = 0
    for value in ANYTHING:
        try:
            kind(**{name: value})
        except ArgumentError as error:
            refused += 1
            assert name in str(error)  # noqa: PT017 - some values are right for some fields
    assert refused >= len(ANYTHING) - 4


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: ModelConfig(num_dims=4), "num_dims=4 is unknown; use one of: 2, 3"),
        (lambda: ModelConfig(num_channels=3), "num_channels=3 must be a whole number from 4"),
        (lambda: ModelConfig(fire_rate=0), r"fire_rate=0 must be a number in \(0, 1\]"),
        (lambda: ModelConfig(border="wrap"), "use one of: zero, replicate, circular"),
        (lambda: ModelConfig(perception="sobel+"), "perception='' is unknown"),
        (lambda: TrainConfig(batch_size=33), "batch_size=33 is more than pool_size=32"),
        (lambda: RolloutConfig(late=(2, 1)), r"rollout.late=\(2, 1\) must have low <= high"),
        (lambda: DamageConfig(ball=math.inf), "damage.ball=inf must be a number"),
        (
            lambda: DamageConfig(ball=0, half_space=0, box=0, noise=0),
            "or set batch_share=0 for no damage",
        ),
        (lambda: check_seed(-1), "seed=-1 must be a whole number from 0 to 4294967295"),
        (lambda: ModelConfig.from_json({"chanels": 8}), "field='chanels' is unknown; use one of"),
        (lambda: ModelConfig.from_json([1]), r"ModelConfig must be an object, got \[1\]"),
        (lambda: TrainConfig.from_json({"damage": {"bal": 1}}), "field='bal' is unknown"),
        (lambda: TrainConfig.from_json({"damage": 3}), "DamageConfig must be an object, got 3"),
    ],
)
def test_refusals_say_value_rule_and_remedy(make, message):
    with pytest.raises(ArgumentError, match=message):
        make()
