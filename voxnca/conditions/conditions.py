"""What a run is given beside its state: a goal, and what stands round each sample."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from voxnca.conditions.environment import Environment
from voxnca.conditions.goals import Goal, goal_weights
from voxnca.config import ModelConfig
from voxnca.engines.field import NOTHING, Surroundings
from voxnca.errors import ArgumentError

Environments = Environment | Sequence[Environment]
"""The same for all samples, or one for each."""


@dataclass(frozen=True, eq=False)
class Conditions:
    """A goal, and an environment.

    Attributes:
        goal: see `voxnca.conditions.goals`; None for none.
        environment: one for all samples, or one for each; None for none.
    """

    goal: Goal | None = None
    environment: Environments | None = None

    def check(self, config: ModelConfig) -> None:
        """Check that a rule gets what it wants, and nothing it could not take.

        Raises:
            ArgumentError: when it does not.
        """
        if config.num_goals and self.goal is None:
            raise ArgumentError(
                f"goal=None, but the rule has {config.num_goals} goals; "
                f"pass goal=0 to goal={config.num_goals - 1}"
            )
        if self.goal is not None and not config.num_goals:
            raise ArgumentError(f"goal={self.goal!r}, but the rule has no goals; leave it out")
        if config.senses and self.environment is None:
            raise ArgumentError(
                f"environment=None, but the rule senses {', '.join(config.senses)}; "
                "pass environment=voxnca.Environment(...)"
            )
        if self.environment is not None and config.num_states is not None:
            raise ArgumentError("environment is for rules that grow; a discrete one takes none")

    def surroundings(
        self,
        config: ModelConfig,
        embedding: Tensor | None,
        shape: Sequence[int],
        dtype: torch.dtype,
    ) -> Surroundings:
        """Return what an engine gives the cells.

        Args:
            config: of the rule.
            embedding: of the goals, `(K, C - 4)`, if there are any.
            shape: of the states, `(B, *space, C)`.
            dtype: of the weights.

        Raises:
            ArgumentError: when the conditions do not fit the rule or the states.
        """
        self.check(config)
        batch_size, space = shape[0], tuple(shape[1:-1])
        told = self._told(embedding, batch_size, space, dtype)
        if self.environment is None:
            return NOTHING if told is None else Surroundings(embedding=told)
        environments = self._environments(batch_size)
        walls = torch.stack([env.walls(space) for env in environments])
        static = None
        if config.senses:
            wraps = config.border == "circular"
            sensed = [env.sense(config.senses, space, wraps=wraps) for env in environments]
            static = torch.stack(sensed).to(dtype)
        return Surroundings(~walls if walls.any() else None, static, told)

    def _told(
        self, embedding: Tensor | None, batch_size: int, space: Sequence[int], dtype: torch.dtype
    ) -> Tensor | None:
        """Return what the goal adds to what is perceived: `(1 or B, *space or ones, C)`."""
        if self.goal is None or embedding is None:
            return None
        weights = goal_weights(self.goal, len(embedding), batch_size, space).to(dtype)
        return F.pad(weights @ embedding, (4, 0))  # colours and alpha stay what they are

    def _environments(self, batch_size: int) -> Sequence[Environment]:
        if isinstance(self.environment, Environment):
            return [self.environment]
        environments = list(self.environment or ())
        if not all(isinstance(env, Environment) for env in environments):
            raise ArgumentError(
                f"environment={self.environment!r} must be a voxnca.Environment, or one for each "
                "sample"
            )
        if len(environments) != batch_size:
            raise ArgumentError(
                f"environment has {len(environments)} entries for {batch_size} samples; "
                "give one for all, or one for each"
            )
        return environments
