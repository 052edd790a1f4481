"""How well one rule grows each of its goals, and one goal's pattern out of another's."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import fmean
from typing import Any

from voxnca import NCA, Quality, evaluate, morphs
from voxnca.morphing import goal_targets


@dataclass(frozen=True)
class GoalFigures:
    """Of a rule with K goals, at least one.

    Attributes:
        names: of what the goals stand for.
        qualities: of each goal, from the seed.
        morphs: IoU `(K, K)` of what began as goal a with the target of goal b: see
            `voxnca.morphs`.
    """

    names: tuple[str, ...]
    qualities: tuple[Quality, ...]
    morphs: tuple[tuple[float, ...], ...]

    @property
    def grown_ious(self) -> tuple[float, ...]:
        """IoU of each goal at T."""
        return tuple(quality.grown.iou for quality in self.qualities)

    @property
    def late_ious(self) -> tuple[float, ...]:
        """IoU of each goal when it is looked at last, at 2,000 steps."""
        return tuple(quality.stable[-1].iou for quality in self.qualities)

    @property
    def healed(self) -> tuple[float, ...]:
        """Share of the IoU lost by the standard wounds that came back, mean of each goal."""
        return tuple(quality.healed for quality in self.qualities)

    @property
    def morph_ious(self) -> tuple[float, ...]:
        """IoU of each pair of different goals; empty where there is one goal only."""
        pairs = (row[:a] + row[a + 1 :] for a, row in enumerate(self.morphs))
        return tuple(iou for row in pairs for iou in row)

    def to_json(self) -> dict[str, Any]:
        """Return what was measured, and the mean and the worst of it, for `json` to write."""
        summaries = {
            "grown_iou": self.grown_ious,
            "late_iou": self.late_ious,
            "healed": self.healed,
            "morph_iou": self.morph_ious,
        }
        return {
            "goals": list(self.names),
            "qualities": [quality.to_json() for quality in self.qualities],
            "morphs": [list(row) for row in self.morphs],
            "summary": {name: _summary(values) for name, values in summaries.items()},
        }


def goal_figures(model: NCA, *, seed: int = 0) -> GoalFigures:
    """Measure a rule under each of its goals, and every change from one to another.

    Args:
        model: a rule with goals, and a target for each.
        seed: of the firing mask and of the wounds' centres.

    Raises:
        ArgumentError: as of `voxnca.morphs`.
    """
    targets = goal_targets(model)
    changed = morphs(model, seed=seed)
    return GoalFigures(
        tuple(target.name for target in targets),
        tuple(evaluate(model, seed=seed, goal=goal) for goal in range(len(targets))),
        tuple(map(tuple, changed.tolist())),
    )


def _summary(values: tuple[float, ...]) -> dict[str, float] | None:
    return {"mean": fmean(values), "worst": min(values)} if values else None
