"""From the options of `voxnca train` to the configs of a rule and its training."""

from __future__ import annotations

from dataclasses import replace

from apps.options import DEFAULTS, Task, TrainOptions
from voxnca import ModelConfig, TrainConfig, recipe

SENSES = {
    Task.OBSTACLES: ("walls",),
    Task.STEER: ("walls", "beacon", "root"),
    Task.SEEK: ("walls", "bare_beacon", "root"),
}
"""What a rule senses that is trained so."""

LEAK = 1 / 32
"""Of a rule that is to come to rest."""


def model_config(
    num_dims: int, options: TrainOptions = DEFAULTS, *, task: Task = Task.GROW, num_goals: int = 0
) -> ModelConfig:
    """Return the shape of the rule.

    Args:
        num_dims: 2 or 3.
        options: the recipe.
        task: what is to be learned.
        num_goals: of `goals`, how many.

    Raises:
        ArgumentError: for an option that breaks a rule.
    """
    return ModelConfig(
        num_dims=num_dims,
        num_channels=options.num_channels,
        hidden_size=options.hidden_size,
        perception=options.perception,
        border=options.border,
        fire_rate=options.fire_rate,
        leak=LEAK if task is Task.CERTIFIABLE else 0.0,
        num_goals=num_goals if task is Task.GOALS else 0,
        senses=SENSES.get(task, ()),
    )


def train_config(
    options: TrainOptions = DEFAULTS,
    *,
    task: Task = Task.GROW,
    size: int | None = None,
    num_dims: int = 2,
) -> TrainConfig:
    """Return how it is trained.

    Args:
        options: the recipe.
        task: what is to be learned.
        size: of a vine, the side of the grid; None is the usual one.
        num_dims: 2 or 3.

    Raises:
        ArgumentError: for an option that breaks a rule.
    """
    usual = recipe(str(task), num_dims=num_dims, preset=options.preset)
    chosen = usual.task
    if task.grows_vines and size is not None:
        chosen = replace(chosen, size=size)
    return replace(
        usual,
        num_steps=options.num_steps,
        seed=options.seed,
        grow_steps=options.grow_steps,
        task=chosen,
    )
