"""Two of the things that are compared, side by side."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

from analysis.distance import Distances, after, between
from analysis.reports.difference import Difference, differences
from analysis.reports.subject import Kind, Subject
from voxnca.errors import ArgumentError

NUM_STEPS = 100
"""After which neighbourhoods are counted that cells are in."""


class Obstacle(NamedTuple):
    """Why two subjects cannot be compared neighbourhood by neighbourhood.

    Attributes:
        brief: in a few words.
        reason: in a sentence.
    """

    brief: str
    reason: str


@dataclass(frozen=True)
class Pair:
    """How far two subjects are apart, and where they differ.

    Attributes:
        one: name of the subject that stays while random rules take the place of the other.
        other: name of the other.
        distances: between them; None if they cannot be compared.
        differences: neighbourhoods in which they differ, the most visited first.
        obstacle: why they cannot be compared; None if they can.
    """

    one: str
    other: str
    distances: Distances | None = None
    differences: tuple[Difference, ...] = ()
    obstacle: Obstacle | None = None

    @property
    def is_same(self) -> bool:
        """Whether they are one rule: no neighbourhood tells them apart."""
        return self.distances is not None and self.distances.hamming.value == 0

    def to_json(self) -> dict[str, Any]:
        """Return the figures as a dict that `json` can write."""
        return {
            "one": self.one,
            "other": self.other,
            "distances": self.distances and self.distances.to_json(),
            "differences": [difference.to_json() for difference in self.differences],
            "reason": self.obstacle.reason if self.obstacle else "",
        }


def in_order(one: Subject, other: Subject) -> tuple[Subject, Subject]:
    """Return a pair in the order in which it is measured, whichever way it was given.

    Random rules take the place of the second: so their figures do not depend on what was typed
    first.
    """
    first, second = sorted((one, other), key=lambda subject: (str(subject.rule), subject.text))
    return first, second


def pair_of(one: Subject, other: Subject, *, num_samples: int, seed: int = 0) -> Pair:
    """Measure two subjects, or say why they cannot be compared.

    Args:
        one: as of `in_order`.
        other: as of `in_order`.
        num_samples: random rules beside each distance, as of `distance.between`.
        seed: of soups and random rules.
    """
    found = obstacle(one, other)
    if found:
        return Pair(one.name, other.name, obstacle=found)
    first, second = one.rule, other.rule
    assert first is not None
    assert second is not None
    visits = after(first, num_steps=NUM_STEPS, seed=seed)
    visits += after(second, num_steps=NUM_STEPS, seed=seed + 1)
    try:
        distances = between(first, second, seed=seed, num_samples=num_samples)
        return Pair(one.name, other.name, distances, differences(first, second, visits))
    except ArgumentError as error:
        return Pair(one.name, other.name, obstacle=Obstacle("table too long", str(error)))


def obstacle(one: Subject, other: Subject) -> Obstacle | None:
    """Say why two subjects cannot be compared neighbourhood by neighbourhood; None if they can."""
    growing = [subject.name for subject in (one, other) if subject.kind is Kind.GROWING]
    if growing:
        hold = "its cells hold" if len(growing) == 1 else "their cells hold"
        reason = f"{' and '.join(growing)}: {hold} real numbers, not one of a few states"
        return Obstacle("no exact table", reason)
    for thing, a, b in (
        ("dimensions", one.num_dims, other.num_dims),
        ("states", one.num_states, other.num_states),
    ):
        if a != b:
            brief = f"{min(a or 0, b or 0)} and {max(a or 0, b or 0)} {thing}"
            return Obstacle(brief, f"{brief}: they have no neighbourhoods in common")
    return None
