"""Training in a process of its own: it learns, pauses, survives its death, and says what befell."""

from __future__ import annotations

import math
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

import voxnca
from apps.lab.learner import Learner
from apps.lab.mail import Outbox
from apps.lab.orders import Begin, Order, Pause, Resume
from apps.lab.pace import Pace
from apps.lab.report import Report, State
from apps.lab.training_loop import TrainingLoop, weights_of
from voxnca import NCA, ArgumentError, ModelConfig, OptimizerConfig, TrainConfig, VoxncaError

HEART = voxnca.load_target("heart", size=8)
FLOWER = voxnca.load_target("flower", size=8)
RECIPE = TrainConfig(
    num_steps=100_000,
    pool_size=6,
    batch_size=2,
    margin_cells=2,
    evaluations=0,
    optimizer=OptimizerConfig(warmup_steps=3),
)
PATIENCE_SECONDS = 60.0


def newborn(num_dims: int = 2) -> NCA:
    return NCA(ModelConfig(num_dims=num_dims, num_channels=8, hidden_size=16, fire_rate=1.0))


def until(condition: Callable[[], object]) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        assert time.monotonic() < deadline, "it never came true"
        time.sleep(0.01)


class Class:
    """A learner, and all that it reported of late."""

    def __init__(self) -> None:
        self.learner = Learner(self._hear)
        self.begin()

    def _hear(self, report: Report) -> None:
        self.reports.append(report)

    def begin(self) -> None:
        self.reports: list[Report] = []

    def start(self, **changes: object) -> None:
        self.learner.start(newborn(), HEART, replace(RECIPE, **changes))

    @property
    def last(self) -> Report:
        return self.reports[-1]

    def until_step(self, step_index: int) -> None:
        until(lambda: self.reports and self.last.step_index >= step_index)

    def until_state(self, state: State) -> None:
        until(lambda: self.reports and self.last.state is state and self.learner.state is state)

    def saved(self) -> list[Path]:
        return list(self.learner.folder.glob("*.train.safetensors"))

    def kill(self) -> None:
        os.kill(self.learner.pid, signal.SIGKILL)
        self.until_state(State.DIED)


@pytest.fixture(scope="module")
def school() -> Iterator[Class]:
    """A learner whose process, which takes seconds to start, serves many tests."""
    school = Class()
    yield school
    school.learner.close()


@pytest.fixture
def lesson(school: Class) -> Iterator[Class]:
    """The learner of them all, to start anew."""
    yield school
    school.learner.pause()
    until(lambda: school.learner.state not in (State.STARTING, State.TRAINING))
    school.begin()


def cpu_ticks(pid: int) -> int:
    """Return the time that a process has computed: fields 14 and 15 of proc(5)."""
    fields = Path(f"/proc/{pid}/stat").read_text("ascii").rpartition(") ")[2].split()
    return int(fields[11]) + int(fields[12])


def is_running(pid: int) -> bool:
    """Tell whether a process is there and no zombie."""
    try:
        return Path(f"/proc/{pid}/stat").read_text("ascii").rpartition(") ")[2][0] != "Z"
    except FileNotFoundError:
        return False


def same_weights(one: NCA, other: NCA) -> bool:
    others = other.state_dict()
    return all(torch.equal(tensor, others[name]) for name, tensor in one.state_dict().items())


def test_before_a_start_there_is_no_process_and_no_model():
    lesson = Class()
    assert lesson.learner.state is State.IDLE
    assert lesson.learner.model() is None
    assert lesson.learner.pid is None
    lesson.learner.pause()
    for go_on in (
        lesson.learner.resume,
        lambda: lesson.learner.aim(HEART),
        lambda: lesson.learner.tune(RECIPE),
    ):
        with pytest.raises(VoxncaError, match="no training to go on with; start one"):
            go_on()
    lesson.learner.close()


def test_it_learns_and_tells_each_step_once_in_order(lesson):
    lesson.start()
    assert lesson.learner.state is State.STARTING
    lesson.until_step(60)
    lesson.learner.pause()
    lesson.until_state(State.PAUSED)
    history = [pair for report in lesson.reports for pair in report.history]
    assert [index for index, _ in history] == list(range(1, lesson.last.step_index + 1))
    losses = [loss for _, loss in history]
    assert np.mean(losses[-10:]) < 0.8 * np.mean(losses[:5])
    assert lesson.last.loss == pytest.approx(np.mean(losses[-20:]))
    assert lesson.last.num_steps == RECIPE.num_steps
    assert 0 < lesson.last.iou <= 1
    assert lesson.reports[0].steps_per_second > 0
    assert not any(report.message for report in lesson.reports)


def test_its_steps_are_those_of_a_training_in_this_process(lesson):
    lesson.start(num_steps=25)
    lesson.until_state(State.DONE)
    training = voxnca.train(newborn(), HEART, replace(RECIPE, num_steps=25))
    losses = [(step.index, step.loss) for step in training]
    assert [pair for report in lesson.reports for pair in report.history] == losses
    assert same_weights(lesson.learner.model(), training.model)


def test_the_model_given_is_left_alone_and_the_one_learned_can_be_saved(lesson, tmp_path):
    model = newborn()
    lesson.learner.start(model, HEART, RECIPE)
    assert same_weights(lesson.learner.model(), model)
    lesson.until_step(20)
    lesson.learner.pause()
    lesson.until_state(State.PAUSED)
    learned = lesson.learner.model()
    assert not same_weights(learned, model)
    assert not model.out.weight.any()
    voxnca.save(learned, tmp_path / "heart.safetensors")
    again = voxnca.load(tmp_path / "heart.safetensors")
    assert same_weights(again, learned)
    assert np.array_equal(again.target.rgba8, HEART.rgba8)
    assert again.info.name == "heart"
    assert again.info.grow_steps == 10
    assert again.info.recipe.pool_size == RECIPE.pool_size
    assert again.info.quality is None


def test_a_pause_stops_the_steps_and_frees_the_processor_until_it_resumes(lesson):
    lesson.start()
    lesson.until_step(5)
    lesson.learner.pause()
    lesson.until_state(State.PAUSED)
    stopped_at, pid = lesson.last.step_index, lesson.learner.pid
    num_reports, ticks = len(lesson.reports), cpu_ticks(pid)
    time.sleep(1.0)
    assert cpu_ticks(pid) - ticks <= 2  # hundredths of a second
    assert len(lesson.reports) == num_reports
    lesson.learner.resume()
    lesson.until_step(stopped_at + 5)
    assert lesson.learner.pid == pid
    assert lesson.learner.state is State.TRAINING


def test_another_target_is_learned_from_the_present_weights(lesson):
    lesson.start()
    lesson.until_step(30)
    lesson.learner.pause()
    lesson.until_state(State.PAUSED)
    before, run = lesson.learner.model(), lesson.last.run
    lesson.learner.aim(FLOWER)
    until(lambda: lesson.last.run == run + 1)
    assert lesson.last.state is State.PAUSED  # as it was
    assert lesson.last.step_index == 0
    aimed = lesson.learner.model()
    assert same_weights(aimed, before)
    assert aimed.target is FLOWER
    assert aimed.info.name == "flower"
    lesson.learner.resume()
    until(lambda: not same_weights(lesson.learner.model(), before))
    lesson.learner.aim(HEART)  # while it trains
    until(lambda: lesson.last.run == run + 2)
    lesson.until_step(5)
    assert lesson.learner.state is State.TRAINING


def test_a_target_of_another_dimension_is_refused_and_training_goes_on(lesson):
    mushroom = voxnca.load_target("mushroom", size=8)
    lesson.start()
    lesson.until_step(1)
    run = lesson.last.run
    with pytest.raises(ArgumentError, match="is 3D but the model is 2D"):
        lesson.learner.start(newborn(), mushroom, RECIPE)
    with pytest.raises(ArgumentError, match="is 3D but the model is 2D"):
        lesson.learner.aim(mushroom)
    lesson.until_step(lesson.last.step_index + 5)
    assert lesson.last.run == run


def test_another_recipe_keeps_the_count_of_steps(lesson):
    lesson.start()
    lesson.until_step(10)
    run = lesson.last.run
    lesson.learner.tune(replace(RECIPE, num_steps=50_000, pool_size=8))
    until(lambda: lesson.last.num_steps == 50_000)
    assert lesson.last.step_index >= 10
    assert lesson.last.run == run
    lesson.learner.pause()
    lesson.until_state(State.PAUSED)
    assert lesson.learner.model().info.recipe.pool_size == 8
    lesson.learner.tune(replace(RECIPE, num_steps=60_000))
    until(lambda: lesson.last.num_steps == 60_000)
    assert lesson.last.state is State.PAUSED


def test_a_new_start_takes_the_place_of_what_trains(lesson):
    lesson.start()
    lesson.until_step(10)
    pid, run = lesson.learner.pid, lesson.last.run
    lesson.learner.start(newborn(), FLOWER, RECIPE)
    assert not lesson.learner.model().out.weight.any()
    until(lambda: lesson.last.run == run + 1)
    first = next(report for report in lesson.reports if report.run == run + 1)
    assert first.history[0][0] == 1
    runs = [report.run for report in lesson.reports]
    assert runs == sorted(runs)
    assert lesson.learner.pid == pid


def test_when_done_it_says_how_good_it_is_and_has_the_best(lesson):
    lesson.start(num_steps=40, evaluations=2)
    lesson.until_state(State.DONE)
    assert lesson.last.message.startswith("Trained for 40 steps: it grows ")
    assert not lesson.last.is_error
    model = lesson.learner.model()
    assert model.info.quality == lesson.last.info.quality is not None
    assert voxnca.evaluate(model) == model.info.quality
    lesson.learner.resume()
    lesson.until_step(50)
    assert lesson.last.num_steps == 80
    until(lambda: lesson.last.state is State.DONE)
    assert lesson.last.step_index == 80


def test_a_worker_that_dies_is_told_of_and_nothing_is_lost_but_the_last_seconds(lesson):
    lesson.start()
    lesson.until_step(20)
    lesson.learner.pause()
    lesson.until_state(State.PAUSED)
    saved_at, before = lesson.last.step_index, lesson.learner.model()
    lesson.kill()
    assert lesson.last.is_error
    assert "stopped unexpectedly" in lesson.last.message
    assert "signal 9" in lesson.last.message
    assert "resume" in lesson.last.message
    assert lesson.last.step_index == saved_at
    assert same_weights(lesson.learner.model(), before)
    lesson.learner.tune(replace(RECIPE, pool_size=8))
    num_reports = len(lesson.reports)
    lesson.learner.resume()
    lesson.until_state(State.TRAINING)
    assert lesson.reports[num_reports].history[0][0] == saved_at + 1
    until(lambda: lesson.learner.model().info.recipe.pool_size == 8)


def test_a_worker_that_dies_before_it_saved_starts_from_the_last_weights(lesson):
    lesson.start()
    lesson.until_step(20)
    lesson.kill()
    assert lesson.saved() == []
    assert lesson.learner.model().out.weight.any()
    run = lesson.last.run
    lesson.learner.aim(FLOWER)
    until(lambda: lesson.last.run == run + 1 and lesson.last.state is State.TRAINING)
    lesson.kill()
    lesson.learner.resume()
    until(lambda: lesson.last.state is State.TRAINING)
    assert lesson.learner.model().target is FLOWER


def test_a_run_is_saved_while_it_trains(lesson):
    lesson.start()
    lesson.until_step(1)
    until(lesson.saved)
    assert lesson.learner.state is State.TRAINING
    assert voxnca.Training.load(lesson.saved()[0]).step_index > 0


def test_closing_ends_the_process_and_removes_the_folder():
    lesson = Class()
    lesson.start()
    lesson.until_step(1)
    pid, folder = lesson.learner.pid, lesson.learner.folder
    assert folder.exists()
    lesson.learner.close()
    num_reports = len(lesson.reports)
    assert not Path(f"/proc/{pid}").exists()
    assert not folder.exists()
    assert lesson.learner.state is State.IDLE
    assert lesson.learner.model() is not None
    lesson.learner.close()
    assert len(lesson.reports) == num_reports


def test_after_a_stop_it_starts_in_another_process(lesson):
    lesson.start()
    lesson.until_step(1)
    pid, run = lesson.learner.pid, lesson.last.run
    lesson.learner.stop()
    assert not Path(f"/proc/{pid}").exists()
    num_reports = len(lesson.reports)
    lesson.start()
    until(lambda: len(lesson.reports) > num_reports)
    assert lesson.last.run == run + 1
    assert lesson.learner.pid != pid


ORPHANING = """
import time, voxnca
from apps.lab.learner import Learner
learner = Learner(lambda report: print(learner.pid, learner.folder, flush=True))
rule = voxnca.NCA(voxnca.ModelConfig(num_dims=2))
learner.start(rule, voxnca.load_target("heart", size=8), voxnca.TrainConfig())
time.sleep(600)
"""


def test_a_worker_whose_parent_is_killed_ends_and_leaves_nothing_behind():
    with subprocess.Popen([sys.executable, "-c", ORPHANING], stdout=subprocess.PIPE) as parent:
        pid, folder = parent.stdout.readline().decode().split(maxsplit=1)
        assert is_running(int(pid))
        parent.kill()
    until(lambda: not is_running(int(pid)))
    until(lambda: not Path(folder.strip()).exists())


def test_ctrl_c_in_the_terminal_is_not_for_the_worker(lesson):
    lesson.start()
    lesson.until_step(1)
    os.kill(lesson.learner.pid, signal.SIGINT)
    lesson.until_step(lesson.last.step_index + 20)
    assert lesson.learner.state is State.TRAINING


def test_weights_that_run_away_are_rolled_back_in_words_with_a_remedy(lesson):
    absurd = OptimizerConfig(muon_learning_rate=10.0, learning_rate=10.0, warmup_steps=0)
    lesson.start(optimizer=absurd)
    until(lambda: any("good weights" in report.message for report in lesson.reports))
    told = next(report for report in lesson.reports if report.message)
    assert "lower the learning rate" in told.message
    assert all(np.isfinite(weight).all() for weight in told.weights.values())
    lesson.until_state(State.FAILED)
    assert lesson.last.is_error
    assert "gave up" in lesson.last.message
    num_steps = lesson.last.step_index
    lesson.learner.tune(RECIPE)
    lesson.learner.resume()
    lesson.until_step(num_steps + 20)
    assert lesson.learner.state is State.TRAINING
    assert math.isfinite(lesson.last.loss)


def test_a_rule_under_which_everything_dies_is_told_of(lesson):
    model = newborn()
    with torch.no_grad():
        model.out.bias.fill_(-0.5)
    lesson.learner.start(model, HEART, RECIPE)
    until(lambda: any("no cell was left alive" in report.message for report in lesson.reports))
    lesson.until_state(State.FAILED)


class Script:
    """Orders that come in the midst of the first evaluation."""

    def __init__(self, recipe: TrainConfig) -> None:
        model = newborn()
        self.orders = [Begin(1, model.config, weights_of(model), HEART, recipe), Pause(), Resume()]
        self.reports: list[Report] = []

    def run(self, folder: Path) -> list[Report]:
        self.loop = TrainingLoop(self, self, folder)
        with pytest.raises(IndexError):
            self.loop.run()
        return self.reports

    def take(self, *, wait: bool) -> Order | None:
        evaluating = self.loop._parts is not None
        return self.orders.pop(0) if wait or (evaluating and len(self.orders) == 2) else None

    def put(self, report: Report) -> None:
        self.reports.append(report)


def test_a_pause_does_not_wait_for_an_evaluation_which_then_goes_on(tmp_path):
    recipe = replace(RECIPE, num_steps=4, evaluations=1)
    reports = Script(recipe).run(tmp_path)
    states = [report.state for report in reports if report.state is not State.TRAINING]
    assert states == [State.PAUSED, State.DONE]
    paused = next(report for report in reports if report.state is State.PAUSED)
    assert (paused.step_index, paused.quality) == (4, None)
    assert reports[-1].num_steps == 4
    assert reports[-1].info.quality == reports[-1].quality is not None


def test_a_disk_that_is_full_is_told_of_once_and_training_goes_on(tmp_path):
    recipe = replace(RECIPE, num_steps=4, evaluations=1)
    reports = Script(recipe).run(tmp_path / "missing")
    told = [report.message for report in reports if report.is_error]
    assert len(told) == 1
    assert told[0].startswith("This run is not kept safe: ")
    assert reports[-1].state is State.DONE


def test_reports_that_cannot_be_sent_are_merged_but_for_what_they_say():
    sent, jammed = [], []
    outbox = Outbox(lambda report: (sent.append(report), until(lambda: not jammed)))
    jammed.append(True)
    outbox.put(Report(State.TRAINING, run=1))
    until(lambda: len(sent) == 1)
    weights = {"w": np.zeros(1, np.float32)}
    for index in range(1, 5):
        outbox.put(
            Report(
                State.TRAINING,
                run=1,
                step_index=index,
                history=((index, 0.5),),
                weights=weights if index == 2 else None,
                message="oh" if index == 3 else "",
            )
        )
    outbox.put(Report(State.TRAINING, run=1, step_index=5, history=((5, 0.5),)))
    outbox.put(Report(State.TRAINING, run=2, step_index=1, history=((1, 0.5),)))
    jammed.clear()
    until(lambda: len(sent) == 3)
    assert [report.message for report in sent] == ["", "oh", ""]
    assert sent[1].history == ((1, 0.5), (2, 0.5), (3, 0.5))
    assert sent[1].weights is weights
    assert (sent[2].run, sent[2].history) == (2, ((1, 0.5),))


def test_the_pace_is_that_of_the_last_two_seconds_without_pauses():
    now = [0.0]
    pace = Pace(lambda: now[0])
    assert pace.steps_per_second == 0
    pace.begin(0)
    for step in range(1, 101):
        now[0] += 0.01 if step <= 50 else 0.1
        pace.note(step)
    assert pace.steps_per_second == pytest.approx(10, rel=0.05)
    now[0] += 100
    pace.begin(100)
    now[0] += 4
    pace.note(101)
    assert pace.steps_per_second == pytest.approx(0.25)
    now[0] += 8
    pace.note(102)
    assert pace.steps_per_second == pytest.approx(0.125)
