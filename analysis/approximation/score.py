"""How well an answer predicts one step of runs that nothing was fitted on."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from analysis.approximation.answers import Answer
from analysis.approximation.transitions import Transitions


@dataclass(frozen=True)
class Score:
    """One-step predictions, over cells whose neighbourhood is not all empty.

    Attributes:
        answer: which.
        answered: share of the cells that it has an answer for, 0 to 1.
        accuracy: share of the cells that it answers rightly; no answer is a wrong one.
        accuracy_answered: the same among those answered; 0 if none is.
        accuracy_changing: the same among the cells that change, all of them; 0 if none does.
    """

    answer: str
    answered: float
    accuracy: float
    accuracy_answered: float
    accuracy_changing: float

    def to_json(self) -> dict[str, Any]:
        """Return the figures as a dict that `json` can write."""
        return asdict(self)


def score(name: str, answer: Answer, transitions: Transitions) -> Score:
    """Hold an answer against what happened."""
    found = answer.answer(transitions.contexts)
    right, answered = found == transitions.outcomes, found >= 0
    return Score(
        answer=name,
        answered=_mean(answered),
        accuracy=_mean(right),
        accuracy_answered=_mean(right[answered]),
        accuracy_changing=_mean(right[transitions.changed]),
    )


def _mean(flags: Any) -> float:
    return float(flags.mean()) if len(flags) else 0.0
