"""What was found out about one of the things that are compared."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from analysis.distance import Neighbor
from analysis.measures import Measures
from analysis.perception_floor import Floor
from analysis.reports.film import Film
from analysis.reports.golly_check import GollyCheck
from analysis.reports.growth import Growth
from analysis.reports.lesson import Lesson
from analysis.reports.subject import Subject
from analysis.rules import find


@dataclass(frozen=True)
class Entry:
    """A subject, and all figures about it alone. What it does not have is None or empty.

    Attributes:
        subject: what it is.
        film: a run of it.
        measures: of its table.
        floor: fewest neighbourhoods that a network gets wrong which sees as growing networks do:
            the cell and the slopes round it (`sobel`).
        neighbors: the nearest rules of the catalogue.
        lesson: of a learned rule.
        golly: its file, run by Golly.
        growth: of what grows.
        reason: why there are no measures of a rule; else empty.
    """

    subject: Subject
    film: Film
    measures: Measures | None = None
    floor: Floor | None = None
    neighbors: tuple[Neighbor, ...] = ()
    lesson: Lesson | None = None
    golly: GollyCheck | None = None
    growth: Growth | None = None
    reason: str = ""

    @property
    def name(self) -> str:
        """Of the subject."""
        return self.subject.name

    @property
    def what(self) -> str:
        """What the catalogue says that the rule does; empty if it is not there."""
        found = None if self.subject.rule is None else find(self.subject.rule)
        return found.what if found else ""

    @property
    def source(self) -> str:
        """Who found the rule, and where that stands; empty if it is not in the catalogue."""
        found = None if self.subject.rule is None else find(self.subject.rule)
        return found.source if found else ""

    def to_json(self) -> dict[str, Any]:
        """Return the figures as a dict that `json` can write."""
        subject = self.subject
        return {
            "name": self.name,
            "given_as": subject.text,
            "kind": subject.kind.value,
            "notation": subject.notation,
            "num_dims": subject.num_dims,
            "num_states": subject.num_states,
            "what": self.what,
            "source": self.source,
            "film": self.film.to_json(),
            "measures": self.measures and self.measures.to_json(),
            "floor": self.floor and self.floor.to_json(),
            "neighbors": [neighbor.to_json() for neighbor in self.neighbors],
            "lesson": self.lesson and self.lesson.to_json(),
            "golly": self.golly and self.golly.to_json(),
            "growth": self.growth and self.growth.to_json(),
            "reason": self.reason,
        }
