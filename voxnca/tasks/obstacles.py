"""To grow one shape round whatever stands in its way."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import Tensor

from voxnca.conditions import Conditions, Environment
from voxnca.config import TrainConfig
from voxnca.defaults import Choices, choose_changing
from voxnca.evaluation import default_grow_steps, evaluate_in_parts
from voxnca.tasks.growing import Growing
from voxnca.tasks.task import Wanted

if TYPE_CHECKING:
    from voxnca.model import NCA
    from voxnca.parts import Parts
    from voxnca.quality import Quality
    from voxnca.targets import Target

_OPEN_SHARE = 0.1
"""Of the samples have nothing in their way."""
_LONGER = 2.5
"""T, among obstacles, than in the open."""
_NUM_JUDGED = 3
"""Layouts of the training split that the rule is judged by, beside the open one."""


class GrowingRound(Growing):
    """To grow a shape where obstacles leave room. A sample's mark is its layout; 0 is open.

    Args:
        model: the rule.
        target: the shape.
        config: the recipe.

    Raises:
        ArgumentError: when the rule cannot grow it.
    """

    num_marks = 1
    usual_loss = 0.2

    def __init__(self, model: NCA, target: Target, config: TrainConfig) -> None:
        from voxnca.layouts import draw_obstacles  # noqa: PLC0415 - loads numba

        super().__init__(model, target, config)
        body = self._placed[..., 3] > 0.5
        count = config.task.num_layouts if config.task.walls else 0
        drawn = draw_obstacles(body.numpy(), count, config.seed) if count else ()
        blocked = [torch.zeros_like(body), *map(torch.from_numpy, drawn)]
        self._change_share = config.task.change_share
        self._environments = [Environment(walls) for walls in blocked]
        self._free = ~torch.stack(blocked)
        self._num_solid = (self._free & body).flatten(1).sum(1)

    def choices(self, config: TrainConfig, fire_rate: float) -> Choices:
        """Return what a recipe says; what it leaves open has time for detours."""
        grow_steps = _LONGER * default_grow_steps(self.target, fire_rate)
        d = len(self.space)
        return choose_changing(config, d, grow_steps=grow_steps, num_steps={2: 5000, 3: 3000}[d])

    def draw(self, count: int, generator: torch.Generator) -> Tensor:
        """Draw layouts."""
        numbers = torch.randint(len(self._environments), (count, 1), generator=generator)
        is_open = torch.rand(count, 1, generator=generator) < _OPEN_SHARE
        return numbers.masked_fill(is_open, 0)

    def wanted(self, marks: Tensor) -> Wanted:
        """Return the target where there is room."""
        numbers = marks[:, 0]
        rgba = self._placed * self._free[numbers][..., None]
        return Wanted(rgba, self._num_solid[numbers], self._hidden)

    def conditions(self, marks: Tensor) -> Conditions:
        """Return each sample's layout."""
        return Conditions(environment=[self._environments[n] for n in marks[:, 0].tolist()])

    def change(self, marks: Tensor, generator: torch.Generator) -> Tensor:
        """Put some samples into another layout: walls come and go while they live."""
        changes = torch.rand(len(marks), 1, generator=generator) < self._change_share
        return torch.where(changes, self.draw(len(marks), generator), marks)

    def judge(self, model: NCA) -> Parts[Quality]:
        """Measure the rule from the seed in a few layouts; return what the weakest comes to."""
        qualities = []
        for environment in self._environments[: 1 + _NUM_JUDGED]:
            quality = yield from evaluate_in_parts(model, self.target, environment=environment)
            qualities.append(quality)
        return min(qualities, key=lambda quality: quality.score)
