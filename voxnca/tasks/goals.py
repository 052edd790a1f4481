"""To grow whichever of several shapes is asked for, and to turn from one into another."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from voxnca.conditions import Conditions
from voxnca.config import TrainConfig
from voxnca.damage import draw_wound
from voxnca.defaults import Choices, choose
from voxnca.errors import ArgumentError
from voxnca.evaluation import check_target, evaluate_in_parts
from voxnca.grid import common_space
from voxnca.grid import seed as seed_state
from voxnca.tasks.task import Task, Wanted

if TYPE_CHECKING:
    from voxnca.model import NCA
    from voxnca.parts import Parts
    from voxnca.quality import Quality
    from voxnca.targets import Target
    from voxnca.wounds import Wound


_GOAL, _PATIENCE = range(2)
"""A sample's marks: number of its goal, and for how many rollouts it is not given up."""
_CHANGE_ROLLOUTS = 2
"""In so many a shape turns into another. What has only begun to is the worst of its batch: were it
given up as such, no rule would ever learn to finish."""


class GrowingGoals(Task):
    """To grow the shape of a goal.

    Args:
        model: the rule, with as many goals as there are shapes.
        targets: the shapes.
        config: the recipe.

    Raises:
        ArgumentError: when the rule cannot grow them.
    """

    num_marks = 2

    def __init__(self, model: NCA, targets: Sequence[Target], config: TrainConfig) -> None:
        self.targets = tuple(check_target(model, target) for target in targets)
        if len(targets) != model.config.num_goals:
            raise ArgumentError(
                f"{len(targets)} targets for a rule with num_goals={model.config.num_goals}; "
                f"make it by ModelConfig(num_goals={len(targets)})"
            )
        self.space = common_space(targets, config.margin_cells)
        self._damage, self._change_share = config.damage, config.task.change_share
        self._placed = torch.stack([target.place(self.space) for target in targets])
        self._num_solid = torch.tensor([target.num_solid for target in targets])
        self._seed_state = seed_state(model.config, self.space)

    @property
    def name(self) -> str:
        """The targets' names."""
        return ", ".join(target.name for target in self.targets)

    def choices(self, config: TrainConfig, fire_rate: float) -> Choices:
        """Return what a recipe says; what it leaves open is chosen by the largest needs."""
        each = [choose(config, target, fire_rate) for target in self.targets]
        grow_steps, num_steps, batch_size = map(max, zip(*each, strict=True))
        if config.batch_size is None:
            batch_size = min(config.pool_size, 2 * batch_size)
        if config.num_steps is None:
            num_steps = round(num_steps * len(self.targets) ** 0.5)
        return Choices(grow_steps, num_steps, batch_size)

    def draw(self, count: int, generator: torch.Generator) -> Tensor:
        """Draw goals."""
        goals = torch.randint(len(self.targets), (count, 1), generator=generator)
        return torch.nn.functional.pad(goals, (0, 1))

    def begin(self, marks: Tensor) -> Tensor:
        """Return seeds: they are the same for all goals."""
        return self._seed_state.repeat(len(marks), *[1] * (self._seed_state.ndim - 1))

    def wanted(self, marks: Tensor) -> Wanted:
        """Return each sample's target."""
        return Wanted(self._placed[marks[:, _GOAL]], self._num_solid[marks[:, _GOAL]])

    def conditions(self, marks: Tensor) -> Conditions:
        """Return each sample's goal."""
        return Conditions(goal=marks[:, _GOAL])

    def done(
        self,
        states: Tensor,  # noqa: ARG002
        losses: Tensor,
        marks: Tensor,
        generator: torch.Generator,  # noqa: ARG002
    ) -> Tensor:
        """Return the worst row, of those that are not just turning into another shape, if any."""
        settled = marks[:, _PATIENCE] == 0
        return torch.where(settled, losses, losses - 1e6).argmax()[None]

    def change(self, marks: Tensor, generator: torch.Generator) -> Tensor:
        """Give some samples another goal."""
        changes = torch.rand(len(marks), 1, generator=generator) < self._change_share
        other = self.draw(len(marks), generator)
        other[:, _PATIENCE] = _CHANGE_ROLLOUTS
        return torch.where(changes, other, marks)

    def older(self, marks: Tensor) -> Tensor:
        """Count a rollout."""
        return torch.cat([marks[:, :1], (marks[:, 1:] - 1).clamp(min=0)], 1)

    def wound(self, state: Tensor, marks: Tensor, generator: torch.Generator) -> Wound:  # noqa: ARG002
        """Draw a wound that takes its share of the body of the goal's shape."""
        target = self.targets[int(marks[_GOAL])]
        return draw_wound(self._damage, target, self.space, generator)

    def judge(self, model: NCA) -> Parts[Quality]:
        """Measure the rule from the seed under each goal; return what the weakest comes to."""
        qualities = []
        for goal, target in enumerate(self.targets):
            quality = yield from evaluate_in_parts(model, target, goal=goal)
            qualities.append(quality)
        return min(qualities, key=lambda quality: quality.score)
