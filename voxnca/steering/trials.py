"""Grow vines in many layouts, move their beacons, cut them, and leave them to themselves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from voxnca.conditions import Environment
from voxnca.conditions.compass import Signal
from voxnca.config import ModelConfig
from voxnca.errors import ArgumentError
from voxnca.grid import seed as seed_state
from voxnca.grid import solid
from voxnca.layouts import Layout
from voxnca.model import NCA
from voxnca.parts import Parts, finish
from voxnca.rollout import Rollout, check_count
from voxnca.steering.controls import courses
from voxnca.steering.outcomes import Outcomes, Trial
from voxnca.steering.vine import Cell, Course, Mask, Vine, vine_of, way_inside
from voxnca.ways import reached

LATE_STEPS = 500
"""Steps after which a grown vine is looked at again."""
CUT_RADIUS_CELLS = 2.0
BATCH_SIZE = 50
"""Layouts that grow at the same time."""
_LOOK_EVERY = 16
_RUNAWAY_SHARE = 0.95
"""No vine fills more of the cells that it can get to, its rim of young ones included."""


def default_num_steps(config: ModelConfig, space: Sequence[int]) -> int:
    """Return T for a rule that does not say: time to grow twice the sum of a grid's sides."""
    return round(2 * sum(space) / config.fire_rate)


def growing_steps(model: NCA, space: Sequence[int]) -> int:
    """Return T of a rule on a grid: what it says of the grid that it was trained on, to scale."""
    steps, recipe = model.info.grow_steps, model.info.recipe
    if steps is None:
        return default_num_steps(model.config, space)
    side = sum(space) / len(space)
    return steps if recipe is None else round(steps * side / recipe.task.size)


def measure(
    model: NCA,
    layouts: Sequence[Layout],
    *,
    num_steps: int | None = None,
    signal: Signal = "diffusion",
    seed: int = 0,
    first_sample: int = 0,
) -> Outcomes:
    """Grow a vine in each layout, and see whether it reaches the beacon, whatever befalls it.

    From the root it grows T steps. What has grown is taken up three times: the beacon moves, and
    the vine has T steps to follow; a ball of radius 2 round the middle of its way is cut out, but
    neither root nor beacon, and it has T steps to heal; or it is left alone for 500 steps. Vines
    that fill the grid have run away, and are judged as they are.

    Args:
        model: a rule that senses the beacon.
        layouts: of one size, `(*space)`.
        num_steps: T; None is `growing_steps`.
        signal: what beacons send; `straight` is a control.
        seed: of the firing mask.
        first_sample: number of the first layout for the firing mask; splits a measurement.

    Raises:
        ArgumentError: for a model that senses no beacon, or layouts that are none, of several
            sizes or of another dimension.
    """
    parts = measure_in_parts(
        model,
        layouts,
        num_steps=num_steps,
        signal=signal,
        seed=seed,
        first_sample=first_sample,
    )
    return finish(parts)


@torch.no_grad()
def measure_in_parts(
    model: NCA,
    layouts: Sequence[Layout],
    *,
    num_steps: int | None = None,
    signal: Signal = "diffusion",
    seed: int = 0,
    first_sample: int = 0,
) -> Parts[Outcomes]:
    """Do as `measure`, which takes seconds, in parts of a few steps."""
    T = check_measured(model, layouts, num_steps)
    trials: list[Trial] = []
    for first in range(0, len(layouts), BATCH_SIZE):
        batch = layouts[first : first + BATCH_SIZE]
        trials += yield from _Batch(model, batch, T, signal, seed, first_sample + first).run()
    return Outcomes(tuple(trials), T, signal)


def check_measured(model: NCA, layouts: Sequence[Layout], num_steps: int | None = None) -> int:
    """Return T when vines of a rule can be measured; args and errors as of `measure`."""
    senses = model.config.senses
    if not {"beacon", "bare_beacon"} & set(senses):
        raise ArgumentError(
            f"the model has no beacon to steer by (it senses {', '.join(senses) or 'nothing'}); "
            "train one that has: voxnca train vine --steer -o vine.safetensors"
        )
    space = _space_of(model, layouts)
    if num_steps is not None:
        return check_count("num_steps", num_steps)
    return growing_steps(model, space)


@dataclass(frozen=True)
class _Batch:
    """Some layouts, and how vines are grown in them."""

    model: NCA
    layouts: Sequence[Layout]
    num_steps: int
    signal: Signal
    seed: int
    first_sample: int

    def run(self) -> Parts[list[Trial]]:
        both = [courses(layout) for layout in self.layouts]
        here, there = [pair[0] for pair in both], [pair[1] for pair in both]
        run = self._rollout(self._planted(), here, 0)
        yield from self._advance(run, self.num_steps, here)
        state = run.state()
        grown = _vines(state, here)
        middles = [_middle(*each) for each in zip(grown, here, strict=True)]
        cuts = np.stack([_ball(*each) for each in zip(middles, here, strict=True)])
        wounded = state.masked_fill(torch.from_numpy(cuts)[..., None], 0.0)
        severed = [way_inside(*each) is None for each in zip(_solid(wounded), here, strict=True)]
        moved = yield from self._go_on(state, there)
        healed = yield from self._go_on(wounded, here)
        yield from self._advance(run, LATE_STEPS, here)
        late = _vines(run.state(), here)
        parts = zip(self.layouts, grown, moved, healed, late, middles, severed, strict=True)
        return [Trial(*each) for each in parts]

    def _planted(self) -> Tensor:
        space, config = self.layouts[0].space, self.model.config
        seeds = [seed_state(config, space, at=layout.root) for layout in self.layouts]
        return torch.cat(seeds).to(self.model.hidden.weight)

    def _go_on(self, state: Tensor, courses: Sequence[Course]) -> Parts[list[Vine]]:
        run = self._rollout(state, courses, self.num_steps)
        yield from self._advance(run, self.num_steps, courses)
        return _vines(run.state(), courses)

    def _advance(self, run: Rollout, num_steps: int, courses: Sequence[Course]) -> Parts[None]:
        fills = "beacon" not in self.model.config.senses
        return _advance(run, num_steps, courses, fills=fills)

    def _rollout(self, state: Tensor, courses: Sequence[Course], first_step: int) -> Rollout:
        return self.model.rollout(
            state,
            seed=self.seed,
            environment=[Environment(c.blocked, c.beacon, c.root, self.signal) for c in courses],
            first_step=first_step,
            first_sample=self.first_sample,
        )


def _space_of(model: NCA, layouts: Sequence[Layout]) -> tuple[int, ...]:
    if not layouts:
        raise ArgumentError("layouts is empty; pass at least one")
    spaces = sorted({layout.space for layout in layouts})
    if len(spaces) > 1:
        raise ArgumentError(f"layouts have several sizes {spaces}; measure each size by itself")
    if len(spaces[0]) != model.config.num_dims:
        raise ArgumentError(
            f"layouts of {spaces[0]} are {len(spaces[0])}D but the model is "
            f"{model.config.num_dims}D; draw layouts of {model.config.num_dims} sides"
        )
    return spaces[0]


def _advance(
    run: Rollout, num_steps: int, courses: Sequence[Course], *, fills: bool
) -> Parts[None]:
    """Step, unless the vines run away: full grids cost much and come to nothing.

    Args:
        run: of the vines.
        num_steps: at most.
        courses: of each vine.
        fills: whether to go on for all that: who seeks its way fills the grid with what carries
            its signal.
    """
    open_cells = [reached(~course.blocked, course.root) for course in courses]
    most = _RUNAWAY_SHARE * sum(int(cells.sum()) for cells in open_cells)
    end = run.step_index + num_steps
    while run.step_index < end and (fills or len(run.rows.coordinates) <= most):
        run.step(min(_LOOK_EVERY, end - run.step_index))
        yield


def _solid(state: Tensor) -> Mask:
    masks: Mask = solid(state).numpy()
    return masks


def _vines(state: Tensor, courses: Sequence[Course]) -> list[Vine]:
    return [vine_of(*each) for each in zip(_solid(state), courses, strict=True)]


def _middle(vine: Vine, course: Course) -> Cell:
    """Return the middle cell of the way, or of where it should be."""
    cells = way_inside(vine.solid, course)
    if cells is None:
        cells = course.ideal
    return tuple(cells[len(cells) // 2].tolist())


def _ball(middle: Cell, course: Course) -> Mask:
    """Return the cells to cut out: bool `(*space)`, neither root nor beacon."""
    space = course.blocked.shape
    offsets = np.indices(space) - np.reshape(middle, (-1, *[1] * len(space)))
    cut: Mask = (offsets**2).sum(0) <= CUT_RADIUS_CELLS**2
    cut[course.root] = cut[course.beacon] = False
    return cut
