"""From the options of `voxnca train` to the configs of a rule and its training."""

from __future__ import annotations

from dataclasses import replace

from apps.options import DEFAULTS, TrainOptions
from voxnca import ModelConfig, TrainConfig


def model_config(num_dims: int, options: TrainOptions = DEFAULTS) -> ModelConfig:
    """Return the shape of the rule.

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
    )


def train_config(options: TrainOptions = DEFAULTS) -> TrainConfig:
    """Return how it is trained.

    Raises:
        ArgumentError: for an option that breaks a rule.
    """
    return replace(
        TrainConfig.preset(options.preset),
        num_steps=options.num_steps,
        seed=options.seed,
        grow_steps=options.grow_steps,
    )
