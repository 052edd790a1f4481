"""What a rule is asked to grow: coloured pixels or voxels, and where they lie on a grid."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import torch
from torch import Tensor

from voxnca.errors import ArgumentError
from voxnca.grid import ALPHA, RGB, RGBA, SOLID_THRESHOLD, Rows, center, check_space, content
from voxnca.targets.reach import reach


@dataclass(frozen=True, eq=False)
class Target:
    """Coloured cells, cropped to their content. Make one by `Target.from_rgba8`.

    Attributes:
        rgba8: uint8 `(*space, 4)`, straight alpha; no side of it is empty.
        name: for people.
        notes: what a reader had to decide, one sentence each.
    """

    rgba8: np.ndarray
    name: str
    notes: tuple[str, ...] = field(default=())

    @classmethod
    def from_rgba8(cls, array: np.ndarray, *, name: str, notes: Sequence[str] = ()) -> Target:
        """Check an array and crop it to its content, the cells with alpha above 0.

        Args:
            array: uint8 `(H, W, 4)` or `(D, H, W, 4)`, straight alpha.
            name: for people.
            notes: what a reader had to decide.

        Raises:
            ArgumentError: for another type or shape, or an array without a solid cell.
        """
        if not isinstance(array, np.ndarray) or array.dtype != np.uint8:
            kind = getattr(array, "dtype", type(array).__name__)
            raise ArgumentError(f"array is {kind}; convert it to a numpy array of uint8")
        if array.ndim not in (3, 4) or array.shape[-1] != 4:
            raise ArgumentError(f"array {array.shape} must be (H, W, 4) or (D, H, W, 4), RGBA")
        if not (array[..., ALPHA] > 255 * SOLID_THRESHOLD).any():
            raise ArgumentError(
                f"target {name!r} is empty: no cell has alpha above {SOLID_THRESHOLD}; "
                "give it at least one opaque cell"
            )
        cropped = array[content(array[..., ALPHA] > 0)].copy()
        cropped[cropped[..., ALPHA] == 0] = 0
        cropped.setflags(write=False)
        return cls(cropped, name, tuple(notes))

    @property
    def size(self) -> tuple[int, ...]:
        """Sides of the content, `(H, W)` or `(D, H, W)`."""
        return self.rgba8.shape[:-1]

    @property
    def num_dims(self) -> int:
        """2 or 3."""
        return len(self.size)

    @cached_property
    def rgba(self) -> Tensor:
        """Premultiplied colours in [0, 1]: float32 `(*size, 4)`."""
        rgba = torch.from_numpy(self.rgba8.astype(np.float32) / 255)
        rgba[..., RGB] *= rgba[..., ALPHA:]
        return rgba

    @cached_property
    def solid(self) -> Tensor:
        """Which cells are solid: bool `(*size)`."""
        return self.rgba[..., ALPHA] > SOLID_THRESHOLD

    @cached_property
    def num_solid(self) -> int:
        """Number of solid cells, at least 1."""
        return int(self.solid.sum())

    @cached_property
    def anchor(self) -> tuple[int, ...]:
        """The solid cell nearest to the centroid of the solid cells: what lies on the seed."""
        cells = self.solid.nonzero()
        squared = (cells - cells.double().mean(0)).square().sum(1)
        return tuple(cells[int(squared.argmin())].tolist())

    @cached_property
    def reach(self) -> int:
        """Fewest steps in which growth from the anchor gets everywhere: see `targets.reach`."""
        return reach(self.solid.numpy(), self.anchor)

    def origin(self, space: Sequence[int]) -> tuple[int, ...]:
        """Return the grid's cell on which the target's cell 0 lies.

        Raises:
            ArgumentError: when the grid has another dimension or does not hold the target.
        """
        space = check_space(space, self.num_dims)
        origin = tuple(c - a for c, a in zip(center(space), self.anchor, strict=True))
        fits = (o >= 0 and o + n <= s for o, n, s in zip(origin, self.size, space, strict=True))
        if not all(fits):
            raise ArgumentError(
                f"target {self.name!r} of size {self.size} does not fit a grid of {space} with "
                "its anchor on the seed; use voxnca.training_space(target) or load it smaller"
            )
        return origin

    def place(self, space: Sequence[int]) -> Tensor:
        """Return premultiplied RGBA `(*space, 4)` with the anchor on the seed's cell.

        Raises:
            ArgumentError: as of `origin`.
        """
        placed = torch.zeros(*space, 4)
        region = tuple(slice(o, o + n) for o, n in zip(self.origin(space), self.size, strict=True))
        placed[region] = self.rgba
        return placed

    def rows(self, space: Sequence[int], num_channels: int) -> Rows:
        """Return the placed cells alone, as a state's rows with hidden channels of zero.

        Raises:
            ArgumentError: as of `origin`.
        """
        cells = self.rgba.any(-1).nonzero()
        values = torch.zeros(len(cells), num_channels)
        values[:, RGBA] = self.rgba[tuple(cells.T)]
        placed = cells + torch.tensor(self.origin(space))
        return Rows(torch.nn.functional.pad(placed, (1, 0)), values)
