"""Evaluation measures what it says, when it says."""

import pytest
import torch

from voxnca import (
    NCA,
    ArgumentError,
    Environment,
    ModelConfig,
    evaluate,
    load_target,
    seed,
    training_space,
)
from voxnca.evaluation import default_grow_steps
from voxnca.quality import iou, rgb_error, standard_wound, wound_centers
from voxnca.wounds import apply

HEART = load_target("heart", size=8)


def frozen(target, num_channels=8):
    """Make a rule that does nothing."""
    config = ModelConfig(num_dims=target.num_dims, num_channels=num_channels, fire_rate=1.0)
    return NCA(config)


def spreading():
    """Make a 2D rule that fills the grid."""
    model = frozen(HEART)
    with torch.no_grad():
        model.out.bias[3] = 0.3
    return model


@pytest.mark.parametrize(("size", "fire_rate", "steps"), [(8, 1.0, 10), (24, 0.5, 90), (11, 1, 14)])
def test_the_growing_time_follows_from_size_and_rate(size, fire_rate, steps):
    assert default_grow_steps(load_target("heart", size=size), fire_rate) == steps


def test_a_long_way_round_corners_takes_longer_than_the_size_says():
    house = load_target("house", size=16)
    assert house.reach == 16
    assert default_grow_steps(house, 1.0) == 28  # 1.75 x 16
    assert default_grow_steps(house, 0.5) == 84


def test_a_rule_that_does_nothing_shows_the_seed_at_every_step():
    measured = evaluate(frozen(HEART), HEART)
    alone = 1 / HEART.num_solid
    assert [s.step for s in (measured.grown, *measured.stable)] == [10, 30, 500, 2000]
    for snapshot in (measured.grown, *measured.stable):
        assert snapshot.iou == pytest.approx(alone)
    assert len(measured.wounds) == 8
    for wound in measured.wounds:  # the seed is the only solid cell, and gone
        assert (wound.iou_before, wound.iou_wounded) == (pytest.approx(alone), 0)
        assert (wound.iou_healed, wound.healed) == (0, 0)


def test_figures_are_those_of_the_states_grown_by_hand():
    model = NCA(ModelConfig(num_dims=2, num_channels=6, hidden_size=12), seed=5)
    with torch.no_grad():
        model.out.weight.normal_(std=0.08, generator=torch.Generator().manual_seed(13))
    model.requires_grad_(False)
    placed = HEART.place(training_space(HEART))
    states = {0: seed(model.config, training_space(HEART))}
    for first, last in ((0, 30), (30, 90), (90, 500), (500, 2000)):
        states[last] = model.grow(states[first], last - first, seed=4, first_step=first)
    measured = evaluate(model, HEART, seed=4)
    for snapshot in (measured.grown, *measured.stable):
        state = states[snapshot.step]
        assert snapshot.iou == pytest.approx(float(iou(state, placed)), abs=1e-6)
        assert snapshot.rgb_error == pytest.approx(float(rgb_error(state, placed)), abs=1e-4)
    body = states[90][0, ..., 3] > 0.5
    assert body.sum() > 4
    for sample, (wound, center) in enumerate(
        zip(measured.wounds, wound_centers(body, seed=4), strict=True)
    ):
        hurt = apply(states[90], standard_wound(body, center.tolist()))
        healed = model.grow(hurt, 96, seed=4, first_step=90, first_sample=sample)
        assert wound.center == tuple(center.tolist())
        assert wound.iou_wounded == pytest.approx(float(iou(hurt, placed)), abs=1e-6)
        assert wound.iou_healed == pytest.approx(float(iou(healed, placed)), abs=0.02)


def test_a_pattern_that_runs_away_is_judged_quickly_and_badly():
    measured = evaluate(spreading(), HEART)
    assert measured.stable[-1].step < 500
    assert measured.score < 0
    assert measured.healed == 0


def test_a_pattern_that_dies_scores_nothing():
    model = frozen(HEART)
    with torch.no_grad():
        model.out.bias[3] = -1.0
    measured = evaluate(model, HEART)
    assert measured.grown.iou == measured.regrown_iou == measured.healed == 0


def test_evaluation_leaves_the_model_and_its_gradients_alone():
    model = spreading()
    before = {name: weight.clone() for name, weight in model.state_dict().items()}
    evaluate(model, HEART)
    assert all(torch.equal(before[n], weight) for n, weight in model.state_dict().items())
    assert all(weight.grad is None for weight in model.parameters())


def test_the_model_s_own_target_is_the_default():
    model = frozen(HEART)
    with pytest.raises(ArgumentError, match=r"target=None but the model has none; pass target="):
        evaluate(model)
    model.target = HEART
    assert evaluate(model) == evaluate(model, HEART)


def test_a_target_of_another_dimension_is_refused():
    with pytest.raises(ArgumentError, match="'duck' is 3D but the model is 2D"):
        evaluate(frozen(HEART), load_target("duck", size=8))


def lively(**config):
    model = NCA(ModelConfig(num_dims=2, num_channels=6, hidden_size=12, **config), seed=5)
    with torch.no_grad():
        model.out.weight.normal_(std=0.08, generator=torch.Generator().manual_seed(13))
    return model.requires_grad_(False)


def walls():
    """Return an environment whose walls take a part of the heart, and of the void."""
    blocked = torch.zeros(training_space(HEART), dtype=torch.bool)
    blocked[1:, 5:7] = True
    return Environment(blocked)


def test_a_goal_is_judged_by_its_own_target_under_that_goal():
    model = lively(num_goals=2)
    model.targets = HEART, load_target("gecko", size=8)
    measured = evaluate(model, goal=1)
    target = model.targets[1]
    space = training_space(target)
    grown = model.grow(seed(model.config, space), measured.grown.step, goal=1)
    assert measured.grown.step == default_grow_steps(target, 0.5)
    assert measured.grown.iou == pytest.approx(float(iou(grown, target.place(space))), abs=1e-6)
    assert measured == evaluate(model, target, goal=1)
    assert measured != evaluate(model, target, goal=0)


def test_walls_take_their_cells_from_what_is_wanted():
    model, environment = lively(), walls()
    measured = evaluate(model, HEART, environment=environment)
    space = training_space(HEART)
    grown = model.grow(seed(model.config, space), measured.grown.step, environment=environment)
    free = ~environment.walls(space)
    wanted = HEART.place(space)[free]
    ours, theirs = grown[0][free][:, 3] > 0.5, wanted[:, 3] > 0.5
    assert measured.grown.iou == pytest.approx(float((ours & theirs).sum() / (ours | theirs).sum()))
    squared = float((grown[0][free][:, :4] - wanted).square().sum())
    assert measured.grown.loss == pytest.approx(squared / (4 * int(theirs.sum())), rel=1e-4)
    assert theirs.sum() < HEART.num_solid


def test_among_walls_a_pattern_that_fills_what_is_free_has_run_away():
    measured = evaluate(spreading(), HEART, environment=walls())
    assert measured.stable[-1].step < 500


def test_wounds_lie_in_free_cells():
    environment = walls()
    blocked = environment.walls(training_space(HEART))
    for wound in evaluate(lively(), HEART, environment=environment).wounds:
        assert not blocked[wound.center]


def test_a_rule_that_senses_walls_is_judged_in_the_open():
    model = lively(senses=("walls",))
    space = training_space(HEART)
    open_grid = Environment(torch.zeros(space, dtype=torch.bool))
    assert evaluate(model, HEART) == evaluate(model, HEART, environment=open_grid)


def test_what_cannot_be_judged_so_is_refused():
    with pytest.raises(ArgumentError, match="goal=None, but the rule has 2 goals"):
        evaluate(lively(num_goals=2), HEART)
    with pytest.raises(ArgumentError, match="goal=3 must be from 0 to 1"):
        evaluate(lively(num_goals=2), goal=3)
    with pytest.raises(ArgumentError, match="the model has none for goal=1"):
        evaluate(lively(num_goals=2), goal=1)
    with pytest.raises(ArgumentError, match=r"grows to a beacon.* voxnca steer"):
        evaluate(lively(senses=("walls", "beacon")), HEART)
    with pytest.raises(ArgumentError, match=r"must be one voxnca\.Environment"):
        evaluate(lively(), HEART, environment=[walls()])
    blocked = torch.ones(training_space(HEART), dtype=torch.bool)
    with pytest.raises(ArgumentError, match="a wall stands on the seed"):
        evaluate(lively(), HEART, environment=Environment(blocked))
