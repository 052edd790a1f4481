"""Positional information: what hidden channels are to say of where a cell is."""

from __future__ import annotations

import pytest
import torch

import voxnca
from voxnca import ArgumentError, ModelConfig, TrainConfig, losses, recipe
from voxnca.grid import center
from voxnca.positions import num_position_channels, positions


@pytest.mark.parametrize("space", [(9, 12), (8, 10, 11)])
def test_no_two_cells_have_the_same_position_and_the_seeds_is_the_origin(space):
    told = positions(space, 12.0)
    assert told.shape == (*space, num_position_channels(len(space)))
    assert len(told.reshape(-1, told.shape[-1]).unique(dim=0)) == told[..., 0].numel()
    assert told[center(space)].tolist() == [0.0, 0.0, 1.0] * len(space)
    assert told.abs().max() <= 1 + 1e-6


def test_fine_numbers_repeat_by_the_period_and_the_coarse_one_does_not():
    told = positions((33, 33), 12.0)
    torch.testing.assert_close(told[4, :, 1:3], told[16, :, 1:3], atol=1e-5, rtol=0)
    assert (told[16, :, 0] - told[4, :, 0] > 0.5).all()


def test_the_hidden_loss_looks_at_the_first_hidden_channels_of_cells_that_are_to_live():
    target = torch.zeros(6, 7, 4)
    target[2:4, 2:5, 3] = 1.0
    wanted = positions((6, 7), 12.0)
    state = torch.randn(2, 6, 7, 14)
    state[0, 2:4, 2:5, 4:10] = wanted[2:4, 2:5]
    state[1, 2:4, 2:5, 4:10] = wanted[2:4, 2:5] + 0.5
    found = losses.hidden_loss(state, wanted, target, 6)
    torch.testing.assert_close(found, torch.tensor([0.0, 0.25]), atol=1e-6, rtol=0)


def test_training_teaches_cells_where_they_are():
    target = voxnca.load_target("heart", size=8)
    model = voxnca.NCA(ModelConfig(num_dims=2, num_channels=12, hidden_size=32, fire_rate=1.0))
    config = TrainConfig(num_steps=150, evaluations=0, hidden_weight=1.0)
    training = voxnca.train(model, target, config)
    told, placed = positions(training.space, 12.0), target.place(training.space)
    at_first, at_last = (
        float(losses.hidden_loss(step.state, told, placed, target.num_solid).mean())
        for step in training
        if step.index in (1, 150)
    )
    assert at_last < 0.6 * at_first


def test_a_rule_without_room_for_positions_is_refused():
    target = voxnca.load_target("heart", size=8)
    model = voxnca.NCA(ModelConfig(num_dims=2, num_channels=9))
    with pytest.raises(ArgumentError, match=r"num_channels=9 .* at least 10, or hidden_weight=0"):
        voxnca.train(model, target, TrainConfig(hidden_weight=0.1))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"task": "fly"}, "task='fly' is unknown; use one of: grow, certifiable, goals"),
        ({"num_dims": 4}, "num_dims=4 is unknown; use one of: 2, 3"),
        ({"preset": "slow"}, "use one of: fast, default"),
    ],
)
def test_recipes_that_do_not_exist(arguments, message):
    with pytest.raises(ArgumentError, match=message):
        recipe(**arguments)


def test_a_rule_is_trained_by_the_recipe_of_what_it_is_made_for():
    heart, star = (voxnca.load_target(name, size=8) for name in ("heart", "butterfly"))
    plain = ModelConfig(num_dims=2)
    cases = {
        "grow": (plain, heart),
        "goals": (ModelConfig(num_dims=2, num_goals=2), [heart, star]),
        "obstacles": (ModelConfig(num_dims=2, senses=("walls",)), heart),
        "steer": (ModelConfig(num_dims=2, senses=("walls", "beacon", "root")), None),
    }
    for task, (config, target) in cases.items():
        training = voxnca.train(voxnca.NCA(config), target)
        usual = recipe(task)
        assert training.config.task == usual.task
        assert training.config.hidden_weight == usual.hidden_weight
        assert training.num_steps > 1
