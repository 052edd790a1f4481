"""`voxnca certify`: what a pattern survives, and whether a certificate of it holds."""

from __future__ import annotations

import json
import re
import shlex
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import typer

from analysis.certificate import check, read_certificate
from analysis.reports.trust import Asked, Kept, Study, fits, study_trust, trust_html
from apps.commands.engine import get_ready
from apps.commands.outputs import Outputs
from apps.commands.stages import StageProgress, watched
from apps.interrupt import Interrupt
from apps.items import open_model
from apps.terminal import result, say
from voxnca import NCA, ArgumentError
from voxnca.atomic import write_bytes
from voxnca.engines.threads import get_num_threads

SAVE_SECONDS = 10.0
_UNITS = {"s": 1, "m": 60, "h": 3600}


@dataclass(frozen=True)
class Work:
    """What is to be certified.

    Attributes:
        radius: of the largest ball wounds.
        budget: that it may take, like 90s, 5m or 1h; None for as long as it takes.
        seed: of every random draw.
        graph: file for the graph of wounds and attractors; None for none.
    """

    radius: int
    budget: str | None
    seed: int
    graph: Path | None = None

    def options(self) -> list[str]:
        """Return what was typed to ask for it."""
        options = ["--radius", str(self.radius)]
        options += ["--budget", self.budget] if self.budget else []
        return [*options, *(["--seed", str(self.seed)] if self.seed else [])]


def seconds(budget: str | None) -> float | None:
    """Read a time like 90s, 5m or 1.5h; a bare number is seconds.

    Raises:
        ArgumentError: for any other text, or no time at all.
    """
    if budget is None:
        return None
    match = re.fullmatch(r"(\d+\.?\d*|\.\d+)([smh]?)", budget.strip())
    if not match or float(match[1]) == 0:
        raise ArgumentError(f"--budget {budget!r} must be a time; write it like 90s, 5m or 1h")
    return float(match[1]) * _UNITS[match[2] or "s"]


def run(text: str, work: Work, outputs: Outputs) -> None:
    """Certify a model, print what is proven, and write what was asked for.

    Args:
        text: the model, as it was typed.
        work: what is to be certified.
        outputs: where the page and the certificate go.

    Raises:
        VoxncaError: for a model that is unknown or grows no target, or a file that cannot be
            written.
        typer.Exit: when it was interrupted, after saving.
    """
    budget = seconds(work.budget)
    if work.graph and work.graph.suffix.lower() != ".graphml":
        raise ArgumentError(f"--graph {work.graph}: is a .graphml file; rename it")
    model = open_model(text)
    get_ready()
    command = shlex.join(["voxnca", "certify", text, *work.options(), *outputs.options()])
    asked = Asked(
        radius=work.radius,
        budget_seconds=budget,
        num_jobs=_jobs(model),
        seed=work.seed,
        command=command,
        date=date.today().isoformat(),  # noqa: DTZ011 - the day where the reader is
    )
    partial = _partial(outputs)
    kept = _read(partial)
    if kept and fits(kept, model, asked):
        say(f"going on from {partial}")
    keeper = _Keeper(partial)
    study = None
    stages = study_trust(model, asked, name=text, kept=kept, keep=keeper)
    with Interrupt() as interrupt, StageProgress() as progress:
        while study is None and not interrupt:
            try:
                progress.show(next(stages))
            except StopIteration as done:
                study = done.value
    if study is None:
        _stopped(partial, keeper, command)
        raise typer.Exit(interrupt.exit_code)
    _write(study, outputs)
    if work.graph:
        if study.landscape is None:
            say(f"{work.graph}: not written; nothing was measured within the budget")
        else:
            study.landscape.write_graphml(work.graph)
    if partial and study.proofs and all(proof.is_complete for proof in study.proofs):
        partial.unlink(missing_ok=True)
    elif partial and study.proofs:
        keeper.save()
        say(f"the budget did not suffice; the same command with more goes on from {partial}")


def verify(path: Path, text: str | None) -> None:
    """Verify a certificate afresh, and say what came out.

    Args:
        path: of the certificate.
        text: the model, as it was typed; None for what the certificate names.

    Raises:
        VoxncaError: for a file that is no certificate, or a model that is unknown.
        typer.Exit: with 1 when it does not hold.
    """
    certificate = read_certificate(path)
    model = open_model(text or certificate.model)
    began = time.monotonic()
    found = watched(check(certificate, model, num_threads=get_num_threads()))
    took = f"{time.monotonic() - began:.0f} s"
    for claim in found.unverified:
        result(f"not verified again: {claim}")
    for problem in found.problems[:20]:
        result(f"✗ {problem}")
    if not found.holds:
        result(f"{path}: does not hold, {len(found.problems)} problems ({took})")
        raise typer.Exit(1)
    undecided = f", of {found.num_undecided:,} nothing is claimed" if found.num_undecided else ""
    result(
        f"{path}: holds; the fates of {found.num_wounds:,} wounds were shown anew in whole "
        f"numbers{undecided} ({took})"
    )


def _jobs(model: NCA) -> int:
    """Return how many processes measure: in 2D runs are over before one has started."""
    return 1 if model.config.num_dims == 2 else get_num_threads()


class _Keeper:
    """Writes what an unfinished study has found, now and then."""

    def __init__(self, path: Path | None) -> None:
        self._path, self._saved = path, time.monotonic()
        self._latest: Callable[[], Kept] | None = None

    def __call__(self, found: Callable[[], Kept]) -> None:
        self._latest = found
        if time.monotonic() - self._saved > SAVE_SECONDS:
            self.save()

    def save(self) -> None:
        if self._path and self._latest:
            write_bytes(self._path, json.dumps(self._latest()).encode())
            self._saved = time.monotonic()


def _partial(outputs: Outputs) -> Path | None:
    """Return where an unfinished study is kept: beside what it is to become."""
    path = outputs.page or (None if outputs.to_stdout else outputs.figures)
    return path.with_suffix(".partial.json") if path else None


def _read(path: Path | None) -> Kept | None:
    if path is None or not path.exists():
        return None
    try:
        kept: Kept = json.loads(path.read_bytes())
        return kept if isinstance(kept["wounds"], list) else None
    except (OSError, ValueError, KeyError, TypeError):
        say(f"{path}: cannot be read; beginning afresh")
        return None


def _stopped(partial: Path | None, keeper: _Keeper, command: str) -> None:
    if partial is None:
        say("stopped; with -o FILE what was found is kept, and the same command goes on")
        return
    keeper.save()
    say(f"stopped, kept in {partial}; to go on: {command}")


def _write(study: Study, outputs: Outputs) -> None:
    outputs.write(
        trust_html(study) if outputs.page else None,
        json.dumps(study.to_json(), ensure_ascii=False, separators=(",", ":")),
        list(study.summary),
    )
