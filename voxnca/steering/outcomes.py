"""What became of vines, layout by layout."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean, median
from typing import Self

from voxnca.conditions.compass import Signal
from voxnca.layouts import Layout
from voxnca.steering.steering import Reach, Steering
from voxnca.steering.vine import Vine


@dataclass(frozen=True, eq=False)
class Trial:
    """A vine in one layout, at four moments. What was not looked at is None.

    Attributes:
        layout: where it grew.
        grown: T steps after the root was planted.
        moved: grown, and T steps after the beacon moved.
        cut: grown, and T steps after its middle was cut out.
        late: grown, and 500 steps older.
        cut_at: middle of the ball that was cut out, `(d,)`.
        severed: whether the cut left no way from root to beacon.
    """

    layout: Layout
    grown: Vine
    moved: Vine
    cut: Vine | None = None
    late: Vine | None = None
    cut_at: tuple[int, ...] | None = None
    severed: bool | None = None

    @property
    def is_forced(self) -> bool:
        """Whether the layout forces a detour."""
        return self.layout.difficulty.forces_detour

    @property
    def vines(self) -> dict[str, Vine]:
        """What was looked at, by the names of the moments."""
        seen = {"grown": self.grown, "moved": self.moved, "cut": self.cut, "late": self.late}
        return {name: vine for name, vine in seen.items() if vine is not None}

    @property
    def num_failures(self) -> int:
        """At how many of the moments the beacon was not reached."""
        return sum(not vine.reached for vine in self.vines.values())


@dataclass(frozen=True, eq=False)
class Outcomes:
    """Vines of one rule.

    Attributes:
        trials: one for each layout, in order.
        num_steps: T, that each had to grow, to follow the beacon and to heal.
        signal: what the beacons sent.
    """

    trials: tuple[Trial, ...]
    num_steps: int
    signal: Signal

    @classmethod
    def joined(cls, parts: Sequence[Self]) -> Self:
        """Put parts of one measurement together, at least one."""
        trials = [trial for part in parts for trial in part.trials]
        return cls(tuple(trials), parts[0].num_steps, parts[0].signal)

    def vines(self, moment: str) -> list[Vine]:
        """Return the vines at a moment: see `Trial`."""
        return [trial.vines[moment] for trial in self.trials if moment in trial.vines]

    def reach(self, moment: str) -> Reach | None:
        """Count the vines that reach their beacon at a moment; None when nobody looked."""
        vines = self.vines(moment)
        return Reach(sum(vine.reached for vine in vines), len(vines)) if vines else None

    def ratios(self, moment: str = "grown") -> list[float]:
        """Return way / shortest way of the vines that reach their beacon."""
        return [vine.ratio for vine in self.vines(moment) if vine.ratio is not None]

    @property
    def steering(self) -> Steering:
        """The figures of all."""
        forced = [trial.grown.reached for trial in self.trials if trial.is_forced]
        stray = [v.stray_share for v in self.vines("grown") if v.stray_share is not None]
        grown, moved = self.reach("grown"), self.reach("moved")
        assert grown is not None
        assert moved is not None
        return Steering(
            num_steps=self.num_steps,
            space=self.trials[0].layout.space,
            signal=self.signal,
            grown=grown,
            forced=Reach(sum(forced), len(forced)),
            moved=moved,
            cut=self.reach("cut"),
            late=self.reach("late"),
            median_ratio=median(self.ratios()) if self.ratios() else None,
            stray_share=fmean(stray) if stray else None,
            iou=fmean(vine.iou for vine in self.vines("grown")),
        )
