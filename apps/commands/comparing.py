"""`voxnca compare`: rules and networks side by side, as a page for people and as JSON."""

from __future__ import annotations

import json
import shlex
from collections.abc import Sequence
from datetime import date

from analysis.reports import Comparison, compare, report_html, subjects
from analysis.rules import Rule
from apps.commands.engine import get_ready
from apps.commands.outputs import Outputs
from apps.commands.stages import watched
from apps.items import Kind, find, open_model, open_rule
from voxnca import NCA, ArgumentError

_TOLD = 3
"""Sentences of the summary that are printed."""


def run(texts: Sequence[str], outputs: Outputs, *, seed: int, quick: bool) -> None:
    """Compare items, write what came out, and say the most of it.

    Args:
        texts: models and rules, as they were typed.
        outputs: where to.
        seed: of every random draw.
        quick: whether to take fewer random rules and wounds.

    Raises:
        VoxncaError: for an item that is unknown or is neither a model nor a rule, a file that
            cannot be written, or nothing to write.
    """
    if outputs.page is None and outputs.figures is None:
        raise ArgumentError("nothing to write; give -o report.html, --json report.json or both")
    compared = subjects([(text, _opened(text)) for text in texts])
    if any(subject.model for subject in compared):
        get_ready()
    options = [*outputs.options(), *(["--seed", str(seed)] if seed else [])]
    command = ["voxnca", "compare", *texts, *options, *(["--quick"] if quick else [])]
    comparison = watched(
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


def _write(comparison: Comparison, outputs: Outputs) -> None:
    outputs.write(
        report_html(comparison) if outputs.page else None,
        json.dumps(comparison.to_json(), indent=1, ensure_ascii=False),
        list(comparison.summary[1 : 1 + _TOLD] or comparison.summary),
    )
