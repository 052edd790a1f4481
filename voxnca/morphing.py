"""What becomes of one shape when a rule is told to grow another."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from voxnca.errors import ArgumentError
from voxnca.evaluation import growing_time
from voxnca.grid import common_space
from voxnca.grid import seed as seed_state
from voxnca.model import NCA
from voxnca.parts import Parts, finish
from voxnca.quality import iou
from voxnca.rollout import Rollout, check_count
from voxnca.trial import open_environment

if TYPE_CHECKING:
    from voxnca.targets import Target

_PAUSE_EVERY = 8


def morphs(model: NCA, *, num_steps: int | None = None, seed: int = 0) -> Tensor:
    """Grow each goal for T steps, then tell the pattern each of the goals, and compare.

    All patterns grow on the smallest grid that holds every target with its margin.

    Args:
        model: a rule with goals, and a target for each.
        num_steps: from the change of goal to the comparison; None is 3T.
        seed: of the firing mask.

    Returns:
        IoU float `(K, K)`: [a, b] is that of what began as goal a with the target of goal b. On
        the diagonal the goal stays what it was.

    Raises:
        ArgumentError: for a rule without goals, or without a target for each, and for one that
            grows to a beacon.
    """
    return finish(morphs_in_parts(model, num_steps=num_steps, seed=seed))


@torch.no_grad()
def morphs_in_parts(model: NCA, *, num_steps: int | None = None, seed: int = 0) -> Parts[Tensor]:
    """Do as `morphs` in parts of a few steps."""
    targets = goal_targets(model)
    K, space, grow_steps = len(targets), common_space(targets), growing_time(model, *targets)
    later = 3 * grow_steps if num_steps is None else check_count("num_steps", num_steps)
    start = seed_state(model.config, space, batch_size=K).to(model.hidden.weight)
    placed = torch.stack([target.place(space) for target in targets])
    told = partial(
        model.rollout,
        seed=seed,
        goal=[*range(K)],
        environment=open_environment(model.config, space),
    )
    run = told(start)
    yield from _advance(run, grow_steps)
    rows = []
    for first, grown in enumerate(run.state()):
        changed = told(grown.expand_as(start), first_step=grow_steps, first_sample=K * first)
        yield from _advance(changed, later)
        rows.append(iou(changed.state(), placed))
    return torch.stack(rows)


def goal_targets(model: NCA) -> tuple[Target, ...]:
    """Return what the goals of a rule stand for, one target for each.

    Raises:
        ArgumentError: for a rule without goals, or that has not as many targets.
    """
    num_goals, num_targets = model.config.num_goals, len(model.targets)
    if not num_goals:
        raise ArgumentError("num_goals=0: the rule has no goals; train one by voxnca train --goals")
    if num_targets != num_goals:
        raise ArgumentError(
            f"the rule has {num_targets} targets for {num_goals} goals; set model.targets"
        )
    return model.targets


def _advance(run: Rollout, num_steps: int) -> Parts[None]:
    for done in range(0, num_steps, _PAUSE_EVERY):
        run.step(min(_PAUSE_EVERY, num_steps - done))
        yield
