"""Every wound of a family, dealt to the grown pattern of an integer twin and followed to its end.

A wound is proven to heal when the run comes to states that repeat and each of them looks like
the grown pattern; it is proven to fail when they don't. Nothing is sampled and nothing is
estimated: where all wounds were followed, the counts are facts about the twin.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from math import sqrt
from typing import Any, Self

import numpy as np
import torch
from torch import Tensor

from analysis.certificate.families import Cuts, Family, radii_of
from analysis.certificate.fates import Elsewhere, Fate, Verdict, form_of, judge
from analysis.certificate.following import Ending, follow, settle
from voxnca import NCA, VoxncaError
from voxnca import seed as seed_state
from voxnca.grid import Rows

LIMIT = 2000
"""Steps after which a run is given up."""
_SETTLING_LIMIT = 8000


class NotAtRestError(VoxncaError):
    """The pattern never comes to a state that it was in before."""


def grown_home(twin: NCA, space: tuple[int, ...]) -> Ending:
    """Grow a twin from the seed to the states that it then goes through for ever.

    Raises:
        ArgumentError: for a rule whose repeated states prove nothing.
        NotAtRestError: when none comes again within 8,000 steps, or nothing is left alive.
    """
    home = settle(twin, seed_state(twin.config, space), _SETTLING_LIMIT)
    if not home.is_proven:
        raise NotAtRestError(
            f"no state came again within {_SETTLING_LIMIT:,} steps from the seed: the pattern "
            "never rests, so that no wound can be proven to heal; train with --certifiable"
        )
    if not home.phases.any():
        raise NotAtRestError("the pattern dies out from the seed; there is nothing to wound")
    return home


@dataclass(frozen=True)
class Count:
    """Wounds of one radius, or of all up to one.

    Attributes:
        radius_cells: of them, or of the largest.
        num_wounds: in all.
        healed, failed: proven to.
        undecided: still moving at the limit.
        longest: steps of the slowest that healed.
    """

    radius_cells: float
    num_wounds: int
    healed: int
    failed: int
    undecided: int
    longest: int

    @property
    def share(self) -> float:
        """Of all wounds, proven to heal."""
        return self.healed / self.num_wounds


@dataclass
class WoundProof:
    """The wounds of a family, followed one after another; it can stop and go on at any time.

    Attributes:
        twin: a deterministic integer twin.
        family: of the wounds.
        space: sizes of the grid.
        home: the grown pattern, which is wounded in its first phase.
        limit: steps after which a run is given up.
        verdicts: one a cut, of those that were followed, in their order.
        elsewhere: what those that failed ended in, by form.
    """

    twin: NCA
    family: Family
    space: tuple[int, ...]
    home: Ending
    limit: int = LIMIT
    verdicts: list[Verdict] = field(default_factory=list)
    elsewhere: dict[bytes, Elsewhere] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.cuts: Cuts = self.family.cuts(self.home.phases[0])
        self._weight = np.bincount(self.cuts.cut_of)

    @property
    def num_cuts(self) -> int:
        """Cuts in all."""
        return len(self.cuts.removed)

    @property
    def max_radius_cells(self) -> float:
        """Radius of the largest of the wounds."""
        return sqrt(float(self.cuts.squared_radii.max()))

    @property
    def is_complete(self) -> bool:
        """Whether all were followed."""
        return len(self.verdicts) == self.num_cuts

    def go_on(self, batch_size: int = 64) -> Iterator[int]:
        """Follow what is left; yields how many cuts were followed in all, batch by batch."""
        while not self.is_complete:
            first = len(self.verdicts)
            numbers = range(first, min(first + batch_size, self.num_cuts))
            found: dict[int, Verdict] = {}
            states = [self._wounded(n) for n in numbers]
            for ending in follow(self.twin, self.space, states, self.limit):
                number = numbers[ending.number]
                found[number] = judge(ending, self.home.phases)
                if found[number].fate is not Fate.HEALED:
                    self._note(number, found[number], ending)
            self.verdicts += [found[n] for n in numbers]
            yield len(self.verdicts)

    def by_radius(self) -> list[Count]:
        """Count the wounds of each radius, of those radii that were followed to the last one."""
        return [self._count(radius, mask) for radius, mask in self._followed()]

    def up_to(self, radius_cells: float) -> Count | None:
        """Count all wounds up to a radius; None where not all were followed."""
        wanted = self.cuts.squared_radii <= radius_cells**2 + 1e-9
        if not wanted.any() or self.cuts.cut_of[wanted].max() >= len(self.verdicts):
            return None
        return self._count(radius_cells, wanted)

    def total(self) -> Count | None:
        """Count all wounds of the family; None while some were not followed."""
        return self.up_to(self.max_radius_cells)

    def to_json(self) -> dict[str, Any]:
        """Return the claim, with what it takes to check it."""
        return {
            "family": self.family.to_json(),
            "limit": self.limit,
            "num_wounds": len(self.cuts.cut_of),
            "num_cuts": self.num_cuts,
            "fates": "".join(verdict.fate.letter for verdict in self.verdicts),
            "steps": [verdict.steps for verdict in self.verdicts],
            "periods": [verdict.period for verdict in self.verdicts],
            "distances": [round(verdict.distance, 6) for verdict in self.verdicts],
            "ious": [round(verdict.iou, 6) for verdict in self.verdicts],
            "elsewhere": [other.to_json() for other in self.elsewhere.values()],
            "counts": [vars(count) for count in self.by_radius()],
        }

    def resumed(self, fields: dict[str, Any]) -> Self:
        """Take over what was followed before, as `to_json` gave it.

        Raises:
            KeyError, TypeError, ValueError: when the fields are not those of these wounds.
        """
        if fields["family"] != self.family.to_json() or fields["num_cuts"] != self.num_cuts:
            raise ValueError("another family of wounds")
        columns = (fields[name] for name in ("fates", "steps", "periods", "distances", "ious"))
        self.verdicts = [
            Verdict(Fate.read(letter), *rest) for letter, *rest in zip(*columns, strict=True)
        ]
        others = [
            Elsewhere(**{**other, "center": tuple(other["center"])})
            for other in fields["elsewhere"]
        ]
        self.elsewhere = {str(n).encode(): other for n, other in enumerate(others)}
        return self

    def _followed(self) -> Iterator[tuple[float, Any]]:
        for radius, mask in radii_of(self.cuts):
            if self.cuts.cut_of[mask].max() < len(self.verdicts):
                yield radius, mask

    def _count(self, radius: float, mask: Any) -> Count:
        verdicts = [self.verdicts[cut] for cut in self.cuts.cut_of[mask]]
        fates = [verdict.fate for verdict in verdicts]
        return Count(
            radius,
            len(fates),
            fates.count(Fate.HEALED),
            fates.count(Fate.FAILED),
            fates.count(Fate.UNDECIDED),
            max((v.steps for v in verdicts if v.fate is Fate.HEALED), default=0),
        )

    def _wounded(self, number: int) -> Rows:
        left = ~self.cuts.removed[number]
        cells = torch.from_numpy(self.cuts.cells[left])
        values = self.home.phases[0][tuple(cells.T)]
        return Rows(torch.cat([torch.zeros(len(cells), 1, dtype=torch.int64), cells], 1), values)

    def _note(self, number: int, verdict: Verdict, ending: Ending) -> None:
        state: Tensor = ending.phases[-1]
        form = form_of(state)
        weight = int(self._weight[number])
        known = self.elsewhere.get(form)
        if known is not None:
            weight += known.num_wounds
        wound = int(np.flatnonzero(self.cuts.cut_of == number)[0])
        first = known or Elsewhere(
            tuple(self.cuts.centers[wound].tolist()),
            sqrt(float(self.cuts.squared_radii[wound])),
            weight,
            not bool(state.any()),
            verdict.period,
            verdict.iou,
            state,
        )
        self.elsewhere[form] = Elsewhere(**{**vars(first), "num_wounds": weight})
