"""Every shipped model that is driven does what it was trained to, where it has never been."""

import pytest
import torch

import voxnca
from analysis.obstacles import obstacle_figures, unseen_obstacles
from voxnca import Environment, load, model_names, morphs
from voxnca.layouts import held_out_layouts
from voxnca.steering import measure

DRIVEN = {name: load(name) for name in model_names()}
DRIVEN = {name: model for name, model in DRIVEN.items() if model.config.is_conditioned}
GOALS = [name for name, model in DRIVEN.items() if model.config.num_goals]
WALLED = [name for name, model in DRIVEN.items() if model.config.senses == ("walls",)]
SHOWN = [name for name, model in DRIVEN.items() if "beacon" in model.config.senses]
SEEKING = [name for name, model in DRIVEN.items() if "bare_beacon" in model.config.senses]


def test_each_kind_ships_in_2d_and_in_3d():
    for names in (GOALS, WALLED, SHOWN):
        assert sorted(DRIVEN[name].config.num_dims for name in names) == [2, 3]
    assert SEEKING
    assert {len(DRIVEN[name].targets) for name in GOALS} == {3, 4}
    assert sorted(GOALS + WALLED + SHOWN + SEEKING) == sorted(DRIVEN)


@pytest.mark.parametrize("name", GOALS)
def test_goals_are_grown_and_turn_into_each_other(name):
    model = DRIVEN[name]
    two = model.config.num_dims == 2
    ious = morphs(model)
    K = len(model.targets)
    assert ious.shape == (K, K)
    assert ious.diagonal().min() >= 0.95
    changed = ious[~torch.eye(K, dtype=torch.bool)]
    assert changed.mean() >= (0.95 if two else 0.92)
    assert changed.min() >= (0.9 if two else 0.85)


@pytest.mark.parametrize("name", WALLED)
def test_a_pattern_is_grown_round_unseen_obstacles(name):
    model = DRIVEN[name]
    obstacles = unseen_obstacles(model.target, 2)
    figures = obstacle_figures(model, obstacles)
    assert figures.grown_iou.mean >= 0.93
    assert figures.healed.mean >= 0.8
    state = voxnca.seed(model.config, obstacles[0].shape)
    grown = model.grow(state, model.info.grow_steps, environment=Environment(obstacles[0]))
    assert not grown[0, torch.from_numpy(obstacles[0])].any()


@pytest.mark.parametrize(("name", "count"), [(name, 24) for name in SHOWN])
def test_vines_reach_their_beacons_whatever_befalls_them(name, count):
    model = DRIVEN[name]
    side = model.info.recipe.task.size
    found = measure(model, held_out_layouts((side,) * model.config.num_dims, count)).steering
    for reach in (found.grown, found.moved, found.cut, found.late):
        assert reach.count >= count - 1
    assert found.median_ratio <= 1.05
    assert found.stray_share <= 0.05


@pytest.mark.parametrize("name", SEEKING)
def test_vines_find_the_way_to_a_bare_beacon(name):
    model = DRIVEN[name]
    side = model.info.recipe.task.size
    found = measure(model, held_out_layouts((side,) * model.config.num_dims, 12)).steering
    for reach in (found.grown, found.moved, found.cut, found.late):
        assert reach.count >= 10
    assert found.median_ratio <= 1.05
