"""Which cell of a creature makes a good example to explain."""

from __future__ import annotations

import torch
from torch import Tensor

from voxnca import Rows, to_rgba
from voxnca.grid import ALIVE_THRESHOLD, ALPHA, SOLID_THRESHOLD


def pick_cell(rows: Rows, *, nth: int = 0) -> tuple[int, ...] | None:
    """Return a cell at the creature's surface round which the visible colours differ most.

    There a cell perceives something along every axis, and one sees it without cutting the
    creature open. The same rows give the same cell.

    Args:
        rows: of one creature.
        nth: 0 is the best, 1 the next, and round again after the last.

    Returns:
        Its index; None when nothing is alive.
    """
    alpha = rows.values[:, ALPHA]
    body = alpha > SOLID_THRESHOLD
    if not body.any():
        body = alpha > ALIVE_THRESHOLD
    if not body.any():
        return None
    places = rows.coordinates[body, 1:]
    order = _ranked(places, to_rgba(rows.values.detach()[body][None, None])[0, 0])
    return tuple(places[order[nth % len(order)]].tolist())


def _ranked(places: Tensor, rgba: Tensor) -> Tensor:
    """Order cells, best first: by contrast at the surface, then by nearness to the middle."""
    contrast, at_surface = torch.zeros(len(places)), torch.zeros(len(places), dtype=torch.bool)
    for there, other in _across_faces(places):
        differs = (rgba - rgba[other]).abs().sum(1).float()
        contrast = torch.where(there, contrast.maximum(differs), contrast)
        at_surface |= ~there
    middle = places.double().mean(0)
    order = (places - middle).square().sum(1).sort(stable=True).indices
    score = torch.where(at_surface, contrast, -1.0)
    return order[score[order].sort(stable=True, descending=True).indices]


def _across_faces(places: Tensor) -> list[tuple[Tensor, Tensor]]:
    """Return for each of the 2 d faces whether a cell lies beyond it, and which."""
    low = places.min(0).values - 1
    sizes = (places.max(0).values - low + 2).tolist()
    strides = torch.tensor(sizes).flip(0).cumprod(0).flip(0) // torch.tensor(sizes)
    flat = ((places - low) * strides).sum(1)
    numbers, order = flat.sort()
    found = []
    for stride in strides.tolist():
        for beyond in (flat - stride, flat + stride):
            at = torch.searchsorted(numbers, beyond).clamp(max=len(numbers) - 1)
            found.append((numbers[at] == beyond, order[at]))
    return found
