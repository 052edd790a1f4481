"""`voxnca train`: a model file, and beside it, until it is done, the run to resume."""

from __future__ import annotations

import time
from dataclasses import asdict, dataclass
from pathlib import Path

import typer

import voxnca
from apps.commands.assignment import Assignment
from apps.commands.engine import get_ready
from apps.commands.progress import TrainingProgress
from apps.commands.resting import resting
from apps.commands.telling import advice, plan
from apps.interrupt import Interrupt
from apps.items import MODEL_SUFFIX
from apps.terminal import result, say
from apps.verdict import steered, verdict
from voxnca import (
    ArgumentError,
    FileError,
    Training,
    TrainingError,
)
from voxnca.config import PRESETS

SAVE_SECONDS = 30.0
"""How often a run is saved; it is saved at each evaluation as well."""


@dataclass(frozen=True)
class RunFiles:
    """Where a run is kept.

    Attributes:
        model: the best model so far.
        training: all it takes to resume; removed when the run is done.
    """

    model: Path

    def __post_init__(self) -> None:
        if self.model.suffix.lower() != MODEL_SUFFIX:
            raise ArgumentError(f"output {self.model}: a model is a {MODEL_SUFFIX} file; rename it")
        if not self.model.parent.is_dir():
            raise FileError(f"{self.model.parent}: no such folder; make it first")

    @property
    def training(self) -> Path:
        """`castle.train.safetensors` for `castle.safetensors`."""
        return self.model.with_suffix(f".train{MODEL_SUFFIX}")

    def check_new(self) -> None:
        """Check that nothing would be overwritten."""
        if self.training.exists():
            raise FileError(
                f"{self.training}: an unfinished run; continue it with --resume, "
                "or begin afresh with --force"
            )
        if self.model.exists():
            raise FileError(f"{self.model}: exists; name another file, or replace it with --force")

    def check_resumable(self) -> None:
        """Check that there is a run to continue."""
        if not self.training.exists() and self.model.exists():
            raise FileError(
                f"{self.training}: no such file, so {self.model} is trained to its end; "
                "begin afresh with --force"
            )
        if not self.training.exists():
            raise FileError(f"{self.training}: no such run to resume; leave --resume out")

    def save(self, training: Training) -> None:
        """Write both files."""
        training.save(self.training)
        voxnca.save(training.best(), self.model)


def run(assignment: Assignment, output: Path, *, resume: bool = False, force: bool = False) -> None:
    """Train a model, or go on with it.

    Args:
        assignment: what was asked for.
        output: the model file.
        resume: whether to continue the run kept beside `output`.
        force: whether `output` may be overwritten.

    Raises:
        VoxncaError: for anything the user can mend.
        typer.Exit: when it was interrupted, after saving.
    """
    files = RunFiles(output)
    if resume:
        files.check_resumable()
        training = Training.load(files.training)
        _check_same(training, files, _typed(assignment))
        assignment.check_grown(training, str(files.training))
    else:
        if not force:
            files.check_new()
        training = assignment.begin()
        for line in plan(training):
            say(line)
    get_ready()
    interrupt = _iterate(training, files)
    if training.step_index < training.num_steps:
        say(
            f"stopped at step {training.step_index} of {training.num_steps}, saved {files.model}; "
            f"to go on: voxnca train {assignment.words} -o {files.model} --resume"
        )
        raise typer.Exit(interrupt.exit_code)
    _finish(training, files)


def _typed(assignment: Assignment) -> dict[str, object]:
    """Return what was typed, by the name it has in a run."""
    options, size = assignment.options, assignment.reading.size
    typed: dict[str, object] = {key: getattr(options, key) for key in assignment.given}
    if assignment.num_dims is not None:
        typed["num_dims"] = assignment.num_dims
    return typed if size is None else typed | {"size": size}


def _check_same(training: Training, files: RunFiles, typed: dict[str, object]) -> None:
    """Check that what was typed agrees with the run that is resumed."""
    rule, recipe = training.model.config, training.config
    had = asdict(rule) | asdict(recipe)
    had["size"] = max((max(t.size) for t in training.targets), default=recipe.task.size)
    had["preset"] = next((n for n, p in PRESETS.items() if p.effort == recipe.effort), None)
    for key, value in typed.items():
        if value != had[key]:
            raise ArgumentError(
                f"{key}={value!r} but the run in {files.training} has {key}={had[key]!r}; "
                "leave it out, or begin afresh with --force"
            )


def _iterate(training: Training, files: RunFiles) -> Interrupt:
    """Train to the end or to an interrupt; all is saved when it returns."""
    files.save(training)  # finds out now, not in half an hour, that the disk is full
    saved = time.monotonic()
    with Interrupt() as interrupt, TrainingProgress(training) as progress:
        try:
            for step in training:
                progress.show(step)
                if interrupt:
                    break
                if step.judged or time.monotonic() - saved > SAVE_SECONDS:
                    files.save(training)
                    saved = time.monotonic()
        except TrainingError:
            voxnca.save(training.best(), files.model)
            raise
        files.save(training)
    return interrupt


def _finish(training: Training, files: RunFiles) -> None:
    files.training.unlink(missing_ok=True)
    info = training.best().info
    quality = info.quality
    if info.steering:
        result(f"{files.model}: {steered(info.steering)}")
    else:
        result(f"{files.model}: {verdict(quality) if quality else 'never evaluated'}")
    if training.config.settle.weight:
        for sentence in resting(training.best()):
            result(sentence)
    hint = advice(quality, training.num_steps) if quality else None
    if hint:
        say(hint)
    say(f"to see it: voxnca app {files.model}")
    if training.config.settle.weight:
        say(f"to prove what it survives: voxnca certify {files.model} -o report.html")
