"""Wound sweeps: how often a pattern heals, with intervals that hold all at once.

Wounds are drawn at random and runs are watched for a while: what comes out is measured, not
proven. A pattern counts as healed when nearly all of its solid cells are back, in their colours,
at the last two looks; how it ends after that nobody has seen.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from statistics import median
from typing import Any

import torch
from torch import Tensor

from analysis.intervals import Interval, clopper_pearson
from analysis.stages import Stage, Stages
from voxnca import NCA, ArgumentError, set_num_threads
from voxnca import seed as seed_state
from voxnca.config import DamageConfig
from voxnca.damage import draw_wound
from voxnca.evaluation import check_target, growing_time
from voxnca.grid import ALIVE_THRESHOLD, ALPHA, RGBA
from voxnca.noise import hash32
from voxnca.quality import HEAL_STEPS, iou, rgb_error
from voxnca.trial import RUNAWAY_SHARE, Trial
from voxnca.wounds import Ball, Wound

HEALED_IOU, HEALED_RGB = 0.95, 0.1
"""IoU with the pattern before, and mean colour error, of what counts as healed."""
_SETTLED_IOU, _SETTLED_RGB = 0.99, 0.02
"""The same between two looks of what counts as settled."""
LOOKS = 4
"""Looks at a run, the last at its end."""
CHUNK = 16
"""Wounds that are dealt together."""
KINDS = ("ball", "box", "half_space", "noise", "deletion")


class Outcome(StrEnum):
    """What became of a wounded pattern while it was watched."""

    HEALED = "healed"
    OTHER = "other"
    DEAD = "dead"
    EXPLODED = "exploded"
    UNDECIDED = "undecided"


@dataclass(frozen=True)
class Kind:
    """Wounds of one kind and size.

    Attributes:
        name: one of `KINDS`.
        share: of the target's solid cells that each takes; of a deletion of no account: it takes
            one cell.
    """

    name: str
    share: float = 0.0

    def __post_init__(self) -> None:
        if self.name not in KINDS:
            raise ArgumentError(f"name={self.name!r} is unknown; use one of: {', '.join(KINDS)}")
        if self.name != "deletion" and not 0 < self.share <= 1:
            raise ArgumentError(f"share={self.share!r} must be a number in (0, 1]")

    def __str__(self) -> str:
        """Say what they are."""
        if self.name == "deletion":
            return "deletions of one cell"
        what = {"ball": "balls", "box": "boxes", "half_space": "half-spaces"}
        return f"{what.get(self.name, 'scattered losses')} of {self.share:.0%} of the body"

    def draw(self, model: NCA, space: tuple[int, ...], generator: torch.Generator) -> Wound:
        """Draw one of them, as it lies in a grid."""
        target = check_target(model, None)
        if self.name == "deletion":
            body = target.solid.nonzero() + torch.tensor(target.origin(space))
            return Ball(tuple(body[int(torch.randint(len(body), (), generator=generator))]), 0.0)
        kinds = {kind: float(kind == self.name) for kind in ("ball", "box", "half_space", "noise")}
        config = DamageConfig(share=(self.share, self.share), **kinds)
        return draw_wound(config, target, space, generator)


USUAL = (
    Kind("deletion"),
    *(Kind("ball", share) for share in (0.05, 0.1, 0.25, 0.5)),
    Kind("box", 0.25),
    Kind("half_space", 0.25),
    *(Kind("noise", share) for share in (0.05, 0.1, 0.25, 0.5)),
)
"""What a report deals."""


@dataclass(frozen=True, eq=False)
class Watched:
    """One wound and what became of it.

    Attributes:
        outcome: at the end.
        steps: of the first look from which on it was healed; None when it was not.
        end: the last state, `(*space, C)`.
    """

    outcome: Outcome
    steps: int | None
    end: Tensor


@dataclass(frozen=True, eq=False)
class Recovered:
    """Wounds of one kind.

    Attributes:
        kind: of the wounds.
        watched: each of them.
        interval: of the chance to heal.
    """

    kind: Kind
    watched: tuple[Watched, ...]
    interval: Interval

    def count(self, outcome: Outcome) -> int:
        """Return how many had an outcome."""
        return sum(each.outcome is outcome for each in self.watched)

    @property
    def median_steps(self) -> float | None:
        """Median steps to heal, of those that did."""
        steps = [each.steps for each in self.watched if each.steps is not None]
        return median(steps) if steps else None

    def to_json(self) -> dict[str, Any]:
        """Return the figures."""
        return {
            "what": str(self.kind),
            "kind": self.kind.name,
            "share": self.kind.share,
            "total": len(self.watched),
            **{outcome.value: self.count(outcome) for outcome in Outcome},
            "value": self.interval.value,
            "low": self.interval.low,
            "high": self.interval.high,
            "median_steps": self.median_steps,
        }


def sweep(
    model: NCA,
    kinds: Sequence[Kind] = USUAL,
    *,
    confidence: float = 0.95,
    width: float = 0.15,
    max_wounds: int = 128,
    num_jobs: int = 1,
    seed: int = 0,
    goes_on: Callable[[], bool] = lambda: True,
) -> Stages[list[Recovered]]:
    """Deal wounds to the grown pattern until the chance to heal is known well enough.

    Of each kind 16 wounds are dealt, then 32 in all, 64, and so on: it stops when the interval
    is narrow enough. All intervals hold together, at each of these times: each gets its part of
    the doubt, which makes stopping early honest.

    Args:
        model: a rule that grows a target.
        kinds: of wounds.
        confidence: that all intervals hold together.
        width: of an interval that is narrow enough.
        max_wounds: of a kind, at least 16.
        num_jobs: processes; the outcomes are the same for any number.
        seed: of wounds and firing.
        goes_on: asked before each kind; the kinds after it says no are left out.

    Yields:
        What comes next.

    Raises:
        ArgumentError: for a rule without a target, or too few wounds.
    """
    if max_wounds < CHUNK:
        raise ArgumentError(f"max_wounds={max_wounds} must be at least {CHUNK}")
    times = [CHUNK]
    while times[-1] * 2 <= max_wounds:
        times.append(times[-1] * 2)
    family = len(kinds) * len(times)
    before = grown_pattern(model, seed)
    found = []
    for number, kind in enumerate(kinds):
        if not goes_on():
            break
        yield Stage(number, len(kinds), str(kind))
        watched: list[Watched] = []
        for total in times:
            chunks = range(len(watched) // CHUNK, total // CHUNK)
            watched += _dealt(model, before, kind, (seed, number), chunks, num_jobs)
            healed = sum(each.outcome is Outcome.HEALED for each in watched)
            interval = clopper_pearson(healed, total, confidence=confidence, family=family)
            if interval.high - interval.low <= width:
                break
        found.append(Recovered(kind, tuple(watched), interval))
    return found


@torch.no_grad()
def watch(
    model: NCA, before: Tensor, wounds: Sequence[Wound], *, seed: int = 0, first_sample: int = 0
) -> list[Watched]:
    """Deal wounds to a pattern, each to a copy of its own, and watch what becomes of them.

    Args:
        model: the rule.
        before: the pattern, `(1, *space, C)`.
        wounds: N of them.
        seed: of the firing mask.
        first_sample: of the firing mask, for the first of them.
    """
    run = model.rollout(
        before.expand(len(wounds), *before.shape[1:]), seed=seed, first_sample=first_sample
    )
    for sample, wound in enumerate(wounds):
        run.wound(wound, sample=sample)
    steps = _length(model)
    looks = []
    for look in range(1, LOOKS + 1):
        run.step(steps * look // LOOKS - run.step_index)
        looks.append(run.state())
    return [_judged([look[n] for look in looks], before[0], steps) for n in range(len(wounds))]


def _length(model: NCA) -> int:
    """Return how long a run is watched: four growing times, and no less than quality asks for."""
    return max(2 * HEAL_STEPS, 4 * growing_time(model, check_target(model, None)))


def _judged(looks: Sequence[Tensor], before: Tensor, steps: int) -> Watched:
    end = looks[-1]
    good = [_is_healed(look, before) for look in looks]
    if not bool(end.isfinite().all()):
        return Watched(Outcome.EXPLODED, None, end)
    alive = float((end[..., ALPHA] > ALIVE_THRESHOLD).float().mean())
    if alive > RUNAWAY_SHARE:
        return Watched(Outcome.EXPLODED, None, end)
    if not end.any():
        return Watched(Outcome.DEAD, None, end)
    if good[-1] and good[-2]:
        first = next(k for k in range(LOOKS) if all(good[k:]))
        return Watched(Outcome.HEALED, steps * (first + 1) // LOOKS, end)
    return Watched(Outcome.OTHER if _is_settled(*looks[-2:]) else Outcome.UNDECIDED, None, end)


def _is_settled(before: Tensor, now: Tensor) -> bool:
    """Tell whether a pattern looks as it did at the look before."""
    return _looks_like(now, before, _SETTLED_IOU, _SETTLED_RGB)


def _is_healed(state: Tensor, before: Tensor) -> bool:
    return bool(state.isfinite().all()) and _looks_like(state, before, HEALED_IOU, HEALED_RGB)


def _looks_like(state: Tensor, before: Tensor, least_iou: float, most_rgb: float) -> bool:
    if float(iou(state[None], before)[0]) < least_iou:
        return False
    return float(rgb_error(state[None], before[..., RGBA])[0]) <= most_rgb


@torch.no_grad()
def grown_pattern(model: NCA, seed: int = 0) -> Tensor:
    """Return the pattern that is wounded: `(1, *space, C)`, at 3T."""
    trial = Trial.of(model, check_target(model, None), seed=seed)
    run = trial.run(seed_state(model.config, trial.space))
    state: Tensor = run.step(3 * growing_time(model, check_target(model, None))).state()
    return state


def _dealt(
    model: NCA,
    before: Tensor,
    kind: Kind,
    draw: tuple[int, int],
    chunks: range,
    num_jobs: int,
) -> list[Watched]:
    if num_jobs == 1:
        parts = [_chunk(model, before, kind, draw, chunk) for chunk in chunks]
    else:
        from joblib import Parallel, delayed  # noqa: PLC0415 - starts what few need

        parts = Parallel(n_jobs=num_jobs)(
            delayed(_alone)(model, before, kind, draw, chunk) for chunk in chunks
        )
    return [each for part in parts for each in part]


def _alone(
    model: NCA, before: Tensor, kind: Kind, draw: tuple[int, int], chunk: int
) -> list[Watched]:
    """Do a chunk in a process of its own, which shares the cores with others."""
    set_num_threads(1)
    return _chunk(model, before, kind, draw, chunk)


def _chunk(
    model: NCA, before: Tensor, kind: Kind, draw: tuple[int, int], chunk: int
) -> list[Watched]:
    drawn = hash32(*draw, chunk, 0, 0, 0)
    generator = torch.Generator().manual_seed(int(drawn))
    space = tuple(before.shape[1:-1])
    wounds = [kind.draw(model, space, generator) for _ in range(CHUNK)]
    return watch(model, before, wounds, seed=draw[0], first_sample=chunk * CHUNK)
