"""What becomes of wounds: healed, ended elsewhere, or still moving; each but the last for ever."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from torch import Tensor

from analysis.certificate.following import Ending
from voxnca.grid import RGBA, solid
from voxnca.quality import iou

EPSILON = 0.02
"""A pattern is healed when no channel that is seen differs by more, in any cell, ever after."""


class Fate(StrEnum):
    """What became of a wounded pattern."""

    HEALED = "healed"
    FAILED = "failed"
    UNDECIDED = "undecided"

    @property
    def letter(self) -> str:
        """The first letter: fates of many wounds are written as a string."""
        return self.value[0]

    @classmethod
    def read(cls, letter: str) -> Fate:
        """Return the fate of a letter.

        Raises:
            ValueError: for another letter.
        """
        for fate in cls:
            if fate.letter == letter:
                return fate
        raise ValueError(f"{letter!r} is no fate; use one of h, f, u")


@dataclass(frozen=True)
class Verdict:
    """What became of one cut.

    Attributes:
        fate: healed and failed are proven.
        steps: until it was in a state that comes again, or was given up.
        period: of the states that it then goes through; 0 for one still moving.
        distance: the largest difference of a visible channel to the pattern before, in any cell
            and any of those states.
        iou: lowest IoU of its solid cells with those before, among those states.
    """

    fate: Fate
    steps: int
    period: int
    distance: float
    iou: float


def judge(ending: Ending, home: Tensor) -> Verdict:
    """Hold the states at the end of a run against the pattern before the wound.

    Args:
        ending: of the run.
        home: states `(phases, *space, C)` that the pattern goes through unharmed. At the end
            each state must be near one of them.
    """
    pairs = [_nearest(phase, home) for phase in ending.phases]
    distance = max(pair[0] for pair in pairs)
    overlap = min(pair[1] for pair in pairs)
    if not ending.is_proven:
        return Verdict(Fate.UNDECIDED, ending.steps, 0, distance, overlap)
    healed = distance <= EPSILON and overlap == 1
    fate = Fate.HEALED if healed else Fate.FAILED
    return Verdict(fate, ending.steps, len(ending.phases), distance, overlap)


def farthest(states: Tensor, pattern: Tensor) -> Tensor:
    """Return the largest difference of a visible channel to a pattern, in any cell, `(B,)`."""
    return (states - pattern)[..., RGBA].abs().flatten(1).amax(1)


def _nearest(phase: Tensor, home: Tensor) -> tuple[float, float]:
    differences = farthest(home, phase)
    k = int(differences.argmin())
    return float(differences[k]), float(iou(phase[None], home[k])[0])


@dataclass(frozen=True)
class Elsewhere:
    """A pattern that wounds end in instead of healing: those with the same solid cells.

    Attributes:
        center: of the first wound that ended there.
        radius_cells: of that wound.
        num_wounds: that end there.
        is_dead: whether nothing is left.
        period: of the first of them; 0 for one still moving.
        iou: with the pattern before.
        state: of the first one's end, `(*space, C)`; None when read from a file.
    """

    center: tuple[int, ...]
    radius_cells: float
    num_wounds: int
    is_dead: bool
    period: int
    iou: float
    state: Tensor | None = None

    def to_json(self) -> dict[str, Any]:
        """Return the fields, the state left out."""
        return {
            "center": list(self.center),
            "radius_cells": self.radius_cells,
            "num_wounds": self.num_wounds,
            "is_dead": self.is_dead,
            "period": self.period,
            "iou": self.iou,
        }


def form_of(state: Tensor) -> bytes:
    """Return what tells a pattern from another: which cells are solid, and whether any lives."""
    alive = bytes([bool(state.any())])
    return alive + solid(state).nonzero().numpy().tobytes()
