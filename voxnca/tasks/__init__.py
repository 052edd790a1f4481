"""What a rule can be trained to do: to grow a shape, one of several, round walls, to a beacon."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from voxnca.config import TrainConfig
from voxnca.errors import ArgumentError
from voxnca.tasks.goals import GrowingGoals
from voxnca.tasks.growing import Growing
from voxnca.tasks.obstacles import GrowingRound
from voxnca.tasks.steering import SteeredGrowing
from voxnca.tasks.task import Task, Wanted

if TYPE_CHECKING:
    from voxnca.model import NCA
    from voxnca.targets import Target

__all__ = ["Task", "Wanted", "set_task"]


def set_task(model: NCA, targets: Sequence[Target], config: TrainConfig) -> Task:
    """Return what a recipe has a rule do with some targets.

    Args:
        model: the rule.
        targets: one; or one for each of its goals; or none, for a vine.
        config: the recipe.

    Raises:
        ArgumentError: when rule, targets and recipe do not go together.
    """
    if config.task.name == "steer":
        if targets:
            raise ArgumentError("target: a vine grows to a beacon; pass target=None to steer")
        return SteeredGrowing(model, config)
    if not targets:
        raise ArgumentError("target=None; pass target=load_target(...), or several for goals")
    if model.config.num_goals:
        if config.task.name == "obstacles":
            raise ArgumentError(
                f"num_goals={model.config.num_goals}: goals among obstacles cannot be trained; "
                "choose one of the two"
            )
        return GrowingGoals(model, targets, config)
    if len(targets) > 1:
        raise ArgumentError(
            f"{len(targets)} targets for a rule without goals; "
            f"make it by ModelConfig(num_goals={len(targets)})"
        )
    kind = GrowingRound if config.task.name == "obstacles" else Growing
    return kind(model, targets[0], config)
