"""The recipe of `voxnca train`: how a rule is shaped and trained when nobody says otherwise.

It imports nothing heavy, so that `voxnca train --help` shows the defaults at once.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Task(StrEnum):
    """What is to be learned: a shape, and to rest, one of several, among obstacles, a vine."""

    GROW = "grow"
    CERTIFIABLE = "certifiable"
    GOALS = "goals"
    OBSTACLES = "obstacles"
    STEER = "steer"
    SEEK = "seek"

    @property
    def grows_vines(self) -> bool:
        """Whether what grows is a vine, which has no target."""
        return self in (Task.STEER, Task.SEEK)


@dataclass(frozen=True, kw_only=True)
class TrainOptions:
    """The choices of a training run that the command line offers.

    Attributes:
        preset: of the recipe: `fast`, `default` or `thorough`.
        num_steps: training steps; None is what the preset takes for the target.
        seed: of every random draw.
        fire_rate: 1 is deterministic, and trains in half the time that 0.5 takes.
        num_channels: C, the visible four included.
        hidden_size: units of the hidden layer.
        perception: `difference` is up to 1.9 times cheaper than `sobel` in 3D, at no loss.
        border: what lies outside the grid.
        grow_steps: T; None is by the target: see `voxnca.evaluation.default_grow_steps`.
    """

    preset: str = "default"
    num_steps: int | None = None
    seed: int = 0
    fire_rate: float = 1.0
    num_channels: int = 16
    hidden_size: int = 112
    perception: str = "difference"
    border: str = "zero"
    grow_steps: int | None = None


DEFAULTS = TrainOptions()

_VINE = {"perception": "faces", "num_channels": 12, "hidden_size": 64}
"""A vine's cell must tell its neighbours apart, and has little else to know."""
TASK_DEFAULTS: Mapping[tuple[Task, int], Mapping[str, Any]] = {
    (Task.STEER, 2): _VINE,
    (Task.STEER, 3): _VINE,
    (Task.SEEK, 2): _VINE | {"num_channels": 14},
    (Task.SEEK, 3): _VINE | {"num_channels": 16},
    (Task.CERTIFIABLE, 2): {"perception": "sobel", "num_channels": 16, "hidden_size": 80},
    (Task.CERTIFIABLE, 3): {"perception": "sobel", "num_channels": 18, "hidden_size": 80},
    # Three hidden channels an axis say where a cell is; some are left.
    (Task.GOALS, 2): {"perception": "sobel", "num_channels": 20, "hidden_size": 96},
    (Task.GOALS, 3): {"perception": "difference", "num_channels": 22, "hidden_size": 96},
    (Task.OBSTACLES, 2): {"perception": "faces", "num_channels": 20, "hidden_size": 80},
    (Task.OBSTACLES, 3): {"perception": "faces", "num_channels": 22, "hidden_size": 80},
}
"""What is chosen otherwise for what else than to grow a shape, in 2D and in 3D."""

RULE_HIDDEN_SIZE = 32
"""Units of the hidden layer of a network that learns a hand-made rule."""
