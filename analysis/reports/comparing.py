"""Comparing, stage by stage: it takes a minute, and whoever waits wants to see what goes on."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

from analysis import distance, measures
from analysis.reports.comparison import Comparison
from analysis.reports.entry import Entry
from analysis.reports.film import Film
from analysis.reports.golly_check import verify
from analysis.reports.growth import judge
from analysis.reports.lesson import examine, floor
from analysis.reports.making import Making
from analysis.reports.pair import in_order, pair_of
from analysis.reports.subject import Kind, Subject
from analysis.stages import Stage, Stages
from voxnca.config import check_seed
from voxnca.errors import ArgumentError


@dataclass(frozen=True)
class Effort:
    """How much work figures are worth that random numbers enter.

    Attributes:
        num_samples: random rules of each kind beside a distance.
        num_named: random rules by which the chance of a name is measured.
        num_wounds: dealt to each network that grows.
        heal_steps: that it is given after each.
    """

    num_samples: int = 100
    num_named: int = 500
    num_wounds: int = 8
    heal_steps: int = 48


GROWING_PERCEPTION = "sobel"
"""What growing networks perceive, as in the paper: each cell itself, and the slopes round it."""

USUAL = Effort()
QUICK = Effort(num_samples=20, num_named=100, num_wounds=4, heal_steps=24)


_WORK = {
    Kind.HAND_MADE: "a run, measures, the nearest names",
    Kind.LEARNED: "a run, its exact table, measures, the nearest names",
    Kind.GROWING: "a table of symbols, and what it is worth",
}


def compare(
    subjects: Sequence[Subject],
    *,
    seed: int = 0,
    quick: bool = False,
    command: str = "",
    date: str = "",
) -> Stages[Comparison]:
    """Compare rules and networks: each by itself, then every two.

    Args:
        subjects: what to compare: see `subjects`.
        seed: of every random draw, 0 to 2^32 - 1.
        quick: take fewer random rules, and fewer wounds.
        command: line that asks for this, to be noted.
        date: to be noted.

    Yields:
        What comes next.

    Returns:
        All that was found; the same for the same seed, but for the time it took.

    Raises:
        ArgumentError: for a seed out of range.
    """
    check_seed(seed)
    effort, began = QUICK if quick else USUAL, time.monotonic()
    doubles = [in_order(a, b) for a, b in combinations(subjects, 2)]
    total = len(subjects) + len(doubles)
    entries, pairs = [], []
    for index, subject in enumerate(subjects):
        yield Stage(index, total, f"{subject.name}: {_WORK[subject.kind]}")
        entries.append(_entry(subject, effort, seed))
    for index, (one, other) in enumerate(doubles, len(subjects)):
        yield Stage(index, total, f"{one.name} beside {other.name}")
        pairs.append(pair_of(one, other, num_samples=effort.num_samples, seed=seed))
    making = Making.of(
        command=command,
        date=date,
        seed=seed,
        quick=quick,
        num_samples=effort.num_samples,
        num_wounds=effort.num_wounds,
        duration_seconds=round(time.monotonic() - began, 1),
    )
    return Comparison(tuple(entries), tuple(pairs), making)


def _entry(subject: Subject, effort: Effort, seed: int) -> Entry:
    if subject.rule is None:
        assert subject.model is not None
        film = Film.of_growth(subject.model, seed=seed)
        found = judge(
            subject.model, num_wounds=effort.num_wounds, heal_steps=effort.heal_steps, seed=seed
        )
        return Entry(subject, film, growth=found)
    film = Film.of_rule(subject.rule, seed=seed)
    learned = examine(subject, seed=seed) if subject.kind is Kind.LEARNED else None
    golly = verify(subject, seed=seed)
    try:
        measured = measures.of(subject.rule)
        named = distance.nearest(subject.rule, num_samples=effort.num_named, seed=seed)
    except ArgumentError as error:
        return Entry(subject, film, lesson=learned, golly=golly, reason=str(error))
    return Entry(
        subject,
        film,
        measures=measured,
        floor=floor(subject.rule, GROWING_PERCEPTION),
        neighbors=named,
        lesson=learned,
        golly=golly,
    )
