"""To grow one shape from the seed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import Tensor

from voxnca.config import TrainConfig
from voxnca.damage import draw_wound
from voxnca.defaults import Choices, choose
from voxnca.evaluation import check_target, evaluate_in_parts
from voxnca.grid import seed as seed_state
from voxnca.grid import training_space
from voxnca.tasks.task import Task, Wanted, wanted_hidden

if TYPE_CHECKING:
    from voxnca.model import NCA
    from voxnca.parts import Parts
    from voxnca.quality import Quality
    from voxnca.targets import Target
    from voxnca.wounds import Wound


class Growing(Task):
    """To grow one shape from the seed, and to heal.

    Args:
        model: the rule.
        target: the shape.
        config: the recipe.

    Raises:
        ArgumentError: when the rule cannot grow it.
    """

    usual_loss = 0.02

    def __init__(self, model: NCA, target: Target, config: TrainConfig) -> None:
        self.target = check_target(model, target)
        self.targets = (target,)
        self.space = training_space(target, config.margin_cells)
        self._damage = config.damage
        self._placed = target.place(self.space)
        self._hidden = wanted_hidden(model.config, config, self.space)
        self._seed_state = seed_state(model.config, self.space)

    @property
    def name(self) -> str:
        """The target's name."""
        return self.target.name

    def choices(self, config: TrainConfig, fire_rate: float) -> Choices:
        """Return what a recipe says, and by the target what it leaves open."""
        return choose(config, self.target, fire_rate)

    def begin(self, marks: Tensor) -> Tensor:
        """Return seeds."""
        return self._seed_state.repeat(len(marks), *[1] * (self._seed_state.ndim - 1))

    def wanted(self, marks: Tensor) -> Wanted:  # noqa: ARG002 - they all are to become the same
        """Return the target."""
        return Wanted(self._placed, self.target.num_solid, self._hidden)

    def wound(self, state: Tensor, marks: Tensor, generator: torch.Generator) -> Wound:  # noqa: ARG002
        """Draw a wound that takes its share of the target's body."""
        return draw_wound(self._damage, self.target, self.space, generator)

    def judge(self, model: NCA) -> Parts[Quality]:
        """Measure the rule from the seed; the seed of the wounds is the same for every run."""
        return evaluate_in_parts(model, self.target)
