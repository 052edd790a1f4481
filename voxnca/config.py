"""What a model is and how it is trained: frozen, checked when made, JSON both ways."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from voxnca.errors import ArgumentError

PERCEPTIONS = ("sobel", "difference", "neighbour_sum", "laplacian", "faces", "learned")
BORDERS = ("zero", "replicate", "circular")
OPTIMIZERS = ("muon", "adam")
TASKS = ("grow", "obstacles", "steer")
SENSES = ("walls", "beacon", "bare_beacon", "root")


@dataclass(frozen=True)
class JsonConfig:
    """Turn a frozen dataclass of numbers, strings, tuples and configs into JSON and back."""

    def to_json(self) -> dict[str, Any]:
        """Return the fields as a dict that `json` can write."""
        return dataclasses.asdict(self)

    @classmethod
    def from_json(cls, fields: Mapping[str, Any]) -> Self:
        """Build the config from `to_json`'s dict.

        Raises:
            ArgumentError: for a field that does not exist or a value that breaks a rule.
        """
        if not isinstance(fields, Mapping):
            raise ArgumentError(f"{cls.__name__} must be an object, got {fields!r}")
        for name in fields:
            _choice(f"{cls.__name__} field", name, cls._names())
        return cls(**{name: _thaw(_GROUPS.get(name), value) for name, value in fields.items()})

    @classmethod
    def knows(cls, fields: Any) -> bool:
        """Tell whether every field exists: another version may have had others.

        What is no object has none that does not: `from_json` says what is wrong with it.
        """
        return not isinstance(fields, Mapping) or all(
            name in cls._names() and (name not in _GROUPS or _GROUPS[name].knows(value))
            for name, value in fields.items()
        )

    @classmethod
    def _names(cls) -> tuple[str, ...]:
        return tuple(f.name for f in dataclasses.fields(cls))


def _thaw(group: type[JsonConfig] | None, value: Any) -> Any:
    if group is not None:
        return group.from_json(value)
    return tuple(value) if isinstance(value, list) else value


@dataclass(frozen=True, kw_only=True)
class ModelConfig(JsonConfig):
    """The shape of a rule.

    Attributes:
        num_dims: 2 for images `(H, W)`, 3 for voxels `(D, H, W)`.
        num_channels: C, at least 4 (RGB and alpha; the rest is hidden state).
        hidden_size: units of the hidden layer.
        perception: one of `PERCEPTIONS`, or several joined by `+`.
        border: what lies outside the grid, for perception and the alive mask alike.
        fire_rate: probability that a live cell updates in a step, in (0, 1]. 0.5 is the
            growing-NCA paper's; 1 is deterministic and trains in about half the time.
        leak: share of its value that a cell gives up each time it fires, in [0, 1). Without one
            a rule adds up what it computes, so that nothing need pull a disturbed pattern back:
            no grown state can then be shown to be stable.
        state_bits: q, 4 to 20, of an integer twin: values are multiples of 2^-q within +-8, and
            steps are exact (`voxnca.to_integer`). None is the usual: real numbers, rounded as
            they come.
        num_states: k, 2 to 256, of a discrete rule: its channels are k, one-hot, and it fires
            always, which need not be said. None, or 0, is a rule that grows: its channels are
            real numbers.
        num_goals: K, 0 to 256: of that many goals the rule is told one, and learns to grow the
            shape that belongs to it.
        senses: what cells sense of their environment beside each other, any of `SENSES`; see
            `voxnca.conditions.senses`.

    Raises:
        ArgumentError: when a value breaks its rule.
    """

    num_dims: int = 3
    num_channels: int = 16
    hidden_size: int = 64
    perception: str = "sobel"
    border: str = "zero"
    fire_rate: float = 0.5
    leak: float = 0.0
    state_bits: int | None = None
    num_states: int | None = None
    num_goals: int = 0
    senses: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        _choice("num_dims", self.num_dims, (2, 3))
        if self.num_states is not None:
            _whole("num_states", self.num_states, 0, 256)
            object.__setattr__(self, "num_states", self.num_states or None)
        if self.num_states is None:
            _whole("num_channels", self.num_channels, 4, 1024)
        else:
            self._fit_states(self.num_states)
        _whole("hidden_size", self.hidden_size, 1, 65536)
        if not isinstance(self.perception, str):
            raise ArgumentError(
                f"perception={self.perception!r} must be a string; use one of {PERCEPTIONS}"
            )
        for name in self.perception.split("+"):
            _choice("perception", name, PERCEPTIONS)
        _choice("border", self.border, BORDERS)
        _number("fire_rate", self.fire_rate, 0.0, 1.0, open_low=True)
        _number("leak", self.leak, 0.0, 1.0, open_high=True)
        if self.leak and self.num_states is not None:
            raise ArgumentError(
                f"leak={self.leak!r} must be 0 for num_states={self.num_states}: a discrete rule "
                "holds no numbers that could leak; leave it out"
            )
        if self.state_bits is not None:
            self._check_integer(self.state_bits)
        self._check_conditions()

    def _check_integer(self, state_bits: int) -> None:
        _whole("state_bits", state_bits, 4, 20)
        if self.num_states is not None or self.is_conditioned:
            raise ArgumentError(
                f"state_bits={state_bits}: only a rule that grows by itself, without num_states, "
                "num_goals and senses, has an integer twin; leave state_bits out"
            )

    @property
    def is_conditioned(self) -> bool:
        """Whether the rule is told anything beside the state."""
        return bool(self.num_goals or self.senses)

    def _check_conditions(self) -> None:
        _whole("num_goals", self.num_goals, 0, 256)
        if not isinstance(self.senses, tuple | list):
            raise ArgumentError(f"senses={self.senses!r} must be a tuple; use some of {SENSES}")
        for name in self.senses:
            _choice("senses", name, SENSES)
        object.__setattr__(self, "senses", tuple(s for s in SENSES if s in self.senses))
        if self.num_states is not None and self.is_conditioned:
            raise ArgumentError(
                f"num_states={self.num_states}: a discrete rule has neither goals nor senses; "
                "leave num_goals and senses out"
            )
        if self.num_goals and self.num_channels == 4:
            raise ArgumentError(
                f"num_goals={self.num_goals} needs a hidden channel to be told in; "
                "use num_channels of at least 5"
            )

    def _fit_states(self, num_states: int) -> None:
        """Give a discrete rule the only channels and fire rate it can have."""
        _whole("num_states", num_states, 2, 256)
        for name, only in (("num_channels", num_states), ("fire_rate", 1.0)):
            given = getattr(self, name)
            if given not in (only, getattr(ModelConfig, name)):
                raise ArgumentError(
                    f"{name}={given!r} must be {only:g} for num_states={num_states}; leave it out"
                )
            object.__setattr__(self, name, only)


@dataclass(frozen=True, kw_only=True)
class RolloutConfig(JsonConfig):
    """How long a training rollout is, in shares of the growing time T.

    Short rollouts learn fastest and longer ones keep the pattern stable, so the range grows
    from `early` to `late` over the first `ramp_share` of the budget.
    """

    early: tuple[float, float] = (0.27, 0.4)
    late: tuple[float, float] = (0.55, 0.8)
    ramp_share: float = 0.3
    min_steps: int = 8

    def __post_init__(self) -> None:
        _range("rollout.early", self.early, 0.0, 100.0)
        _range("rollout.late", self.late, 0.0, 100.0)
        _number("rollout.ramp_share", self.ramp_share, 0.0, 1.0)
        _whole("rollout.min_steps", self.min_steps, 1, 100_000)


@dataclass(frozen=True, kw_only=True)
class DamageConfig(JsonConfig):
    """Wounds in training: without them a rule grows its target but cannot heal it.

    Attributes:
        start_share: share of the budget after which wounds begin.
        batch_share: share of a batch, its worst sample aside, that is wounded: its best ones.
            Rounded at random, so that some stay whole: what is always wounded never learns to
            keep still.
        share: range of the share of the target's solid cells that a wound takes. Round the
            quarter that the standard wound takes: wounds sized by the target's width leave
            compact bodies unable to regrow a head.
        ball, half_space, box, noise: relative frequency of each kind.
    """

    start_share: float = 0.2
    batch_share: float = 0.6
    share: tuple[float, float] = (0.08, 0.35)
    ball: float = 0.75
    half_space: float = 0.15
    box: float = 0.07
    noise: float = 0.03

    def __post_init__(self) -> None:
        _number("damage.start_share", self.start_share, 0.0, 1.0)
        _number("damage.batch_share", self.batch_share, 0.0, 1.0)
        _range("damage.share", self.share, 0.0, 1.0)
        for name, weight in self.weights.items():
            _number(f"damage.{name}", weight, 0.0, math.inf)
        if not sum(self.weights.values()) > 0:
            raise ArgumentError(
                "damage: ball, half_space, box and noise are all 0; make one positive, "
                "or set batch_share=0 for no damage"
            )

    @property
    def weights(self) -> dict[str, float]:
        """Relative frequency by kind of wound."""
        return {k: getattr(self, k) for k in ("ball", "half_space", "box", "noise")}


@dataclass(frozen=True, kw_only=True)
class SettleConfig(JsonConfig):
    """How a grown pattern comes to rest: what makes it a stable fixed point of its rule.

    Without this a rule only learns to look right: it drifts on slowly, or moves round. With it,
    and with `ModelConfig.leak`, it comes to rest at a pattern that disturbances die down around.

    Attributes:
        weight: of how much cells change in one more step in which all fire, once the pattern is
            near its target. 0 leaves this whole group out.
        start_share: share of the budget after which it counts, from 0 on rising to the full
            weight over a tenth of the budget; noise begins there, too.
        noise: standard deviation of what is added to the live cells of half the samples that
            are not wounded, so that a disturbance dies down.
        fire_rate: at which every other iteration fires, from the start and for as much longer:
            what rests under any firing rests for good. The rule's own for no change.
        margin: how far alpha keeps from the threshold of life; closer by is penalised, since a
            cell that lives at times sets its neighbours going.
    """

    weight: float = 0.0
    start_share: float = 0.5
    noise: float = 0.02
    fire_rate: float = 0.5
    margin: float = 0.03

    def __post_init__(self) -> None:
        _number("settle.weight", self.weight, 0.0, 1e6)
        _number("settle.start_share", self.start_share, 0.0, 1.0)
        _number("settle.noise", self.noise, 0.0, 1e6)
        _number("settle.fire_rate", self.fire_rate, 0.0, 1.0, open_low=True)
        _number("settle.margin", self.margin, 0.0, 1.0)


@dataclass(frozen=True, kw_only=True)
class OptimizerConfig(JsonConfig):
    """How the weights move.

    Attributes:
        name: `muon` steps the weight matrices by Muon and the rest by Adam; `adam` all by Adam.
            At equal CPU time Muon halves the loss.
        learning_rate: Adam's peak rate.
        muon_learning_rate: Muon's peak rate, scaled as AdamW's (`match_rms_adamw`), for a 3D
            rule that grows within 30 steps. The longer the rollouts, the noisier their gradients
            and the lower the rate that a run bears: x 30/T for more than that. In 2D, with fewer
            cells to average over, half of it, x 45/T beyond 45 steps.
        warmup_steps: iterations over which the rate rises linearly.
        final_share: what is left of the peak rate at the end of the cosine.
        normalize_gradients: divide each gradient tensor by its norm (the paper's trick
            against the occasional huge gradient of a long rollout).
    """

    name: str = "muon"
    learning_rate: float = 2e-3
    muon_learning_rate: float = 2e-2
    warmup_steps: int = 20
    final_share: float = 0.0
    normalize_gradients: bool = True

    def __post_init__(self) -> None:
        _choice("optimizer.name", self.name, OPTIMIZERS)
        _number("optimizer.learning_rate", self.learning_rate, 0.0, 10.0, open_low=True)
        _number("optimizer.muon_learning_rate", self.muon_learning_rate, 0.0, 10.0, open_low=True)
        _whole("optimizer.warmup_steps", self.warmup_steps, 0, 10**9)
        _number("optimizer.final_share", self.final_share, 0.0, 1.0)
        _flag("optimizer.normalize_gradients", self.normalize_gradients)


@dataclass(frozen=True, kw_only=True)
class TaskConfig(JsonConfig):
    """What a rule is trained to do.

    Attributes:
        name: `grow` a target, or one of several when the rule has goals; to grow one round
            `obstacles`; or to `steer` a vine to a beacon.
        change_share: share of a batch, its fresh samples aside, that lives on under other
            conditions: another goal, other obstacles, a beacon that has moved.
        change_start_share: share of the budget after which conditions change: what does not yet
            grow has nothing to turn into.
        num_layouts: layouts that are drawn, of obstacles or of walls with a root and a beacon.
        walls: whether there are any in the layouts; without, what is trained is a control.
        size: side of the grid that a vine grows on.
        max_age: rollouts that a vine lives before its place in the pool gets a new layout.
    """

    name: str = "grow"
    change_share: float = 0.3
    change_start_share: float = 0.35
    num_layouts: int = 512
    walls: bool = True
    size: int = 32
    max_age: int = 6

    def __post_init__(self) -> None:
        _choice("task.name", self.name, TASKS)
        _number("task.change_share", self.change_share, 0.0, 1.0)
        _number("task.change_start_share", self.change_start_share, 0.0, 1.0)
        _whole("task.num_layouts", self.num_layouts, 1, 10**6)
        _flag("task.walls", self.walls)
        _whole("task.size", self.size, 8, 4096)
        _whole("task.max_age", self.max_age, 1, 10**6)


@dataclass(frozen=True, kw_only=True)
class TrainConfig(JsonConfig):
    """How a rule is trained.

    Attributes:
        num_steps: iterations; the schedules below are shares of this budget. None is
            `effort` times `voxnca.defaults.default_num_steps`.
        effort: more is better and takes longer.
        seed: of every random draw; the same seed gives the same run.
        batch_size: rollouts an iteration. None is 2 to 4, fewer for larger targets: the
            gradient of a large body is a mean over many cells already.
        early_batch_size: at most so many during the first `early_share` of the budget, where
            the gradient's direction is plain and smaller batches learn sooner.
        pool_size: states kept between iterations (the sample pool).
        margin_cells: free cells round the target on every side.
        grow_steps: T, by when the pattern is to be grown; None is
            `voxnca.evaluation.default_grow_steps`.
        evaluations: how often the rule is judged from the seed, all in the second half; 0 is
            never.
        overflow_weight: of the penalty on values beyond +-1.5.
        overgrowth_weight: of the penalty on matter outside the target, on average: it rises from
            half to one and a half times as much. Without it faint cells spread, cost as much as
            the body, and in time wash its colours out.
        hidden_weight: of the error in hidden channels that a task has a use for: of a shape they
            are to say where a cell is (`voxnca.positions`), without which no body can turn into
            another, and few wounds heal to the last cell.
        hidden_period_cells: of the finer of those numbers.
        task, rollout, damage, settle, optimizer: the groups of options.
    """

    num_steps: int | None = None
    effort: float = 1.0
    seed: int = 0
    batch_size: int | None = None
    early_batch_size: int = 2
    early_share: float = 0.35
    pool_size: int = 32
    margin_cells: int = 4
    grow_steps: int | None = None
    evaluations: int = 4
    overflow_weight: float = 0.02
    overgrowth_weight: float = 1.0
    hidden_weight: float = 0.0
    hidden_period_cells: float = 12.0
    task: TaskConfig = field(default_factory=TaskConfig)
    rollout: RolloutConfig = field(default_factory=RolloutConfig)
    damage: DamageConfig = field(default_factory=DamageConfig)
    settle: SettleConfig = field(default_factory=SettleConfig)
    optimizer: OptimizerConfig = field(default_factory=OptimizerConfig)

    @classmethod
    def preset(cls, name: str) -> TrainConfig:
        """Return a recipe by name: `fast` for a first look, `default`, or `thorough`.

        They differ in how long they train; figures are quoted for the default.

        Raises:
            ArgumentError: for an unknown name.
        """
        _choice("preset", name, tuple(PRESETS))
        return PRESETS[name]

    def __post_init__(self) -> None:
        if self.num_steps is not None:
            _whole("num_steps", self.num_steps, 1, 10**9)
        _number("effort", self.effort, 0.0, 1e6, open_low=True)
        check_seed(self.seed)
        if self.batch_size is not None:
            _whole("batch_size", self.batch_size, 1, 65536)
        _whole("early_batch_size", self.early_batch_size, 1, 65536)
        _number("early_share", self.early_share, 0.0, 1.0)
        _whole("pool_size", self.pool_size, 1, 10**6)
        _whole("margin_cells", self.margin_cells, 0, 4096)
        if self.grow_steps is not None:
            _whole("grow_steps", self.grow_steps, 1, 10**6)
        _whole("evaluations", self.evaluations, 0, 10**6)
        _number("overflow_weight", self.overflow_weight, 0.0, 1e6)
        _number("overgrowth_weight", self.overgrowth_weight, 0.0, 1e6)
        _number("hidden_weight", self.hidden_weight, 0.0, 1e6)
        _number("hidden_period_cells", self.hidden_period_cells, 2.0, 1e6)
        for name, group in _GROUPS.items():
            if not isinstance(getattr(self, name), group):
                raise ArgumentError(f"{name} must be a {group.__name__}(...)")
        if self.batch_size is not None and self.batch_size > self.pool_size:
            raise ArgumentError(
                f"batch_size={self.batch_size} is more than pool_size={self.pool_size}; "
                "make the pool at least as large as the batch"
            )


def check_seed(seed: int) -> int:
    """Return `seed` when it is an unsigned 32-bit integer, the range of the firing hash.

    Raises:
        ArgumentError: otherwise.
    """
    _whole("seed", seed, 0, 2**32 - 1)
    return seed


def _choice(name: str, value: object, allowed: tuple[object, ...]) -> None:
    if isinstance(value, bool) or value not in allowed:
        names = ", ".join(map(str, allowed))
        raise ArgumentError(f"{name}={value!r} is unknown; use one of: {names}")


def _flag(name: str, value: object) -> None:
    if not isinstance(value, bool):
        raise ArgumentError(f"{name}={value!r} must be True or False")


def _whole(name: str, value: object, low: int, high: int) -> None:
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise ArgumentError(f"{name}={value!r} must be a whole number from {low} to {high}")


def _number(
    name: str,
    value: object,
    low: float,
    high: float,
    *,
    open_low: bool = False,
    open_high: bool = False,
) -> None:
    opening, closing = "(" if open_low else "[", ")" if open_high else "]"
    rule = f"{name}={value!r} must be a number in {opening}{low:g}, {high:g}{closing}"
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise ArgumentError(rule)
    outside = not low <= value <= high
    if outside or (open_low and value == low) or (open_high and value == high):
        raise ArgumentError(rule)


def _range(name: str, value: object, low: float, high: float) -> None:
    if not isinstance(value, tuple) or len(value) != 2:
        raise ArgumentError(f"{name}={value!r} must be a pair (low, high)")
    _number(f"{name}[0]", value[0], low, high)
    _number(f"{name}[1]", value[1], low, high)
    if value[0] > value[1]:
        raise ArgumentError(f"{name}={value!r} must have low <= high; swap them")


_GROUPS: dict[str, type[JsonConfig]] = {
    "task": TaskConfig,
    "rollout": RolloutConfig,
    "damage": DamageConfig,
    "settle": SettleConfig,
    "optimizer": OptimizerConfig,
}
"""The fields that are configs themselves."""

PRESETS = {
    "fast": TrainConfig(effort=0.4, evaluations=2),
    "default": TrainConfig(),
    "thorough": TrainConfig(effort=3.0, evaluations=8),
}
"""Recipes by name: see `TrainConfig.preset`."""
