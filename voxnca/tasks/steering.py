"""To grow a vine from its root to a beacon, round walls."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor

from voxnca.conditions import Conditions
from voxnca.config import ModelConfig, TrainConfig
from voxnca.defaults import Choices
from voxnca.errors import ArgumentError
from voxnca.grid import ALIVE_THRESHOLD, ALPHA, RGBA, solid
from voxnca.grid import seed as seed_state
from voxnca.tasks.task import Task, Wanted
from voxnca.tasks.vines import FoundVine, Vine
from voxnca.wounds import Ball

if TYPE_CHECKING:
    from voxnca.model import NCA
    from voxnca.parts import Parts
    from voxnca.steering import Steering
    from voxnca.wounds import Wound

_LAYOUT, _BEACON, _AGE = range(3)
"""A sample's marks: number of its layout, 1 when the beacon has moved, rollouts it has lived."""
_CUT_RADII = (1.0, 2.5)
_NUM_JUDGED = 50


class SteeredGrowing(Task):
    """To grow a vine along the way that a beacon's signal shows, and to follow when it moves.

    Args:
        model: the rule; it senses a beacon.
        config: the recipe.

    Raises:
        ArgumentError: when the rule senses no beacon.
    """

    num_marks = 3

    def __init__(self, model: NCA, config: TrainConfig) -> None:
        from voxnca.layouts import draw_layouts  # noqa: PLC0415 - loads numba

        if not any(sense.endswith("beacon") for sense in model.config.senses):
            raise ArgumentError(
                f"senses={model.config.senses}: a rule that senses no beacon cannot be steered; "
                "make it by ModelConfig(senses=('walls', 'beacon', 'root'))"
            )
        self.targets = ()
        self.usual_loss = 0.15 if "beacon" in model.config.senses else 1.0
        self.space = (config.task.size,) * model.config.num_dims
        self._config, self._task = model.config, config.task
        self._is_taught = config.hidden_weight > 0
        self._kind = Vine if "beacon" in model.config.senses else FoundVine
        if self._kind is FoundVine and self._is_taught:
            _check_room(model.config)
        self._layouts = draw_layouts(self.space, config.task.num_layouts, config.seed)
        if not config.task.walls:
            nowhere = np.zeros(self.space, bool)
            self._layouts = tuple(replace(layout, blocked=nowhere) for layout in self._layouts)
        self._known: dict[tuple[int, int], Vine] = {}

    @property
    def name(self) -> str:
        """What it grows."""
        return "vine"

    def choices(self, config: TrainConfig, fire_rate: float) -> Choices:
        """Return what a recipe says; a vine of the longest way is to be grown in T steps."""
        size, d = config.task.size, len(self.space)
        is_shown = self._kind is Vine
        per_side = 2.5 if is_shown else 6.0  # a wave goes to and fro before a way is found
        num_steps = {2: 2000, 3: 1500}[d] if is_shown else 3000
        return Choices(
            config.grow_steps or round(per_side * size / fire_rate),
            config.num_steps or max(1, round(config.effort * num_steps)),
            config.batch_size or min(config.pool_size, {2: 12, 3: 8}[d]),
        )

    def draw(self, count: int, generator: torch.Generator) -> Tensor:
        """Draw layouts, each with one beacon of its two.

        A first age is drawn, too, lest all samples of a pool end at once.
        """
        marks = torch.zeros(count, self.num_marks, dtype=torch.int64)
        marks[:, _LAYOUT] = torch.randint(len(self._layouts), (count,), generator=generator)
        marks[:, _BEACON] = torch.randint(2, (count,), generator=generator)
        marks[:, _AGE] = torch.randint((self._task.max_age + 1) // 2, (count,), generator=generator)
        return marks

    def begin(self, marks: Tensor) -> Tensor:
        """Return seeds at the roots."""
        states = torch.zeros(len(marks), *self.space, self._config.num_channels)
        for state, number in zip(states, marks[:, _LAYOUT].tolist(), strict=True):
            state[:] = seed_state(self._config, self.space, at=self._layouts[number].root)[0]
        return states

    def wanted(self, marks: Tensor) -> Wanted:
        """Return each sample's vine."""
        vines = self._vines(marks)
        lengths = torch.tensor([len(vine.way) for vine in vines])
        held = [vine.hidden() for vine in vines if isinstance(vine, FoundVine)]
        hidden = torch.stack(held) if held and self._is_taught else None
        return Wanted(torch.stack([vine.painted() for vine in vines]), lengths, hidden)

    def conditions(self, marks: Tensor) -> Conditions:
        """Return each sample's walls, root and beacon."""
        return Conditions(environment=[vine.environment for vine in self._vines(marks)])

    def done(
        self,
        states: Tensor,
        losses: Tensor,  # noqa: ARG002
        marks: Tensor,
        generator: torch.Generator,  # noqa: ARG002
    ) -> Tensor:
        """Return the rows that have lived long enough, or are dead."""
        alive = (states[..., ALPHA] > ALIVE_THRESHOLD).flatten(1).any(1)
        return (~alive | (marks[:, _AGE] >= self._task.max_age)).nonzero()[:, 0]

    def change(self, marks: Tensor, generator: torch.Generator) -> Tensor:
        """Move the beacon of some samples."""
        moves = torch.rand(len(marks), generator=generator) < self._task.change_share
        moved = marks.clone()
        moved[:, _BEACON] ^= moves
        return moved

    def older(self, marks: Tensor) -> Tensor:
        """Count a rollout."""
        return marks + torch.tensor([0, 0, 1])

    def wound(self, state: Tensor, marks: Tensor, generator: torch.Generator) -> Wound:  # noqa: ARG002
        """Cut the vine at one of its cells."""
        cells = solid(state[None])[0].nonzero()
        if not len(cells):
            return Ball((0.0,) * len(self.space), 0.0)
        center = cells[int(torch.randint(len(cells), (), generator=generator))]
        low, high = _CUT_RADII
        radius = low + (high - low) * float(torch.rand((), generator=generator))
        return Ball(tuple(map(float, center)), radius)

    def judge(self, model: NCA) -> Parts[Steering]:
        """Measure the rule on some of the layouts that it trains on: the others are for tests."""
        from voxnca.steering import measure_in_parts  # noqa: PLC0415 - needs models, as they do it

        outcomes = yield from measure_in_parts(model, self._layouts[:_NUM_JUDGED])
        return outcomes.steering

    def _vines(self, marks: Tensor) -> list[Vine]:
        return [self._vine(n, beacon) for n, beacon, _ in marks.tolist()]

    def _vine(self, number: int, beacon: int) -> Vine:
        key = number, beacon
        if key not in self._known:
            layout = self._layouts[number]
            goal = layout.moved if beacon else layout.beacon
            self._known[key] = self._kind(layout.blocked, layout.root, goal)
        return self._known[key]


def _check_room(config: ModelConfig) -> None:
    least = RGBA.stop + 2 * config.num_dims + 1
    if config.num_channels < least:
        raise ArgumentError(
            f"num_channels={config.num_channels} has no room for hidden channels that hold a way; "
            f"use at least {least}, or hidden_weight=0"
        )
