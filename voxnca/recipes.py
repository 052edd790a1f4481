"""Recipes by task: how training differs from that of one shape, as measured on one core."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from voxnca.config import (
    DamageConfig,
    OptimizerConfig,
    RolloutConfig,
    SettleConfig,
    TaskConfig,
    TrainConfig,
)
from voxnca.errors import ArgumentError

if TYPE_CHECKING:
    from voxnca.model import NCA

RECIPES = ("grow", "certifiable", "goals", "obstacles", "steer", "seek")


_ROLLOUTS = {
    ("goals", 2): RolloutConfig(early=(0.45, 0.75), late=(0.85, 1.35)),
    ("goals", 3): RolloutConfig(early=(0.45, 0.75), late=(1.1, 1.7)),
    ("obstacles", 2): RolloutConfig(early=(0.35, 0.6), late=(0.55, 0.85)),
    ("obstacles", 3): RolloutConfig(early=(0.35, 0.6), late=(0.55, 0.85)),
}
"""Short of these a pattern is lost in the end, though not at once."""


def recipe(task: str = "grow", *, num_dims: int = 2, preset: str = "default") -> TrainConfig:
    """Return how a task is trained when nobody says otherwise.

    Shapes that turn into each other, or that walls come into, need cells that know their places
    (`TrainConfig.hidden_weight`), rollouts long enough to get there, and calmer steps.

    Args:
        task: `grow` one shape; grow it so that what it survives can be proven, `certifiable`, by a
            rule with a leak; one of several, by `goals`; round `obstacles`; `steer` a vine where
            a signal shows the way; or have it `seek` the way to a bare beacon.
        num_dims: 2 or 3.
        preset: how long: see `TrainConfig.preset`.

    Raises:
        ArgumentError: for an unknown task, preset, or number of dimensions.
    """
    if task not in RECIPES:
        raise ArgumentError(f"task={task!r} is unknown; use one of: {', '.join(RECIPES)}")
    if num_dims not in (2, 3):
        raise ArgumentError(f"num_dims={num_dims!r} is unknown; use one of: 2, 3")
    usual = TrainConfig.preset(preset)
    if task == "grow":
        return usual
    if task == "certifiable":
        return _certifiable(usual, num_dims)
    if task == "steer":
        return replace(
            usual,
            early_batch_size={2: 12, 3: 8}[num_dims],
            pool_size=64,
            task=TaskConfig(name="steer", size={2: 32, 3: 20}[num_dims]),
        )
    if task == "seek":
        return replace(
            usual,
            batch_size=8,
            early_batch_size=4,
            pool_size=64,
            hidden_weight=0.3,
            task=TaskConfig(
                name="steer", size={2: 20, 3: 10}[num_dims], change_start_share=0.4, max_age=8
            ),
            rollout=RolloutConfig(early=(0.2, 0.35), late=(0.35, 0.55)),
            damage=DamageConfig(start_share=0.5, batch_share=0.3),
        )
    return replace(
        usual,
        early_batch_size={2: 4, 3: 3}[num_dims],
        pool_size={2: 64, 3: 48}[num_dims],
        hidden_weight=1.0,
        task=TaskConfig(
            name="grow" if task == "goals" else task, change_start_share=0.3, num_layouts=2048
        ),
        rollout=_ROLLOUTS[task, num_dims],
        damage=DamageConfig(start_share=0.25, batch_share=0.3),
        optimizer=OptimizerConfig(muon_learning_rate={2: 1e-2, 3: 8e-3}[num_dims]),
    )


def _certifiable(usual: TrainConfig, num_dims: int) -> TrainConfig:
    """Return how a rule learns to come to rest at one pattern, whatever wounds it had.

    Cells that know their places are what it takes: without (`hidden_weight=0`) a heart of 14
    cells came back exactly from 66 % of all wounds of radius 2, and from 31 % of radius 4, with a
    voxel too many here or too few there; with them from every one. Small wounds count as much as
    large ones, and rollouts are as long as with goals, for the same reason.
    """
    return replace(
        usual,
        effort=2 * usual.effort,
        early_batch_size={2: 4, 3: 3}[num_dims],
        pool_size={2: 64, 3: 48}[num_dims],
        hidden_weight=1.0,
        rollout=RolloutConfig(early=(0.45, 0.75), late=(0.85, 1.35)),
        damage=DamageConfig(share=(0.01, 0.35)),
        settle=SettleConfig(weight=5.0, start_share=0.4),
        optimizer=OptimizerConfig(muon_learning_rate={2: 1e-2, 3: 8e-3}[num_dims]),
    )


def usual_recipe(model: NCA) -> TrainConfig:
    """Return `recipe` for what a model is made for: its goals, its senses, or one shape."""
    config = model.config
    if config.num_goals:
        task = "goals"
    elif "beacon" in config.senses:
        task = "steer"
    elif "bare_beacon" in config.senses:
        task = "seek"
    else:
        task = "obstacles" if "walls" in config.senses else "grow"
        if task == "grow" and config.leak:
            task = "certifiable"
    return recipe(task, num_dims=config.num_dims)
