"""A study: a rule that steers and its controls, measured, in one frozen result."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from analysis.reports.steering.schema import NAME, VERSION, units
from analysis.reports.steering.subject import Subject
from analysis.reports.steering.summary import sentences
from voxnca.config import ModelConfig
from voxnca.layouts import Summary, summarize
from voxnca.steering import Trial, Vine
from voxnca.steering.trials import CUT_RADIUS_CELLS, LATE_STEPS


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
