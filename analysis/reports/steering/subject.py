"""What is measured: the rule, and the controls that say what is its own doing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

from analysis.reports.steering.figures import Estimate, figures_of
from voxnca import NCA
from voxnca.conditions.compass import Signal
from voxnca.steering import Outcomes, blind

RULE, AGAINST, BLIND, STRAIGHT, WAY, LINE = "rule", "against", "blind", "straight", "way", "line"
"""Keys of subjects."""


class Grower(NamedTuple):
    """A rule that is to be measured, and how.

    Attributes:
        key: what it is measured for.
        name: for people.
        what: it is, in a line.
        model: that grows.
        signal: that its beacons send.
    """

    key: str
    name: str
    what: str
    model: NCA
    signal: Signal


@dataclass(frozen=True, eq=False)
class Subject:
    """What came of one of them.

    Attributes:
        key: what it was measured for.
        name: for people.
        what: it is, in a line.
        outcomes: layout by layout.
    """

    key: str
    name: str
    what: str
    outcomes: Outcomes

    @cached_property
    def figures(self) -> dict[str, Estimate | None]:
        """What is to be told of it; None where nobody looked, or nothing reached its beacon."""
        return figures_of(self.outcomes)

    def to_json(self) -> dict[str, Any]:
        """Return the figures as a dict that `json` can write."""
        figures = {key: found and found.to_json() for key, found in self.figures.items()}
        return {"key": self.key, "name": self.name, "what": self.what, "figures": figures}


def growers(name: str, model: NCA, against: NCA | None, *, controls: bool) -> Iterator[Grower]:
    """Yield the rule, and whatever it is held against that grows.

    Args:
        name: of the rule.
        model: the rule.
        against: a rule that was trained without walls, if there is one.
        controls: whether to measure it blind, and with a straight signal.
    """
    told = "beacon" in model.config.senses
    senses = "the way that a diffused signal shows" if told else "where the beacon is, not the way"
    yield Grower(RULE, name, f"the rule; it senses {senses}", model, "diffusion")
    if against is not None:
        what = "a rule that was trained without walls, in the same layouts"
        yield Grower(AGAINST, against.info.name or "the other", what, against, "diffusion")
    if controls:
        yield Grower(BLIND, "blind", "the same rule, all senses 0", blind(model), "diffusion")
        if told:
            what = "the same rule, told the way as the crow flies: a signal that knows no walls"
            yield Grower(STRAIGHT, "straight signal", what, model, "straight")
