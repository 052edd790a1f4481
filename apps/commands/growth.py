"""`voxnca grow`: a run from the seed, with or without a wound, written to a file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from math import ceil
from pathlib import Path

import torch
from rich.progress import track
from torch import Tensor

import voxnca
from apps.commands.engine import get_ready
from apps.items import open_model
from apps.terminal import console, result, say
from voxnca import NCA, ArgumentError, FileError, Rollout, export
from voxnca.evaluation import default_grow_steps
from voxnca.grid import check_space
from voxnca.quality import HEAL_STEPS, iou
from voxnca.wounds import Wound, check, parse

MAX_FRAMES = 120
"""Of a movie: a longer run is shown at intervals."""


@dataclass(frozen=True)
class Plan:
    """What a run does and when.

    Attributes:
        space: sizes of the grid.
        num_steps: in all.
        wounds: dealt together.
        wound_step: after how many steps.
    """

    space: tuple[int, ...]
    num_steps: int
    wounds: tuple[Wound, ...]
    wound_step: int

    @property
    def frame_interval(self) -> int:
        """Steps between the frames of a movie."""
        return max(1, ceil(self.num_steps / MAX_FRAMES))


def run(
    name: str,
    output: Path,
    *,
    steps: int | None = None,
    wounds: Sequence[str] = (),
    wound_at: int | None = None,
    seed: int = 0,
    size: str | None = None,
) -> None:
    """Grow a model and write the end, or for a movie the whole run.

    Args:
        name: of the model, as it was typed.
        output: the file; its suffix says what is written.
        steps: to run; None is T, and 96 more after a wound.
        wounds: as `voxnca.wounds.parse` reads them.
        wound_at: the step after which to wound; None is T.
        seed: of the firing mask.
        size: side of the grid, or its sides joined by commas; None fits the target.

    Raises:
        VoxncaError: for anything the user can mend.
    """
    _check_output(output)
    model = open_model(name)
    plan = _plan(model, _space(model, size), steps, [parse(text) for text in wounds], wound_at)
    get_ready()
    start = voxnca.seed_rows(model.config, plan.space)
    rollout = model.rollout(start, space=plan.space, seed=seed)
    moments = track(
        _walk(rollout, plan),
        name,
        total=plan.num_steps + 1,
        console=console,
        disable=not console.is_terminal,
    )
    if output.suffix.lower() in export.MOVIE_SUFFIXES:
        export.save_movie(_frames(moments, plan), output)
    else:
        for _ in moments:
            pass
        export.save_state(rollout.state(), output)
    result(f"{output}: {_describe(model, rollout)}")


def _check_output(output: Path) -> None:
    export.check_suffix(output)
    if not output.parent.is_dir():
        raise FileError(f"{output.parent}: no such folder; make it first")


def _space(model: NCA, size: str | None) -> tuple[int, ...]:
    """Return the grid: as typed, else what the target needs."""
    num_dims = model.config.num_dims
    if size is None:
        if model.target is None:
            raise ArgumentError("size: the model has no target to fit; pass --size 32")
        return voxnca.training_space(model.target)
    parts = size.split(",")
    if not all(part.strip().isascii() and part.strip().isdecimal() for part in parts):
        raise ArgumentError(f"size={size!r} must be a side, 32, or sides in index order, 24,32,32")
    sides = [int(part) for part in parts]
    return check_space(sides * num_dims if len(sides) == 1 else sides, num_dims)


def _plan(
    model: NCA,
    space: tuple[int, ...],
    steps: int | None,
    wounds: Sequence[Wound],
    wound_at: int | None,
) -> Plan:
    for wound in wounds:
        check(wound, len(space), 1, None)
    if wound_at is not None and not wounds:
        raise ArgumentError(f"wound_at={wound_at} without a wound; add --wound ball:r=4@8,8,8")
    wound_step = wound_at if wound_at is not None else _grow_steps(model) if wounds else 0
    if steps is None:
        steps = wound_step + HEAL_STEPS if wounds else _grow_steps(model)
    if wound_step > steps:
        raise ArgumentError(
            f"wound_at={wound_step} must be at most steps={steps}; pass more --steps"
        )
    return Plan(space, steps, tuple(wounds), wound_step)


def _grow_steps(model: NCA) -> int:
    if model.info.grow_steps is not None:
        return model.info.grow_steps
    if model.target is not None:
        return default_grow_steps(model.target, model.config.fire_rate)
    raise ArgumentError("steps: the model has no record of how long it grows; pass --steps 64")


@torch.no_grad()
def _walk(rollout: Rollout, plan: Plan) -> Iterator[Rollout]:
    """Step a rollout in place, wound it when it is time, and yield it at every step."""
    for index in range(plan.num_steps + 1):
        rollout.step(min(index, 1))
        if plan.wounds and index == plan.wound_step:
            removed = sum(rollout.wound(wound) for wound in plan.wounds)
            say(f"step {index}: the wound removes {removed} voxels")
        yield rollout


def _frames(moments: Iterable[Rollout], plan: Plan) -> Iterator[Tensor]:
    """Yield the state at intervals, and the last one."""
    for index, rollout in enumerate(moments):
        if index % plan.frame_interval == 0 or index == plan.num_steps:
            yield rollout.state()


def _describe(model: NCA, rollout: Rollout) -> str:
    state = rollout.state()
    text = f"step {rollout.step_index}, {int(voxnca.solid(state).sum())} voxels"
    if model.target is None:
        return text
    try:
        placed = model.target.place(rollout.space)
    except ArgumentError:
        return text  # the grid that was asked for is smaller than the target
    return f"{text}, IoU {float(iou(state, placed)):.3f}"
