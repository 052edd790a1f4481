"""The lab: creatures side by side, targets that change, a rule that learns and shows itself."""

from __future__ import annotations

from math import nan

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

import voxnca
from apps.lab.comparison import Comparison, Rival
from apps.lab.curve import MAX_POINTS, Curve
from apps.lab.easel import Easel
from apps.lab.hit import Hit
from apps.lab.knobs import Settings
from apps.lab.lab import EASEL_RUNS, Lab
from apps.lab.report import Report, State
from apps.lab.session import Session
from apps.workshop.served_viewer import cube
from voxnca import ArgumentError, VoxncaError


class Training:
    """A training that goes as the test says."""

    def __init__(self, model: voxnca.NCA) -> None:
        self.state, self.report, self._model = State.IDLE, None, model
        self.calls: list[str] = []
        self.settings = Settings()

    @property
    def is_on(self) -> bool:
        return self.state is State.TRAINING

    def suit(self, config) -> None:
        self.calls.append("suit")

    def start(self, model, target) -> None:
        self.calls.append(f"start {target.name}")
        self.state = State.TRAINING

    def aim(self, target) -> None:
        self.calls.append(f"aim {target.name}")

    def hear(self, report) -> None:
        self.report = report

    def stop(self) -> None:
        self.state = State.IDLE

    def model(self) -> voxnca.NCA:
        return self._model


def lab_of(session: Session, model: voxnca.NCA | None = None) -> Lab:
    lab = Lab(session)
    lab.training = Training(model or session.model)
    return lab


@pytest.fixture
def grower() -> voxnca.NCA:
    return voxnca.load("heart")


class TestCompare:
    @pytest.mark.parametrize("num_dims", [2, 3])
    def test_both_have_the_same_wounds_and_only_one_heals(self, num_dims):
        model = voxnca.load({2: "heart", 3: "duck"}[num_dims])
        lab = Lab(Session(model))
        lab.compare(Comparison.with_untrained(lab.session, Rival.FINISHED))
        for _ in range(3 * model.info.grow_steps):
            lab.step()
        lab.wound(lab.session.central_cell(), 4)
        left, right = lab.shown()
        assert left.num_wounds == right.num_wounds == 1
        hurt = right.iou
        for _ in range(120):
            lab.step()
        left, right = lab.shown()
        assert right.iou == hurt < 0.95
        assert left.iou > 0.5 * (1 + hurt)

    def test_the_same_rule_lives_the_same_life(self, grower):
        lab = Lab(Session(grower, seed=5))
        lab.compare(Comparison.with_model(lab.session, grower, "its twin"))
        for _ in range(30):
            lab.step()
        lab.carve([(16, 16), (16, 18)])
        lab.carve([(18, 18)], goes_on=True)
        lab.step()
        left, right = lab.shown()
        assert np.array_equal(left.cells, right.cells)
        lab.undo()
        left, right = lab.shown()
        assert left.step_index == 30
        assert np.array_equal(left.cells, right.cells)
        lab.rewind(12)
        left, right = lab.shown()
        assert left.step_index == right.step_index == 12
        lab.reset()
        assert [m.step_index for m in lab.shown()] == [0, 0]

    def test_one_of_another_dimension_is_refused(self, grower):
        lab = Lab(Session(grower))
        with pytest.raises(ArgumentError, match="duck is 3D and the creature 2D"):
            Comparison.with_model(lab.session, voxnca.load("duck"), "duck")

    def test_another_model_ends_it(self, grower):
        lab = Lab(Session(grower))
        lab.compare(Comparison.with_untrained(lab.session, Rival.SEED))
        assert len(lab.shown()) == 2
        lab.open(voxnca.load("butterfly"))
        assert len(lab.shown()) == 1


class TestAim:
    def test_keeps_the_weights_and_fits_the_grid(self, grower):
        lab = lab_of(Session(grower))
        target = voxnca.load_target("butterfly", size=32)
        assert lab.aim(target)
        assert torch.equal(lab.model.out.weight, grower.out.weight)
        assert lab.model.target is target
        target.origin(lab.session.space)
        assert lab.label == "heart \N{RIGHTWARDS ARROW} butterfly"
        assert "aim butterfly" in lab.training.calls

    def test_of_another_dimension_begins_a_new_rule(self, grower):
        lab = lab_of(Session(grower))
        assert not lab.aim(voxnca.load_target("duck", size=8))
        assert lab.model.config.num_dims == 3
        assert not lab.model.out.weight.any()
        assert lab.label == "duck (untrained)"


class TestTraining:
    def test_adopts_what_was_learned_and_goes_on_from_the_present_cells(self, grower):
        other = voxnca.load("heart")
        with torch.no_grad():
            other.out.bias += 0.001
        lab = lab_of(Session(grower), other)
        lab.train()
        for _ in range(10):
            lab.step()
        before = lab.session.state()
        weights = {name: t.numpy() for name, t in other.state_dict().items()}
        lab.hear(Report(State.TRAINING, weights=weights))
        assert np.array_equal(lab.session.state(), before)
        assert torch.equal(lab.model.out.bias, other.out.bias)
        assert lab.label == "heart (trained here)"

    def test_does_not_hear_of_a_run_that_is_over(self, grower, monkeypatch):
        lab = Lab(Session(grower))
        learner = lab.training._learner
        monkeypatch.setattr(learner, "_send_to_new", lambda order: None)
        lab.train()
        [first, late] = (Report(State.TRAINING, run=1, step_index=n) for n in (1, 2))
        lab.hear(first)
        assert lab.training.report is first
        lab.aim(voxnca.load_target("butterfly", size=16))
        lab.hear(late)
        assert lab.training.report is None
        lab.hear(Report(State.TRAINING, run=2))
        lab.start_afresh()
        lab.hear(Report(State.TRAINING, run=2, step_index=3))
        assert lab.training.report is None
        assert not lab.model.out.weight.any()

    def test_shows_itself_from_the_seed_again_and_again(self, grower):
        lab = lab_of(Session(grower))
        lab.train()
        lab.session.set_speed(1000)
        last = 2 * grower.info.grow_steps
        for _ in range(10 * last):
            lab.advance(0.001)
            if lab.session.step_index == 0:
                break
        assert lab.session.past == (0, 0)

    def test_but_leaves_a_wound_the_time_to_heal(self, grower):
        lab = lab_of(Session(grower))
        lab.train()
        lab.session.set_speed(1000)
        last = 2 * grower.info.grow_steps
        while lab.session.step_index < last - 10:
            lab.advance(0.001)
        lab.wound_center()
        wounded_at = lab.session.step_index
        while lab.session.step_index:
            before = lab.session.step_index
            lab.advance(0.001)
        assert before >= wounded_at + 95

    def test_one_that_runs_away_is_said_and_grows_anew(self, grower):
        model = voxnca.load("heart")
        with torch.no_grad():
            model.out.bias += 1e30
        lab = lab_of(Session(model))
        lab.session.set_speed(1000)
        with pytest.raises(VoxncaError, match="no longer"):
            lab.advance(0.01)
        lab.train()
        assert lab.advance(0.01) == 1
        assert "ran away" in lab.remark
        assert lab.session.step_index == 0

    def test_without_a_target_says_what_to_do(self):
        lab = lab_of(Session(voxnca.NCA(voxnca.ModelConfig(num_dims=2))))
        with pytest.raises(VoxncaError, match="choose one"):
            lab.train()


class TestEasel:
    def test_is_shown_in_place_of_the_creature_which_waits(self):
        lab = lab_of(Session(cube(2), start="target"))
        lab.open_easel(Easel(2))
        (moment,) = lab.shown()
        assert moment.run >= EASEL_RUNS
        assert lab.advance(10.0) == 0
        version = lab.version
        lab.paint([Hit((3, 3), (0, 0)), Hit((3, 4), (0, 0))])
        lab.paint([Hit((3, 5), (0, 0))], goes_on=True)
        assert lab.version > version
        assert lab.easel.count == 3
        lab.easel.undo()
        assert lab.easel.count == 0, "all pieces were one stroke"
        lab.open_easel(None)
        assert lab.shown()[0].run == 1

    def test_what_is_left_of_a_stroke_that_was_undone_is_not_painted(self):
        lab = lab_of(Session(cube(2), start="target"))
        lab.open_easel(Easel(2))
        lab.paint([Hit((3, 3), (0, 0))])
        lab.easel.undo()
        lab.paint([Hit((3, 4), (0, 0))], goes_on=True)
        assert lab.easel.count == 0
        lab.paint([])
        lab.paint([Hit((3, 4), (0, 0))], goes_on=True)
        assert lab.easel.count == 1, "a stroke may begin where nothing is"

    def test_without_one_nothing_is_painted(self):
        with pytest.raises(VoxncaError, match="open the easel"):
            lab_of(Session(cube(2), start="target")).paint([Hit((3, 3), (0, 0))])


def test_an_unknown_hand_is_refused():
    lab = lab_of(Session(cube(2), start="target"))
    with pytest.raises(ArgumentError, match="hand='grab' is unknown; use one of: carve"):
        lab.take_in_hand("grab")


def test_explains_the_cell_asked_for_and_the_next_example():
    lab = lab_of(Session(voxnca.load("heart")))
    for _ in range(30):
        lab.step()
    asked = lab.session.central_cell()
    lab.tutor.ask(asked)
    assert lab.tutor.lesson(lab.session).cell == asked
    lab.tutor.ask_another()
    assert lab.tutor.lesson(lab.session).cell != asked
    lab.wound(lab.tutor.cell, 64)
    assert lab.tutor.lesson(lab.session) is None, "nothing is left to explain"


class TestCurve:
    @given(st.lists(st.floats(0.001, 1), max_size=2000))
    def test_is_short_and_ordered_and_within_the_losses(self, losses):
        curve = Curve()
        curve.extend(enumerate(losses, 1))
        steps = [step for step, _ in curve.points]
        assert len(steps) <= MAX_POINTS
        assert steps == sorted(set(steps))
        assert all(min(losses) <= loss <= max(losses) for _, loss in curve.points)
        assert not losses or steps[0] == 1

    def test_leaves_out_what_is_no_number(self):
        curve = Curve()
        curve.extend([(1, 0.5), (2, nan), (3, 0.5)])
        assert curve.points == [(1, 0.5), (3, 0.5)]
