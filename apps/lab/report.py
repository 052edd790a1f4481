"""What a training process tells, as it goes from the one process to the other."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from math import nan

import numpy as np
from numpy.typing import NDArray

from voxnca import ModelInfo, Quality

Weights = dict[str, NDArray[np.float32]]

_MAX_HISTORY = 10_000


class State(StrEnum):
    """What a training run is doing."""

    IDLE = "idle"
    STARTING = "starting"
    TRAINING = "training"
    PAUSED = "paused"
    DONE = "done"
    DIED = "died"
    FAILED = "failed"


@dataclass(frozen=True, eq=False)
class Report:
    """How a run stands. Never changes, so that threads may share it.

    Attributes:
        state: what it is doing.
        run: number of the run; another target or another start begins a new one, from step 0.
        step_index: training steps done.
        num_steps: training steps in all.
        loss: mean of the last steps'; NaN before the first.
        iou: mean of the last steps' batches, which hold seeds and wounds; NaN before the first.
        steps_per_second: training steps, over the last two seconds, pauses left out.
        history: step and loss of each step since the last report.
        weights: of now, or when done the best evaluated; None when they are not sent along.
        info: of the model that has these weights; None without weights.
        quality: as evaluated last; None before the first evaluation.
        message: a sentence for people, or empty.
        is_error: whether the message says that something is wrong.
    """

    state: State
    run: int = 0
    step_index: int = 0
    num_steps: int = 0
    loss: float = nan
    iou: float = nan
    steps_per_second: float = 0.0
    history: tuple[tuple[int, float], ...] = ()
    weights: Weights | None = None
    info: ModelInfo | None = None
    quality: Quality | None = None
    message: str = ""
    is_error: bool = False

    def following(self, earlier: Report) -> Report:
        """Return one report in place of this and an earlier one of the run that was not sent."""
        with_weights = earlier if self.weights is None else self
        return replace(
            self,
            history=(earlier.history + self.history)[-_MAX_HISTORY:],
            weights=with_weights.weights,
            info=with_weights.info,
        )
