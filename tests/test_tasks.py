"""Goals, obstacles and vines: what is wanted, what is told, and how a stopped run goes on."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch
from typer.testing import CliRunner, Result

import voxnca
from apps.cli import app
from voxnca import NCA, ArgumentError, FileError, ModelConfig, TaskConfig, TrainConfig, Training
from voxnca.checkpoint import read_tensors, write_tensors
from voxnca.tasks import set_task
from voxnca.tasks.vines import FRUIT, VINE

HEART, DAISY = (voxnca.load_target(name, size=8) for name in ("heart", "flower"))
SMALL = ModelConfig(num_dims=2, num_channels=10, hidden_size=8, fire_rate=1.0)
QUICK = TrainConfig(
    num_steps=8, batch_size=3, early_batch_size=2, pool_size=4, evaluations=0, hidden_weight=0.5
)
CASES = {
    "goals": (replace(SMALL, num_goals=2), [HEART, DAISY], TaskConfig(change_start_share=0.25)),
    "obstacles": (
        replace(SMALL, senses=("walls",)),
        [HEART],
        TaskConfig(name="obstacles", num_layouts=5, change_start_share=0.25),
    ),
    "steer": (
        replace(SMALL, senses=("walls", "beacon", "root")),
        None,
        TaskConfig(name="steer", size=10, num_layouts=5, change_start_share=0.25, max_age=2),
    ),
    "seek": (
        replace(SMALL, senses=("walls", "bare_beacon", "root")),
        None,
        TaskConfig(name="steer", size=10, num_layouts=5, change_start_share=0.25, max_age=2),
    ),
}


def run(words: str, *more: str) -> Result:
    return CliRunner().invoke(app, ["train", *words.split(), *more])


def begin(case: str, **changes: object) -> Training:
    """Begin a run that takes a second; `changes` are those of its task."""
    config, targets, task = CASES[case]
    return voxnca.train(NCA(config), targets, replace(QUICK, task=replace(task, **changes)))


def generator() -> torch.Generator:
    return torch.Generator().manual_seed(0)


@pytest.mark.parametrize("case", CASES)
def test_a_run_that_is_resumed_goes_on_to_the_bit(case, tmp_path):
    whole, half = begin(case), begin(case)
    for _ in range(5):
        next(half)
    half.save(tmp_path / "half.safetensors")
    resumed = Training.load(tmp_path / "half.safetensors")
    for step in whole:
        assert step.setback is None
    steps = list(resumed)
    assert len(steps) == 3
    for name, weight in whole.model.state_dict().items():
        assert torch.equal(weight, resumed.model.state_dict()[name]), name
    assert torch.equal(whole._pool.states, resumed._pool.states)
    assert torch.equal(whole._pool.marks, resumed._pool.marks)


@pytest.mark.parametrize("offset", [1000, -1])
@pytest.mark.parametrize("case", CASES)
def test_marks_that_mean_nothing_are_refused(case, offset, tmp_path):
    path = tmp_path / "run.safetensors"
    begin(case).save(path)
    tensors, fields = read_tensors(path, "voxnca-training-2")
    tensors["marks"] = tensors["marks"].clamp(max=0) + offset
    write_tensors(path, tensors, fields)
    with pytest.raises(FileError, match=r"damaged training file \(.*\); start afresh"):
        Training.load(path)


@pytest.mark.parametrize("case", ["goals", "obstacles", "steer"])
def test_nothing_changes_before_its_time_and_fresh_samples_stay_as_they_are(case):
    training = begin(case, change_share=1.0, change_start_share=1.0)
    before = training._pool.marks.clone()
    places, _, marks = training._draw(generator())
    kept = (marks == before[places]).all(1)
    assert kept.sum() >= len(kept) - 1, "only the one that begins anew is another"
    changing = begin(case, change_share=1.0, change_start_share=0.0)
    asked = []
    changing.task.change = lambda marks, _: asked.append(len(marks)) or marks
    changing._draw(generator())
    assert asked
    assert asked[0] <= changing.batch_size


def test_each_sample_is_to_become_its_own_goal_and_is_told_it():
    task = begin("goals").task
    marks = torch.tensor([[1], [0]])
    wanted = task.wanted(marks)
    for row, target in enumerate((DAISY, HEART)):
        assert torch.equal(wanted.rgba[row], target.place(task.space))
        assert wanted.num_solid[row] == target.num_solid
    assert task.conditions(marks).goal.tolist() == [1, 0]
    assert torch.equal(*task.begin(marks)), "the seed tells of no goal"


def test_no_matter_is_wanted_in_a_wall():
    task = begin("obstacles").task
    marks = torch.arange(6)[:, None]
    wanted = task.wanted(marks)
    told = task.conditions(marks).environment
    solid = HEART.place(task.space)[..., 3] > 0.5
    for row, environment in enumerate(told):
        walls = environment.walls(task.space)
        assert not wanted.rgba[row][walls].any()
        assert wanted.num_solid[row] == (solid & ~walls).sum()
    assert not told[0].walls(task.space).any(), "one layout is open"
    assert all((environment.walls(task.space) & solid).any() for environment in told[1:])


def test_a_vine_is_wanted_from_its_root_to_its_beacon():
    task = begin("steer").task
    marks = torch.tensor([[0, 0, 0], [0, 1, 0]])
    wanted = task.wanted(marks)
    for row, environment in enumerate(task.conditions(marks).environment):
        rgba = wanted.rgba[row]
        assert torch.allclose(rgba[environment.root], torch.tensor([*VINE, 1.0]))
        assert torch.allclose(rgba[environment.beacon], torch.tensor([*FRUIT, 1.0]))
        assert not rgba[environment.walls(task.space)].any()
        assert (rgba[..., 3] > 0).sum() == wanted.num_solid[row]
    here, there = task.conditions(marks).environment
    assert here.beacon != there.beacon
    assert here.root == there.root


def test_a_vine_that_is_old_or_dead_makes_room():
    task = begin("steer").task
    marks = torch.tensor([[0, 0, 2], [0, 0, 0], [0, 0, 1]])
    states = task.begin(marks)
    states[1] = 0.0
    assert task.done(states, torch.zeros(3), marks, generator()).tolist() == [0, 1]


@pytest.mark.parametrize("case", ["obstacles", "steer"])
def test_a_control_never_meets_a_wall(case):
    task = begin(case, walls=False).task
    marks = task.draw(20, generator())
    for environment in task.conditions(marks).environment:
        assert not environment.walls(task.space).any()


def test_the_best_model_keeps_the_targets_of_all_goals(tmp_path):
    training = begin("goals")
    next(training)
    voxnca.save(training.best(), tmp_path / "m.safetensors")
    loaded = voxnca.load(tmp_path / "m.safetensors")
    assert [target.name for target in loaded.targets] == ["heart", "flower"]
    for ours, theirs in zip(loaded.targets, (HEART, DAISY), strict=True):
        assert (ours.rgba8 == theirs.rgba8).all()


@pytest.mark.parametrize(
    ("changes", "targets", "task", "message"),
    [
        ({}, [], "grow", "target=None; pass target=load_target"),
        ({}, [HEART, DAISY], "grow", r"2 targets .* make it by ModelConfig\(num_goals=2\)"),
        ({"num_goals": 3}, [HEART], "grow", "1 targets for a rule with num_goals=3"),
        ({"num_goals": 2}, [HEART, DAISY], "obstacles", "goals among obstacles cannot be trained"),
        ({"senses": ("walls", "beacon")}, [HEART], "steer", "pass target=None to steer"),
        ({"senses": ("walls",)}, [], "steer", "a rule that senses no beacon cannot be steered"),
    ],
)
def test_what_does_not_go_together_is_refused(changes, targets, task, message):
    config = TrainConfig(task=TaskConfig(name=task))
    with pytest.raises(ArgumentError, match=message):
        set_task(NCA(replace(SMALL, **changes)), targets, config)


@pytest.mark.parametrize(
    ("words", "num_goals", "senses", "num_dims"),
    [
        ("heart flower --goals --size 8", 2, (), 2),
        ("heart --obstacles --size 8", 0, ("walls",), 2),
        ("vine --steer --size 8", 0, ("walls", "beacon", "root"), 2),
        ("vine --steer --dims 3 --size 8", 0, ("walls", "beacon", "root"), 3),
        ("vine --seek --size 8", 0, ("walls", "bare_beacon", "root"), 2),
    ],
)
def test_the_command_line_trains_what_is_driven(words, num_goals, senses, num_dims, tmp_path):
    path = tmp_path / "m.safetensors"
    result = run(words, "--steps", "1", "-o", str(path))
    assert result.exit_code == 0, result.output
    model = voxnca.load(path)
    assert (model.config.num_goals, model.config.senses) == (num_goals, senses)
    assert model.config.num_dims == num_dims
    assert model.info.recipe is not None


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("heart --goals", "--goals with 1 target; name two or more"),
        ("heart flower", "2 targets; add --goals"),
        ("heart --steer", "type voxnca train vine --steer"),
        ("heart --seek", "type voxnca train vine --seek"),
        ("heart --dims 3", "--dims 3 is of vines"),
        ("vine --steer --dims 4", "--dims 4 must be 2 or 3"),
        ("vine --steer --seek", "--steer --seek: a rule is trained for one of these; choose one"),
    ],
)
def test_words_that_do_not_go_together(words, message, tmp_path):
    result = run(words, "-o", str(tmp_path / "m.safetensors"))
    assert result.exit_code == 2
    assert message in result.output
    assert not list(tmp_path.iterdir())
