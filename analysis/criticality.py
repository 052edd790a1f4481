"""The criticality map: at each cell of a pattern, the chance that wounds round it heal."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from analysis.certificate import Fate, WoundProof
from analysis.recovery import CHUNK, Outcome, grown_pattern, watch
from analysis.stages import Stage, Stages
from voxnca import NCA, ArgumentError
from voxnca.grid import center, solid
from voxnca.wounds import Ball


@dataclass(frozen=True, eq=False)
class CriticalityMap:
    """Where a pattern is vulnerable.

    Attributes:
        space: sizes of the grid.
        what: the wounds, for people.
        is_proven: whether the counts are proven, of all wounds at a cell; else they are measured.
        centers: of the wounds, int64 `(N, d)`.
        tried: wounds at each, `(N,)`.
        healed: of these.
        steps: that they took on average; 0 where none healed.
    """

    space: tuple[int, ...]
    what: str
    is_proven: bool
    centers: NDArray[np.int64]
    tried: NDArray[np.int64]
    healed: NDArray[np.int64]
    steps: NDArray[np.float64]

    @property
    def chances(self) -> NDArray[np.float64]:
        """Share that healed, at each centre."""
        shares: NDArray[np.float64] = self.healed / self.tried
        return shares

    @classmethod
    def of_proof(cls, proof: WoundProof) -> Self:
        """Count the wounds of a family that were followed, by their centres."""
        followed = (
            (cell, proof.verdicts[cut])
            for cell, cut in zip(proof.cuts.centers.tolist(), proof.cuts.cut_of, strict=True)
            if cut < len(proof.verdicts)
        )
        trials = ((cell, v.fate is Fate.HEALED, v.steps) for cell, v in followed)
        return cls.of_trials(proof.space, f"all {proof.family}", trials, is_proven=True)

    @classmethod
    def of_trials(
        cls,
        space: tuple[int, ...],
        what: str,
        trials: Iterable[tuple[Sequence[int], bool, int]],
        *,
        is_proven: bool,
    ) -> Self:
        """Count wounds by their centres: of each its centre, whether it healed, and steps."""
        sums: dict[tuple[int, ...], list[int]] = {}
        for cell, heals, steps in trials:
            entry = sums.setdefault(tuple(cell), [0, 0, 0])
            entry[0] += 1
            entry[1] += heals
            entry[2] += steps * heals
        table = np.array(list(sums.values()), np.int64).reshape(-1, 3)
        centers = np.array(list(sums), np.int64).reshape(len(table), -1)
        mean_steps = table[:, 2] / np.maximum(table[:, 1], 1)
        return cls(space, what, is_proven, centers, table[:, 0], table[:, 1], mean_steps)

    def rows_of(self, cells: NDArray[np.int64], space: tuple[int, ...]) -> NDArray[np.int64]:
        """Return the row of each cell of a grid, `(N, d)`, -1 where no wound was dealt round it.

        The grid may be another than the map's: both have the seed in the middle.
        """
        rows = np.full(self.space, -1)
        rows[tuple(self.centers.T)] = np.arange(len(self.centers))
        places = cells - np.array(center(space)) + np.array(center(self.space))
        inside = ((places >= 0) & (places < np.array(self.space))).all(1)
        found = np.full(len(cells), -1)
        found[inside] = rows[tuple(places[inside].T)]
        return found

    def to_json(self) -> dict[str, Any]:
        """Return it as a dict that `json` can write."""
        return {
            "space": list(self.space),
            "what": self.what,
            "is_proven": self.is_proven,
            "centers": self.centers.tolist(),
            "tried": self.tried.tolist(),
            "healed": self.healed.tolist(),
            "steps": [round(step, 1) for step in self.steps.tolist()],
        }

    @classmethod
    def from_json(cls, fields: Mapping[str, Any]) -> Self:
        """Read what `to_json` gave.

        Raises:
            ValueError: when it is no map.
        """
        try:
            space = tuple(int(n) for n in fields["space"])
            centers = np.array(fields["centers"], np.int64)
            tried, healed = (np.array(fields[k], np.int64) for k in ("tried", "healed"))
            steps = np.array(fields["steps"], np.float64)
            what, proven = str(fields["what"])[:200], bool(fields["is_proven"])
        except (KeyError, TypeError, OverflowError) as error:
            raise ValueError(f"it is no map ({error!r})") from error
        alike = centers.shape == (len(tried), len(space)) and len(tried) == len(healed) == len(
            steps
        )
        if not alike or not len(tried) or len(space) not in (2, 3):
            raise ValueError("its columns differ in length")
        inside = ((centers >= 0) & (centers < np.array(space))).all()
        if not inside or not ((healed >= 0) & (healed <= tried) & (tried > 0)).all():
            raise ValueError("its counts or its cells are out of range")
        return cls(space, what, proven, centers, tried, healed, steps)


def measure_criticality(
    model: NCA, *, radius_cells: float = 3.0, num_trials: int = 4, seed: int = 0
) -> Stages[CriticalityMap]:
    """Measure the chance that a ball wound heals, round each solid cell of the grown pattern.

    Args:
        model: a rule that grows a target.
        radius_cells: of the balls.
        num_trials: at each cell; a rule that fires always needs but one, and gets no more.
        seed: of the firing mask.

    Raises:
        ArgumentError: for a rule without a target, or whose pattern has no solid cell.
    """
    if num_trials < 1:
        raise ArgumentError(f"num_trials={num_trials} must be at least 1")
    before = grown_pattern(model, seed)
    body = solid(before)[0].nonzero()
    if not len(body):
        raise ArgumentError("model: its grown pattern has no solid cell; there is nothing to wound")
    num_trials = 1 if model.config.fire_rate == 1 else num_trials
    places = body.repeat_interleave(num_trials, 0)
    trials: list[tuple[tuple[int, ...], bool, int]] = []
    for first in range(0, len(places), CHUNK):
        yield Stage(first, len(places), "the map of wounds")
        centers = [tuple(cell) for cell in places[first : first + CHUNK].tolist()]
        wounds = [Ball(cell, radius_cells) for cell in centers]
        watched = watch(model, before, wounds, seed=seed, first_sample=first)
        trials += [
            (cell, each.outcome is Outcome.HEALED, each.steps or 0)
            for cell, each in zip(centers, watched, strict=True)
        ]
    space = tuple(before.shape[1:-1])
    what = f"balls of radius {radius_cells:g}, {num_trials} at each cell"
    return CriticalityMap.of_trials(space, what, trials, is_proven=False)
