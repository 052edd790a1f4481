"""A study: what a pattern survives, in one frozen result."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from torch import Tensor

from analysis.attractors import Landscape
from analysis.certificate import Certificate, WoundProof, model_digest
from analysis.criticality import CriticalityMap
from analysis.random_growth import RandomGrowth
from analysis.recovery import Recovered
from analysis.reports.trust.sentences import sentences
from voxnca import NCA


@dataclass(frozen=True)
class Making:
    """Where the figures come from.

    Attributes:
        command: line that makes them again; empty for none.
        date: as it was passed in; empty for none.
        seed: of every random draw.
        budget_seconds: that it was to take at most; None for as long as it takes.
        seconds: that each part took.
        versions: of voxnca, Python and the libraries that compute.
    """

    command: str
    date: str
    seed: int
    budget_seconds: float | None
    seconds: Mapping[str, float]
    versions: Mapping[str, str]


@dataclass(frozen=True, eq=False)
class Study:
    """What a pattern survives.

    Attributes:
        name: of the rule.
        model: the rule.
        certificate: what was proven; None when nothing was.
        proofs: of families of wounds, one a family.
        refusals: why something was not proven, by what it is.
        map: where it is vulnerable; None when it was left out.
        recovered: wounds that were drawn at random and watched, by kind.
        at_random: how often it grows when its cells fire at random, where that is not proven;
            None when it was left out.
        landscape: what these ended in; None when there are none.
        confidence: that all measured intervals hold together.
        grown: the pattern that is wounded, `(*space, C)`; None when there is none.
        making: how it was made.
    """

    name: str
    model: NCA
    certificate: Certificate | None
    proofs: tuple[WoundProof, ...]
    refusals: Mapping[str, str]
    map: CriticalityMap | None
    recovered: tuple[Recovered, ...]
    at_random: RandomGrowth | None
    landscape: Landscape | None
    confidence: float
    grown: Tensor | None
    making: Making

    @property
    def summary(self) -> tuple[str, ...]:
        """What came out, in plain sentences: proven, counted, measured, in that order."""
        return tuple(
            sentences(self.name, self.certificate, self.proofs, self.refusals, self.measured)
        )

    @property
    def measured(self) -> dict[str, Any] | None:
        """What was only measured, as it goes into the JSON; None when it was left out."""
        if not self.recovered and self.at_random is None:
            return None
        found = self.landscape.to_json() if self.landscape else {}
        return {
            "confidence": self.confidence,
            "families": [each.to_json() for each in self.recovered],
            "at_random": self.at_random.to_json() if self.at_random else None,
            **found,
        }

    def to_json(self) -> dict[str, Any]:
        """Return the certificate, and beside it what is no part of it: figures and sentences.

        `voxnca certify --check` reads it, and takes no notice of what is only measured.
        """
        claims = self.certificate.to_json() if self.certificate else {"format": None}
        return {
            **claims,
            "report": {
                "model": self.name,
                "digest": model_digest(self.model),
                "summary": list(self.summary),
                "refusals": dict(self.refusals),
                "measured": self.measured,
                "map": self.map.to_json() if self.map else None,
                "making": vars(self.making),
            },
        }
