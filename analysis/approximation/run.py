"""Rollouts to fit a table on and to hold it against: from the seed, and after wounds."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from voxnca.errors import ArgumentError
from voxnca.grid import seed as seed_state
from voxnca.grid import solid
from voxnca.model import NCA
from voxnca.noise import fires
from voxnca.quality import standard_wound, wound_centers
from voxnca.wounds import apply, written

HELD_OUT_EVERY = 4
"""Every fourth wound, and every fourth seed of a rule that fires at random, is held out."""


@dataclass(frozen=True, eq=False)
class Run:
    """A rollout that can be repeated: its start and its firing are kept, not its states.

    Attributes:
        name: `seed`, or the wound it starts after, as `voxnca.wounds.parse` reads it.
        model: whose rollout it is.
        start: float32 `(1, *space, C)`.
        first_step: steps since the seed.
        num_steps: how long it is.
        firing_seed: of the firing mask.
    """

    name: str
    model: NCA
    start: Tensor
    first_step: int
    num_steps: int
    firing_seed: int

    @property
    def space(self) -> tuple[int, ...]:
        """Sizes of the grid."""
        return tuple(self.start.shape[1:-1])

    def states(self) -> Iterator[NDArray[np.float32]]:
        """Yield the start and the state after each step: float32 `(*space, C)`."""
        with torch.no_grad():
            run = self.model.rollout(self.start, seed=self.firing_seed, first_step=self.first_step)
            yield run.state()[0].numpy().copy()
            for _ in range(self.num_steps):
                yield run.step().state()[0].numpy().copy()

    def firing(self) -> Iterator[NDArray[np.bool_]]:
        """Yield which cells fire in each step: bool `(*space)`."""
        cells = torch.ones(1, *self.space).nonzero()
        for step in range(self.first_step, self.first_step + self.num_steps):
            rate = self.model.config.fire_rate
            mask = fires(cells, self.space, step=step, seed=self.firing_seed, fire_rate=rate)
            yield mask.reshape(self.space).numpy()


@dataclass(frozen=True)
class Runs:
    """Rollouts to fit on, and others that no fit has seen.

    A deterministic rule grows the same way every time: it has one run from the seed, to fit on,
    and what is held out are wounds. Of one that fires at random growth is held out too.
    """

    fitted: tuple[Run, ...]
    held_out: tuple[Run, ...]

    @property
    def growth(self) -> Run:
        """A run from the seed, one that is held out if there is one."""
        return next(run for run in (*self.held_out, *self.fitted) if run.name == "seed")


def plan(
    model: NCA,
    space: Sequence[int],
    *,
    grow_steps: int,
    num_wounds: int,
    heal_steps: int,
    seed: int,
) -> Runs:
    """Choose rollouts from the seed, over 2 x `grow_steps`, and after standard wounds.

    Args:
        model: the rule.
        space: sizes of the grid.
        grow_steps: T; wounds are dealt at 2 T.
        num_wounds: at least 2, so that one can be held out.
        heal_steps: length of the runs after wounds.
        seed: of the wounds' places and of the firing.

    Raises:
        ArgumentError: for fewer wounds, or when nothing solid grows that could be wounded.
    """
    if num_wounds < 2:
        raise ArgumentError(f"num_wounds={num_wounds} must be at least 2: one is held out")
    num_growths = 1 if model.config.fire_rate == 1 else HELD_OUT_EVERY
    start = seed_state(model.config, space)
    growths = [Run("seed", model, start, 0, 2 * grow_steps, seed + n) for n in range(num_growths)]
    healings = _after_wounds(growths[0], num_wounds, heal_steps)
    return Runs(
        tuple(r for runs in (growths, healings) for r in runs if r not in _held_out(runs)),
        tuple(r for runs in (growths, healings) for r in _held_out(runs)),
    )


def _held_out(runs: Sequence[Run]) -> list[Run]:
    if len(runs) == 1:
        return []
    every = min(HELD_OUT_EVERY, len(runs))
    return list(runs[every - 1 :: every])


def _after_wounds(growth: Run, num_wounds: int, heal_steps: int) -> list[Run]:
    model, end = growth.model, growth.num_steps
    with torch.no_grad():
        grown = model.grow(growth.start, end, seed=growth.firing_seed)
    body = solid(grown)[0]
    if not body.any():
        raise ArgumentError(
            f"model {model.info.name!r} grows nothing solid in {end} steps; train it"
        )
    centers = wound_centers(body, num_wounds, seed=growth.firing_seed).tolist()
    wounds = [standard_wound(body, center) for center in centers]
    return [
        Run(written(w), model, apply(grown, w), end, heal_steps, growth.firing_seed + 1 + n)
        for n, w in enumerate(wounds)
    ]
