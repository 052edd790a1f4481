"""Vines that seek a bare beacon: what is taught, on what grid, and how long they have."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

import voxnca
from voxnca import ArgumentError, ModelConfig, recipe
from voxnca.layouts import draw_layouts
from voxnca.steering import growing_steps, measure
from voxnca.tasks.vines import MEDIUM_ALPHA, FoundVine
from voxnca.ways import distances, reached

BARE = ModelConfig(
    num_dims=2, num_channels=14, hidden_size=16, perception="faces", senses=("walls", "bare_beacon")
)


@pytest.mark.parametrize("space", [(12, 12), (8, 8, 8)])
def test_a_vine_that_is_found_takes_a_shortest_way_through_a_medium_that_carries_the_signal(space):
    for layout in draw_layouts(space, 8, 0):
        vine = FoundVine(layout.blocked, layout.root, layout.beacon)
        steps = distances(~layout.blocked, layout.beacon)
        assert len(vine.way) == 1 + layout.difficulty.steps
        assert tuple(vine.way[0]) == layout.root
        assert tuple(vine.way[-1]) == layout.beacon
        alpha = vine.painted()[..., 3].numpy()
        on_way = np.zeros(space, bool)
        on_way[tuple(vine.way.T)] = True
        assert (alpha[on_way] == 1).all()
        assert np.allclose(alpha[~on_way & (steps >= 0)], MEDIUM_ALPHA)
        assert (alpha[steps < 0] == 0).all()


def test_hidden_channels_are_to_name_the_neighbour_that_is_a_step_nearer():
    layout = draw_layouts((12, 12), 1, 0)[0]
    steps = distances(~layout.blocked, layout.beacon)
    held = FoundVine(layout.blocked, layout.root, layout.beacon).hidden()
    assert held.shape == (12, 12, 5)
    assert held[..., 4].nonzero().tolist() == [list(layout.beacon)]
    assert torch.equal(held.sum(-1) > 0, torch.from_numpy(steps >= 0))
    moves = ((-1, 0), (1, 0), (0, -1), (0, 1))
    for *cell, face in held[..., :4].nonzero().tolist():
        near = tuple(i + s for i, s in zip(cell, moves[face], strict=True))
        assert steps[near] == steps[tuple(cell)] - 1


def test_a_rule_that_seeks_learns_by_its_own_recipe():
    config = replace(recipe("seek"), num_steps=3, evaluations=0)
    config = replace(config, task=replace(config.task, size=8, num_layouts=4))
    training = voxnca.train(voxnca.NCA(BARE), None, config)
    wanted = training.task.wanted(torch.zeros(2, 3, dtype=torch.int64))
    assert wanted.hidden is not None
    assert wanted.hidden.shape == (2, 8, 8, 5)
    assert training.grow_steps == 96  # 6 a cell of the side, twice that as half of the cells fire
    assert [step.index for step in training] == [1, 2, 3]


def test_without_a_weight_nothing_is_taught_but_the_vine():
    config = replace(recipe("seek"), hidden_weight=0.0)
    config = replace(config, task=replace(config.task, size=8, num_layouts=2))
    task = voxnca.train(voxnca.NCA(BARE), None, config).task
    assert task.wanted(torch.zeros(1, 3, dtype=torch.int64)).hidden is None


def test_a_rule_without_room_for_a_way_is_refused():
    model = voxnca.NCA(replace(BARE, num_channels=8))
    with pytest.raises(ArgumentError, match=r"num_channels=8 .* at least 9, or hidden_weight=0"):
        voxnca.train(model, None, recipe("seek"))


def test_a_vine_has_time_to_scale_on_another_grid_than_it_learned_on():
    model = voxnca.NCA(BARE)
    config = recipe("seek")
    model.info = replace(model.info, grow_steps=90, recipe=config)
    assert growing_steps(model, (20, 20)) == 90
    assert growing_steps(model, (40, 40)) == 180
    layouts = draw_layouts((8, 8), 1, 0)
    assert measure(model, layouts).num_steps == 36


def test_a_medium_that_fills_the_grid_has_not_run_away():
    """A rule whose every cell lives goes on to the end, so that what it does later is seen."""
    model = voxnca.NCA(replace(BARE, fire_rate=1.0))
    with torch.no_grad():
        model.out.bias[3] = 0.05  # every live cell gains alpha: the grid fills
    layout = draw_layouts((8, 8), 1, 0)[0]
    late = measure(model, [layout], num_steps=40).trials[0].late
    assert late is not None
    assert np.array_equal(late.solid, reached(~layout.blocked, layout.root))
