"""Measure a rule from the seed: grown, stable, healed."""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from voxnca.errors import ArgumentError
from voxnca.grid import center, solid, training_space
from voxnca.grid import seed as seed_state
from voxnca.losses import rgba_loss
from voxnca.model import NCA
from voxnca.parts import Parts, finish
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
from voxnca.rollout import Rollout

if TYPE_CHECKING:
    from voxnca.targets import Target

LATE_STEPS = (500, 2000)
"""When a pattern is looked at again after 3T: the usual failures are late ones."""
_RUNAWAY_SHARE = 0.95
"""Targets with their margins leave more of the grid than this to dead cells."""
_LOOK_EVERY = 8


def default_grow_steps(target: Target, fire_rate: float) -> int:
    """Return T: 1.25 x the longest side, or 1.75 x `Target.reach` if more, / fire_rate, rounded.

    Half as much again for a rule that fires at random, whose outline is the last to settle.
    """
    patience = 1.0 if fire_rate == 1 else 1.5
    return round(patience * max(1.25 * max(target.size), 1.75 * target.reach) / fire_rate)


def evaluate(model: NCA, target: Target | None = None, *, seed: int = 0) -> Quality:
    """Grow a rule from the seed; measure it at T, 3T, 500 and 2,000 steps and after wounds.

    The eight standard wounds are dealt to the pattern at 3T; each is the smallest ball round a
    solid voxel that removes a quarter of them, and counts 96 steps later. A pattern with
    nothing solid at 3T has nothing to wound: it counts as eight wounds that healed by 0. A
    pattern whose live cells fill the grid has run away: it is judged there and then, as it is.

    Args:
        model: the rule.
        target: what it is held against; None is the model's own.
        seed: of the firing mask and of the wounds' centres.

    Raises:
        ArgumentError: when there is no target, or one of another dimension, or for a discrete
            rule.
    """
    return finish(evaluate_in_parts(model, target, seed=seed))


@torch.no_grad()
def evaluate_in_parts(model: NCA, target: Target | None = None, *, seed: int = 0) -> Parts[Quality]:
    """Do as `evaluate`, which takes seconds, in parts of a few steps."""
    target = check_target(model, target)
    space = training_space(target)
    grow_steps = model.info.grow_steps or default_grow_steps(target, model.config.fire_rate)
    placed = target.place(space).to(model.hidden.weight)
    run = model.rollout(seed_state(model.config, space).to(placed), seed=seed)
    yield from _advance(run, grow_steps)
    grown = _snapshot(run, placed, target.num_solid)
    yield from _advance(run, 2 * grow_steps)
    stable = [_snapshot(run, placed, target.num_solid)]
    wounds = yield from _heal(model, run, placed, seed=seed)
    for step in LATE_STEPS:
        yield from _advance(run, step - run.step_index)
        stable.append(_snapshot(run, placed, target.num_solid))
    return Quality(grown, tuple(stable), wounds)


def check_target(model: NCA, target: Target | None) -> Target:
    """Return the target given, or else the model's own.

    Raises:
        ArgumentError: when there is none, or its dimension is not the model's, or the model is
            discrete: its states are no colours.
    """
    if model.is_discrete:
        raise ArgumentError(
            f"num_states={model.config.num_states}: a discrete rule grows no target; "
            "learn a hand-made rule by voxnca learn-rule, or leave num_states out"
        )
    target = target or model.target
    if target is None:
        raise ArgumentError("target=None but the model has none; pass target=load_target(...)")
    if target.num_dims != model.config.num_dims:
        raise ArgumentError(
            f"target {target.name!r} is {target.num_dims}D but the model is "
            f"{model.config.num_dims}D; make it by ModelConfig(num_dims={target.num_dims})"
        )
    return target


def _ran_away(run: Rollout) -> bool:
    num_cells = run.batch_size * prod(run.space)
    return len(run.rows.coordinates) > _RUNAWAY_SHARE * num_cells


def _advance(run: Rollout, num_steps: int) -> Parts[None]:
    """Step, unless the pattern runs away: a full grid costs much and comes to nothing."""
    end = run.step_index + num_steps
    while run.step_index < end and not _ran_away(run):
        run.step(min(_LOOK_EVERY, end - run.step_index))
        yield


def _snapshot(run: Rollout, placed: Tensor, num_solid: int) -> Snapshot:
    state = run.state()
    return Snapshot(
        run.step_index,
        float(iou(state, placed)[0]),
        float(rgb_error(state, placed)[0]),
        float(rgba_loss(state, placed, num_solid)[0]),
    )


def _heal(model: NCA, run: Rollout, placed: Tensor, *, seed: int) -> Parts[tuple[Healing, ...]]:
    """Deal the standard wounds, each to a copy of the run's state, and wait."""
    state = run.state()
    before = float(iou(state, placed)[0])
    body = solid(state)[0]
    if _ran_away(run) or not body.any():
        nothing = (center(body.shape), 0.0, before, before, before)
        return tuple(Healing(*nothing) for _ in range(NUM_WOUNDS))
    balls = [standard_wound(body, cell.tolist()) for cell in wound_centers(body, seed=seed)]
    copies = state.expand(len(balls), *state.shape[1:])
    healing = model.rollout(copies, seed=seed, first_step=run.step_index)
    for sample, ball in enumerate(balls):
        healing.wound(ball, sample=sample)
    wounded = iou(healing.state(), placed)
    yield from _advance(healing, HEAL_STEPS)
    healed = iou(healing.state(), placed)
    return tuple(
        Healing(tuple(map(int, ball.center)), ball.radius_cells, before, float(w), float(h))
        for ball, w, h in zip(balls, wounded, healed, strict=True)
    )
