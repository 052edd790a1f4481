"""How good a rule is: the one definition of grown, stable and healed.

Solid means alpha > 0.5. IoU is between the solid voxels of state and target. RGB error is the
mean absolute difference of premultiplied RGB, both clamped to [0, 1], over the target's solid
voxels.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import inf, isfinite
from statistics import fmean
from typing import TYPE_CHECKING, Any, Self

import torch
from torch import Tensor

from voxnca.errors import ArgumentError
from voxnca.grid import RGB, solid
from voxnca.wounds import Ball, smallest_ball

if TYPE_CHECKING:
    from voxnca.targets import Target

STANDARD_SHARE = 0.25
"""The standard wound removes at least this share of the solid voxels."""
NUM_WOUNDS = 8
HEAL_STEPS = 96
"""Steps after a wound at which healing is measured."""


@dataclass(frozen=True)
class Snapshot:
    """A pattern held against its target at one step."""

    step: int
    iou: float
    rgb_error: float
    loss: float


@dataclass(frozen=True)
class Healing:
    """One wound and what became of it after `HEAL_STEPS` steps."""

    center: tuple[int, ...]
    radius_cells: float
    iou_before: float
    iou_wounded: float
    iou_healed: float

    @property
    def healed(self) -> float:
        """Share of the lost IoU that came back: 1 all, 0 none, negative if it got worse."""
        lost = self.iou_before - self.iou_wounded
        return (self.iou_healed - self.iou_wounded) / lost if lost > 0 else 0.0


@dataclass(frozen=True)
class Quality:
    """What a rule does from the seed.

    Attributes:
        grown: at T steps.
        stable: later, at 3T, 500 and 2,000 steps.
        wounds: the standard wounds, dealt at 3T steps.
    """

    grown: Snapshot
    stable: tuple[Snapshot, ...]
    wounds: tuple[Healing, ...]

    @property
    def regrown_iou(self) -> float:
        """Mean IoU 96 steps after the standard wounds."""
        return fmean(w.iou_healed for w in self.wounds)

    @property
    def worst_iou(self) -> float:
        """Lowest IoU 96 steps after the standard wounds."""
        return min(w.iou_healed for w in self.wounds)

    @property
    def healed(self) -> float:
        """Mean share of the lost IoU that came back."""
        return fmean(w.healed for w in self.wounds)

    @property
    def score(self) -> float:
        """The weakest of grown, stable and regrown IoU, less the worst RGB error.

        What `Training.best` maximises: a rule is as good as its weakest side. A pattern that
        became NaN or infinite has no score: minus infinity.
        """
        seen = (self.grown, *self.stable)
        ious, errors = [s.iou for s in seen], [s.rgb_error for s in seen]
        if not all(map(isfinite, (*ious, *errors, self.regrown_iou))):
            return -inf
        return min(*ious, self.regrown_iou) - max(errors)

    def to_json(self) -> dict[str, Any]:
        """Return the measurements as a dict that `json` can write."""
        return dataclasses.asdict(self)

    @classmethod
    def from_json(cls, fields: Mapping[str, Any]) -> Self:
        """Build from `to_json`'s dict.

        Raises:
            ArgumentError: when fields are missing or unknown.
        """
        try:
            return cls(
                Snapshot(**_figures(fields["grown"])),
                tuple(Snapshot(**_figures(s)) for s in _several(fields["stable"])),
                tuple(Healing(**_figures(w)) for w in _several(fields["wounds"])),
            )
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise ArgumentError(f"quality is not as voxnca writes it ({error})") from error


def _several(records: Any) -> list[Any]:
    if not isinstance(records, list | tuple) or not records:
        raise ValueError("a list of figures is empty")
    return list(records)


def _figures(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Check that a record holds numbers and, in a wound, the point `center`."""
    figures = {name: tuple(v) if name == "center" else v for name, v in fields.items()}
    point = figures.get("center", (0, 0))
    numbers = [*point, *(value for name, value in figures.items() if name != "center")]
    if len(point) not in (2, 3) or not all(isinstance(n, int | float) for n in numbers):
        raise TypeError("a figure is not a number")
    return figures


def iou(state: Tensor, target: Tensor) -> Tensor:
    """Compute intersection over union of the solid voxels.

    Args:
        state: `(B, *space, C)`.
        target: RGBA as `Target.place` gives it, `(*space, 4)`, or `(B, *space, 4)` for one of
            each sample.

    Returns:
        `(B,)`; 1 when both are empty.
    """
    ours = solid(state)
    ours, wanted = ours.flatten(1), solid(target).expand_as(ours).flatten(1)
    both = (ours & wanted).sum(1)
    either = (ours | wanted).sum(1)
    return torch.where(either > 0, both / either.clamp(min=1), 1.0)


def iou_of_cells(cells: Tensor, target: Target, space: Sequence[int]) -> float:
    """Compute the IoU of solid cells, int64 `(N, d)`, with a target placed on a grid.

    Needs no array of the grid's size: what a viewer of a large grid calls.
    """
    both = shared_cells(cells, target, space)
    return both / (len(cells) + target.num_solid - both)


def shared_cells(cells: Tensor, target: Target, space: Sequence[int]) -> int:
    """Count the solid cells, int64 `(N, d)`, that a target placed on a grid has too."""
    local = cells - torch.tensor(target.origin(space))
    inside = ((local >= 0) & (local < torch.tensor(target.size))).all(1)
    return int(target.solid[tuple(local[inside].T)].sum())


def rgb_error(state: Tensor, target: Tensor) -> Tensor:
    """Average |difference| of premultiplied RGB over the target's solid voxels: `(B,)`."""
    difference = state[..., RGB].clamp(0, 1) - target[..., RGB].clamp(0, 1)
    return difference[:, solid(target)].abs().flatten(1).mean(1)


def standard_wound(solid_mask: Tensor, center: Sequence[int]) -> Ball:
    """Return the smallest ball round a cell that removes >= 25 % of the solid voxels.

    Args:
        solid_mask: bool `(*space)`, with at least one solid voxel.
        center: of the ball, in index order.
    """
    cells = solid_mask.nonzero()
    if len(cells) == 0:
        raise ArgumentError("solid_mask has no solid voxel to wound; grow the pattern first")
    return smallest_ball(cells, center, -(-len(cells) // int(1 / STANDARD_SHARE)))


def wound_centers(solid_mask: Tensor, num_wounds: int = NUM_WOUNDS, seed: int = 0) -> Tensor:
    """Draw solid voxels to wound: int64 `(num_wounds, d)`, without repeats while they last."""
    cells = solid_mask.nonzero()
    generator = torch.Generator().manual_seed(seed)
    order = torch.randperm(len(cells), generator=generator)
    return cells[order[torch.arange(num_wounds) % len(cells)]]
