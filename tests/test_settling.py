"""Training that brings a pattern to rest."""

import pytest
import torch

import voxnca
from voxnca import (
    NCA,
    ArgumentError,
    DamageConfig,
    ModelConfig,
    SettleConfig,
    TrainConfig,
    Training,
    load_target,
    quality,
    train,
)
from voxnca.losses import faltering, unrest

HEART = load_target("heart", size=8)


def newborn():
    """Make a small rule that leaks."""
    return NCA(
        ModelConfig(
            num_dims=2,
            num_channels=8,
            hidden_size=32,
            fire_rate=1.0,
            leak=1 / 32,
            perception="sobel",
        )
    )


def recipe(**fields):
    """Make a recipe that takes a few seconds."""
    usual = {"num_steps": 400, "evaluations": 0, "margin_cells": 3}
    return TrainConfig(**{**usual, "settle": SettleConfig(weight=5.0, start_share=0.4), **fields})


def unrest_of_grown(**fields):
    """Train, and return how much a step changes the pattern at 3 T."""
    training = train(newborn(), HEART, recipe(**fields))
    for _ in training:
        pass
    model = training.model
    with torch.no_grad():
        run = model.rollout(voxnca.seed(model.config, training.space))
        before = run.step(3 * training.grow_steps).state()
        assert float(quality.iou(before, HEART.place(training.space))) > 0.8
        return float(unrest(before, run.step(1).state(), HEART.num_solid))


def test_settling_brings_a_pattern_near_rest():
    assert unrest_of_grown() < 0.3 * unrest_of_grown(settle=SettleConfig())


def test_a_settling_run_resumes_as_if_it_had_not_stopped(tmp_path):
    fields = {
        "num_steps": 40,
        "pool_size": 6,
        "batch_size": 3,
        "settle": SettleConfig(weight=1.0, start_share=0.2),
        "damage": DamageConfig(start_share=0.1),
    }
    whole = [step.loss for step in train(newborn(), HEART, recipe(**fields))]
    half = train(newborn(), HEART, recipe(**fields))
    losses = [next(half).loss for _ in range(21)]
    half.save(tmp_path / "half.safetensors")
    losses += [step.loss for step in Training.load(tmp_path / "half.safetensors")]
    assert losses == whole


def test_unrest_counts_changes_over_the_body():
    state = torch.zeros(2, 3, 3, 4)
    after = state.clone()
    after[1, 0, 0, 2] = 0.5
    still, moved = unrest(state, after, num_solid=2)
    assert still == 0
    assert moved == pytest.approx((0.25 + 0.03 * 0.5) / (2 * 4))


def test_only_alpha_near_the_threshold_falters():
    state = torch.zeros(1, 4, 1, 4)
    state[0, :, 0, 3] = torch.tensor([0.0, 0.1, 0.115, 1.0])
    assert faltering(state, 0.03, num_solid=3)[0] == pytest.approx((1 + 0.5) / 3, rel=1e-4)


@pytest.mark.parametrize("value", [0, 1.5, "x"])
def test_a_fire_rate_of_a_run_is_a_probability(value):
    model = newborn()
    with pytest.raises(ArgumentError, match="fire_rate"):
        model.rollout(voxnca.seed(model.config, (8, 8)), fire_rate=value)


def test_a_run_fires_at_the_rate_it_is_told():
    model = newborn()
    with torch.no_grad():
        model.out.bias.fill_(0.2)
    state = voxnca.seed(model.config, (9, 9))
    at_random = NCA(ModelConfig(**{**model.config.to_json(), "fire_rate": 0.5}))
    at_random.load_state_dict(model.state_dict())
    with torch.no_grad():
        told = model.rollout(state, fire_rate=0.5).step(5).state()
        assert torch.equal(told, at_random.grow(state, 5))
        assert not torch.equal(told, model.grow(state, 5))
