"""Steering, measured: on a vine whose weights are set by hand, on one that does nothing, and on
random shapes against other programs' ways."""

from dataclasses import replace

import networkx as nx
import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import ndimage

import voxnca
from apps.workshop.follower import follower
from voxnca import NCA, ArgumentError, Environment, ModelConfig
from voxnca.layouts import Layout, draw_layouts, held_out_layouts
from voxnca.parts import finish
from voxnca.steering import (
    Reach,
    Steering,
    blind,
    default_num_steps,
    follow_signal,
    measure,
    measure_in_parts,
    trials,
)
from voxnca.steering.controls import courses
from voxnca.steering.vine import Course, vine_of

SPACES = {2: (12, 12), 3: (8, 8, 8)}
SENSES = ("walls", "beacon", "root")


@pytest.fixture(scope="module", params=[2, 3])
def layouts(request):
    return held_out_layouts(SPACES[request.param], 6)


@pytest.fixture(scope="module")
def outcomes(layouts):
    """A follower's, with just the steps that the longest way takes."""
    longest = max(max(c.shortest for c in courses(layout)) for layout in layouts)
    return measure(follower(len(layouts[0].space)), layouts, num_steps=2 * longest)


def at_random():
    """Return a follower whose cells fire half the time."""
    model = follower(2)
    unsteady = NCA(replace(model.config, fire_rate=0.5))
    unsteady.load_state_dict(model.state_dict())
    return unsteady


def graph_of(solid):
    graph = nx.grid_graph(solid.shape[::-1])
    graph.remove_nodes_from(map(tuple, np.argwhere(~solid).tolist()))
    return graph


def test_a_rule_that_follows_the_signal_reaches_everything_by_the_way_of_the_signal(
    layouts, outcomes
):
    for trial, layout in zip(outcomes.trials, layouts, strict=True):
        here, there = courses(layout)
        for moment, vine in trial.vines.items():
            course = there if moment == "moved" else here
            assert set(map(tuple, np.argwhere(vine.solid))) == set(map(tuple, course.ideal))
            assert vine.steps == len(course.ideal) - 1
            assert (vine.num_stray, vine.iou) == (0, 1.0)
    figures = outcomes.steering
    everything = Reach(len(layouts), len(layouts))
    assert (figures.grown, figures.moved, figures.cut, figures.late) == (everything,) * 4
    assert figures.forced.count == figures.forced.total
    assert figures.forced.total == sum(each.difficulty.forces_detour for each in layouts)
    assert (figures.stray_share, figures.iou, figures.score) == (0.0, 1.0, 1.0)


def test_a_rule_that_does_nothing_reaches_nothing(layouts):
    model = NCA(ModelConfig(num_dims=len(layouts[0].space), senses=SENSES))
    figures = measure(model, layouts, num_steps=4).steering
    reaches = (figures.grown, figures.forced, figures.moved, figures.cut, figures.late)
    assert [reach.count for reach in reaches if reach is not None] == [0] * 5
    assert (figures.median_ratio, figures.stray_share) == (None, None)
    assert 0 < figures.iou < 0.5  # the root is on the way
    assert figures.score == pytest.approx(-0.1 * (1 - figures.iou))


def test_a_cut_severs_a_bare_vine_at_its_middle_and_spares_root_and_beacon(outcomes):
    for trial in outcomes.trials:
        assert trial.severed
        way = courses(trial.layout)[0].ideal
        assert trial.cut_at == tuple(way[len(way) // 2])


def test_a_cut_spares_root_and_beacon_even_when_they_are_near():
    layout = Layout(np.zeros((9, 9), bool), root=(4, 4), beacon=(4, 6), moved=(8, 8))
    (trial,) = measure(follower(2), [layout], num_steps=10).trials
    assert trial.severed
    assert trial.cut.reached  # without its root nothing would grow
    ball = trials._ball((4, 5), courses(layout)[0])
    assert np.argwhere(~ball).shape[0] == 81 - 13 + 2
    assert not ball[layout.root]
    assert not ball[layout.beacon]


def test_moments_are_those_of_one_run_that_is_steered_and_left_alone():
    model, layout, T = at_random(), held_out_layouts((12, 12), 1)[0], 16
    (trial,) = measure(model, [layout], num_steps=T, seed=1).trials
    seed = voxnca.seed(model.config, layout.space, at=layout.root)

    def grown():
        return model.rollout(seed, seed=1, environment=layout.environment).step(T)

    moved = grown().steer(environment=layout.moved_environment).step(T)
    cut = grown()
    cut.wound(voxnca.wounds.Ball(trial.cut_at, 2.0))
    runs = {"grown": grown(), "moved": moved, "cut": cut.step(T), "late": grown().step(500)}
    for moment, run in runs.items():
        solid = voxnca.solid(run.state())[0].numpy()
        assert np.array_equal(solid, trial.vines[moment].solid)
    whole = voxnca.solid(grown().step(T).state())[0].numpy()
    assert not np.array_equal(whole, trial.cut.solid)  # it has not healed: there was a cut


def test_too_few_steps_do_not_reach_a_beacon(layouts):
    steps = sorted(courses(layout)[0].shortest for layout in layouts)
    model = follower(len(layouts[0].space))
    for T in (0, steps[0] - 1, steps[0], steps[-1]):
        grown = measure(model, layouts, num_steps=T).steering.grown
        ways = [len(courses(layout)[0].ideal) - 1 for layout in layouts]
        assert grown.count == sum(way <= T for way in ways)


def test_a_straight_signal_leads_the_rule_wherever_it_leads_without_a_rule():
    layouts = draw_layouts((14, 14), 12, seed=3)
    ways = follow_signal(layouts, signal="straight")
    vines = measure(follower(2), layouts, num_steps=40, signal="straight")
    assert [v.reached for v in vines.vines("grown")] == [w.reached for w in ways.vines("grown")]
    assert 0 < ways.steering.grown.share < 1
    assert follow_signal(layouts).steering.grown.share == 1


@settings(max_examples=60)
@given(
    space=st.lists(st.integers(3, 6), min_size=2, max_size=3).map(tuple), rng=st.integers(0, 2**16)
)
def test_a_vine_is_what_other_programs_say_it_is(space, rng):
    random = np.random.default_rng(rng)
    blocked = random.random(space) < 0.2
    free = graph_of(~blocked)
    joined = max(nx.connected_components(free), key=len)
    root, beacon = (sorted(joined)[i] for i in random.choice(len(joined), 2, replace=False))
    solid = (random.random(space) < 0.75) & ~blocked
    shortest = nx.shortest_path_length(free, root, beacon)
    course = Course(blocked, root, beacon, shortest)
    vine = vine_of(solid, course)
    labels, _ = ndimage.label(solid)
    assert vine.reached == bool(labels[root] and labels[root] == labels[beacon])
    ideal = set(map(tuple, course.ideal.tolist()))
    cells = set(map(tuple, np.argwhere(solid).tolist()))
    assert vine.iou == pytest.approx(len(cells & ideal) / len(cells | ideal))
    if vine.reached:
        steps = nx.shortest_path_length(graph_of(solid), root, beacon)
        assert vine.steps == steps >= shortest
        assert vine.ratio == steps / shortest
        assert vine.stray_share == (len(cells) - steps - 1) / (steps + 1)
    else:
        assert (vine.ratio, vine.stray_share) == (None, None)


def test_a_measurement_can_be_split_and_batched_as_one_likes(monkeypatch):
    model, layouts = at_random(), held_out_layouts((12, 12), 5)

    def solids(found):
        return [vine.solid for trial in found.trials for vine in trial.vines.values()]

    whole = measure(model, layouts, num_steps=20, seed=1)
    parts = [
        measure(model, layouts[:2], num_steps=20, seed=1),
        measure(model, layouts[2:], num_steps=20, seed=1, first_sample=2),
    ]
    np.testing.assert_array_equal(solids(whole), solids(whole.joined(parts)))
    monkeypatch.setattr(trials, "BATCH_SIZE", 2)
    np.testing.assert_array_equal(
        solids(whole), solids(measure(model, layouts, num_steps=20, seed=1))
    )
    other = measure(model, layouts, num_steps=20, seed=2)
    assert not np.array_equal(solids(whole), solids(other))


def test_it_pauses_often_and_comes_to_the_same():
    layouts = held_out_layouts((12, 12), 2)
    parts = measure_in_parts(follower(2), layouts, num_steps=24)
    for _ in range(10):
        next(parts)
    assert finish(parts).steering == measure(follower(2), layouts, num_steps=24).steering


def test_what_fills_the_grid_is_stopped_and_shows_as_stray():
    model = NCA(ModelConfig(num_dims=2, senses=SENSES, fire_rate=1.0))
    with torch.no_grad():
        model.out.bias[3] = 1.0
    layouts = held_out_layouts((12, 12), 3)
    parts = list(measure_in_parts(model, layouts, num_steps=10_000))
    assert len(parts) < 10
    figures = measure(model, layouts, num_steps=10_000).steering
    assert figures.grown.share == 1
    assert figures.stray_share > 2
    assert figures.score < 0.95


def test_a_blind_rule_grows_as_if_there_were_nothing_to_sense():
    layout = held_out_layouts((12, 12), 1)[0]
    model = follower(2)
    blinded = blind(model)
    assert measure(blinded, [layout], num_steps=30).steering.grown.count == 0
    assert measure(model, [layout], num_steps=30).steering.grown.count == 1
    state = voxnca.seed(model.config, layout.space, at=layout.root)
    elsewhere = Environment(layout.blocked, layout.moved, root=layout.beacon)
    grown = [blinded.grow(state, 3, environment=each) for each in (layout.environment, elsewhere)]
    assert torch.equal(*grown)
    with pytest.raises(ArgumentError, match="nothing to blind"):
        blind(NCA(ModelConfig(num_dims=2)))


def test_the_time_that_a_rule_is_given(monkeypatch):
    layouts, model = held_out_layouts((12, 12), 1), follower(2)
    assert measure(model, layouts).num_steps == default_num_steps(model.config, (12, 12)) == 48
    monkeypatch.setattr(model, "info", voxnca.ModelInfo("follower", grow_steps=7))
    assert measure(model, layouts).num_steps == 7
    assert measure(model, layouts, num_steps=5).num_steps == 5


def test_the_score_is_that_of_the_weakest_side():
    ten = Reach(10, 10)
    best = Steering(
        num_steps=9,
        space=(8, 8),
        signal="diffusion",
        grown=ten,
        forced=ten,
        moved=ten,
        cut=ten,
        late=ten,
        median_ratio=1.0,
        stray_share=0.0,
        iou=1.0,
    )
    assert best.score == 1
    for side in ("grown", "moved", "cut", "late"):
        assert replace(best, **{side: Reach(7, 10)}).score == pytest.approx(0.7)
    assert replace(best, iou=0.5).score == pytest.approx(0.95)


@pytest.mark.parametrize("whole", [True, False])
def test_figures_go_to_json_and_back(outcomes, layouts, whole):
    figures = outcomes.steering if whole else follow_signal(layouts).steering
    assert Steering.from_json(figures.to_json()) == figures
    for name in figures.to_json():
        broken = {key: value for key, value in figures.to_json().items() if key != name}
        with pytest.raises(ArgumentError, match="not as voxnca writes it"):
            Steering.from_json(broken)
        with pytest.raises(ArgumentError, match="not as voxnca writes it"):
            Steering.from_json({**broken, name: "?"})
    with pytest.raises(ArgumentError, match="not as voxnca writes it"):
        Steering.from_json([])


def test_what_cannot_be_measured_is_refused():
    model, layouts = follower(2), held_out_layouts((12, 12), 1)
    for found, says in (
        (
            lambda: measure(NCA(ModelConfig(num_dims=2)), layouts),
            "no beacon .*senses nothing.*train",
        ),
        (
            lambda: measure(NCA(ModelConfig(num_dims=2, senses=("walls",))), layouts),
            "senses walls",
        ),
        (lambda: measure(model, []), "layouts is empty"),
        (lambda: follow_signal([]), "layouts is empty"),
        (lambda: measure(model, held_out_layouts((8, 8, 8), 1)), "3D but the model is 2D"),
        (
            lambda: measure(model, [*layouts, *held_out_layouts((12, 13), 1)]),
            r"several sizes \[\(12, 12\), \(12, 13\)\]",
        ),
        (lambda: measure(model, layouts, num_steps=-1), "num_steps=-1"),
        (lambda: measure(model, layouts, seed=-1), "seed=-1"),
    ):
        with pytest.raises(ArgumentError, match=says):
            found()


def test_a_layout_made_by_hand_can_be_measured():
    blocked = np.zeros((9, 9), bool)
    blocked[1:, 4] = True
    layout = Layout(blocked, root=(8, 0), beacon=(8, 8), moved=(0, 0))
    found = measure(follower(2), [layout], num_steps=30)
    (trial,) = found.trials
    assert trial.is_forced
    assert (trial.grown.steps, trial.moved.steps) == (24, 8)
    assert trial.num_failures == 0
