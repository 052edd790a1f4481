"""Measure a rule from the seed: grown, stable, healed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

from voxnca.conditions import Environment
from voxnca.conditions.goals import goal_weights
from voxnca.errors import ArgumentError
from voxnca.grid import seed as seed_state
from voxnca.model import NCA
from voxnca.parts import Parts, finish
from voxnca.quality import HEAL_STEPS, Healing, Quality
from voxnca.rollout import Rollout
from voxnca.trial import Trial

if TYPE_CHECKING:
    from voxnca.targets import Target

LATE_STEPS = (500, 2000)
"""When a pattern is looked at again after 3T: the usual failures are late ones."""


def default_grow_steps(target: Target, fire_rate: float) -> int:
    """Return T: 1.25 x the longest side, or 1.75 x `Target.reach` if more, / fire_rate, rounded.

    Half as much again for a rule that fires at random, whose outline is the last to settle.
    """
    patience = 1.0 if fire_rate == 1 else 1.5
    return round(patience * max(1.25 * max(target.size), 1.75 * target.reach) / fire_rate)


def evaluate(
    model: NCA,
    target: Target | None = None,
    *,
    seed: int = 0,
    goal: int | None = None,
    environment: Environment | None = None,
) -> Quality:
    """Grow a rule from the seed; measure it at T, 3T, 500 and 2,000 steps and after wounds.

    The eight standard wounds are dealt to the pattern at 3T; each is the smallest ball round a
    solid voxel that removes a quarter of them, and counts 96 steps later. A pattern with
    nothing solid at 3T has nothing to wound: it counts as eight wounds that healed by 0. A
    pattern whose live cells fill the grid has run away: it is judged there and then, as it is.

    Args:
        model: the rule.
        target: what it is held against; None is the model's own, of the goal if it has goals.
        seed: of the firing mask and of the wounds' centres.
        goal: what a rule with goals is told to grow.
        environment: what stands round the pattern. Only free cells count then: what of the
            target lies in walls is not wanted. None is an open grid; a mask of blocked cells
            sets the size of the grid, whose seed is in the cell `size // 2`.

    Raises:
        ArgumentError: when there is no target, or one of another dimension; for a discrete rule,
            for one that grows to a beacon, and for conditions that do not fit the rule.
    """
    parts = evaluate_in_parts(model, target, seed=seed, goal=goal, environment=environment)
    return finish(parts)


@torch.no_grad()
def evaluate_in_parts(
    model: NCA,
    target: Target | None = None,
    *,
    seed: int = 0,
    goal: int | None = None,
    environment: Environment | None = None,
) -> Parts[Quality]:
    """Do as `evaluate`, which takes seconds, in parts of a few steps."""
    target = target_of(model, target, goal)
    trial = Trial.of(model, target, seed=seed, goal=goal, environment=environment)
    run = trial.run(seed_state(model.config, trial.space))
    grow_steps = growing_time(model, target)
    yield from trial.advance(run, grow_steps)
    grown = trial.snapshot(run.state(), run.step_index)
    yield from trial.advance(run, 2 * grow_steps)
    stable = [trial.snapshot(run.state(), run.step_index)]
    wounds = yield from _heal(trial, run)
    for step in LATE_STEPS:
        yield from trial.advance(run, step - run.step_index)
        stable.append(trial.snapshot(run.state(), run.step_index))
    return Quality(grown, tuple(stable), wounds)


def growing_time(model: NCA, *targets: Target) -> int:
    """Return T: what a rule was trained for, or the longest that one of the targets takes."""
    rate = model.config.fire_rate
    return model.info.grow_steps or max(default_grow_steps(target, rate) for target in targets)


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


def target_of(model: NCA, target: Target | None, goal: int | None) -> Target:
    """Return the target given, or else the one that a goal of the model stands for.

    Raises:
        ArgumentError: as of `check_target`, and for a goal that the model has not.
    """
    num_goals = model.config.num_goals
    if target is not None or goal is None or not num_goals:
        return check_target(model, target)
    goal_weights(goal, num_goals, 1, ())  # says what is wrong with a goal
    if not isinstance(goal, int):
        raise ArgumentError(f"target=None, but no target belongs to goal={goal!r}; pass target=")
    if goal >= len(model.targets):
        raise ArgumentError(f"target=None but the model has none for goal={goal}; pass target=")
    return check_target(model, model.targets[goal])


def _heal(trial: Trial, run: Rollout) -> Parts[tuple[Healing, ...]]:
    """Deal the standard wounds, each to a copy of the run's state, and wait."""
    state = run.state()
    wounds = () if trial.ran_away(run) else trial.wounds(state)
    copies = state.expand(max(1, len(wounds)), *state.shape[1:])
    healing = trial.run(copies, first_step=run.step_index)
    for sample, ball in enumerate(wounds):
        healing.wound(ball, sample=sample)
    wounded = healing.state()
    if wounds:
        yield from trial.advance(healing, HEAL_STEPS)
    return trial.healing(state, wounds, wounded, healing.state())
