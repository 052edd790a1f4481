"""How likely a rule that fires at random heals: a bound of two parts, counted and proven.

Trials are run until they are well inside the region of the mean-square certificate; how often they
get there is bounded from below by Clopper and Pearson (1934), and from there on the certificate
bounds the chance to stay for ever. A trial that gets there too late counts as one that does not.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import torch
from torch import Tensor

from analysis.certificate.mean_square import MeanSquareCertificate
from analysis.intervals import lowest_share
from voxnca import NCA, ArgumentError

_LOOK_EVERY = 40


@dataclass(frozen=True)
class Chance:
    """The least probability that a rule comes to its pattern, and stays.

    Attributes:
        start: what the trials begin from, for people.
        fire_rate: p.
        num_trials: run.
        successes: that got well inside the region.
        max_steps: that they had.
        share: of r^2 that V had to come below.
        confidence: of the bound on how often they get there.
        reached: that bound.
        bound: of both parts together: `reached` x (1 - `share`).
    """

    start: str
    fire_rate: float
    num_trials: int
    successes: int
    max_steps: int
    share: float
    confidence: float
    reached: float
    bound: float

    def to_json(self) -> dict[str, Any]:
        """Return the claim."""
        return asdict(self)


def reach_bound(successes: int, num_trials: int, confidence: float) -> float:
    """Return the one-sided bound of Clopper and Pearson on a probability, from below.

    Raises:
        ArgumentError: for counts that are none, or a confidence outside (0, 1).
    """
    if num_trials < 1 or not 0 <= successes <= num_trials:
        raise ArgumentError(f"successes={successes} of num_trials={num_trials}: give 0 <= s <= n")
    if not 0 < confidence < 1:
        raise ArgumentError(f"confidence={confidence!r} must be a number in (0, 1)")
    return lowest_share(successes, num_trials, 1 - confidence)


@torch.no_grad()
def bound_chance(
    model: NCA,
    certificate: MeanSquareCertificate,
    start: Tensor,
    *,
    name: str,
    num_trials: int = 100,
    max_steps: int = 2000,
    share: float = 1e-3,
    confidence: float = 0.99,
    seed: int = 0,
) -> Chance:
    """Run trials from one state, and bound the chance of its coming to rest at the pattern.

    Args:
        model: in float64, that the certificate is of.
        certificate: of the pattern.
        start: the state, `(1, *space, C)`.
        name: of the start, for people.
        num_trials: more give a higher bound: 100 of 100 give 0.955 at 99 % confidence.
        max_steps: after which a trial counts as failed.
        share: of r^2 that V must come below.
        confidence: of the bound.
        seed: of the firing mask.
    """
    threshold = share * certificate.radius_squared
    going = torch.arange(num_trials)
    state = start.double().expand(num_trials, *start.shape[1:])
    successes, step = 0, 0
    while len(going) and step < max_steps:
        length = min(_LOOK_EVERY, max_steps - step)
        parts = []
        for sample, one in zip(going.tolist(), state, strict=True):
            run = model.rollout(
                one[None],
                seed=seed,
                fire_rate=certificate.fire_rate,
                first_step=step,
                first_sample=sample,
            )
            parts.append(run.step(length).state())
        state, step = torch.cat(parts), step + length
        there = certificate.value(state) <= threshold
        successes += int(there.sum())
        going, state = going[~there], state[~there]
    reached = reach_bound(successes, num_trials, confidence)
    return Chance(
        name,
        certificate.fire_rate,
        num_trials,
        successes,
        max_steps,
        share,
        confidence,
        reached,
        reached * (1 - share),
    )
