"""How far one live cell alone may be disturbed, and what noise a pattern bears for ever.

`weighted` bounds what a disturbance of all values does. One of a single cell c goes less far:
|e_k| <= size T_k, T_k being the sums over the channels of c of the columns of |J^k|. The first m
steps are looked at one by one. F, the largest of T_1 ... T_m, bounds later ones by |J^m| F,
|J^m|^2 F, ..., each for m steps, and those after by shrink max(F' / v) v, F' being the last of
them. A disturbance dies down when it breaks no condition of all these, or none until it is smaller
than delta.

Noise in all cells, added to each step's result, takes the live values no farther than size S,
S = sum |J^k| (1 + d): what dead cells hold is cleared by the next step, but felt by it. When it
ends, what is left goes on as the later terms of the same sum, and dies down.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from analysis.certificate.linear import Linearization
from analysis.certificate.nearest import TINY, Nearest, ratios
from analysis.certificate.sparse import sizes_times

_MAX_GROUPS = 12


class OneCell:
    """Disturbances of one live cell alone, of size 1, each followed beside the others.

    All cells are held to stay as mature or as immature as they are, which is more than need be.
    """

    def __init__(self, near: Linearization) -> None:
        self._near = near
        size = near.num_cells * near.num_channels
        self._worst = ratios(near, _sums(torch.eye(size, dtype=torch.float64), near.num_channels))
        self._furthest = torch.zeros(size, near.num_cells, dtype=torch.float64)
        self._left = self._later = torch.full_like(self._worst, torch.inf)

    def whole_columns(self, wanted: int) -> int:
        """Return how many columns a block should have, near to those wanted."""
        C = self._near.num_channels
        return max(1, wanted // C) * C

    def see(self, power: Sequence[Tensor]) -> None:
        """Look at the next step: J^k in blocks of columns, of whole cells each."""
        reach = torch.cat([_sums(block, self._near.num_channels) for block in power], 1)
        self._worst = torch.maximum(self._worst, ratios(self._near, reach))
        self._furthest = torch.maximum(self._furthest, reach)

    def go_on(self, power: Sequence[Tensor], weights: Tensor, shrink: float) -> None:
        """Look at all later steps.

        Args:
            power: J^m, the last that was looked at.
            weights: v, `(nC,)`.
            shrink: of v by |J^m|.
        """
        after = shrink * ratios(self._near, weights[:, None])[0]
        for _ in range(_MAX_GROUPS):
            self._furthest = sizes_times(power, self._furthest)
            self._worst = torch.maximum(self._worst, ratios(self._near, self._furthest))
            self._later = after * (self._furthest / weights[:, None]).amax(0)
            self._left = self._furthest.amax(0)
            if bool((self._later <= self._worst).all()):
                break

    def tolerance(self, kept: float, delta: float, away: float) -> Tensor:
        """Return how large a disturbance of each cell may be, `(n,)`.

        Args:
            kept: share of the margins that is not taken by residual and rounding.
            delta: a disturbance of less in all values dies down.
            away: how far residual and rounding take any value.
        """
        later = kept / self._later.clamp(min=TINY)
        end = torch.maximum(later, (delta - 2 * away) / self._left.clamp(min=TINY))
        return torch.minimum(kept / self._worst, end).clamp(min=delta)


def noise_ratio(near: Linearization, reach: Tensor) -> float:
    """Return the largest reach / margin under noise of size 1 that goes as far as S, `(nC,)`."""
    found = Nearest()
    values = reach.reshape(near.num_cells, near.num_channels)
    found.see_life(near, values, None)
    from_dead = near.felt_at_once() - near.felt(torch.ones_like(values)[..., None])[..., 0]
    units = near.felt(values[..., None])[..., 0] + from_dead.clamp(min=0)
    return max(found.worst, float((units / near.units.abs()).max()))


def _sums(block: Tensor, num_channels: int) -> Tensor:
    """Add up the sizes in the columns of each cell."""
    return block.abs().reshape(len(block), -1, num_channels).sum(2)
