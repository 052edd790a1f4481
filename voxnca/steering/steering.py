"""How well a rule steers: the figures of many vines."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self, get_args

from voxnca.conditions.compass import Signal
from voxnca.errors import ArgumentError

_NEATNESS = 0.1


@dataclass(frozen=True)
class Reach:
    """How many of some vines reach their beacon."""

    count: int
    total: int

    @property
    def share(self) -> float:
        """The share of them, 0 to 1; of none, 0."""
        return self.count / self.total if self.total else 0.0


@dataclass(frozen=True, kw_only=True)
class Steering:
    """What became of vines in layouts that all have the same sizes.

    Attributes:
        num_steps: T, that each had to grow, to follow the beacon and to heal.
        space: sizes of the layouts.
        signal: what the beacons sent.
        grown: those that reach the beacon T steps after the root was planted.
        forced: the same, of the layouts that force a detour.
        moved: T steps after the beacon moved.
        cut: T steps after the middle was cut out; None where nothing was.
        late: 500 steps after they were grown; None where nobody looked.
        median_ratio: of way inside the vine / shortest way, of the grown that reach; None if
            none does.
        stray_share: mean of solid cells off the way / cells of the way, likewise.
        iou: mean, of the grown and the ways that a diffused signal shows.
    """

    num_steps: int
    space: tuple[int, ...]
    signal: Signal
    grown: Reach
    forced: Reach
    moved: Reach
    cut: Reach | None
    late: Reach | None
    median_ratio: float | None
    stray_share: float | None
    iou: float

    @property
    def score(self) -> float:
        """The lowest share that reaches at any moment, less 0.1 x (1 - IoU).

        A rule is as good as its weakest side; of two that reach as often, the neater is better.
        """
        reaches = (self.grown, self.moved, self.cut, self.late)
        lowest = min(reach.share for reach in reaches if reach is not None)
        return lowest - _NEATNESS * (1 - self.iou)

    def to_json(self) -> dict[str, Any]:
        """Return the figures as a dict that `json` can write."""
        return {**dataclasses.asdict(self), "space": list(self.space)}

    @classmethod
    def from_json(cls, fields: Mapping[str, Any]) -> Self:
        """Build from `to_json`'s dict.

        Raises:
            ArgumentError: when fields are missing, unknown or of another kind.
        """
        try:
            return cls(**{name: _read(name, value) for name, value in fields.items()})
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise ArgumentError(f"steering is not as voxnca writes it ({error})") from error


_REACHES = ("grown", "forced", "moved", "cut", "late")
_OPTIONAL = ("cut", "late", "median_ratio", "stray_share")


def _read(name: str, value: Any) -> Any:
    if value is None and name in _OPTIONAL:
        return None
    if name in _REACHES:
        return Reach(**{key: _whole(key, count) for key, count in value.items()})
    if name == "space":
        return tuple(_whole(name, size) for size in value)
    if name == "signal":
        if value not in get_args(Signal):
            raise ValueError(f"signal={value!r} is unknown")
        return value
    return _whole(name, value) if name == "num_steps" else _number(name, value)


def _whole(name: str, value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise ValueError(f"{name}={value!r} is no count")
    return value


def _number(name: str, value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError(f"{name}={value!r} is no number")
    return float(value)
