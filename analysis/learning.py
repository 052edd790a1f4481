"""Learning a hand-made rule: a network that says of every neighbourhood what the rule says.

It sees neighbourhoods and what becomes of the cell in their middle, and lowers the cross-entropy
of the answer. As soon as no neighbourhood is wrong, and none a near thing, it is done. A try that
gets stuck on the last few begins again from other weights.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Self

import torch
import torch.nn.functional as F
from torch import Tensor

from analysis import distill, rules
from analysis.perception_floor import Floor, floor_of, sufficient_perception
from analysis.rules import Rule, palette
from analysis.windows import (
    answers_of_rule,
    drawn,
    is_countable,
    logits_of_model,
    num_windows,
    perceived,
)
from voxnca import NCA, LearnedRule, ModelConfig, ModelInfo, __version__
from voxnca.config import check_seed
from voxnca.engines.discrete import logits_of
from voxnca.errors import ArgumentError

HIDDEN_SIZE = 32
NUM_STEPS = 6000
"""Four tries: one in ten rules that are as jagged as a parity needs a second."""
TRY_STEPS = 1500
BATCH_SIZE = 256
LEARNING_RATE = 2e-2
WARMUP_SHARE = 0.1
CHECK_EVERY = 50
SAFE_MARGIN = 0.05
"""Between the two largest logits: thousands of times what rounding can shift them."""
_SAMPLE = 4096
_STRIDE = 0x9E3779B1
"""Between the seeds of the tries: far, so that neighbouring seeds share none."""
_BORDERS = {"dead": "zero", "torus": "circular"}


@dataclass(frozen=True)
class LearnStep:
    """What one iteration did.

    Attributes:
        index: iterations done, from 1.
        loss: mean cross-entropy of the batch, in nats.
        num_wrong: neighbourhoods that are wrong, in iterations that counted them.
        attempt: which try it is, from 1.
    """

    index: int
    loss: float
    num_wrong: int | None
    attempt: int


class Learning(Iterator[LearnStep]):
    """A run that teaches a network a rule: iterate to learn; it ends when nothing is wrong.

    Attributes:
        rule: that is learned.
        config: the shape of the network.
        floor: what its perception costs.
        num_steps: iterations at most.
        step_index: iterations done.
        model: the network, with its weights of now.
        num_wrong: fewest wrong neighbourhoods that were counted; None before the first count.
        is_done: whether as few are wrong as can be, and none is a near thing.

    Args:
        rule: to learn.
        config: of a discrete rule of as many states and dimensions.
        floor: of the rule under the config's perception.
        seed: of the weights and of every draw.
        num_steps: iterations at most.
    """

    def __init__(
        self, rule: Rule, config: ModelConfig, floor: Floor, *, seed: int, num_steps: int
    ) -> None:
        self.rule, self.config, self.floor, self.num_steps = rule, config, floor, num_steps
        self._seed = check_seed(seed)
        self.step_index, self.is_done = 0, False
        self.num_wrong: int | None = None
        self._begin()
        distill.questions(self.model, rule, by_classes=True)  # finds out now what it cannot count
        self._best = self._weights()

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> LearnStep:
        if self.is_done or self.step_index >= self.num_steps:
            raise StopIteration
        if self.step_index and self.step_index % TRY_STEPS == 0:
            self._begin()
        loss = self._loss()
        self._optimizer.zero_grad()
        loss.backward()
        self._optimizer.step()
        self._schedule.step()
        self.step_index += 1
        return LearnStep(self.step_index, float(loss.detach()), self._counted(), self._attempt)

    def best(self) -> NCA:
        """Return the network with the fewest wrong neighbourhoods, and its record."""
        if self.num_wrong is None:
            self._count()
        assert self.num_wrong is not None
        rule, known = self.rule, rules.find(self.rule)
        name = rule.name or (known.name if known else "")
        colors = rule.colors or (known.colors if known else None) or palette.colors_of(rule)
        count = num_windows(rule.num_states, rule.num_dims)
        model = NCA(self.config)
        model.load_state_dict(self._best)
        model.info = ModelInfo(
            name=f"learned {name or rule}",
            version=__version__,
            colors=colors,
            learned_rule=LearnedRule(name, str(rule), self.num_wrong, count),
        )
        return model

    def _loss(self) -> Tensor:
        """Draw a batch and return its loss."""
        windows = self._drawn(BATCH_SIZE)
        answers = torch.from_numpy(answers_of_rule(self.rule, windows.numpy())).long()
        return F.cross_entropy(logits_of(windows, self.model.rule()), answers)

    def _drawn(self, count: int) -> Tensor:
        return drawn(count, self.rule.num_states, self.rule.num_dims, self._generator)

    def _begin(self) -> None:
        """Begin a try, from weights and draws of its own."""
        self._attempt = self.step_index // TRY_STEPS + 1
        seed = (self._seed + _STRIDE * (self._attempt - 1)) % 2**32
        self._generator = torch.Generator().manual_seed(seed)
        self.model = NCA(self.config, seed=seed)
        self._spread_kinks()
        self._optimizer = torch.optim.Adam(self.model.parameters(), lr=LEARNING_RATE)
        left = min(TRY_STEPS, self.num_steps - self.step_index)
        self._schedule = torch.optim.lr_scheduler.OneCycleLR(
            self._optimizer, LEARNING_RATE, total_steps=left + 1, pct_start=WARMUP_SHARE
        )

    @torch.no_grad()
    def _spread_kinks(self) -> None:
        """Let each hidden unit begin to fire at a neighbourhood of its own.

        With biases of zero all would begin where nothing is perceived, far from most counts.
        """
        weight, bias = self.model.hidden.weight, self.model.hidden.bias
        seen = perceived(self.model, self._drawn(len(bias)))
        bias.copy_(-(weight * seen).sum(1))

    def _counted(self) -> int | None:
        """Count what is wrong when it is time to."""
        ends = self.step_index % TRY_STEPS == 0 or self.step_index == self.num_steps
        if not ends and (self.step_index % CHECK_EVERY or not self._is_worth_it()):
            return None
        return self._count()

    def _count(self) -> int:
        wrong, margin = distill.check(self.model, self.rule, by_classes=True)
        if self.num_wrong is None or wrong <= self.num_wrong:
            self.num_wrong, self._best = wrong, self._weights()
        self.is_done = wrong <= self.floor.num_wrong and (wrong > 0 or margin >= SAFE_MARGIN)
        return wrong

    def _is_worth_it(self) -> bool:
        """Tell whether to count: where it takes long, not before a sample is all right."""
        if is_countable(self.model, self.rule):
            return True
        windows = self._drawn(_SAMPLE).numpy()
        said = logits_of_model(self.model, windows).argmax(1)
        return bool((said == answers_of_rule(self.rule, windows)).all())

    def _weights(self) -> dict[str, Tensor]:
        return copy.deepcopy(self.model.state_dict())


def learn(
    rule: Rule,
    config: ModelConfig | None = None,
    *,
    seed: int = 0,
    num_steps: int | None = None,
    force: bool = False,
) -> Learning:
    """Teach a network a hand-made rule.

    Args:
        rule: to learn.
        config: of the network; by default `config_for(rule)`.
        seed: of the weights and of every draw, 0 to 2^32 - 1.
        num_steps: iterations at most; by default 6,000, or 1,500 where none can be exact.
        force: learn even if the perception can't express the rule.

    Returns:
        An iterator of `LearnStep`; its `best()` is the network.

    Raises:
        ArgumentError: for a perception that can't express the rule, unless forced; for a config
            of another kind; or a rule with too many neighbourhoods to be checked.
    """
    config = config or config_for(rule)
    floor = floor_of(rule, config.perception)
    if floor.num_wrong and not force:
        raise ArgumentError(
            f"perception={config.perception!r} cannot express {rule}: at least "
            f"{floor.num_wrong:,} of {floor.num_neighborhoods:,} neighbourhoods stay wrong; use "
            f"{sufficient_perception(rule)!r}, or force it and see"
        )
    steps = num_steps or (TRY_STEPS if floor.num_wrong else NUM_STEPS)
    return Learning(rule, config, floor, seed=seed, num_steps=steps)


def config_for(
    rule: Rule, perception: str | None = None, hidden_size: int = HIDDEN_SIZE
) -> ModelConfig:
    """Return the shape of a network that can compute a rule.

    Args:
        rule: that it is to learn; beyond its border lies what the rule has there, by default the
            opposite edge.
        perception: by default the simplest that can express the rule.
        hidden_size: units of the hidden layer.

    Raises:
        ArgumentError: for an unknown perception or a size out of range.
    """
    return ModelConfig(
        num_dims=rule.num_dims,
        num_states=rule.num_states,
        hidden_size=hidden_size,
        perception=perception or sufficient_perception(rule),
        border=_BORDERS[rule.bounds.border if rule.bounds else "torus"],
    )
