"""What is measured: outcomes, intervals, maps, attractors."""

import json
from dataclasses import replace

import networkx as nx
import numpy as np
import pytest
import torch

import voxnca
from analysis import attractors, recovery
from analysis.attractors import Motion, find_attractors, motion_of
from analysis.criticality import CriticalityMap, measure_criticality
from analysis.recovery import USUAL, Kind, Outcome, grown_pattern, sweep, watch
from voxnca import NCA, ArgumentError
from voxnca.parts import finish
from voxnca.trial import Trial
from voxnca.wounds import Ball, HalfSpace


@pytest.fixture(scope="module")
def model():
    return voxnca.load("proven")


@pytest.fixture(scope="module")
def before(model):
    return grown_pattern(model)


@pytest.fixture(scope="module")
def recovered(model):
    kinds = (Kind("ball", 0.1), Kind("ball", 0.9), Kind("deletion"))
    return finish(sweep(model, kinds, max_wounds=32))


@pytest.fixture(scope="module")
def found(model):
    return finish(measure_criticality(model, radius_cells=2.0, num_trials=3))


@pytest.fixture(scope="module")
def landscape(model, recovered):
    placed = Trial.of(model, model.target).placed
    return find_attractors(model, recovered, placed)


def with_target(model, **fields):
    """Return an untrained rule, which does nothing, with the target of another."""
    still = NCA(replace(model.config, **fields))
    still.targets, still.info = model.targets, model.info
    return still


class TestOutcomes:
    def test_a_rule_that_heals(self, model, before):
        (found,) = watch(model, before, [Ball((10, 11), 3.0)])
        assert found.outcome is Outcome.HEALED
        assert 0 < found.steps <= 192

    def test_a_rule_that_does_nothing_leaves_the_wound(self, model, before):
        still = with_target(model, leak=0.0)
        (found,) = watch(still, before, [Ball((10, 11), 3.0)])
        assert found.outcome is Outcome.OTHER
        assert found.steps is None

    def test_nothing_left_is_dead(self, model, before):
        (found,) = watch(model, before, [Ball((10, 11), 40.0)])
        assert found.outcome is Outcome.DEAD

    def test_a_rule_that_fills_the_grid_explodes(self, model, before):
        wild = with_target(model)
        with torch.no_grad():
            wild.out.bias.fill_(0.2)
        (found,) = watch(wild, before, [Ball((10, 11), 3.0)])
        assert found.outcome is Outcome.EXPLODED

    def test_what_still_moves_is_undecided(self, model, before):
        fading = with_target(model, leak=0.002)
        (found,) = watch(fading, before, [HalfSpace((10.0, 11.0), (1.0, 0.0))])
        assert found.outcome is Outcome.UNDECIDED


class TestSweep:
    def test_small_wounds_heal_and_fatal_ones_do_not(self, recovered):
        small, fatal, deletion = recovered
        assert small.interval.value == 1
        assert deletion.interval.value == 1
        assert fatal.interval.value < 0.9
        assert fatal.interval.low <= fatal.interval.value < fatal.interval.high

    def test_sampling_goes_on_while_the_interval_is_wide(self, model):
        kinds = (Kind("ball", 0.1),)
        few = finish(sweep(model, kinds, width=1.0, max_wounds=64))
        many = finish(sweep(model, kinds, width=0.2, max_wounds=64))
        assert len(few[0].watched) == 16
        assert len(many[0].watched) > 16
        assert many[0].interval.high - many[0].interval.low <= 0.2

    def test_processes_change_nothing(self, model, recovered):
        again = finish(sweep(model, [each.kind for each in recovered], max_wounds=32, num_jobs=2))
        assert [each.to_json() for each in again] == [each.to_json() for each in recovered]

    @pytest.mark.parametrize("kind", USUAL, ids=str)
    def test_wounds_take_what_they_say(self, model, kind):
        space = Trial.of(model, model.target).space
        body = model.target.solid.nonzero() + torch.tensor(model.target.origin(space))
        wound = kind.draw(model, space, torch.Generator().manual_seed(1))
        taken = int(wound.contains(body).sum())
        if kind.name == "deletion":
            assert taken == 1
        else:
            assert taken / len(body) == pytest.approx(kind.share, abs=0.16)

    @pytest.mark.parametrize(("name", "share"), [("cut", 0.1), ("ball", 0.0), ("box", 1.5)])
    def test_kinds_that_are_none(self, name, share):
        with pytest.raises(ArgumentError, match=r"name=|share="):
            Kind(name, share)

    def test_too_few_wounds(self, model):
        with pytest.raises(ArgumentError, match="max_wounds=3 must be at least 16"):
            next(sweep(model, max_wounds=3))


class TestMap:
    def test_each_solid_cell_of_a_rule_that_fires_always_is_tried_once(self, found, before):
        body = (before[0, ..., 3] > 0.5).nonzero().numpy()
        assert np.array_equal(found.centers, body)
        assert (found.tried == 1).all()
        assert found.chances.mean() > 0.98

    def test_it_is_read_as_it_was_written(self, found):
        again = CriticalityMap.from_json(json.loads(json.dumps(found.to_json())))
        assert again.to_json() == found.to_json()

    @pytest.mark.parametrize(
        "change",
        [
            {"healed": [1]},
            {"centers": [[99, 99]]},
            {"space": [3]},
            {"tried": "x"},
            {"centers": None},
        ],
    )
    def test_maps_that_are_none(self, found, change):
        with pytest.raises(ValueError, match=r"."):
            CriticalityMap.from_json({**found.to_json(), **change})

    def test_trials_that_are_none(self, model):
        with pytest.raises(ArgumentError, match="num_trials=0"):
            next(measure_criticality(model, num_trials=0))


class TestAttractors:
    def test_most_runs_come_back_to_the_target(self, landscape):
        first = landscape.attractors[0]
        assert first.iou > 0.99
        assert first.motion is Motion.FIXED
        assert first.period == 1
        assert sum(each.share for each in landscape.attractors) == pytest.approx(1)

    def test_runs_that_heal_and_runs_that_do_not_end_apart(self, landscape):
        healed = [each for each in landscape.attractors if each.outcome is Outcome.HEALED]
        assert 0 < len(healed) < len(landscape.attractors)

    def test_the_graph_says_who_goes_where(self, landscape, recovered, tmp_path):
        path = tmp_path / "graph.graphml"
        landscape.write_graphml(path)
        graph = nx.read_graphml(path)
        for each in recovered:
            edges = graph.out_edges(str(each.kind), data="weight")
            assert sum(weight for _, _, weight in edges) == len(each.watched)

    def test_states_that_look_alike_are_one_and_others_are_not(self):
        state = torch.zeros(3, 6, 6, 8)
        state[:, 2:5, 2:5, :4] = 0.9
        state[1] += 0.001
        state[2, 2] = 0.0
        labels = attractors.clusters(state)
        assert labels[0] == labels[1] != labels[2]

    def test_what_comes_again_after_two_steps_is_a_cycle(self):
        flip = NCA(
            voxnca.ModelConfig(num_dims=2, num_channels=5, hidden_size=2, fire_rate=1.0), seed=0
        )
        with torch.no_grad():  # channel 4 becomes 1 minus what it was
            flip.hidden.weight.zero_()
            flip.hidden.weight[0, 4] = 1.0
            flip.out.weight.zero_()
            flip.out.weight[4, 0] = -2.0
            flip.out.bias[4] = 1.0
        state = torch.zeros(5, 5, 5)
        state[2, 2, 3] = 1.0
        state = flip.grow(state[None], 1)[0]
        assert motion_of(flip, state) == (Motion.CYCLE, 2)

    def test_what_never_comes_again_drifts(self, model):
        fading = with_target(model, leak=0.002)
        state = grown_pattern(model)[0]
        assert motion_of(fading, state) == (Motion.DRIFT, None)

    def test_no_runs(self, model):
        with pytest.raises(ArgumentError, match="no run"):
            find_attractors(model, [], torch.zeros(1))


def test_the_module_says_what_counts_as_healed():
    assert 0 < recovery.HEALED_RGB < 1
    assert recovery.HEALED_IOU > 0.9
