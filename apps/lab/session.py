"""What the viewer does, without a page: a creature that runs, is wounded and looked at."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from time import perf_counter

import numpy as np
import torch
from numpy.typing import NDArray

from apps.lab.moment import Moment
from voxnca import NCA, Rollout, VoxncaError, seed_rows, training_space
from voxnca.config import check_seed
from voxnca.errors import ArgumentError
from voxnca.grid import ALPHA, RGB, SOLID_THRESHOLD, check_space, check_state
from voxnca.quality import iou_of_cells
from voxnca.wounds import Ball

STARTS = ("seed", "target")
DEFAULT_SIZE = {2: 64, 3: 32}
"""Sides of the grid of a model that has no target."""
DEFAULT_SPEED, MIN_SPEED, MAX_SPEED = 20.0, 0.1, 1000.0
DEFAULT_RADIUS, MIN_RADIUS, MAX_RADIUS = 4.0, 0.5, 64.0
MAX_BURST_SECONDS = 0.05
"""Steps that are due are dropped after this long, so that a click never waits for a backlog."""


@dataclass(frozen=True)
class Cut:
    """A wound that was dealt: where, how wide, and how many solid voxels it removed."""

    center: tuple[int, ...]
    radius_cells: float
    num_removed: int


class Session:
    """A rule and its run, and everything a viewer can do to them.

    It knows no page and no clock but the one it is given. Call it from one thread at a time.

    Attributes:
        playing: whether `advance` takes steps.
        version: counts every change of what there is to see.

    Args:
        model: the rule.
        space: sizes of the grid; by default the one the rule was trained on.
        seed: of the firing mask; each reset grows the same creature again.
        start: `seed`, one live cell, or `target`, the finished pattern.
        state: `(1, *space, C)` or `(*space, C)`, to start from instead.
        clock: seconds, monotonic.

    Raises:
        ArgumentError: for an unknown start, a start without a target, a state that does not fit
            the rule, or a grid that is too small for the target.
    """

    def __init__(
        self,
        model: NCA,
        *,
        space: Sequence[int] | None = None,
        seed: int = 0,
        start: str = "seed",
        state: NDArray[np.float32] | None = None,
        clock: Callable[[], float] = perf_counter,
    ) -> None:
        self._seed, self._clock = check_seed(seed), clock
        self._speed, self._radius_cells = DEFAULT_SPEED, DEFAULT_RADIUS
        self._run = self.version = 0
        self.playing = True
        self._model, self._start = model, start
        entry = None if state is None else _entry(state, model)
        self._open(model, space if entry is None else entry.shape[1:-1], start, entry)

    @property
    def model(self) -> NCA:
        """The rule that runs."""
        return self._model

    @property
    def space(self) -> tuple[int, ...]:
        """Sizes of the grid."""
        return self._rollout.space

    @property
    def step_index(self) -> int:
        """Steps since the seed."""
        return self._rollout.step_index

    @property
    def speed(self) -> float:
        """Steps a second while playing, in [0.1, 1000]."""
        return self._speed

    @property
    def radius_cells(self) -> float:
        """Of the wounds that a click deals, in [0.5, 64]."""
        return self._radius_cells

    def set_speed(self, steps_per_second: float) -> None:
        """Choose how many steps a second are taken while playing.

        Raises:
            ArgumentError: outside [0.1, 1000].
        """
        self._speed = _checked("speed", steps_per_second, MIN_SPEED, MAX_SPEED)

    def set_radius(self, radius_cells: float) -> None:
        """Choose how wide the wounds of clicks are.

        Raises:
            ArgumentError: outside [0.5, 64].
        """
        self._radius_cells = _checked("radius_cells", radius_cells, MIN_RADIUS, MAX_RADIUS)

    def play(self) -> None:
        """Let `advance` take steps; playing already, nothing changes."""
        self.playing = True

    def pause(self) -> None:
        """Keep `advance` from taking steps; paused already, nothing changes."""
        self.playing, self._due = False, 0.0

    @property
    def seconds_to_step(self) -> float:
        """After how many seconds of play the next step is due."""
        return max(0.0, 1 - self._due) / self._speed

    def advance(self, elapsed_seconds: float) -> int:
        """Take the steps that are due after some time of play; none when paused.

        Returns:
            How many steps were taken: fewer than due when the rule cannot keep up.

        Raises:
            VoxncaError: when the rule has run into values that are not finite.
        """
        if not self.playing:
            return 0
        self._due += elapsed_seconds * self._speed
        deadline, taken = self._clock() + MAX_BURST_SECONDS, 0
        while self._due >= 1 and (taken == 0 or self._clock() < deadline):
            self.step()
            self._due -= 1
            taken += 1
        self._due = min(self._due, 1.0)
        return taken

    def step(self) -> None:
        """Take one step, playing or not.

        Raises:
            VoxncaError: when the rule has run into values that are not finite.
        """
        with torch.no_grad():
            self._rollout.step()
        self.version += 1
        if not self._rollout.rows.values.isfinite().all():
            raise VoxncaError(
                f"the state is no longer finite at step {self.step_index}; "
                "reset it, and train the model further"
            )

    def reset(self) -> None:
        """Go back to the start; the same run grows again."""
        self._rollout = self._begin(self._model, self.space)
        self._due, self._num_wounds = 0.0, 0
        self.version += 1

    def wound(self, center: Sequence[int], radius_cells: float) -> Cut:
        """Cut out the ball of a radius round a cell.

        Raises:
            ArgumentError: for a centre of another dimension or a negative radius.
        """
        ball = Ball(tuple(center), radius_cells)
        num_removed = self._rollout.wound(ball)
        self._num_wounds += 1
        self.version += 1
        return Cut(tuple(int(c) for c in center), radius_cells, num_removed)

    def wound_center(self, radius_cells: float) -> Cut:
        """Cut out the ball round the solid voxel nearest to the creature's centroid.

        Raises:
            VoxncaError: when no voxel is left.
        """
        cells = self.moment().cells
        if len(cells) == 0:
            raise VoxncaError("there is no voxel left to wound; reset the creature")
        distance = ((cells - cells.mean(0)) ** 2).sum(1)
        return self.wound(cells[int(distance.argmin())].tolist(), radius_cells)

    def switch(self, model: NCA) -> None:
        """Run another rule, from its seed, on the grid it was trained on.

        Raises:
            ArgumentError: when it cannot run; the one before goes on then.
        """
        self._open(model, None, "seed")

    def moment(self) -> Moment:
        """Return what there is to see now."""
        coordinates, values = self._rollout.rows
        values = values.detach()
        solid = values[:, ALPHA] > SOLID_THRESHOLD
        cells, shown = coordinates[solid, 1:], values[solid]
        straight = shown[:, RGB] / shown[:, ALPHA:].clamp(max=1.0)[:, :1]
        colors = (straight.clamp(0, 1) * 255).round().to(torch.uint8)
        return Moment(
            self._run,
            self.step_index,
            self._num_wounds,
            cells.numpy(),
            colors.numpy(),
            self.space,
            self._box(),
            None if self.model.target is None else self._iou(cells),
        )

    def _iou(self, cells: torch.Tensor) -> float:
        assert self.model.target is not None
        return iou_of_cells(cells, self.model.target, self.space)

    def _box(self) -> tuple[tuple[int, ...], tuple[int, ...]]:
        if self.model.target is None:
            return (0,) * len(self.space), self.space
        low = self.model.target.origin(self.space)
        return low, tuple(o + n for o, n in zip(low, self.model.target.size, strict=True))

    def _open(
        self, model: NCA, space: Sequence[int] | None, start: str, entry: torch.Tensor | None = None
    ) -> None:
        if start not in STARTS:
            raise ArgumentError(f"start={start!r} is unknown; use one of: {', '.join(STARTS)}")
        if start == "target" and model.target is None:
            raise ArgumentError("start='target' needs a model with a target; use start='seed'")
        sizes = _grid(model, space)
        self._start, self._entry = start, entry
        self._rollout = self._begin(model, sizes)
        self._model = model
        self._due, self._num_wounds = 0.0, 0
        self._run += 1
        self.version += 1

    def _begin(self, model: NCA, space: tuple[int, ...]) -> Rollout:
        """Start from rows: a large grid of which little is alive takes no memory."""
        if self._entry is not None:
            with torch.no_grad():
                return model.rollout(self._entry, seed=self._seed)
        rows = seed_rows(model.config, space)
        if self._start == "target" and model.target is not None:
            rows = model.target.rows(space, model.config.num_channels)
        with torch.no_grad():
            return model.rollout(rows, space=space, seed=self._seed)


def _checked(name: str, value: float, low: float, high: float) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
        raise ArgumentError(f"{name}={value!r} must be a number in [{low:g}, {high:g}]")
    return float(value)


def _entry(state: NDArray[np.float32], model: NCA) -> torch.Tensor:
    entry = torch.as_tensor(state)
    entry = entry[None] if entry.ndim == model.config.num_dims + 1 else entry
    check_state(entry, model.config)
    if len(entry) != 1 or not entry.isfinite().all():
        raise ArgumentError(f"state {tuple(entry.shape)} must be one state, all of it finite")
    return entry


def _grid(model: NCA, space: Sequence[int] | None) -> tuple[int, ...]:
    d, target = model.config.num_dims, model.target
    if space is None and target is not None:
        recipe = model.info.recipe
        return training_space(target, recipe.margin_cells) if recipe else training_space(target)
    sizes = check_space(space or (DEFAULT_SIZE[d],) * d, d)
    if target is not None:
        target.origin(sizes)
    return sizes
