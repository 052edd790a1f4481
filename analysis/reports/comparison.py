"""A comparison: everything that was found out, in one frozen result."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from analysis.reports.entry import Entry
from analysis.reports.making import Making
from analysis.reports.pair import Pair
from analysis.reports.schema import NAME, VERSION, units
from analysis.reports.subject import Kind
from analysis.reports.summary import sentences


@dataclass(frozen=True)
class Comparison:
    """Rules and networks, each by itself and in pairs.

    Attributes:
        entries: what was compared, in the order in which it was given.
        pairs: every two of them.
        making: how it was made.
    """

    entries: tuple[Entry, ...]
    pairs: tuple[Pair, ...]
    making: Making

    @property
    def summary(self) -> tuple[str, ...]:
        """What came out, in plain sentences."""
        return sentences(self.entries, self.pairs)

    def pair(self, one: str, other: str) -> Pair:
        """Return what is known of two entries, by their names in any order."""
        names = {one, other}
        return next(pair for pair in self.pairs if {pair.one, pair.other} == names)

    def twin(self, name: str) -> str:
        """Return the entry that stands for all that are the same rule: a hand-made one, the first.

        An entry that is like no other stands for itself.
        """
        for entry in sorted(self.entries, key=lambda e: e.subject.kind is not Kind.HAND_MADE):
            if entry.name == name or self.pair(entry.name, name).is_same:
                return entry.name
        raise KeyError(name)

    def to_json(self) -> dict[str, Any]:
        """Return every figure, and the unit of each, as a dict that `json` can write.

        It is of the form that `schema.json` says, which stands beside this module.
        """
        return {
            "schema": NAME,
            "schema_version": VERSION,
            "summary": list(self.summary),
            "items": [entry.to_json() for entry in self.entries],
            "pairs": [pair.to_json() for pair in self.pairs],
            "making": self.making.to_json(),
            "units": units(),
        }
