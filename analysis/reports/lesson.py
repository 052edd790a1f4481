"""What a network was taught, and how exactly it learned it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from analysis.agreement import Agreement, agree
from analysis.distill import Distilled, num_wrong
from analysis.perception_floor import Floor, floor_of
from analysis.reports.subject import Subject
from analysis.rules import Rule, parse
from voxnca import NCA
from voxnca.errors import ArgumentError

NUM_STEPS = 200
"""Generations in which network and table run side by side."""


@dataclass(frozen=True)
class Lesson:
    """A discrete network beside the rule that it was taught, and beside its own table.

    Attributes:
        taught: the rule, as its file names it; empty for none.
        num_wrong: neighbourhoods of which it says something else; None if it was taught none.
        num_neighborhoods: that there are.
        distilled: its table, and how that was read.
        agreement: network and table side by side; None where they cannot be.
        perception: what the network sees of a neighbourhood.
        floor: fewest wrong neighbourhoods of any network that sees so much; None if not known.
        num_parameters: numbers that it has learned.
    """

    taught: str
    num_wrong: int | None
    num_neighborhoods: int
    distilled: Distilled
    agreement: Agreement | None
    perception: str
    floor: Floor | None
    num_parameters: int

    def to_json(self) -> dict[str, Any]:
        """Return the figures as a dict that `json` can write."""
        return {
            "taught": self.taught,
            "num_wrong": self.num_wrong,
            "num_neighborhoods": self.num_neighborhoods,
            "distilled": self.distilled.to_json(),
            "agreement": self.agreement and self.agreement.to_json(),
            "perception": self.perception,
            "floor": self.floor and self.floor.to_json(),
            "num_parameters": self.num_parameters,
        }


def examine(subject: Subject, *, seed: int = 0) -> Lesson:
    """Examine a discrete network.

    Args:
        subject: a learned rule.
        seed: of the soup on which it runs beside its table.
    """
    model, distilled = subject.model, subject.distilled
    assert model is not None
    assert distilled is not None
    taught, learned = _taught(model), model.info.learned_rule
    perception = model.config.perception
    return Lesson(
        taught=learned.written if learned else "",
        num_wrong=None if taught is None else num_wrong(model, taught),
        num_neighborhoods=distilled.num_neighborhoods,
        distilled=distilled,
        agreement=_agreement(model, distilled.rule, seed),
        perception=perception,
        floor=floor(taught or distilled.rule, perception),
        num_parameters=model.num_parameters,
    )


def floor(rule: Rule, perception: str) -> Floor | None:
    """Return the perception floor of a rule; None where it takes too long to count."""
    try:
        return floor_of(rule, perception)
    except ArgumentError:
        return None


def _taught(model: NCA) -> Rule | None:
    """Return the rule that a network was taught; None if its file does not say, or not clearly."""
    learned = model.info.learned_rule
    if learned is None:
        return None
    try:
        rule = parse(learned.notation)
    except ArgumentError:
        return None
    same = (rule.num_states, rule.num_dims) == (model.config.num_states, model.config.num_dims)
    return rule if same else None


def _agreement(model: NCA, rule: Rule, seed: int) -> Agreement | None:
    try:
        return agree(model, rule, NUM_STEPS, seed)
    except ArgumentError:
        return None
