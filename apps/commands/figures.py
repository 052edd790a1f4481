"""A model by the figures in its file."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TypedDict

from voxnca import NCA, LearnedRule, Quality
from voxnca.steering import Steering


@dataclass(frozen=True)
class ModelRow:
    """A model, by the figures in its file; None where it was never measured.

    Attributes:
        name: as `voxnca grow` takes it.
        num_dims: 2 or 3.
        target: what it grows; with goals, the first of them.
        size: of the target, in index order; with goals, what holds each of them.
        grow_steps: T.
        iou_grown: IoU from the seed at T.
        iou_500: IoU from the seed at 500 steps.
        iou_2000: IoU from the seed at 2,000 steps.
        iou_regrown: mean IoU 96 steps after the standard wounds.
        healed: mean share of the lost IoU that came back.
        rgb_error: at T.
        num_parameters: of the rule.
        num_states: of a discrete rule, which grows no target.
        rule: the hand-made one that it was taught.
        num_wrong: neighbourhoods of which it says something else.
        num_neighborhoods: that there are.
        goals: what it can be told to grow; the figures are of the goal that it grows worst.
        senses: what its cells sense of their environment.
        steering: how well a vine gets to its beacon.
    """

    name: str
    num_dims: int
    target: str | None
    size: tuple[int, ...] | None
    grow_steps: int | None
    iou_grown: float | None
    iou_500: float | None
    iou_2000: float | None
    iou_regrown: float | None
    healed: float | None
    rgb_error: float | None
    num_parameters: int
    num_states: int | None
    rule: str | None
    num_wrong: int | None
    num_neighborhoods: int | None
    goals: tuple[str, ...]
    senses: tuple[str, ...]
    steering: Steering | None

    @property
    def is_vine(self) -> bool:
        """Whether it grows to a beacon, and not into a target."""
        return any(sense.endswith("beacon") for sense in self.senses)

    @property
    def told(self) -> str:
        """What it is told beside its state, in words; empty for nothing."""
        goals = (
            f"goals: {', '.join(self.goals)} (the figures are the worst's)" if self.goals else ""
        )
        senses = f"senses: {', '.join(s.replace('_', ' ') for s in self.senses)}"
        return "; ".join(part for part in (goals, senses if self.senses else "") if part)

    @classmethod
    def of(cls, source: str | Path, model: NCA) -> ModelRow:
        """Read the figures of a model that was loaded from a file, or by a shipped name."""
        return cls(
            name=source.stem if isinstance(source, Path) else source,
            num_dims=model.config.num_dims,
            target=model.target.name if model.target else None,
            size=_size(model),
            grow_steps=model.info.grow_steps,
            num_parameters=model.num_parameters,
            num_states=model.config.num_states,
            goals=_goals(model),
            senses=model.config.senses,
            steering=model.info.steering,
            **_lesson(model.info.learned_rule),
            **_figures(model.info.quality),
        )


def _size(model: NCA) -> tuple[int, ...] | None:
    sizes = [target.size for target in model.targets]
    return tuple(max(sides) for sides in zip(*sizes, strict=True)) or None


def _goals(model: NCA) -> tuple[str, ...]:
    """Return the names of the goals: of their targets, or else their numbers."""
    names = [target.name for target in model.targets]
    numbers = map(str, range(len(names), model.config.num_goals))
    return (*names, *numbers)[: model.config.num_goals]


class _Lesson(TypedDict):
    rule: str | None
    num_wrong: int | None
    num_neighborhoods: int | None


def _lesson(learned: LearnedRule | None) -> _Lesson:
    if learned is None:
        return _Lesson(rule=None, num_wrong=None, num_neighborhoods=None)
    return _Lesson(
        rule=learned.written,
        num_wrong=learned.num_wrong,
        num_neighborhoods=learned.num_neighborhoods,
    )


def _figures(quality: Quality | None) -> dict[str, float | None]:
    names = ("iou_grown", "iou_500", "iou_2000", "iou_regrown", "healed", "rgb_error")
    if quality is None:
        return dict.fromkeys(names)
    at = {snapshot.step: snapshot.iou for snapshot in quality.stable}
    values = (
        quality.grown.iou,
        at.get(500),
        at.get(2000),
        quality.regrown_iou,
        quality.healed,
        quality.grown.rgb_error,
    )
    return dict(zip(names, values, strict=True))
