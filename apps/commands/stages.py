"""Shows how long work goes, stage by stage."""

from __future__ import annotations

from typing import Self, TypeVar

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from analysis.stages import Stage, Stages
from apps.terminal import console, say

T = TypeVar("T")


class StageProgress:
    """A bar on a terminal, a line a stage elsewhere."""

    def __init__(self) -> None:
        self._bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(bar_width=None),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            console=console,
            disable=not console.is_terminal,
            expand=True,
        )
        self._task = self._bar.add_task("", total=None)
        self._told: tuple[str, int] | None = None

    def __enter__(self) -> Self:
        self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._bar.stop()

    def show(self, stage: Stage) -> None:
        """Take in the stage that comes next."""
        self._bar.update(
            self._task, completed=stage.index, total=stage.total, description=stage.doing
        )
        if not console.is_terminal and self._tells_more(stage):
            say(f"{stage.index + 1} of {stage.total}: {stage.doing}")

    def _tells_more(self, stage: Stage) -> bool:
        """Whether something else is done now, or another twentieth of the whole is."""
        told = stage.doing, 20 * stage.index // max(1, stage.total)
        more, self._told = told != self._told, told
        return more


def watched(stages: Stages[T]) -> T:
    """Do all of it, and show how it goes."""
    with StageProgress() as progress:
        while True:
            try:
                progress.show(next(stages))
            except StopIteration as done:
                result: T = done.value
                return result
