"""Growing with cells that fire at random, measured: how often a rule comes to its pattern.

For a rule that was trained to come to rest with all cells firing. What is proven of such growth is
in `analysis.certificate.mean_square`, for creatures that are small enough; this is for all.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import torch
from torch import Tensor

from analysis.certificate.fates import EPSILON, farthest
from analysis.intervals import lowest_share
from analysis.stages import Stage, Stages
from voxnca import NCA, ArgumentError
from voxnca import seed as seed_state
from voxnca.quality import iou

_CHUNK = 10


@dataclass(frozen=True)
class RandomGrowth:
    """How often trials from the seed came to a pattern.

    Attributes:
        fire_rate: at which cells fired.
        num_trials: run.
        successes: that looked like the pattern at both looks.
        looks: steps after which they were looked at.
        epsilon: what no visible channel may differ by, in any cell.
        confidence: of the bound.
        low: the probability is at least this.
    """

    fire_rate: float
    num_trials: int
    successes: int
    looks: tuple[int, int]
    epsilon: float
    confidence: float
    low: float

    def to_json(self) -> dict[str, Any]:
        """Return the figures."""
        return asdict(self)


@torch.no_grad()
def measure_random_growth(
    model: NCA,
    pattern: Tensor,
    *,
    fire_rate: float = 0.5,
    num_trials: int = 100,
    steps: int = 2000,
    confidence: float = 0.99,
    seed: int = 0,
) -> Stages[RandomGrowth]:
    """Grow a rule from its seed again and again, its cells firing at random.

    A trial succeeds when it looks like the pattern after `steps` steps, and did after nine tenths
    of them: the same solid cells, and no visible channel farther off than a proof of healing
    allows. The bound is that of Clopper and Pearson (1934), from below.

    Args:
        model: a rule without goals or senses.
        pattern: what it is to grow into, `(*space, C)`.
        fire_rate: in (0, 1).
        num_trials: at least 1; 100 of 100 give a bound of 0.955 at 99 % confidence.
        steps: of a trial, at least 10.
        confidence: of the bound, in (0, 1).
        seed: of the firing masks.

    Yields:
        What comes next.

    Raises:
        ArgumentError: for another value.
    """
    if not 0 < fire_rate < 1:
        raise ArgumentError(f"fire_rate={fire_rate!r} must be a number in (0, 1)")
    if num_trials < 1 or steps < 10:
        raise ArgumentError(f"num_trials={num_trials}, steps={steps} must be at least 1 and 10")
    if not 0 < confidence < 1:
        raise ArgumentError(f"confidence={confidence!r} must be a number in (0, 1)")
    looks = steps * 9 // 10, steps
    start = seed_state(model.config, tuple(pattern.shape[:-1]))
    successes = 0
    for first in range(0, num_trials, _CHUNK):
        yield Stage(first, num_trials, "growing with cells that fire at random")
        size = min(_CHUNK, num_trials - first)
        run = model.rollout(
            start.expand(size, *start.shape[1:]), seed=seed, fire_rate=fire_rate, first_sample=first
        )
        good = torch.ones(size, dtype=torch.bool)
        for look in looks:
            good &= _looks_like(run.step(look - run.step_index).state(), pattern)
        successes += int(good.sum())
    low = lowest_share(successes, num_trials, 1 - confidence)
    return RandomGrowth(fire_rate, num_trials, successes, looks, EPSILON, confidence, low)


def _looks_like(states: Tensor, pattern: Tensor) -> Tensor:
    """Tell which of states `(B, *space, C)` look like a pattern: bool `(B,)`."""
    return (farthest(states, pattern) <= EPSILON) & (iou(states, pattern) == 1)
