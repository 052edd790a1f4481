"""The condition that disturbances of a fixed point come nearest to breaking."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor

from analysis.certificate.linear import Linearization
from voxnca.grid import ALIVE_THRESHOLD, ALPHA

TINY = 1e-300
"""Stands for what is 0, to divide by."""


@dataclass
class Nearest:
    """The nearest condition so far.

    Attributes:
        worst: the largest of reach / margin, the reach being that of disturbances of size 1.
        binding: the condition that it is of: its kind, cell, unit and step.
    """

    # Dead cells hold zeros, and live again with an alpha of the threshold itself.
    worst: float = 1 / ALIVE_THRESHOLD
    binding: dict[str, Any] = field(
        default_factory=lambda: {"kind": "far", "cell": None, "unit": None, "step": 0}
    )

    @property
    def delta(self) -> float:
        """Disturbances of less break no condition."""
        return 1 / self.worst

    def see(
        self, worst: float, kind: str, cell: Tensor, step: int | None, unit: int | None = None
    ) -> bool:
        """Look at a condition; tells whether it is the nearest."""
        if not worst > self.worst:
            return False
        self.worst = worst
        self.binding = {"kind": kind, "cell": cell.tolist(), "unit": unit, "step": step}
        return True

    def see_units(self, near: Linearization, ratios: Tensor, step: int) -> tuple[int, int] | None:
        """Look at reach / margin of hidden units `(n, H)`; returns the one that is the nearest."""
        place = int(ratios.argmax())
        cell, unit = divmod(place, ratios.shape[1])
        if self.see(float(ratios[cell, unit]), "unit", near.cells[cell], step, unit):
            return cell, unit
        return None

    def see_life(self, near: Linearization, reach: Tensor, step: int | None) -> None:
        """Look at who lives and who does not, live values going as far as `reach` `(n, C)`."""
        alphas = near.alphas(near.cells)
        by_dead = near.by_dead
        if by_dead.any():
            worst = torch.where(by_dead, reach[:, ALPHA] / (ALIVE_THRESHOLD - alphas), 0.0)
            self.see(float(worst.max()), "dead", near.cells[int(worst.argmax())], step)
        best = near.kept_alive((alphas - ALIVE_THRESHOLD) / reach[:, ALPHA].clamp(min=TINY))
        place = int(best.argmin())
        self.see(float(1 / best[place].clamp(min=TINY)), "live", near.cells[place], step)


def ratios(near: Linearization, reach: Tensor) -> Tensor:
    """Return the largest reach / margin, live values going as far as `reach` `(nC, X)`: `(X,)`.

    All cells are held to stay as mature or as immature as they are, which is more than need be.
    """
    n, C = near.num_cells, near.num_channels
    values = reach.reshape(n, C, -1)
    units = (near.felt(values) / near.units.abs()[..., None]).amax((0, 1))
    gaps = (near.alphas(near.cells) - ALIVE_THRESHOLD).abs()
    return torch.maximum(units, (values[:, ALPHA] / gaps[:, None]).amax(0))
