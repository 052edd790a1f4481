"""What a cell senses of its environment: flags, 0 or 1, by name.

`walls`
    2d flags: the face neighbour is blocked, or off the grid.
`beacon`
    4d + 1 flags, the compass: which face neighbour is the way to the beacon (2d, none where the
    beacon is or cannot be reached), which of them have their way through this cell (2d), and
    whether the beacon is here.
`bare_beacon`
    1 flag: whether the beacon is here. Who is to find it must carry the signal itself.
`root`
    1 flag: whether the root is here.

Face neighbours come in order of the axes, for each first the one before, then the one behind.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import torch
from torch import Tensor

Cell = tuple[int, ...]


class Scene(NamedTuple):
    """The environment of one sample.

    Attributes:
        blocked: bool `(*space)`.
        beacon: its cell, if there is one.
        root: its cell, if there is one.
        directions: int8 `(*space)`, the number of the face neighbour that is the way to the
            beacon, -1 for none; None where no beacon is.
    """

    blocked: Tensor
    beacon: Cell | None
    root: Cell | None
    directions: Tensor | None


def num_inputs(senses: Iterable[str], num_dims: int) -> int:
    """Return how many flags the senses are in all."""
    widths = {"walls": 2 * num_dims, "beacon": 4 * num_dims + 1, "bare_beacon": 1, "root": 1}
    return sum(widths[name] for name in senses)


def sense(scene: Scene, senses: Iterable[str], *, wraps: bool = False) -> Tensor:
    """Return the flags of each cell: uint8 `(*space, S)`, in the order of the senses.

    Args:
        scene: with whatever the senses need.
        senses: names of them.
        wraps: whether the grid's edges meet, so that no wall is there.
    """
    parts = []
    for name in senses:
        if name == "walls":
            parts += _face_neighbours(scene.blocked, outside=not wraps, wraps=wraps)
        elif name == "beacon":
            parts += _compass(scene)
        if name in ("beacon", "bare_beacon"):
            parts.append(_mark(scene.blocked, scene.beacon))
        if name == "root":
            parts.append(_mark(scene.blocked, scene.root))
    return torch.stack(parts, -1).to(torch.uint8)


def _compass(scene: Scene) -> list[Tensor]:
    assert scene.directions is not None
    faces = range(2 * scene.blocked.ndim)
    outgoing = [scene.directions == face for face in faces]
    # Face 2a is the neighbour before on axis a, and 2a + 1 the one behind: each other's opposite.
    incoming = [_neighbour(outgoing[face ^ 1], face, outside=False, wraps=False) for face in faces]
    return outgoing + incoming


def _face_neighbours(cells: Tensor, *, outside: bool, wraps: bool) -> list[Tensor]:
    faces = range(2 * cells.ndim)
    return [_neighbour(cells, face, outside=outside, wraps=wraps) for face in faces]


def _neighbour(cells: Tensor, face: int, *, outside: bool, wraps: bool) -> Tensor:
    """Return what each cell's neighbour across a face holds."""
    axis, behind = divmod(face, 2)
    shifted = cells.roll(-1 if behind else 1, axis)
    if not wraps:
        shifted = shifted.clone()
        shifted.select(axis, -1 if behind else 0).fill_(outside)
    return shifted


def _mark(cells: Tensor, place: Cell | None) -> Tensor:
    mark = torch.zeros_like(cells)
    if place is not None:
        mark[place] = True
    return mark
