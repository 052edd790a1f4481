"""Teach a trained rule to live on a few levels, and to come to rest on them.

A rule that was trained on real numbers never repeats a state: it drifts for ever, so that no
table of it is finite. Here its states are rounded in training too (straight through: Bengio et
al. 2013), and what it would still move when it is grown costs.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Self

import torch
from torch import Tensor

from analysis.approximation.levels import LevelRule
from voxnca.config import DamageConfig, OptimizerConfig
from voxnca.damage import draw_wound
from voxnca.errors import ArgumentError
from voxnca.evaluation import check_target
from voxnca.grid import ALIVE_THRESHOLD, ALPHA, training_space
from voxnca.grid import seed as seed_state
from voxnca.losses import rgba_loss
from voxnca.model import NCA
from voxnca.noise import hash32
from voxnca.optimizer import Optimizer, schedule
from voxnca.pool import SamplePool
from voxnca.wounds import apply

_FINE = 2
"""The first seventh of the budget has this times as many levels: too coarse at once, it dies."""
_POOL_SIZE = 48
_BATCH_SIZE = 4
_MUON_RATE = 4e-3
"""A fifth of training's: the rule is known, and rounding makes gradients rough."""
_SHORT, _LONG = (0.5, 0.8), (1.0, 1.6)
"""Lengths of rollouts in shares of T, in the first fifth of the budget and later."""
_GROWN_LOSS = 0.05
"""Below this a sample is grown, and should rest."""
_REST = 0.35
"""Levels that a value may be pulled from where it is: rounding takes it back from up to half."""
_REST_STEPS = 6
_LIMIT_WEIGHT = 0.1


@dataclass(frozen=True)
class SettleStep:
    """What one iteration did.

    Attributes:
        index: iterations done, from 1.
        loss: mean RGBA loss of the batch over the last quarter of its rollout.
        unrest: mean pull beyond rest of the samples that are grown, in values a solid cell.
    """

    index: int
    loss: float
    unrest: float


class Settling(Iterator[SettleStep]):
    """A run of such training: iterate it, then take `rule`. The model is trained in place.

    Args:
        model: trained to grow its target at fire rate 1.
        levels_per_unit: of the rule that comes out; 8 is as coarse as 8 channels bear.
        num_steps: iterations.
        margin_cells: free cells round the target.
        seed: of every draw.

    Raises:
        ArgumentError: for a model without a target or with another fire rate.
    """

    def __init__(
        self,
        model: NCA,
        *,
        levels_per_unit: int = 8,
        num_steps: int = 1500,
        margin_cells: int = 3,
        seed: int = 0,
    ) -> None:
        self.target = check_target(model, None)
        if model.config.fire_rate != 1:
            raise ArgumentError(
                f"fire_rate={model.config.fire_rate:g} draws lots; train a model with fire_rate=1"
            )
        self.model, self.num_steps, self.step_index, self.seed = model, num_steps, 0, seed
        self.rule = LevelRule(model, levels_per_unit)
        self.space = training_space(self.target, margin_cells)
        self._fine = LevelRule(model, levels_per_unit * _FINE)
        self._placed = self.target.place(self.space)
        self._seed_state = seed_state(model.config, self.space)
        self._pool = SamplePool.of_seeds(self._seed_state, _POOL_SIZE)
        self._grow_steps = round(1.25 * max(self.target.size))
        self._schedule = OptimizerConfig(muon_learning_rate=_MUON_RATE)
        self._optimizer = Optimizer(model, self._schedule, self._grow_steps)

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> SettleStep:
        if self.step_index >= self.num_steps:
            raise StopIteration
        generator = torch.Generator().manual_seed(hash32(self.seed, self.step_index, 0, 0, 0, 0))
        progress = self.step_index / self.num_steps
        rule = self._fine if progress < 1 / 7 else self.rule
        places, states = self._draw(rule, generator, wounds=progress > 0.2)
        proposed, rounded = _roll(rule, states, self._length(generator, progress))
        losses = self._losses(rule, rounded)
        unrest = _unrest(rule, proposed, rounded, self.target.num_solid)
        unrest = unrest * (losses.detach() < _GROWN_LOSS) * (progress > 0.2)
        excess = sum(_excess(rule, p, self.target.num_solid) for p in proposed) / len(proposed)
        self._optimizer.zero_grad()
        (losses + unrest + _LIMIT_WEIGHT * excess).mean().backward()
        self._optimizer.step(schedule(self.step_index, self.num_steps, self._schedule))
        self._put_back(places, rounded[-1].detach())
        self.step_index += 1
        return SettleStep(self.step_index, losses.mean().item(), unrest.mean().item())

    def _length(self, generator: torch.Generator, progress: float) -> int:
        low, high = _SHORT if progress < 0.2 else _LONG
        share = low + (high - low) * float(torch.rand((), generator=generator))
        return max(_REST_STEPS, round(self._grow_steps * share))

    def _draw(
        self, rule: LevelRule, generator: torch.Generator, *, wounds: bool
    ) -> tuple[Tensor, Tensor]:
        """Draw samples, worst first: it starts anew, the next is left whole, the others wounded."""
        places, states, _ = self._pool.draw(_BATCH_SIZE, generator)
        losses = rgba_loss(states, self._placed, self.target.num_solid)
        order = losses.argsort(descending=True)
        places, states = places[order], states[order]
        states[0] = self._seed_state[0]
        for sample in range(2, _BATCH_SIZE if wounds else 2):
            wound = draw_wound(DamageConfig(), self.target, self.space, generator)
            states = apply(states, wound, sample=sample)
        return places, rule.round(states)

    def _losses(self, rule: LevelRule, rounded: list[Tensor]) -> Tensor:
        """Return the RGBA loss over the last quarter of a rollout, to a target on levels."""
        wanted = (self._placed * rule.levels_per_unit).round() / rule.levels_per_unit
        last = rounded[-max(1, len(rounded) // 4) :]
        return torch.stack([rgba_loss(s, wanted, self.target.num_solid) for s in last]).mean(0)

    def _put_back(self, places: Tensor, states: Tensor) -> None:
        dead = ~(states[..., ALPHA] > ALIVE_THRESHOLD).flatten(1).any(1)
        states[dead] = self._seed_state[0]
        self._pool.put_back(places, states)


def _roll(rule: LevelRule, state: Tensor, num_steps: int) -> tuple[list[Tensor], list[Tensor]]:
    """Return what the network proposed in each step, and the states, from the start on."""
    proposed, rounded = [], [state]
    for _ in range(num_steps):
        proposed.append(rule.propose(rounded[-1]))
        rounded.append(rule.round(proposed[-1]))
    return proposed, rounded


def _unrest(
    rule: LevelRule, proposed: list[Tensor], rounded: list[Tensor], num_solid: int
) -> Tensor:
    """Return how far the last steps pull values beyond rest: `(B,)`, a solid cell."""
    rest = _REST / rule.levels_per_unit
    pulls = [
        (after - before).abs().sub(rest).clamp(min=0).flatten(1).sum(1)
        for after, before in zip(
            proposed[-_REST_STEPS:], rounded[-_REST_STEPS - 1 : -1], strict=True
        )
    ]
    return torch.stack(pulls).mean(0) / num_solid


def _excess(rule: LevelRule, proposed: Tensor, num_solid: int) -> Tensor:
    """Return how far values lie beyond what the levels hold: `(B,)`, a value of a solid cell."""
    inside = proposed.clamp(-rule.limit, rule.limit)
    return (proposed - inside).abs().flatten(1).sum(1) / (num_solid * proposed.shape[-1])
