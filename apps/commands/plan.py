"""What a run of `voxnca grow` does and when: its grid, its steps, its wounds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil

from apps.lab.opening import seeks
from voxnca import NCA, ArgumentError
from voxnca.evaluation import growing_time
from voxnca.grid import check_space
from voxnca.quality import HEAL_STEPS
from voxnca.steering import growing_steps
from voxnca.wounds import Wound, check, parse

DISCRETE_SIDE = {2: 64, 3: 24}
DISCRETE_STEPS = 100
"""Of a rule that grows no target: enough to see what it is like."""
MAX_FRAMES = 120
"""Of a movie: a longer run is shown at intervals."""
REPORT_PARTS = 4
"""A report tells of growth at so many steps, and of what follows."""


@dataclass(frozen=True)
class Plan:
    """What a run does and when.

    Attributes:
        space: sizes of the grid.
        num_steps: in all.
        wounds: dealt together.
        wound_step: after how many steps; None without a wound.
        grown_step: when growth is over: the wound's step, else T, but not after the end.
    """

    space: tuple[int, ...]
    num_steps: int
    wounds: tuple[Wound, ...]
    wound_step: int | None
    grown_step: int

    @property
    def frame_interval(self) -> int:
        """Steps between the frames of a movie."""
        return max(1, ceil(self.num_steps / MAX_FRAMES))

    @property
    def report_steps(self) -> frozenset[int]:
        """Steps of a report: growth in equal parts, and after it the closer the sooner."""
        shares = [part / REPORT_PARTS for part in range(REPORT_PARTS + 1)]
        rest = self.num_steps - self.grown_step
        growing = [round(share * self.grown_step) for share in shares]
        return frozenset(growing + [self.grown_step + round(share**2 * rest) for share in shares])


def make_plan(
    model: NCA,
    space: tuple[int, ...],
    *,
    steps: int | None,
    wounds: Sequence[str],
    wound_at: int | None,
) -> Plan:
    """Read what was typed, and fill in what was not.

    Args:
        model: that is to grow.
        space: sizes of the grid.
        steps: to run; None is T, and 96 more after a wound; a discrete rule's T is a usual one.
        wounds: as `voxnca.wounds.parse` reads them.
        wound_at: the step after which to wound; None is T.

    Raises:
        ArgumentError: for what cannot be read, does not fit, or has no default.
    """
    parsed = tuple(map(parse, wounds))
    for wound in parsed:
        check(wound, len(space), 1, None)
    if parsed:
        return _wounding(
            space, parsed, steps, _grow_steps(model, space) if wound_at is None else wound_at
        )
    if wound_at is not None:
        raise ArgumentError(f"wound_at={wound_at} without a wound; add --wound ball:r=4@8,8,8")
    num_steps = _grow_steps(model, space) if steps is None else steps
    grown_step = _known_grow_steps(model, space)
    grown_step = num_steps if grown_step is None else min(grown_step, num_steps)
    return Plan(space, num_steps, (), None, grown_step)


def _wounding(
    space: tuple[int, ...], wounds: tuple[Wound, ...], steps: int | None, wound_step: int
) -> Plan:
    num_steps = wound_step + HEAL_STEPS if steps is None else steps
    if wound_step > num_steps:
        raise ArgumentError(
            f"wound_at={wound_step} must be at most steps={num_steps}; pass more --steps"
        )
    return Plan(space, num_steps, wounds, wound_step, wound_step)


def read_size(size: str, num_dims: int) -> tuple[int, ...]:
    """Read the sizes of a grid: its side, or its sides joined by commas.

    Raises:
        ArgumentError: for anything else.
    """
    parts = size.split(",")
    if not all(part.strip().isascii() and part.strip().isdecimal() for part in parts):
        raise ArgumentError(f"size={size!r} must be a side, 32, or sides in index order, 24,32,32")
    sides = [int(part) for part in parts]
    return check_space(sides * num_dims if len(sides) == 1 else sides, num_dims)


def _grow_steps(model: NCA, space: tuple[int, ...]) -> int:
    steps = _known_grow_steps(model, space)
    if steps is None:
        raise ArgumentError("steps: the model has no record of how long it grows; pass --steps 64")
    return steps


def _known_grow_steps(model: NCA, space: tuple[int, ...]) -> int | None:
    if model.is_discrete:
        return DISCRETE_STEPS
    if model.info.grow_steps is None and model.targets:
        return growing_time(model, *model.targets)
    if seeks(model):
        return growing_steps(model, space)
    return model.info.grow_steps
