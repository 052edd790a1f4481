"""What `voxnca train` is asked for: a shape, one of several, one among obstacles, or a vine."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

import numpy as np

import voxnca
from apps.configs import model_config, train_config
from apps.items import AS_IT_IS, Reading, open_target
from apps.options import TASK_DEFAULTS, Task, TrainOptions
from apps.terminal import say
from voxnca import NCA, ArgumentError, Target, Training

VINE = "vine"
"""What a rule that is steered grows: it has no target."""


@dataclass(frozen=True)
class Assignment:
    """What was typed.

    Attributes:
        names: of what to grow.
        options: the recipe.
        reading: of the targets; of a vine, `size` is the side of its grid.
        task: what is to be learned.
        num_dims: of a vine's grid.
        given: names of the options that were typed.

    Raises:
        ArgumentError: for names that do not go with the task.
    """

    names: Sequence[str]
    options: TrainOptions
    reading: Reading = AS_IT_IS
    task: Task = Task.GROW
    num_dims: int | None = None
    given: Collection[str] = ()

    def __post_init__(self) -> None:
        count = len(self.names)
        if self.task is Task.GOALS and count < 2:
            raise ArgumentError(f"--goals with {count} target; name two or more, one for each goal")
        if self.task.grows_vines and list(self.names) != [VINE]:
            raise ArgumentError(
                f"target={' '.join(self.names)!r}: --{self.task} grows a vine to a beacon; "
                f"type voxnca train {VINE} --{self.task}"
            )
        if self.task in (Task.GROW, Task.CERTIFIABLE, Task.OBSTACLES) and count > 1:
            raise ArgumentError(f"{count} targets; add --goals to have one rule grow each of them")
        if self.num_dims is not None and not self.task.grows_vines:
            raise ArgumentError(f"--dims {self.num_dims} is of vines; a target says its own")
        if self.num_dims not in (None, 2, 3):
            raise ArgumentError(f"--dims {self.num_dims} must be 2 or 3")

    @property
    def words(self) -> str:
        """What was typed after `voxnca train`, to be typed again."""
        flags = "" if self.task is Task.GROW else f" --{self.task}"
        return " ".join(self.names) + flags + (f" --dims {self.num_dims}" if self.num_dims else "")

    def chosen(self, num_dims: int) -> TrainOptions:
        """Return the recipe; what was not typed is as its task has it."""
        usual = TASK_DEFAULTS.get((self.task, num_dims), {})
        return replace(self.options, **{k: v for k, v in usual.items() if k not in self.given})

    def begin(self) -> Training:
        """Make the rule and begin to train it.

        Raises:
            VoxncaError: for a target that cannot be opened, or an option that breaks a rule.
        """
        targets = self.targets(self.reading)
        num_dims = targets[0].num_dims if targets else self.num_dims or 2
        options = self.chosen(num_dims)
        config = model_config(num_dims, options, task=self.task, num_goals=len(targets))
        recipe = train_config(options, task=self.task, size=self.reading.size, num_dims=num_dims)
        return voxnca.train(NCA(config, seed=options.seed), targets or None, recipe)

    def targets(self, reading: Reading) -> tuple[Target, ...]:
        """Open what is to be grown, and tell what a reader had to decide.

        Raises:
            VoxncaError: for a target that cannot be opened.
        """
        if self.task.grows_vines:
            return ()
        targets = tuple(open_target(name, reading) for name in self.names)
        for name, target in zip(self.names, targets, strict=True):
            for note in target.notes:
                say(f"{name}: {note}")
        return targets

    def check_grown(self, training: Training, kept_in: str) -> None:
        """Check that what is to be grown is what a run that is resumed grows.

        Raises:
            ArgumentError: when it is not.
        """
        had, task = training.targets, task_of(training)
        if task is not self.task:
            flag = "no such flag" if task is Task.GROW else f"--{task}"
            raise ArgumentError(
                f"the run in {kept_in} was begun with {flag}; type it as before, or begin afresh "
                "with --force"
            )
        size = self.reading.size or max((max(target.size) for target in had), default=None)
        now = self.targets(replace(self.reading, size=size))
        if [target.name for target in now] != [target.name for target in had]:
            names = ", ".join(target.name for target in had)
            raise ArgumentError(
                f"target={', '.join(t.name for t in now)!r} but the run in {kept_in} has "
                f"target={names!r}; leave it out, or begin afresh with --force"
            )
        for name, ours, theirs in zip(self.names, now, had, strict=True):
            if not np.array_equal(ours.rgba8, theirs.rgba8):
                raise ArgumentError(
                    f"{name}: no longer what the run in {kept_in} grows: the file has changed, or "
                    "is read with another --up or --hollow; type these as before, or begin "
                    "afresh with --force"
                )


def task_of(training: Training) -> Task:
    """Return what a run learns."""
    if training.model.config.num_goals:
        return Task.GOALS
    if "bare_beacon" in training.model.config.senses:
        return Task.SEEK
    if training.config.task.name == Task.GROW and training.config.settle.weight:
        return Task.CERTIFIABLE
    return Task(training.config.task.name)
