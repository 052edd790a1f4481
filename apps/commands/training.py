"""`voxnca train`: a model file, and beside it, until it is done, the run to resume."""

from __future__ import annotations

import time
from collections.abc import Collection
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np
import typer

import voxnca
from apps.commands.engine import get_ready
from apps.commands.progress import TrainingProgress
from apps.commands.telling import advice, plan
from apps.interrupt import Interrupt
from apps.items import AS_IT_IS, MODEL_SUFFIX, Reading, open_target
from apps.options import TrainOptions
from apps.recipe import model_config, train_config
from apps.terminal import result, say
from apps.verdict import verdict
from voxnca import (
    NCA,
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


def run(
    target: str,
    output: Path,
    options: TrainOptions,
    reading: Reading = AS_IT_IS,
    *,
    resume: bool = False,
    force: bool = False,
    given: Collection[str] = (),
) -> None:
    """Train a model, or go on with it.

    Args:
        target: what to grow, as it was typed.
        output: the model file.
        options: the recipe.
        reading: of the target.
        resume: whether to continue the run kept beside `output`.
        force: whether `output` may be overwritten.
        given: names of the options that were typed: a run cannot change them on resuming.

    Raises:
        VoxncaError: for anything the user can mend.
        typer.Exit: when it was interrupted, after saving.
    """
    files = RunFiles(output)
    if resume:
        files.check_resumable()
        training = Training.load(files.training)
        _check_same(training, files, _typed(options, reading, given))
        _check_target(training, files, target, reading)
    else:
        if not force:
            files.check_new()
        training = _begin(target, options, reading)
    get_ready()
    interrupt = _iterate(training, files)
    if training.step_index < training.num_steps:
        say(
            f"stopped at step {training.step_index} of {training.num_steps}, saved {files.model}; "
            f"to go on: voxnca train {target} -o {files.model} --resume"
        )
        raise typer.Exit(interrupt.exit_code)
    _finish(training, files)


def _begin(name: str, options: TrainOptions, reading: Reading) -> Training:
    target = open_target(name, reading)
    for note in target.notes:
        say(f"{name}: {note}")
    model = NCA(model_config(target.num_dims, options), seed=options.seed)
    training = voxnca.train(model, target, train_config(options))
    for line in plan(training):
        say(line)
    return training


def _typed(options: TrainOptions, reading: Reading, given: Collection[str]) -> dict[str, object]:
    """Return what was typed, by the name it has in a run."""
    typed: dict[str, object] = {key: getattr(options, key) for key in given}
    return typed if reading.size is None else typed | {"size": reading.size}


def _check_same(training: Training, files: RunFiles, typed: dict[str, object]) -> None:
    """Check that what was typed agrees with the run that is resumed."""
    rule, recipe = training.model.config, training.config
    had = asdict(rule) | asdict(recipe) | {"size": max(training.target.size)}
    had["preset"] = next((n for n, p in PRESETS.items() if p.effort == recipe.effort), None)
    for key, value in typed.items():
        if value != had[key]:
            raise ArgumentError(
                f"{key}={value!r} but the run in {files.training} has {key}={had[key]!r}; "
                "leave it out, or begin afresh with --force"
            )


def _check_target(training: Training, files: RunFiles, name: str, reading: Reading) -> None:
    """Check that what is to be grown is still what the run grows."""
    had = training.target
    now = open_target(name, replace(reading, size=reading.size or max(had.size)))
    if now.name != had.name:
        raise ArgumentError(
            f"target={now.name!r} but the run in {files.training} has target={had.name!r}; "
            "leave it out, or begin afresh with --force"
        )
    if not np.array_equal(now.rgba8, had.rgba8):
        raise ArgumentError(
            f"{name}: no longer what the run in {files.training} grows: the file has changed, or "
            "is read with another --up or --hollow; type these as before, or begin afresh with "
            "--force"
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
                if step.quality is not None or time.monotonic() - saved > SAVE_SECONDS:
                    files.save(training)
                    saved = time.monotonic()
        except TrainingError:
            voxnca.save(training.best(), files.model)
            raise
        files.save(training)
    return interrupt


def _finish(training: Training, files: RunFiles) -> None:
    files.training.unlink(missing_ok=True)
    quality = training.best().info.quality
    result(f"{files.model}: {verdict(quality) if quality else 'never evaluated'}")
    hint = advice(quality, training.num_steps) if quality else None
    if hint:
        say(hint)
    say(f"to see it: voxnca app {files.model}")
