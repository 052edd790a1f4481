"""Measuring a rule that steers, and its controls, in the same layouts."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from analysis.reports.making import versions
from analysis.reports.steering.schema import NAME, VERSION, units
from analysis.reports.steering.subject import LINE, WAY, Grower, Subject, growers
from analysis.reports.steering.summary import sentences
from analysis.stages import Stage, Stages
from voxnca import NCA
from voxnca.config import ModelConfig
from voxnca.layouts import Layout, Summary, summarize
from voxnca.steering import Outcomes, Trial, Vine, follow_signal, measure
from voxnca.steering.trials import BATCH_SIZE, CUT_RADIUS_CELLS, LATE_STEPS, check_measured


@dataclass(frozen=True)
class Making:
    """Where the figures come from.

    Attributes:
        command: line that makes them again; empty for none.
        date: as it was passed in; empty for none.
        seed: of the firing mask.
        versions: of voxnca, Python and the libraries that compute.
        duration_seconds: that it took.
    """

    command: str
    date: str
    seed: int
    versions: dict[str, str]
    duration_seconds: float


@dataclass(frozen=True, eq=False)
class Study:
    """A rule that steers, beside its controls.

    Attributes:
        name: of the rule.
        config: of the rule.
        num_parameters: numbers that it has learned.
        subjects: the rule first.
        making: how it was made.
    """

    name: str
    config: ModelConfig
    num_parameters: int
    subjects: tuple[Subject, ...]
    making: Making

    @property
    def trials(self) -> tuple[Trial, ...]:
        """What became of the rule's vines, layout by layout."""
        return self.subjects[0].outcomes.trials

    @property
    def num_steps(self) -> int:
        """T: see `voxnca.steering.measure`."""
        return self.subjects[0].outcomes.num_steps

    @property
    def space(self) -> tuple[int, ...]:
        """Sizes of the layouts."""
        return self.trials[0].layout.space

    @property
    def difficulties(self) -> tuple[Summary, Summary]:
        """How hard the ways to the beacons are, before and after they move."""
        layouts = [trial.layout for trial in self.trials]
        return (
            summarize([layout.difficulty for layout in layouts]),
            summarize([layout.moved_difficulty for layout in layouts]),
        )

    def subject(self, key: str) -> Subject | None:
        """Return a subject, if it was measured."""
        return next((subject for subject in self.subjects if subject.key == key), None)

    @property
    def summary(self) -> tuple[str, ...]:
        """What came out, in plain sentences."""
        senses = self.config.senses
        return tuple(sentences(self.name, senses, {s.key: s for s in self.subjects}))

    def to_json(self) -> dict[str, Any]:
        """Return every figure, and the unit of each, as a dict that `json` can write.

        It is of the form that `schema.json` says, which stands beside this module.
        """
        here, there = self.difficulties
        config = self.config
        return {
            "schema": NAME,
            "schema_version": VERSION,
            "summary": list(self.summary),
            "model": {
                "name": self.name,
                "num_dims": config.num_dims,
                "senses": list(config.senses),
                "num_parameters": self.num_parameters,
                "fire_rate": config.fire_rate,
            },
            "layouts": {"space": list(self.space), "beacon": asdict(here), "moved": asdict(there)},
            "num_steps": self.num_steps,
            "late_steps": LATE_STEPS,
            "cut_radius_cells": CUT_RADIUS_CELLS,
            "subjects": [subject.to_json() for subject in self.subjects],
            "trials": [_trial(trial) for trial in self.trials],
            "making": asdict(self.making),
            "units": units(),
        }


def study(
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
    """Measure a rule and its controls.

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


def _trial(trial: Trial) -> dict[str, Any]:
    way = trial.layout.difficulty
    return {
        "shortest": way.steps,
        "detour_ratio": way.detour_ratio,
        "severed": trial.severed,
        "moments": {moment: _vine(vine) for moment, vine in trial.vines.items()},
    }


def _vine(vine: Vine) -> dict[str, Any]:
    return {
        "reached": vine.reached,
        "steps": vine.steps,
        "ratio": vine.ratio,
        "stray_share": vine.stray_share,
        "iou": vine.iou,
    }
