"""What a training process is asked to do, as it goes from the one process to the other."""

from __future__ import annotations

from dataclasses import dataclass

from apps.lab.report import Weights
from voxnca import ModelConfig, Target, TrainConfig


@dataclass(frozen=True, eq=False)
class Begin:
    """Train a rule from these weights."""

    run: int
    rule: ModelConfig
    weights: Weights
    target: Target
    recipe: TrainConfig


@dataclass(frozen=True)
class Reopen:
    """Go on with the run that was saved."""

    run: int
    recipe: TrainConfig


@dataclass(frozen=True, eq=False)
class Aim:
    """Go on from the present weights against another target."""

    run: int
    target: Target
    recipe: TrainConfig


@dataclass(frozen=True)
class Tune:
    """Go on from here by another recipe."""

    recipe: TrainConfig


@dataclass(frozen=True)
class Pause:
    """Stop after the step at hand."""


@dataclass(frozen=True)
class Resume:
    """Go on; for another budget when the last one is spent."""


Order = Begin | Reopen | Aim | Tune | Pause | Resume
