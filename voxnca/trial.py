"""A rule under conditions, held against a target while it runs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

import torch
from torch import Tensor

from voxnca.conditions import Environment
from voxnca.config import ModelConfig
from voxnca.errors import ArgumentError
from voxnca.grid import center, solid, training_space
from voxnca.losses import rgba_loss
from voxnca.model import NCA
from voxnca.parts import Parts
from voxnca.quality import (
    NUM_WOUNDS,
    Healing,
    Snapshot,
    iou,
    rgb_error,
    standard_wound,
    wound_centers,
)
from voxnca.rollout import Rollout
from voxnca.wounds import Ball

if TYPE_CHECKING:
    from voxnca.targets import Target

RUNAWAY_SHARE = 0.95
"""Targets with their margins leave more of the grid than this to dead cells."""
_LOOK_EVERY = 8


@dataclass(frozen=True, eq=False)
class Trial:
    """A rule under conditions, and what it is held against. Make one by `Trial.of`.

    Attributes:
        model: the rule.
        goal: what it is told to grow; None for a rule without goals.
        environment: what stands round it, if anything.
        seed: of the firing mask, and of the wounds' centres.
        placed: what the target asks for in the free cells: premultiplied RGBA `(*space, 4)`.
        num_free: cells that matter may be in.
    """

    model: NCA
    goal: int | None
    environment: Environment | None
    seed: int
    placed: Tensor
    num_free: int

    @classmethod
    def of(
        cls,
        model: NCA,
        target: Target,
        *,
        seed: int = 0,
        goal: int | None = None,
        environment: Environment | None = None,
    ) -> Self:
        """Lay a target on the grid of an environment, or on its training grid.

        Raises:
            ArgumentError: for a rule that grows to a beacon, and an environment that does not
                hold the target or stands on the seed.
        """
        check_pattern(model.config)
        blocked = None if environment is None else _checked(environment).blocked
        space = training_space(target) if blocked is None else tuple(blocked.shape)
        environment = environment or open_environment(model.config, space)
        free = torch.ones(space, dtype=torch.bool)
        if environment is not None:
            free = ~environment.walls(space)
        if not free[center(space)]:
            raise ArgumentError(f"blocked: a wall stands on the seed {center(space)}; free it")
        placed = target.place(space).to(model.hidden.weight) * free[..., None]
        return cls(model, goal, environment, seed, placed, int(free.sum()))

    @property
    def space(self) -> tuple[int, ...]:
        """Sizes of the grid."""
        return tuple(self.placed.shape[:-1])

    def run(self, state: Tensor, *, first_step: int = 0) -> Rollout:
        """Begin a run from states `(B, *space, C)`."""
        return self.model.rollout(
            state.to(self.placed),
            seed=self.seed,
            goal=self.goal,
            environment=self.environment,
            first_step=first_step,
        )

    def ran_away(self, run: Rollout) -> bool:
        """Tell whether live cells fill what is free of the grid."""
        return len(run.rows.coordinates) > RUNAWAY_SHARE * run.batch_size * self.num_free

    def advance(self, run: Rollout, num_steps: int) -> Parts[None]:
        """Step, unless the pattern runs away: a full grid costs much and comes to nothing."""
        end = run.step_index + num_steps
        while run.step_index < end and not self.ran_away(run):
            run.step(min(_LOOK_EVERY, end - run.step_index))
            yield

    def snapshot(self, state: Tensor, step: int) -> Snapshot:
        """Hold one state `(1, *space, C)`, as it is at a step, against the target."""
        num_solid = int(solid(self.placed).sum())
        return Snapshot(
            step,
            float(iou(state, self.placed)[0]),
            float(rgb_error(state, self.placed)[0]),
            float(rgba_loss(state, self.placed, num_solid)[0]),
        )

    def wounds(self, state: Tensor) -> tuple[Ball, ...]:
        """Choose the standard wounds of one state; none where nothing is solid."""
        body = solid(state)[0]
        if not body.any():
            return ()
        centers = wound_centers(body, seed=self.seed)
        return tuple(standard_wound(body, cell.tolist()) for cell in centers)

    def healing(
        self, state: Tensor, wounds: Sequence[Ball], wounded: Tensor, healed: Tensor
    ) -> tuple[Healing, ...]:
        """Tell what came of wounds.

        Args:
            state: before them, `(1, *space, C)`.
            wounds: N of them; when none was dealt, none that could have been healed.
            wounded: the states right after, `(N, *space, C)`.
            healed: the states `HEAL_STEPS` later.
        """
        before = float(iou(state, self.placed)[0])
        if not wounds:
            nothing = Healing(center(self.space), 0.0, before, before, before)
            return (nothing,) * NUM_WOUNDS
        return tuple(
            Healing(tuple(map(int, ball.center)), ball.radius_cells, before, float(w), float(h))
            for ball, w, h in zip(
                wounds, iou(wounded, self.placed), iou(healed, self.placed), strict=True
            )
        )


def open_environment(config: ModelConfig, space: Sequence[int]) -> Environment | None:
    """Return what a rule that grows a pattern is put in when nothing stands round it.

    Returns:
        An environment without walls, whose root is the seed; None for a rule without senses.

    Raises:
        ArgumentError: for a rule that grows to a beacon.
    """
    check_pattern(config)
    return Environment(root=center(space)) if config.senses else None


def check_pattern(config: ModelConfig) -> None:
    """Check that a rule grows a pattern round its seed, which can be held against a target.

    Raises:
        ArgumentError: for one that grows to a beacon.
    """
    if any(sense.endswith("beacon") for sense in config.senses):
        raise ArgumentError(
            f"senses={config.senses}: the rule grows to a beacon, not into a target; "
            "measure it by voxnca steer"
        )


def _checked(environment: Environment) -> Environment:
    if not isinstance(environment, Environment):
        raise ArgumentError(f"environment={environment!r} must be one voxnca.Environment")
    return environment
