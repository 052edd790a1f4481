"""Learning a hand-made rule from rollouts: from what becomes of soups, and not of single cells.

With teacher forcing every step begins from the true state, so that a rollout is as many lessons as
it has steps. Without, the network goes on from what it made itself. A step ends in an argmax, which
has no derivative, so something else stands in for it on the way back.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from analysis.learning import TRY_STEPS, Learning, config_for
from analysis.perception_floor import floor_of
from analysis.rules import Rule, States
from analysis.windows import answers_of_rule, draw_mixed
from voxnca.errors import ArgumentError
from voxnca.states import one_hot

RELAXATIONS = ("straight-through", "soft")
GRIDS_AT_ONCE = 4
SIDE = {2: 12, 3: 6}
"""Of the grids, which are tori: about as many cells a batch as learning from transitions sees."""


@dataclass(frozen=True, kw_only=True)
class RolloutRecipe:
    """How a rule is shown.

    Attributes:
        num_rollout_steps: T, at least 1.
        teacher_forcing: whether every step begins from the true state.
        every_frame: without it, whether the loss is that of all frames, or of the last alone.
        relaxation: without it, what the network goes on from. `straight-through`: the argmax,
            differentiated as if it were the softmax. `soft`: the softmax itself.

    Raises:
        ArgumentError: for fewer steps, or an unknown relaxation.
    """

    num_rollout_steps: int
    teacher_forcing: bool = True
    every_frame: bool = True
    relaxation: str = "straight-through"

    def __post_init__(self) -> None:
        if self.num_rollout_steps < 1:
            raise ArgumentError(f"num_rollout_steps={self.num_rollout_steps} must be at least 1")
        if self.relaxation not in RELAXATIONS:
            raise ArgumentError(
                f"relaxation={self.relaxation!r} is unknown; use one of: {', '.join(RELAXATIONS)}"
            )


class RolloutLearning(Learning):
    """A run that teaches a network a rule by rollouts; see `Learning`.

    Attributes:
        recipe: how the rule is shown.
    """

    def __init__(self, rule: Rule, recipe: RolloutRecipe, *, seed: int, num_steps: int) -> None:
        config = config_for(rule.within(None))
        self.recipe = recipe
        floor = floor_of(rule, config.perception)
        super().__init__(rule, config, floor, seed=seed, num_steps=num_steps)

    def _loss(self) -> Tensor:
        frames = self._frames()
        k, recipe = self.rule.num_states, self.recipe
        state, losses = one_hot(frames[0], k), []
        for frame in frames[1:]:
            logits = self.model.logits(state)
            losses.append(F.cross_entropy(logits.flatten(0, -2), frame.flatten().long()))
            state = one_hot(frame, k) if recipe.teacher_forcing else _relaxed(logits, recipe)
        every = recipe.teacher_forcing or recipe.every_frame
        return torch.stack(losses if every else losses[-1:]).mean()

    def _frames(self) -> list[Tensor]:
        """Return soups, each of another mixture, and what the rule makes of them, step by step."""
        k, d = self.rule.num_states, self.rule.num_dims
        cells = draw_mixed(GRIDS_AT_ONCE, SIDE[d] ** d, k, self._generator)
        frames = [cells.to(torch.uint8).numpy().reshape(-1, *(SIDE[d],) * d)]
        for _ in range(self.recipe.num_rollout_steps):
            frames.append(_after(self.rule, frames[-1]))
        return [torch.from_numpy(frame) for frame in frames]


def learn_from_rollouts(
    rule: Rule, recipe: RolloutRecipe, *, seed: int = 0, num_steps: int = TRY_STEPS
) -> RolloutLearning:
    """Teach a network a hand-made rule by rollouts on tori.

    Args:
        rule: to learn.
        recipe: how it is shown.
        seed: of the weights and of every draw.
        num_steps: iterations at most; by default those of one try.

    Returns:
        An iterator of `LearnStep`; its `best()` is the network.

    Raises:
        ArgumentError: as of `analysis.learning.learn`.
    """
    return RolloutLearning(rule, recipe, seed=seed, num_steps=num_steps)


def _relaxed(logits: Tensor, recipe: RolloutRecipe) -> Tensor:
    soft = logits.softmax(-1)
    if recipe.relaxation == "soft":
        return soft
    hard = one_hot(logits.argmax(-1), logits.shape[-1])
    return hard + soft - soft.detach()


def _after(rule: Rule, grids: States) -> States:
    """Return the next states of all cells of tori: uint8 `(B, *space)`."""
    d = rule.num_dims
    around = np.pad(grids, [(0, 0), *[(1, 1)] * d], mode="wrap")
    windows = np.lib.stride_tricks.sliding_window_view(around, (3,) * d, tuple(range(1, d + 1)))
    return answers_of_rule(rule, windows.reshape(-1, 3**d)).reshape(grids.shape)
