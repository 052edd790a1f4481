"""How well a rule grows its pattern round obstacles that it has never seen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

import voxnca
from analysis.spread import Spread
from voxnca import NCA, ArgumentError, Environment, Quality, Rollout, Target, training_space
from voxnca.evaluation import LATE_STEPS, growing_time, target_of
from voxnca.layouts import held_out_obstacles
from voxnca.quality import HEAL_STEPS, NUM_WOUNDS, Healing, Snapshot
from voxnca.trial import Trial

Mask = NDArray[np.bool_]

_AT_ONCE = 16
"""Layouts in a batch; each has eight wounded copies, and all have to fit into memory."""


@dataclass(frozen=True)
class ObstacleFigures:
    """Of one rule among obstacles; what is in walls of its target does not count.

    Attributes:
        qualities: of each layout, from the seed.
    """

    qualities: tuple[Quality, ...]

    @property
    def grown_iou(self) -> Spread:
        """IoU at T, over the free cells."""
        return Spread.of([quality.grown.iou for quality in self.qualities])

    @property
    def late_iou(self) -> Spread:
        """IoU when the pattern is looked at last, at 2,000 steps."""
        return Spread.of([quality.stable[-1].iou for quality in self.qualities])

    @property
    def healed(self) -> Spread:
        """Share of the IoU lost by the standard wounds that came back, mean of each layout."""
        return Spread.of([quality.healed for quality in self.qualities])

    @property
    def worst_first(self) -> tuple[int, ...]:
        """Numbers of the layouts, that with the lowest IoU at T first."""
        return tuple(np.argsort([q.grown.iou for q in self.qualities], kind="stable").tolist())

    def to_json(self) -> dict[str, Any]:
        """Return what was measured, and how it spreads, as a dict that `json` can write."""
        return {
            "qualities": [quality.to_json() for quality in self.qualities],
            "summary": {
                name: getattr(self, name).to_json() for name in ("grown_iou", "late_iou", "healed")
            },
        }


def unseen_obstacles(target: Target, count: int) -> tuple[Mask, ...]:
    """Return held-out obstacles in a target's way on its training grid, always the same.

    Args:
        target: the pattern.
        count: how many layouts; the first k of more are these k.

    Returns:
        bool `(*space)` each, True where a cell is blocked.

    Raises:
        ArgumentError: as of `voxnca.layouts.held_out_obstacles`.
    """
    placed = target.place(training_space(target))
    return held_out_obstacles(voxnca.solid(placed).numpy(), count)


@torch.no_grad()
def obstacle_figures(
    model: NCA, obstacles: Sequence[Mask], *, goal: int | None = None, seed: int = 0
) -> ObstacleFigures:
    """Measure a rule as `voxnca.evaluate` does, among the obstacles of many layouts.

    A rule that does not sense walls, such as a control, is measured among them, too: it is kept
    out of them, and knows nothing of it. A pattern that runs away is stepped to the end all the
    same, as the others of its batch are.

    Args:
        model: the rule, with a target.
        obstacles: blocked cells of each layout, bool `(*space)`, all of one shape.
        goal: what a rule with goals is told to grow.
        seed: of the firing masks and of the wounds' centres.

    Raises:
        ArgumentError: as of `voxnca.evaluate`, and for no layouts.
    """
    if not len(obstacles):
        raise ArgumentError("obstacles=[]: nothing to measure; give at least one layout")
    target = target_of(model, None, goal)
    trials = [
        Trial.of(model, target, seed=seed, goal=goal, environment=Environment(blocked))
        for blocked in obstacles
    ]
    if len({trial.space for trial in trials}) > 1:
        raise ArgumentError("obstacles differ in shape; measure those of one grid at a time")
    grow_steps = growing_time(model, target)
    batches = range(0, len(trials), _AT_ONCE)
    measured = (_measured(trials[i : i + _AT_ONCE], grow_steps, i) for i in batches)
    return ObstacleFigures(tuple(chain.from_iterable(measured)))


def _measured(trials: Sequence[Trial], grow_steps: int, first: int) -> list[Quality]:
    """Grow a pattern in each layout, wound it and wait, all of them at the same time."""
    start = voxnca.seed(trials[0].model.config, trials[0].space, batch_size=len(trials))
    run = _run(trials, start, first_sample=first)
    grown = _looked_at(trials, run.step(grow_steps))
    stable = [_looked_at(trials, run.step(2 * grow_steps))]
    healings = _healings(trials, run, first)
    stable += [_looked_at(trials, run.step(step - run.step_index)) for step in LATE_STEPS]
    figures = zip(grown, zip(*stable, strict=True), healings, strict=True)
    return [Quality(*each) for each in figures]


def _run(trials: Sequence[Trial], states: Tensor, *, first_sample: int, step: int = 0) -> Rollout:
    """Begin a run that has a sample of each trial."""
    return trials[0].model.rollout(
        states.to(trials[0].placed),
        seed=trials[0].seed,
        goal=trials[0].goal,
        environment=[trial.environment for trial in trials if trial.environment],
        first_step=step,
        first_sample=first_sample,
    )


def _looked_at(trials: Sequence[Trial], run: Rollout) -> list[Snapshot]:
    states = run.state().split(1)
    pairs = zip(trials, states, strict=True)
    return [trial.snapshot(state, run.step_index) for trial, state in pairs]


def _healings(trials: Sequence[Trial], run: Rollout, first: int) -> list[tuple[Healing, ...]]:
    """Deal every pattern its standard wounds, each to a copy, and wait."""
    states = run.state().split(1)
    wounds = [trial.wounds(state) for trial, state in zip(trials, states, strict=True)]
    counts = [len(balls) for balls in wounds]
    wounded = healed = torch.cat(
        [state.expand(n, *state.shape[1:]) for state, n in zip(states, counts, strict=True)]
    )
    if any(counts):
        hurt = [trial for trial, n in zip(trials, counts, strict=True) for _ in range(n)]
        healing = _run(hurt, wounded, first_sample=NUM_WOUNDS * first, step=run.step_index)
        for sample, ball in enumerate(chain(*wounds)):
            healing.wound(ball, sample=sample)
        wounded = healing.state()
        healed = healing.step(HEAL_STEPS).state()
    parts = zip(trials, states, wounds, wounded.split(counts), healed.split(counts), strict=True)
    return [trial.healing(*rest) for trial, *rest in parts]
