"""What lies within two cells of a cell: all that its next step depends on."""

from __future__ import annotations

import torch
from torch import Tensor

from voxnca.grid import ALIVE_THRESHOLD, ALPHA, Rows


class Vicinity:
    """A cell's neighbours, itself among them, and what each of them perceives.

    Below M is 3^d, the neighbourhood in index order; the cell itself is in the middle.

    Attributes:
        cell: its index.
        space: sizes of the grid.
        middle: M // 2.
        cells: int64 `(M, d)`, the neighbours, as the border has them.
        inside: bool `(M,)`, which of them are cells of the grid at all.
        windows: `(M, M, C)`, the states round each neighbour; 0 where there is nothing.
        around: int64 `(M, M, d)`, the cells of the windows, as the border has them.
        live: bool `(M, M)`, which of them the alive mask holds; walls count as free.

    Args:
        rows: of one creature; no more of them is copied than lies near.
        space: sizes of the grid.
        border: `zero`, `replicate` or `circular`.
        cell: in the grid.
        dtype: of the windows.
    """

    def __init__(
        self,
        rows: Rows,
        space: tuple[int, ...],
        border: str,
        cell: tuple[int, ...],
        *,
        dtype: torch.dtype,
    ) -> None:
        self.space, self._sizes, self._border = space, torch.tensor(space), border
        self.cell, self.middle = cell, 3 ** len(space) // 2
        cells, inside = self._round(torch.tensor([cell]))
        self.cells, self.inside = cells[0], inside[0]
        places, held = self._near(rows, 2)
        at, there = self._round(self.cells)
        # One row of zeros more, for what is not held.
        held = torch.cat([held, held.new_zeros(1, held.shape[1])]).to(dtype)
        self.around, there = at, there & self.inside[:, None]
        self.live = there & self._is_live(at, rows)
        same = (at[:, :, None] == places).all(-1) & there[..., None]
        nothing = ~same.any(-1, keepdim=True)
        self.windows = held[torch.cat([same, nothing], -1).int().argmax(-1)]

    def _round(self, cells: Tensor) -> tuple[Tensor, Tensor]:
        """Return the neighbourhoods `(N, M, d)` of cells `(N, d)`, and which are in the grid."""
        d = len(self.space)
        at = cells[:, None] + torch.cartesian_prod(*[torch.arange(-1, 2)] * d)
        if self._border == "circular":
            at = at % self._sizes
        if self._border == "replicate":
            at = at.clamp(torch.tensor(0), self._sizes - 1)
        return at, ((at >= 0) & (at < self._sizes)).all(-1)

    def _is_live(self, cells: Tensor, rows: Rows) -> Tensor:
        """Return which of the cells `(M, M, d)` lie beside one that is mature, or are."""
        places, held = self._near(rows, 3)
        mature = places[held[:, ALPHA] > ALIVE_THRESHOLD]
        away = cells[:, :, None] - mature
        wraps = self._border == "circular"
        beside = (away + 1) % self._sizes <= 2 if wraps else away.abs() <= 1
        return beside.all(-1).any(-1)

    def _near(self, rows: Rows, reach: int) -> tuple[Tensor, Tensor]:
        """Return places `(N, d)` and states `(N, C)` within some cells, round the edges too."""
        places, values = rows.coordinates[:, 1:], rows.values.detach()
        away = (places - torch.tensor(self.cell) + reach) % self._sizes
        near = (away <= 2 * reach).all(1)
        return places[near], values[near]
