"""`voxnca learn-rule`: a network that computes a hand-made rule."""

from __future__ import annotations

from pathlib import Path
from typing import Self

import numpy as np
import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

import voxnca
from analysis.learning import Learning, LearnStep, config_for, learn
from analysis.rules import Rule
from apps.interrupt import Interrupt
from apps.items import MODEL_SUFFIX, open_rule
from apps.terminal import console, result, say
from voxnca import ArgumentError, FileError, LearnedRule

_TELL_EVERY = 500


class LearningProgress:
    """Shows how learning goes: a bar on a terminal, a line every 500 steps elsewhere."""

    def __init__(self, run: Learning) -> None:
        self._bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(bar_width=None),
            MofNCompleteColumn(),
            TextColumn("{task.fields[figures]}"),
            TimeElapsedColumn(),
            console=console,
            disable=not console.is_terminal,
            expand=True,
        )
        self._task = self._bar.add_task(run.rule.label, total=run.num_steps, figures="")
        self._wrong, self._attempt = "", 1

    def __enter__(self) -> Self:
        self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._bar.stop()

    def show(self, step: LearnStep) -> None:
        """Take in one step."""
        if step.attempt > self._attempt:
            self._attempt = step.attempt
            say(f"step {step.index}: it got stuck{self._wrong}; try {step.attempt} begins anew")
        if step.num_wrong is not None:
            self._wrong = f", {step.num_wrong:,} wrong"
        figures = f"loss {step.loss:.4f}{self._wrong}"
        self._bar.update(self._task, completed=step.index, figures=figures)
        if not console.is_terminal and step.index % _TELL_EVERY == 0:
            say(f"step {step.index}: {figures}")


def run(
    name: str,
    output: Path,
    *,
    seed: int,
    num_steps: int | None,
    hidden_size: int,
    perception: str | None,
    force: bool,
) -> None:
    """Learn a rule, check every neighbourhood, and write the model.

    Args:
        name: of the rule, or its notation or file, as it was typed.
        output: the model file.
        seed: of the weights and of every draw.
        num_steps: most steps; None is enough for four tries.
        hidden_size: units of the hidden layer.
        perception: of the network; None is the simplest that can express the rule.
        force: whether to learn even what the perception cannot express, and to overwrite.

    Raises:
        VoxncaError: for anything the user can mend.
        typer.Exit: when it was interrupted, after saving.
    """
    _check_output(output, force=force)
    rule = open_rule(name)
    config = config_for(rule, perception, hidden_size)
    run = learn(rule, config, seed=seed, num_steps=num_steps, force=force)
    if run.floor.num_wrong:
        say(
            f"perception {config.perception}: at least {run.floor.num_wrong:,} of "
            f"{run.floor.num_neighborhoods:,} neighbourhoods stay wrong, whatever is learned"
        )
    with Interrupt() as interrupt, LearningProgress(run) as progress:
        for step in run:
            progress.show(step)
            if interrupt:
                break
    model = run.best()
    voxnca.save(model, output)
    learned = model.info.learned_rule
    result(f"{output}: {_verdict(learned)}")
    if interrupt:
        say(f"stopped at step {run.step_index} of {run.num_steps}; run it again to begin anew")
        raise typer.Exit(interrupt.exit_code)
    _tell_on(run, output)


def _check_output(output: Path, *, force: bool) -> None:
    """Refuse a place that cannot be written before any work."""
    if output.suffix.lower() != MODEL_SUFFIX:
        raise ArgumentError(f"output {output}: a model is a {MODEL_SUFFIX} file; rename it")
    if not output.parent.is_dir():
        raise FileError(f"{output.parent}: no such folder; make it first")
    if output.exists() and not force:
        raise FileError(f"{output}: exists; name another file, or replace it with --force")


def _verdict(learned: LearnedRule | None) -> str:
    assert learned is not None
    of_all = f"{learned.num_wrong:,} of {learned.num_neighborhoods:,} neighbourhoods"
    return f"{learned.written}, {of_all} wrong"


def _runs_in_golly(rule: Rule) -> bool:
    """Tell whether a rule is of the plane, and nothing is born of nothing."""
    nothing = np.zeros((1, len(rule.neighborhood.cells)), np.uint8)
    return rule.num_dims == 2 and not rule.next_states(nothing).any()


def _tell_on(run: Learning, output: Path) -> None:
    """Say how to go on."""
    if run.num_wrong and not run.floor.num_wrong:
        say("another --seed or a larger --hidden may get the rest")
    say(f"to see it: voxnca app {output}")
    if _runs_in_golly(run.rule):
        say(f"to run it in Golly: voxnca export {output} -o {output.with_suffix('.rule').name}")
