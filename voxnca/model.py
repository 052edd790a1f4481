"""The rule: a tiny network, the same in every cell."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn

from voxnca.conditions import Conditions, Environments, Goal, num_inputs
from voxnca.config import ModelConfig, TrainConfig, check_seed
from voxnca.dyadic import snap
from voxnca.engines import Rule, Surroundings, enter, enter_rows
from voxnca.engines.discrete import logits
from voxnca.errors import ArgumentError
from voxnca.grid import RGBA, Rows, check_rows, check_space, check_state
from voxnca.perception import kernels, learned_at_birth, part_sizes
from voxnca.quality import Quality
from voxnca.rollout import Rollout, check_count
from voxnca.states import Colors, default_colors

if TYPE_CHECKING:
    from voxnca.steering import Steering
    from voxnca.targets import Target

_GOAL_STD = 0.5
"""Of the goals at birth: hidden channels are of the order of 1."""


@dataclass(frozen=True)
class LearnedRule:
    """The hand-made rule that a discrete model was taught.

    Attributes:
        name: of the rule, for people; empty for none.
        notation: of the rule, as `analysis.rules.parse` reads it.
        num_wrong: neighbourhoods of which the model says something else.
        num_neighborhoods: that there are, k^(3^d).
    """

    name: str
    notation: str
    num_wrong: int
    num_neighborhoods: int

    @property
    def written(self) -> str:
        """The name with the notation, or the one of them there is."""
        if self.name in ("", self.notation):
            return self.notation
        return f"{self.name} ({self.notation})"


@dataclass(frozen=True)
class ModelInfo:
    """Where a model comes from and how good it is.

    Attributes:
        name: of the model.
        grow_steps: T, by when the pattern is grown; None for an untrained rule.
        recipe: how it was trained.
        quality: as measured when it was saved; of several goals the weakest's.
        steering: of a vine, as measured when it was saved.
        version: of voxnca that made it.
        colors: of a discrete rule's states; None for the usual ones.
        learned_rule: that a discrete rule was taught, if any.
    """

    name: str = ""
    grow_steps: int | None = None
    recipe: TrainConfig | None = None
    quality: Quality | None = None
    version: str = ""
    colors: Colors | None = None
    learned_rule: LearnedRule | None = None
    steering: Steering | None = None


class NCA(nn.Module):
    """A neural cellular automaton in 2D or 3D.

    A step perceives, passes a hidden layer, and adds what comes out to the cells that fire.
    The last layer is zero at birth, so that an untrained rule does nothing. A discrete rule's
    step ends in the argmax: every cell is in one of `config.num_states` states.

    Attributes:
        config: the shape of the rule.
        targets: what it was trained to grow, one for each goal.
        goals: what each goal adds to the hidden channels that live cells are perceived by,
            `(K, C - 4)` (Sudhakaran et al. 2022); None without goals.
        info: where it comes from and how good it is.

    Args:
        config: the shape of the rule.
        seed: of the hidden layer's weights, 0 to 2^32 - 1; the global random state is untouched.

    Raises:
        ArgumentError: for a seed out of range.
    """

    def __init__(self, config: ModelConfig, *, seed: int = 0) -> None:
        super().__init__()
        self.config = config
        self.targets: tuple[Target, ...] = ()
        self.info = ModelInfo()
        fixed = kernels(config.perception, config.num_dims)
        K, C, H = len(fixed), config.num_channels, config.hidden_size
        S = num_inputs(config.senses, config.num_dims)
        self._part_sizes = part_sizes(config.perception, config.num_dims)
        self.hidden = nn.utils.skip_init(nn.Linear, K * C + S, H)
        self.out = nn.utils.skip_init(nn.Linear, H, C)
        self.register_buffer("fixed_kernels", fixed, persistent=False)
        self.fixed_kernels: Tensor
        self.kernels: nn.Parameter | None = None
        if "learned" in config.perception.split("+"):
            self.kernels = nn.Parameter(learned_at_birth(config.num_dims))
        self.goals: nn.Parameter | None = None
        if config.num_goals:
            self.goals = nn.Parameter(torch.empty(config.num_goals, C - RGBA.stop))
        self._initialize(torch.Generator().manual_seed(check_seed(seed)))
        if config.state_bits is not None:
            self.double().requires_grad_(False)

    def _initialize(self, generator: torch.Generator) -> None:
        fan_in = self.hidden.in_features
        with torch.no_grad():
            self.hidden.weight.normal_(std=fan_in**-0.5, generator=generator)
            for zero in (self.hidden.bias, self.out.weight, self.out.bias):
                zero.zero_()
            if self.goals is not None:
                self.goals.normal_(std=_GOAL_STD, generator=generator)

    @property
    def target(self) -> Target | None:
        """What it was trained to grow, if anything; of several, one for each goal, the first.

        To set it makes it the only one.
        """
        return self.targets[0] if self.targets else None

    @target.setter
    def target(self, target: Target | None) -> None:
        self.targets = () if target is None else (target,)

    def extra_repr(self) -> str:
        """Say what the rule is."""
        return repr(self.config)

    def all_kernels(self) -> Tensor:
        """Return what the rule perceives by: `(K, *(3,) * d)`, learned kernels in their place."""
        if self.kernels is None:
            return self.fixed_kernels
        identity, *parts = self.fixed_kernels.split([1, *self._part_sizes])
        names = self.config.perception.split("+")
        learned = self.kernels
        return torch.cat(
            [identity]
            + [learned if n == "learned" else part for n, part in zip(names, parts, strict=True)]
        )

    @property
    def num_parameters(self) -> int:
        """Learned numbers in all."""
        return sum(parameter.numel() for parameter in self.parameters())

    def rule(self) -> Rule:
        """Return the weights and constants that an engine steps with."""
        return Rule(
            self.all_kernels(),
            self.hidden.weight,
            self.hidden.bias,
            self.out.weight,
            self.out.bias,
            self.config.border,
            self.config.fire_rate,
            self.config.num_states,
            self.config.leak,
            self.config.state_bits,
        )

    @property
    def is_discrete(self) -> bool:
        """Whether cells are in one of a few states, and do not hold real numbers."""
        return self.config.num_states is not None

    @property
    def colors(self) -> Colors | None:
        """Colours of a discrete rule's states; None of a rule that grows."""
        k = self.config.num_states
        return None if k is None else self.info.colors or default_colors(k)

    def logits(self, state: Tensor) -> Tensor:
        """Compute how much speaks for each state in the next step of a discrete rule.

        It is differentiable, and what training differentiates: a step is its argmax.

        Args:
            state: `(B, *space, C)`, one-hot or anything between.

        Returns:
            `(B, *space, C)`.

        Raises:
            ArgumentError: for a rule that grows, or a state of another shape or type.
        """
        if not self.is_discrete:
            raise ArgumentError(
                "model grows and has no logits; make it by ModelConfig(num_states=k)"
            )
        check_state(state, self.config)
        return logits(state.to(self.hidden.weight.dtype), self.rule())

    def rollout(
        self,
        state: Tensor | Rows,
        *,
        seed: int = 0,
        goal: Goal | None = None,
        environment: Environments | None = None,
        engine: str = "auto",
        fire_rate: float | None = None,
        first_step: int = 0,
        first_sample: int = 0,
        space: Sequence[int] | None = None,
        batch_size: int = 1,
    ) -> Rollout:
        """Begin a run that keeps its live cells between steps.

        Args:
            state: `(B, *space, C)`; it is not changed. Or the rows of grids that are empty
                otherwise: the sparse engine then never holds a whole grid.
            seed: of the firing mask, 0 to 2^32 - 1.
            goal: what a rule with goals is to grow: a number, or one for each sample, or weights
                of a blend, `(K,)`, `(B, K)` or `(B, *space, K)`.
            environment: what stands round the creature, for all samples or for each; a rule that
                senses nothing of it is kept out of its walls nevertheless.
            engine: `auto`, `dense` or `sparse`.
            fire_rate: at which cells fire in this run, in (0, 1]; None is the rule's own.
            first_step: number of the first step; continues a run.
            first_sample: number of the batch's first row; splits a batch.
            space: sizes of the grid, for rows.
            batch_size: B, for rows.

        Raises:
            ArgumentError: for a state of another shape or type, an unknown engine, or when the
                rule lacks the goal or the environment that it wants.
        """
        check_seed(seed)
        dtype, rule, conditions = (
            self.hidden.weight.dtype,
            self.rule(),
            Conditions(goal, environment),
        )
        if fire_rate is not None:
            rule = rule._replace(fire_rate=replace(self.config, fire_rate=fire_rate).fire_rate)

        def surroundings(conditions: Conditions) -> Surroundings:
            return conditions.surroundings(self.config, self.goals, shape, dtype)

        if isinstance(state, Rows):
            space = check_space(space or (), self.config.num_dims)
            check_rows(state, self.config, space, batch_size)
            rows = Rows(state.coordinates, self._entering(state.values))
            shape = (batch_size, *space, self.config.num_channels)
            field = enter_rows(rows, shape, rule, engine, surroundings(conditions))
        else:
            check_state(state, self.config)
            shape = tuple(state.shape)
            field = enter(self._entering(state), rule, engine, surroundings(conditions))
        return Rollout(
            field,
            space=shape[1:-1],
            batch_size=shape[0],
            conditions=conditions,
            surroundings=surroundings,
            seed=seed,
            first_step=check_count("first_step", first_step),
            first_sample=check_count("first_sample", first_sample),
            discrete=self.is_discrete,
        )

    def _entering(self, values: Tensor) -> Tensor:
        """Return values as the rule holds them.

        Raises:
            ArgumentError: when they are to be differentiated and the rule is an integer twin.
        """
        values = values.to(self.hidden.weight.dtype)
        bits = self.config.state_bits
        if bits is None:
            return values
        if torch.is_grad_enabled() and values.requires_grad:
            raise ArgumentError(
                f"state requires gradients, but state_bits={bits}: steps that round have none; "
                "differentiate the rule that the twin was made from"
            )
        return snap(values, bits)

    def grow(
        self,
        state: Tensor,
        num_steps: int,
        *,
        seed: int = 0,
        goal: Goal | None = None,
        environment: Environments | None = None,
        engine: str = "auto",
        first_step: int = 0,
        first_sample: int = 0,
    ) -> Tensor:
        """Run `num_steps` steps and return the states; differentiable, unless discrete.

        Args and errors as of `rollout`.

        Returns:
            `(B, *space, C)`.
        """
        run = self.rollout(
            state,
            seed=seed,
            goal=goal,
            environment=environment,
            engine=engine,
            first_step=first_step,
            first_sample=first_sample,
        )
        return run.step(num_steps).state()
