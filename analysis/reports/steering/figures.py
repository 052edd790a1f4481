"""The figures of vines, each with its 95 % interval."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any, NamedTuple

from analysis.intervals import of_median, of_share
from analysis.spread import Spread
from voxnca.steering import Outcomes, Vine
from voxnca.steering.trials import LATE_STEPS


@dataclass(frozen=True)
class Estimate:
    """A figure.

    Attributes:
        value: it.
        low, high: ends of the interval that holds it at 95 % confidence: Wilson's of a share,
            that of the order statistics of a median, of the bootstrap of a mean.
        count: of a share, those that have the property; None otherwise.
        total: vines that it is of.
    """

    value: float
    low: float
    high: float
    count: int | None
    total: int

    def to_json(self) -> dict[str, Any]:
        """Return it as a dict that `json` can write."""
        return asdict(self)


class Row(NamedTuple):
    """A figure, in words.

    Attributes:
        key: its name in JSON.
        title: its name for people.
        means: what it is.
        is_share: whether it is written in percent.
        of: how it is found; None where nobody looked.
    """

    key: str
    title: str
    means: str
    is_share: bool
    of: Callable[[Outcomes], Estimate | None]


def figures_of(outcomes: Outcomes) -> dict[str, Estimate | None]:
    """Return all figures by key, in the order of `ROWS`."""
    return {row.key: row.of(outcomes) for row in ROWS}


def _reached(moment: str) -> Callable[[Outcomes], Estimate | None]:
    return lambda outcomes: _share(outcomes.vines(moment))


def _forced(outcomes: Outcomes) -> Estimate | None:
    return _share([trial.grown for trial in outcomes.trials if trial.is_forced])


def _share(vines: Sequence[Vine]) -> Estimate | None:
    if not vines:
        return None
    count = sum(vine.reached for vine in vines)
    return Estimate(*of_share(count, len(vines)), count, len(vines))


def _ratio(outcomes: Outcomes) -> Estimate | None:
    ratios = outcomes.ratios()
    return Estimate(*of_median(ratios), None, len(ratios)) if ratios else None


def _stray(outcomes: Outcomes) -> Estimate | None:
    return _mean([v.stray_share for v in outcomes.vines("grown") if v.stray_share is not None])


def _iou(outcomes: Outcomes) -> Estimate | None:
    return _mean([vine.iou for vine in outcomes.vines("grown")])


def _mean(values: Sequence[float]) -> Estimate | None:
    if not values:
        return None
    spread = Spread.of(values)
    return Estimate(spread.mean, spread.low, spread.high, None, spread.count)


ROWS = (
    Row("grown", "Reaches the beacon", "once it has grown", True, _reached("grown")),
    Row(
        "forced",
        "... where walls force a detour",
        "the shortest way is at least 1.3 times as long as it would be without walls",
        True,
        _forced,
    ),
    Row("moved", "Reaches it after it moved", "the beacon moved; the vine has to follow", True,
        _reached("moved")),
    Row("cut", "Reaches it after a cut", "the middle of the vine was taken out", True,
        _reached("cut")),
    Row(
        "late",
        f"Reaches it {LATE_STEPS} steps later",
        "left to itself",
        True,
        _reached("late"),
    ),
    Row(
        "ratio",
        "Its way / the shortest way",
        "median of those that reach it; 1 is the best there is",
        False,
        _ratio,
    ),
    Row(
        "stray",
        "Cells off its way / cells on it",
        "mean of those that reach it; 0 is a bare vine",
        False,
        _stray,
    ),
    Row(
        "iou",
        "Overlap with the way shown",
        "IoU with the cells that one who follows the diffused signal enters, mean of all",
        False,
        _iou,
    ),
)  # fmt: skip
"""All figures."""
