"""What people can turn of a training run, and what each of it means."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, replace
from typing import Self

from apps.configs import model_config, train_config
from apps.options import DEFAULTS
from voxnca import ArgumentError, DamageConfig, ModelConfig, RolloutConfig, TrainConfig


@dataclass(frozen=True, kw_only=True)
class Knob:
    """One thing to turn.

    Attributes:
        name: of the field of `Settings`.
        label: for people.
        explanation: one sentence for people.
        low, high, step: range of a number, and by how much a page moves it.
        choices: on and off, of what is no number; empty for a number.
        restarts_rule: whether another value needs an untrained rule.
    """

    name: str
    label: str
    explanation: str
    low: float = 0.0
    high: float = 1.0
    step: float = 1.0
    choices: tuple[bool, ...] = ()
    restarts_rule: bool = False

    def check(self, value: object) -> None:
        """Check a value.

        Raises:
            ArgumentError: for one that the knob does not have.
        """
        if self.choices:
            if not any(value is choice for choice in self.choices):  # 1 is not True here
                names = " or ".join(map(str, self.choices))
                raise ArgumentError(f"{self.name}={value!r} must be {names}")
            return
        whole = self.step == int(self.step)
        number = isinstance(value, int if whole else int | float) and not isinstance(value, bool)
        if not number or not self.low <= value <= self.high:  # type: ignore[operator]
            kind = "whole number" if whole else "number"
            raise ArgumentError(
                f"{self.name}={value!r} must be a {kind} from {self.low:g} to {self.high:g}"
            )


KNOBS = (
    Knob(
        name="damage",
        label="Wounds in training",
        explanation="Without wounds a rule learns to grow its target, but not to heal it.",
        choices=(True, False),
    ),
    Knob(
        name="wound_share",
        label="Largest wound in training",
        explanation="Share of the body that a training wound takes at most: larger ones teach to "
        "regrow more, and take longer to learn.",
        low=0.05,
        high=0.9,
        step=0.05,
    ),
    Knob(
        name="rollout_factor",
        label="Rollout length",
        explanation="How long the rule runs before it is corrected: longer teaches it to keep "
        "still, shorter learns faster.",
        low=0.5,
        high=3.0,
        step=0.1,
    ),
    Knob(
        name="learning_rate_factor",
        label="Learning rate",
        explanation="How far the weights move in each training step: lower it when training runs "
        "away or the loss jumps.",
        low=0.05,
        high=4.0,
        step=0.05,
    ),
    Knob(
        name="pool_size",
        label="Pool size",
        explanation="How many growing creatures training keeps at hand: more of them are more "
        "varied, and age more slowly.",
        low=4,
        high=256,
    ),
    Knob(
        name="margin_cells",
        label="Grid margin",
        explanation="Free cells round the target in training: the room in which the creature may "
        "err and learn to stay within its outline.",
        low=1,
        high=16,
    ),
    Knob(
        name="effort",
        label="Training budget",
        explanation="How many training steps there are, 1 being what the target usually takes: "
        "more get better, and take longer.",
        low=0.1,
        high=5.0,
        step=0.1,
    ),
    Knob(
        name="fire_rate",
        label="Fire rate",
        explanation="Chance that a cell updates in a step: below 1 they do not march in step, "
        "which heals better in 2D; 1 learns in half the time.",
        low=0.1,
        high=1.0,
        step=0.05,
        restarts_rule=True,
    ),
    Knob(
        name="num_channels",
        label="Channels",
        explanation="Numbers in each cell: four are its colour, with the others cells tell their "
        "neighbours where they are.",
        low=4,
        high=48,
        restarts_rule=True,
    ),
    Knob(
        name="hidden_size",
        label="Hidden units",
        explanation="Size of the network in each cell: more can learn a richer target, and make "
        "each step slower.",
        low=8,
        high=256,
        step=8,
        restarts_rule=True,
    ),
)
_KNOB = {knob.name: knob for knob in KNOBS}


@dataclass(frozen=True, kw_only=True)
class Settings:
    """How the knobs stand; by default as `voxnca train` trains.

    Attributes are named as the knobs, and explained there.

    Raises:
        ArgumentError: for a value that a knob does not have.
    """

    damage: bool = True
    wound_share: float = DamageConfig().share[1]
    rollout_factor: float = 1.0
    learning_rate_factor: float = 1.0
    pool_size: int = TrainConfig().pool_size
    margin_cells: int = TrainConfig().margin_cells
    effort: float = TrainConfig().effort
    fire_rate: float = DEFAULTS.fire_rate
    num_channels: int = DEFAULTS.num_channels
    hidden_size: int = DEFAULTS.hidden_size

    def __post_init__(self) -> None:
        for field in dataclasses.fields(self):
            _KNOB[field.name].check(getattr(self, field.name))

    @classmethod
    def of(cls, num_dims: int) -> Self:
        """Return the defaults for a target of 2 or 3 dimensions.

        In 2D, where a step is cheap, the rule fires at random: a butterfly of 24 cells, with
        12 channels, then gets back nine tenths of what a wound took, and three quarters if every
        cell updates in each step.
        """
        return cls(fire_rate=0.5, num_channels=12) if num_dims == 2 else cls()

    def model_config(self, num_dims: int) -> ModelConfig:
        """Return the shape of the rule."""
        options = replace(
            DEFAULTS,
            fire_rate=float(self.fire_rate),
            num_channels=self.num_channels,
            hidden_size=self.hidden_size,
        )
        return model_config(num_dims, options)

    def train_config(self) -> TrainConfig:
        """Return how it is trained."""
        usual = train_config()
        return replace(
            usual,
            effort=usual.effort * self.effort,
            pool_size=self.pool_size,
            margin_cells=self.margin_cells,
            damage=self._damage(usual.damage),
            rollout=_longer(usual.rollout, self.rollout_factor),
            optimizer=replace(
                usual.optimizer,
                learning_rate=usual.optimizer.learning_rate * self.learning_rate_factor,
                muon_learning_rate=usual.optimizer.muon_learning_rate * self.learning_rate_factor,
            ),
        )

    def _damage(self, usual: DamageConfig) -> DamageConfig:
        return replace(
            usual,
            batch_share=usual.batch_share if self.damage else 0.0,
            share=(min(usual.share[0], self.wound_share), self.wound_share),
        )


def restarting(before: Settings | ModelConfig, after: Settings) -> tuple[Knob, ...]:
    """Return the knobs that need a new rule: they stand otherwise than before, or than it has."""
    return tuple(
        knob
        for knob in KNOBS
        if knob.restarts_rule and getattr(before, knob.name) != getattr(after, knob.name)
    )


def _longer(usual: RolloutConfig, factor: float) -> RolloutConfig:
    early, late = ((factor * low, factor * high) for low, high in (usual.early, usual.late))
    return replace(usual, early=early, late=late)
