"""`voxnca compare`: rules and networks side by side, as a page for people and as JSON."""

from __future__ import annotations

import json
import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Self

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from analysis.reports import Comparison, Stage, Stages, compare, report_html, subjects
from analysis.rules import Rule
from apps.commands.engine import get_ready
from apps.items import Kind, find, open_model, open_rule
from apps.terminal import console, result, say
from voxnca import NCA, ArgumentError, FileError
from voxnca.atomic import write_bytes

STDOUT = "-"
_TOLD = 3
"""Sentences of the summary that are printed."""


@dataclass(frozen=True)
class Outputs:
    """Where a comparison is written.

    Attributes:
        page: the HTML file; None for none.
        figures: the JSON file, `-` for stdout; None for none.

    Raises:
        ArgumentError: when there is neither, or for another suffix.
        FileError: for a folder that there is not.
    """

    page: Path | None
    figures: Path | None

    def __post_init__(self) -> None:
        if self.page is None and self.figures is None:
            raise ArgumentError("nothing to write; give -o report.html, --json report.json or both")
        for name, path, suffix in (("-o", self.page, ".html"), ("--json", self.figures, ".json")):
            if path is None or str(path) == STDOUT:
                continue
            if path.suffix.lower() != suffix:
                raise ArgumentError(f"{name} {path}: is a {suffix} file; rename it")
            if not path.parent.is_dir():
                raise FileError(f"{path.parent}: no such folder; make it first")
        if str(self.page) == STDOUT:
            raise ArgumentError(f"-o {STDOUT}: the page is a file; name it, like report.html")

    @property
    def to_stdout(self) -> bool:
        """Whether figures go to stdout, where nothing else may stand then."""
        return str(self.figures) == STDOUT

    def options(self) -> list[str]:
        """Return what was typed to ask for them."""
        page = ["-o", str(self.page)] if self.page else []
        return [*page, *(["--json", str(self.figures)] if self.figures else [])]


class ComparingProgress:
    """Shows how comparing goes: a bar on a terminal, a line a stage elsewhere."""

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
        self._task = self._bar.add_task("comparing", total=None)

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
        if not console.is_terminal:
            say(f"{stage.index + 1} of {stage.total}: {stage.doing}")


def run(texts: Sequence[str], outputs: Outputs, *, seed: int, quick: bool) -> None:
    """Compare items, write what came out, and say the most of it.

    Args:
        texts: models and rules, as they were typed.
        outputs: where to.
        seed: of every random draw.
        quick: whether to take fewer random rules and wounds.

    Raises:
        VoxncaError: for an item that is unknown or is neither a model nor a rule, or a file that
            cannot be written.
    """
    compared = subjects([(text, _opened(text)) for text in texts])
    if any(subject.model for subject in compared):
        get_ready()
    options = [*outputs.options(), *(["--seed", str(seed)] if seed else [])]
    command = ["voxnca", "compare", *texts, *options, *(["--quick"] if quick else [])]
    comparison = _watched(
        compare(
            compared,
            seed=seed,
            quick=quick,
            command=shlex.join(command),
            date=date.today().isoformat(),  # noqa: DTZ011 - the day where the reader is
        )
    )
    _write(comparison, outputs)


def _opened(text: str) -> NCA | Rule:
    kind = find(text, Kind.MODEL, Kind.RULE).kind
    return open_model(text) if kind is Kind.MODEL else open_rule(text)


def _watched(stages: Stages[Comparison]) -> Comparison:
    with ComparingProgress() as progress:
        while True:
            try:
                progress.show(next(stages))
            except StopIteration as done:
                comparison: Comparison = done.value
                return comparison


def _write(comparison: Comparison, outputs: Outputs) -> None:
    """Write the files, and then tell: nothing is told of what was not written."""
    figures = f"{json.dumps(comparison.to_json(), indent=1, ensure_ascii=False)}\n"
    if outputs.figures and not outputs.to_stdout:
        write_bytes(outputs.figures, figures.encode())
    if outputs.page:
        write_bytes(outputs.page, report_html(comparison).encode())
    tell = say if outputs.to_stdout else result
    for path in (outputs.page, None if outputs.to_stdout else outputs.figures):
        if path:
            tell(str(path))
    for sentence in comparison.summary[1 : 1 + _TOLD] or comparison.summary:
        tell(sentence)
    if outputs.to_stdout:
        result(figures.rstrip())
