"""To grow whichever of several shapes is asked for, and to turn from one into another."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from voxnca.conditions import Conditions
from voxnca.config import TrainConfig
from voxnca.damage import draw_wound
from voxnca.defaults import Choices, choose_changing
from voxnca.errors import ArgumentError
from voxnca.evaluation import check_target, default_grow_steps, evaluate_in_parts
from voxnca.grid import common_space
from voxnca.grid import seed as seed_state
from voxnca.tasks.task import Task, Wanted, wanted_hidden

if TYPE_CHECKING:
    from voxnca.model import NCA
    from voxnca.parts import Parts
    from voxnca.quality import Quality
    from voxnca.targets import Target
    from voxnca.wounds import Wound


_LONGER = 1.2
"""T, for one of several goals, than for one shape."""


class GrowingGoals(Task):
    """To grow the shape of a goal. A sample's mark is its number.

    Args:
        model: the rule, with as many goals as there are shapes.
        targets: the shapes.
        config: the recipe.

    Raises:
        ArgumentError: when the rule cannot grow them.
    """

    num_marks = 1
    usual_loss = 0.25

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
        self._hidden = wanted_hidden(model.config, config, self.space)
        self._seed_state = seed_state(model.config, self.space)

    @property
    def name(self) -> str:
        """The targets' names."""
        return ", ".join(target.name for target in self.targets)

    def choices(self, config: TrainConfig, fire_rate: float) -> Choices:
        """Return what a recipe says; T, where it is open, by the shape that takes longest."""
        longest = max(default_grow_steps(target, fire_rate) for target in self.targets)
        d = len(self.space)
        return choose_changing(
            config, d, grow_steps=_LONGER * longest, num_steps={2: 4000, 3: 3000}[d]
        )

    def draw(self, count: int, generator: torch.Generator) -> Tensor:
        """Draw goals."""
        return torch.randint(len(self.targets), (count, 1), generator=generator)

    def begin(self, marks: Tensor) -> Tensor:
        """Return seeds: they are the same for all goals."""
        return self._seed_state.repeat(len(marks), *[1] * (self._seed_state.ndim - 1))

    def wanted(self, marks: Tensor) -> Wanted:
        """Return each sample's target."""
        goals = marks[:, 0]
        return Wanted(self._placed[goals], self._num_solid[goals], self._hidden)

    def conditions(self, marks: Tensor) -> Conditions:
        """Return each sample's goal."""
        return Conditions(goal=marks[:, 0])

    def change(self, marks: Tensor, generator: torch.Generator) -> Tensor:
        """Give some samples another goal."""
        changes = torch.rand(len(marks), 1, generator=generator) < self._change_share
        return torch.where(changes, self.draw(len(marks), generator), marks)

    def wound(self, state: Tensor, marks: Tensor, generator: torch.Generator) -> Wound:  # noqa: ARG002
        """Draw a wound that takes its share of the body of the goal's shape."""
        target = self.targets[int(marks)]
        return draw_wound(self._damage, target, self.space, generator)

    def judge(self, model: NCA) -> Parts[Quality]:
        """Measure the rule from the seed under each goal; return what the weakest comes to."""
        qualities = []
        for goal, target in enumerate(self.targets):
            quality = yield from evaluate_in_parts(model, target, goal=goal)
            qualities.append(quality)
        return min(qualities, key=lambda quality: quality.score)
