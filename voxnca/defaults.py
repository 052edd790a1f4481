"""What a recipe leaves open, chosen by the target."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from voxnca.config import TrainConfig
from voxnca.evaluation import default_grow_steps

if TYPE_CHECKING:
    from voxnca.targets import Target


class Choices(NamedTuple):
    """The numbers of a run that a recipe may leave open."""

    grow_steps: int
    num_steps: int
    batch_size: int


def choose(config: TrainConfig, target: Target, fire_rate: float) -> Choices:
    """Return what a recipe says, and by the target what it leaves open."""
    batch_size = config.batch_size or min(config.pool_size, default_batch_size(target))
    wanted = default_num_steps(target.num_dims, fire_rate, batch_size)
    return Choices(
        config.grow_steps or default_grow_steps(target, fire_rate),
        config.num_steps or max(1, round(config.effort * wanted)),
        batch_size,
    )


def choose_changing(
    config: TrainConfig, num_dims: int, *, grow_steps: float, num_steps: int
) -> Choices:
    """Return the same for bodies that live on under other conditions.

    Args:
        config: the recipe.
        num_dims: 2 or 3.
        grow_steps: T, where the recipe leaves it open.
        num_steps: iterations of an effort of 1.
    """
    return Choices(
        config.grow_steps or round(grow_steps),
        config.num_steps or max(1, round(config.effort * num_steps)),
        config.batch_size or min(config.pool_size, {2: 8, 3: 4}[num_dims]),
    )


def default_num_steps(num_dims: int, fire_rate: float, batch_size: int) -> int:
    """Return how many iterations a rule is given: more of smaller batches.

    Larger targets get no more, though each takes longer: one of a large body teaches more. A
    rule that fires at random learns less from each.
    """
    at_random = fire_rate < 1
    if num_dims == 2:
        return 2040 if at_random else 1700
    return 1200 if at_random else round(300 + 1500 / batch_size)


def default_batch_size(target: Target) -> int:
    """Return 2 to 4 rollouts an iteration: the more, the fewer cells each of them has."""
    return min(4, max(2, round(4000 / target.num_solid)))
