"""A table left to itself: how far it goes from the network it was read from."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from analysis.approximation.answers import Answer
from analysis.approximation.quantizer import Quantizer, Symbols
from analysis.approximation.run import Run
from analysis.approximation.transitions import contexts, middle, quantised


@dataclass(frozen=True)
class ClosedLoop:
    """What became of a run when an answer was left alone from its start, step by step.

    Attributes:
        answer: which.
        start: the run's name: `seed`, or a wound.
        differing: by step, from 0 on: share of the cells that are not empty, in the network's
            run or in this, whose symbols differ; 0 to 1.
        iou_network: by step: intersection over union of the solid cells with the network's.
        iou_target: by step: the same with the target; empty for a model without one.
    """

    answer: str
    start: str
    differing: tuple[float, ...]
    iou_network: tuple[float, ...]
    iou_target: tuple[float, ...]

    def to_json(self) -> dict[str, Any]:
        """Return the curves as a dict that `json` can write."""
        return asdict(self)


def advance(
    answer: Answer, symbols: Symbols, border: str, firing: NDArray[np.bool_] | None = None
) -> Symbols:
    """Take one step by an answer alone; what it has no answer for stays as it is.

    Args:
        answer: what cells become.
        symbols: uint16 `(*space)`.
        border: what lies outside, as of `ModelConfig`.
        firing: bool `(*space)`; None for a rule in which all cells fire.

    Returns:
        uint16 `(*space)`.
    """
    rows, seen = contexts(symbols, border, firing)
    found = answer.answer(rows)
    own = rows[:, middle(symbols.ndim)]
    after = symbols.copy()
    after[seen] = np.where(found < 0, own, found)
    return after


def follow(name: str, answer: Answer, run: Run, quantizer: Quantizer) -> ClosedLoop:
    """Leave an answer alone at a run's start, with the run's firing, and watch them part."""
    target = _target(run)
    curves: tuple[list[float], list[float], list[float]] = ([], [], [])
    for theirs, ours in _side_by_side(answer, run, quantizer):
        solid, wanted = quantizer.solid[ours], quantizer.solid[theirs]
        curves[0].append(differing(ours, theirs))
        curves[1].append(overlap(solid, wanted))
        if target is not None:
            curves[2].append(overlap(solid, target))
    return ClosedLoop(name, run.name, *map(tuple, curves))


def _side_by_side(
    answer: Answer, run: Run, quantizer: Quantizer
) -> Iterator[tuple[Symbols, Symbols]]:
    ours: Symbols | None = None
    for before, after, firing in quantised(run, quantizer):
        if ours is None:
            ours = before
            yield before, ours
        ours = advance(answer, ours, run.model.config.border, firing)
        yield after, ours


def differing(one: Symbols, other: Symbols) -> float:
    """Return the share of the cells not empty in both whose symbols differ."""
    either = (one > 0) | (other > 0)
    return float((one != other)[either].mean()) if either.any() else 0.0


def overlap(one: NDArray[np.bool_], other: NDArray[np.bool_]) -> float:
    """Return intersection over union; 1 when both are empty."""
    either = (one | other).sum()
    return float((one & other).sum() / either) if either else 1.0


def _target(run: Run) -> NDArray[np.bool_] | None:
    target = run.model.target
    if target is None:
        return None
    placed: torch.Tensor = target.place(run.space)
    return (placed[..., 3] > 0.5).numpy()
