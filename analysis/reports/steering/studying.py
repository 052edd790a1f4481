"""Studying how a rule steers, stage by stage: it takes a minute, and more in space."""

from __future__ import annotations

import time
from collections.abc import Sequence

from analysis.reports.making import versions
from analysis.reports.steering.study import Making, Study
from analysis.reports.steering.subject import LINE, WAY, Grower, Subject, growers
from analysis.stages import Stage, Stages
from voxnca import NCA
from voxnca.layouts import Layout
from voxnca.steering import Outcomes, follow_signal, measure
from voxnca.steering.trials import BATCH_SIZE, check_measured


def study_steering(
    model: NCA,
    layouts: Sequence[Layout],
    *,
    name: str,
    against: NCA | None = None,
    controls: bool = True,
    num_steps: int | None = None,
    seed: int = 0,
    command: str = "",
    date: str = "",
) -> Stages[Study]:
    """Measure a rule that steers, and its controls in the same layouts.

    Args:
        model: the rule.
        layouts: of one size; those held out, for figures to be quoted.
        name: of the rule, for people.
        against: a rule that was trained without walls, to be measured in the same layouts.
        controls: whether to measure what says how much is the rule's own doing.
        num_steps: T, for all of them; see `voxnca.steering.measure`.
        seed: of the firing mask.
        command: line that asks for this, to be noted.
        date: to be noted.

    Yields:
        What comes next.

    Raises:
        ArgumentError: as of `voxnca.steering.measure`, for either rule.
    """
    began = time.monotonic()
    T = check_measured(model, layouts, num_steps)
    if against is not None:
        check_measured(against, layouts, T)
    measured = list(growers(name, model, against, controls=controls))
    subjects = []
    for index, grower in enumerate(measured):
        outcomes = yield from _grow(grower, layouts, T, seed, (index, len(measured)))
        subjects.append(Subject(grower.key, grower.name, grower.what, outcomes))
    if controls:
        subjects += _followed(layouts)
    duration = round(time.monotonic() - began, 1)
    making = Making(command, date, seed, versions(), duration)
    return Study(name, model.config, model.num_parameters, tuple(subjects), making)


def _grow(
    grower: Grower, layouts: Sequence[Layout], num_steps: int, seed: int, place: tuple[int, int]
) -> Stages[Outcomes]:
    """Measure one of several rules, batch by batch."""
    index, count = place
    starts = range(0, len(layouts), BATCH_SIZE)
    parts = []
    for done, first in enumerate(starts):
        batch = layouts[first : first + BATCH_SIZE]
        yield Stage(
            index * len(starts) + done,
            count * len(starts),
            f"{grower.name}: layouts {first + 1} to {first + len(batch)} of {len(layouts)}",
        )
        parts.append(
            measure(
                grower.model,
                batch,
                num_steps=num_steps,
                signal=grower.signal,
                seed=seed,
                first_sample=first,
            )
        )
    return Outcomes.joined(parts)


def _followed(layouts: Sequence[Layout]) -> list[Subject]:
    return [
        Subject(
            WAY,
            "the way itself",
            "no rule: the cells that one who follows the diffused signal enters",
            follow_signal(layouts),
        ),
        Subject(
            LINE,
            "a straight line",
            "no rule: the cells that one who always goes nearer, as the crow flies, enters",
            follow_signal(layouts, signal="straight"),
        ),
    ]
