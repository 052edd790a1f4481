"""Measure a rule from the seed: grown, stable, healed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import Tensor

from voxnca.errors import ArgumentError
from voxnca.grid import seed as seed_state
from voxnca.grid import solid, training_space
from voxnca.losses import rgba_loss
from voxnca.model import NCA
from voxnca.quality import (
    HEAL_STEPS,
    NUM_WOUNDS,
    Healing,
    Quality,
    Snapshot,
    iou,
    rgb_error,
    standard_wound,
    wound_centers,
)

if TYPE_CHECKING:
    from voxnca.targets import Target

LATE_STEPS = 500


def default_grow_steps(target: Target, fire_rate: float) -> int:
    """Return T: 1.25 x the target's longest side / fire_rate, rounded."""
    return round(1.25 * max(target.size) / fire_rate)


@torch.no_grad()
def evaluate(model: NCA, target: Target | None = None, *, seed: int = 0) -> Quality:
    """Grow a rule from the seed and measure it at T, 3T and 500 steps and after wounds.

    The eight standard wounds are dealt to the pattern at 3T; each is the smallest ball round a
    solid voxel that removes a quarter of them, and counts 96 steps later. A pattern with
    nothing solid at 3T has nothing to wound: it counts as eight wounds that healed by 0.

    Args:
        model: the rule.
        target: what it is held against; None is the model's own.
        seed: of the firing mask and of the wounds' centres.

    Raises:
        ArgumentError: when there is no target, or one of another dimension.
    """
    target = check_target(model, target)
    space = training_space(target)
    grow_steps = model.info.grow_steps or default_grow_steps(target, model.config.fire_rate)
    placed = target.place(space).to(model.hidden.weight)
    run = model.rollout(seed_state(model.config, space).to(placed), seed=seed)
    grown = _snapshot(run.step(grow_steps).state(), grow_steps, placed, target.num_solid)
    later = run.step(2 * grow_steps).state()
    stable = [_snapshot(later, 3 * grow_steps, placed, target.num_solid)]
    wounds = _heal(model, later, placed, first_step=3 * grow_steps, seed=seed)
    rest = max(LATE_STEPS - 3 * grow_steps, 0)
    late = run.step(rest).state()
    stable.append(_snapshot(late, 3 * grow_steps + rest, placed, target.num_solid))
    return Quality(grown, tuple(stable), wounds)


def check_target(model: NCA, target: Target | None) -> Target:
    """Return the target given, or else the model's own.

    Raises:
        ArgumentError: when there is none, or its dimension is not the model's.
    """
    target = target or model.target
    if target is None:
        raise ArgumentError("target=None but the model has none; pass target=load_target(...)")
    if target.num_dims != model.config.num_dims:
        raise ArgumentError(
            f"target {target.name!r} is {target.num_dims}D but the model is "
            f"{model.config.num_dims}D; make it by ModelConfig(num_dims={target.num_dims})"
        )
    return target


def _snapshot(state: Tensor, step: int, placed: Tensor, num_solid: int) -> Snapshot:
    return Snapshot(
        step,
        float(iou(state, placed)[0]),
        float(rgb_error(state, placed)[0]),
        float(rgba_loss(state, placed, num_solid)[0]),
    )


def _heal(
    model: NCA, state: Tensor, placed: Tensor, *, first_step: int, seed: int
) -> tuple[Healing, ...]:
    """Deal the standard wounds, each to a copy of `state` (1, *space, C), and wait."""
    before = float(iou(state, placed)[0])
    body = solid(state)[0]
    if not body.any():
        nothing = (tuple(n // 2 for n in body.shape), 0.0, before, before, before)
        return tuple(Healing(*nothing) for _ in range(NUM_WOUNDS))
    balls = [standard_wound(body, center.tolist()) for center in wound_centers(body, seed=seed)]
    run = model.rollout(
        state.expand(len(balls), *state.shape[1:]), seed=seed, first_step=first_step
    )
    for sample, ball in enumerate(balls):
        run.wound(ball, sample=sample)
    wounded = iou(run.state(), placed)
    healed = iou(run.step(HEAL_STEPS).state(), placed)
    return tuple(
        Healing(tuple(map(int, ball.center)), ball.radius_cells, before, float(w), float(h))
        for ball, w, h in zip(balls, wounded, healed, strict=True)
    )
