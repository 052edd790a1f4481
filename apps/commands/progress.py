"""A progress bar for training: loss, IoU and the time left."""

from __future__ import annotations

import time
from collections import deque
from statistics import fmean
from typing import Self

from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

from apps.commands.listing import describe
from apps.terminal import console, say
from apps.verdict import steered
from voxnca import Training, TrainStep

_SMOOTHED_STEPS = 20


class TrainingProgress:
    """Shows how training goes: a bar on a terminal, a line for each tenth of the run elsewhere.

    Each evaluation has a line everywhere.

    Loss and IoU are means of the last 20 steps, of batches that hold fresh seeds and wounds:
    they are worse than what the evaluations, from the seed, find.
    """

    def __init__(self, training: Training) -> None:
        self._num_steps, self._first_step = training.num_steps, training.step_index
        self._began = time.monotonic()
        self._losses: deque[float] = deque(maxlen=_SMOOTHED_STEPS)
        self._ious: deque[float] = deque(maxlen=_SMOOTHED_STEPS)
        self._bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(bar_width=None),
            MofNCompleteColumn(),
            TextColumn("{task.fields[figures]}"),
            TimeElapsedColumn(),
            TimeRemainingColumn(),
            console=console,
            disable=not console.is_terminal,
            expand=True,
        )
        self._task = self._bar.add_task(
            training.task.name,
            total=training.num_steps,
            completed=training.step_index,
            figures="",
        )

    def __enter__(self) -> Self:
        self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._bar.stop()

    def show(self, step: TrainStep) -> None:
        """Take in one step."""
        if step.loss == step.loss:  # a skipped step has no loss: NaN
            self._losses.append(step.loss)
        self._ious.append(step.iou)
        loss = fmean(self._losses) if self._losses else float("nan")
        figures = f"loss {loss:.4f}  IoU {fmean(self._ious):.3f}"
        self._bar.update(self._task, completed=step.index, figures=figures)
        if step.quality is not None:
            say(f"step {step.index}: loss {loss:.4f}; from the seed: {describe(step.quality)}")
        elif step.steering is not None:
            say(f"step {step.index}: loss {loss:.4f}; {steered(step.steering)}")
        elif not console.is_terminal and self._is_a_tenth(step.index):
            say(f"step {step.index}: {figures}; {self._time_left(step.index)} left")

    def _is_a_tenth(self, index: int) -> bool:
        return 10 * index // self._num_steps > 10 * (index - 1) // self._num_steps

    def _time_left(self, index: int) -> str:
        done = index - self._first_step
        seconds = round((time.monotonic() - self._began) / done * (self._num_steps - index))
        return f"{seconds // 60} min {seconds % 60} s" if seconds >= 60 else f"{seconds} s"
