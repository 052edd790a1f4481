"""The viewer's behaviour without a page: pace, wounds, resets, switches, failures."""

from __future__ import annotations

from dataclasses import fields

import numpy as np
import pytest
import torch

import voxnca
from apps.lab.moment import Moment
from apps.lab.session import Session
from apps.lab.tempo import MAX_BURST_SECONDS
from voxnca import ArgumentError, VoxncaError, quality


class Clock:
    """Seconds that pass when told to, or by `seconds_a_look` each time somebody looks."""

    def __init__(self, seconds_a_look: float = 0.0) -> None:
        self.now, self.seconds_a_look = 0.0, seconds_a_look

    def __call__(self) -> float:
        self.now += self.seconds_a_look
        return self.now


def blob(num_dims: int, target: voxnca.Target | None = None) -> voxnca.NCA:
    """Make a rule under which alpha grows everywhere near life: a blob one cell wider a step."""
    model = voxnca.NCA(voxnca.ModelConfig(num_dims=num_dims, num_channels=8, hidden_size=8))
    with torch.no_grad():
        model.out.bias[:4] = torch.tensor([0.2, 0.1, 0.05, 0.3])
    model.target = target
    return model


def same(one: Moment, other: Moment) -> bool:
    ours, theirs = ([getattr(m, f.name) for f in fields(Moment)] for m in (one, other))
    return all(np.array_equal(a, b) for a, b in zip(ours, theirs, strict=True))


@pytest.fixture(params=[2, 3])
def session(request) -> Session:
    return Session(blob(request.param), space=(12,) * request.param, clock=Clock())


class TestPace:
    def test_takes_the_steps_that_are_due(self, session):
        session.set_speed(10)
        assert [session.advance(0.05) for _ in range(6)] == [0, 1, 0, 1, 0, 1]
        assert session.step_index == 3

    def test_takes_many_steps_at_once_when_many_are_due(self, session):
        session.set_speed(100)
        assert session.advance(0.05) == 5

    def test_drops_what_it_cannot_keep_up_with(self):
        slow = Session(blob(2), space=(8, 8), clock=Clock(seconds_a_look=MAX_BURST_SECONDS / 4))
        slow.set_speed(1000)
        assert slow.advance(10.0) <= 5
        assert slow.advance(0.0) <= 1

    def test_says_when_the_next_step_is_due(self, session):
        session.set_speed(4)
        session.advance(0.1)
        assert session.seconds_to_step == pytest.approx(0.15)

    def test_takes_none_when_paused_and_owes_none_after(self, session):
        session.set_speed(10)
        session.advance(0.09)
        session.pause()
        assert session.advance(5.0) == 0
        session.play()
        assert session.advance(0.05) == 0
        assert session.advance(0.05) == 1

    def test_play_and_pause_twice_is_play_and_pause_once(self, session):
        session.pause()
        session.pause()
        assert not session.playing
        session.play()
        session.play()
        assert session.playing

    def test_steps_one_by_one_when_paused(self, session):
        session.pause()
        session.step()
        assert session.step_index == 1

    @pytest.mark.parametrize("speed", [0, -1, 1e9, float("nan"), "fast", None, True])
    def test_refuses_a_speed_out_of_range(self, session, speed):
        with pytest.raises(ArgumentError, match="speed"):
            session.set_speed(speed)
        assert session.speed == 20

    @pytest.mark.parametrize("radius", [0, -1, 1e9, float("nan"), "wide", None, True])
    def test_refuses_a_radius_out_of_range(self, session, radius):
        with pytest.raises(ArgumentError, match="radius_cells"):
            session.set_radius(radius)
        assert session.radius_cells == 4


class TestMoment:
    def test_shows_the_solid_cells_in_straight_colours(self, session):
        session.set_speed(100)
        session.advance(0.04)
        moment = session.moment()
        state = session.model.grow(voxnca.seed(session.model.config, session.space), 4)
        rgba = voxnca.to_rgba(state)[0][voxnca.solid(state)[0]]
        assert moment.cells.tolist() == voxnca.solid(state)[0].nonzero().tolist()
        assert np.array_equal(moment.colors, (rgba[:, :3] * 255).round().byte().numpy())

    def test_stays_as_it_was_while_the_run_goes_on(self, session):
        session.step()
        before = session.moment()
        copy = before.cells.copy(), before.colors.copy()
        for _ in range(5):
            session.step()
        session.wound((6,) * len(session.space), 3)
        assert np.array_equal(before.cells, copy[0])
        assert np.array_equal(before.colors, copy[1])

    def test_counts_versions_when_something_changes_and_only_then(self, session):
        version = session.version
        session.moment()
        session.advance(0.0)
        assert session.version == version
        session.step()
        session.wound((6,) * len(session.space), 1)
        session.reset()
        assert session.version == version + 3

    def test_iou_is_that_of_the_quality(self):
        target = voxnca.load_target("mushroom", size=10)
        session = Session(blob(3, target))
        for _ in range(4):
            session.step()
        state = session.model.grow(voxnca.seed(session.model.config, session.space), 4)
        expected = float(quality.iou(state, target.place(session.space)))
        assert 0 < expected < 1
        assert session.moment().iou == pytest.approx(expected)

    def test_without_a_target_there_is_no_iou(self, session):
        assert session.moment().iou is None


class TestStart:
    @pytest.mark.parametrize("name", ["heart", "mushroom"])
    def test_from_the_target_shows_the_target_at_its_place(self, name):
        target = voxnca.load_target(name, size=12)
        model = voxnca.NCA(voxnca.ModelConfig(num_dims=target.num_dims))
        model.target = target
        session = Session(model, start="target")
        session.step()
        moment = session.moment()
        cells = target.solid.nonzero().numpy()
        assert moment.iou == 1
        assert np.array_equal(moment.cells, cells + target.origin(session.space))
        assert np.array_equal(moment.colors, target.rgba8[tuple(cells.T)][:, :3])
        assert moment.box[0] == target.origin(session.space)

    def test_from_the_seed_is_one_cell_in_the_middle(self, session):
        assert session.moment().cells.tolist() == [[6] * len(session.space)]

    def test_refuses_an_unknown_start(self):
        with pytest.raises(ArgumentError, match=r"start='egg' is unknown; use one of"):
            Session(blob(2), start="egg")

    def test_refuses_a_target_that_is_not_there(self):
        with pytest.raises(ArgumentError, match="needs a model with a target"):
            Session(blob(2), start="target")

    def test_refuses_a_grid_that_does_not_hold_the_target(self):
        with pytest.raises(ArgumentError, match="does not fit"):
            Session(blob(3, voxnca.load_target("mushroom", size=10)), space=(8, 8, 8))


class TestWound:
    def test_removes_the_solid_cells_of_the_ball_and_no_other(self, session):
        for _ in range(5):
            session.step()
        before, center = session.moment(), (5,) * len(session.space)
        cut = session.wound(center, 2.5)
        after = session.moment()
        inside = ((before.cells - 5) ** 2).sum(1) <= 2.5**2
        assert 0 < inside.sum() < len(before.cells)
        assert cut.num_removed == inside.sum()
        assert np.array_equal(after.cells, before.cells[~inside])
        assert np.array_equal(after.colors, before.colors[~inside])
        assert (cut.center, cut.radius_cells) == (center, 2.5)
        assert after.num_wounds == before.num_wounds + 1

    def test_of_the_centre_hits_the_voxel_nearest_to_the_centroid(self, session):
        for _ in range(4):
            session.step()
        before = session.moment()
        cut = session.wound_center(1)
        distance = ((before.cells - before.cells.mean(0)) ** 2).sum(1)
        assert list(cut.center) == before.cells[distance.argmin()].tolist()
        assert cut.num_removed > 0

    def test_of_the_centre_needs_a_voxel(self, session):
        session.wound((6,) * len(session.space), 12)
        with pytest.raises(VoxncaError, match="no voxel left"):
            session.wound_center(1)

    def test_of_another_dimension_is_refused(self, session):
        with pytest.raises(ArgumentError):
            session.wound((1,) * (5 - len(session.space)), 1)


class TestReset:
    def test_grows_the_very_same_creature_again(self, session):
        first = []
        for _ in range(3):
            first.append(session.moment())
            session.step()
        session.wound((6,) * len(session.space), 2)
        session.reset()
        for moment in first:
            assert same(session.moment(), moment)
            session.step()


class TestSwitch:
    def test_begins_a_new_run_from_the_seed(self):
        session = Session(blob(2), space=(8, 8))
        session.step()
        other = blob(3, voxnca.load_target("mushroom", size=10))
        run = session.moment().run
        session.switch(other)
        moment = session.moment()
        assert session.model is other
        assert (moment.run, moment.step_index, moment.num_dims) == (run + 1, 0, 3)

    def test_leaves_a_session_from_a_target_growing_from_the_seed(self):
        model = blob(2, voxnca.load_target("heart", size=8))
        session = Session(model, start="target")
        session.switch(model)
        session.reset()
        assert len(session.moment().cells) == 1


def test_values_that_are_not_finite_are_an_error_that_says_what_to_do():
    model = blob(2)
    with torch.no_grad():
        model.out.bias[0] = float("nan")
    session = Session(model, space=(8, 8))
    with pytest.raises(VoxncaError, match=r"no longer finite at step 1; reset it"):
        session.step()
    session.reset()
    assert len(session.moment().cells) == 1
