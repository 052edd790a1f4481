"""The fast engine: compute only the cells that can change.

Three facts make it exact. A dead cell outside the alive mask stays zero, so only the mask's
cells need storage. A cell that doesn't fire keeps its value, so only firing cells need the
network. And a step's alive mask is the last step's post-mask, so one dilation a step is enough.

The live cells' values are the rows of one matrix; `_slot` maps a cell's number in the padded
grid to its row, and every other cell to row 0, which holds zeros. A border is an index: the
halo's cells have no rows of their own but lead to nothing (`zero`) or back into the grid.
"""

from __future__ import annotations

from itertools import product
from math import prod

import torch
from torch import Tensor

from voxnca.engines.field import Firing, Rows, Rule
from voxnca.grid import ALIVE_THRESHOLD, ALPHA
from voxnca.wounds import Wound


class PaddedGrid:
    """Number the cells of a batch of grids, each with a halo of one cell on every side."""

    def __init__(self, batch_size: int, space: tuple[int, ...], border: str) -> None:
        self.space, self.border = space, border
        self.shape = (batch_size, *(n + 2 for n in space))
        strides = [prod(self.shape[axis + 1 :]) for axis in range(len(self.shape))]
        self.strides = torch.tensor(strides)
        self.size = prod(self.shape)
        around = torch.tensor(list(product((-1, 0, 1), repeat=len(space))))
        self.around = around @ self.strides[1:]

    def number(self, coordinates: Tensor) -> Tensor:
        """Return the numbers of cells `(N, 1 + d)`."""
        return (coordinates * self.strides).sum(1) + self.strides[1:].sum()

    def coordinates(self, cells: Tensor) -> Tensor:
        """Return batch row and index, `(N, 1 + d)`, of cell numbers; halo cells lie outside."""
        columns = torch.stack(torch.unravel_index(cells, self.shape), 1)
        columns[:, 1:] -= 1
        return columns

    def resolve(self, cells: Tensor) -> tuple[Tensor, Tensor]:
        """Lead halo cells to the cells they mirror; tell which cells now lie in the grid."""
        coordinates = self.coordinates(cells)
        index, sizes = coordinates[:, 1:], torch.tensor(self.space)
        if self.border == "circular":
            index.remainder_(sizes)
        elif self.border == "replicate":
            index.clamp_(min=torch.zeros_like(sizes), max=sizes - 1)
        inside = ((index >= 0) & (index < sizes)).all(1)
        return self.number(coordinates), inside


class SparseField:
    """Rows of live cells, stepped without looking at the rest of the grid."""

    def __init__(self, state: Tensor, rule: Rule) -> None:
        self._rule, self._shape = rule, state.shape
        grid = PaddedGrid(state.shape[0], tuple(state.shape[1:-1]), rule.border)
        self._grid = grid
        self._slot = torch.zeros(grid.size, dtype=torch.int64)
        self._claim = torch.zeros(grid.size, dtype=torch.int64)
        used = rule.kernels.detach().flatten(1).any(0)
        if rule.kernels.requires_grad:
            used.fill_(True)
        self._reach = grid.around[used]  # the neighbours that any kernel weighs
        self._taps = rule.kernels.flatten(1)[:, used]  # (K, T)
        detached = state.detach()
        stray = grid.number(detached.any(-1).nonzero())
        pre = self._dilate(grid.number((detached[..., ALPHA] > ALIVE_THRESHOLD).nonzero()))
        # Dead cells beside the mask are perceived too: they are rows, so that the gradient
        # of the entry state reaches them.
        cells = torch.cat([self._dilate(pre), stray]).unique()
        values = state[tuple(grid.coordinates(cells).T)]
        self._hold(cells, pre, torch.cat([values.new_zeros(1, state.shape[-1]), values]))

    def step(self, firing: Firing) -> None:
        """Advance every state by one step."""
        firing_cells = self._firing_cells(firing)
        dx = self._rule.update(self._perceive(firing_cells))
        updated = self._values.index_add(0, self._slot[firing_cells], dx)
        pre_rows = self._slot[self._pre]
        mature = updated.detach()[pre_rows, ALPHA] > ALIVE_THRESHOLD
        post = self._dilate(self._pre[mature])
        self._slot[self._cells] = 0  # what lies outside the pre-mask dies
        self._slot[self._pre] = pre_rows
        kept = torch.cat([pre_rows.new_zeros(1), self._slot[post]])
        self._slot[self._pre] = 0
        self._hold(post, post, updated.index_select(0, kept))

    def erase(self, wound: Wound, sample: int | None) -> None:
        """Set the wound's cells to zero, in one sample or in all."""
        coordinates = self._grid.coordinates(self._cells)
        hit = wound.contains(coordinates[:, 1:])
        if sample is not None:
            hit &= coordinates[:, 0] == sample
        values = torch.cat([self._values[:1], self._values[1:].masked_fill(hit[:, None], 0.0)])
        mature = values.detach()[1:, ALPHA] > ALIVE_THRESHOLD
        self._hold(self._cells, self._dilate(self._cells[mature]), values)

    def rows(self) -> Rows:
        """Return the cells that may be non-zero."""
        return Rows(self._grid.coordinates(self._cells), self._values[1:])

    def state(self) -> Tensor:
        """Return the whole states."""
        whole = self._values.new_zeros(self._shape)
        return whole.index_put(tuple(self.rows().coordinates.T), self._values[1:])

    def _hold(self, cells: Tensor, pre: Tensor, values: Tensor) -> None:
        """Keep the rows of `cells` (row 0 is zero), of which `pre` are in the alive mask."""
        self._cells, self._pre, self._values = cells, pre, values
        self._slot[cells] = torch.arange(1, len(cells) + 1)

    def _firing_cells(self, firing: Firing) -> Tensor:
        if self._rule.fire_rate == 1:
            return self._pre
        coordinates = self._grid.coordinates(self._pre)
        return self._pre[firing.mask(coordinates, self._grid.space, self._rule.fire_rate)]

    def _perceive(self, cells: Tensor) -> Tensor:
        around = (self._reach[:, None] + cells).flatten()
        if self._rule.border != "zero":
            around, _ = self._grid.resolve(around)
        taps = self._values.index_select(0, self._slot[around])
        maps = self._taps @ taps.reshape(len(self._reach), -1)  # (K, N * C)
        return maps.reshape(len(maps), len(cells), -1).movedim(0, 1).flatten(1)

    def _dilate(self, cells: Tensor) -> Tensor:
        """Return the cells within 3^d of `cells`, in the grid, each once, in order."""
        around = (self._grid.around[:, None] + cells).flatten()
        around = around[self._first(around)]
        around, inside = self._grid.resolve(around)
        around = around[inside]
        if self._rule.border != "zero":
            around = around[self._first(around)]
        return around.sort().values

    def _first(self, cells: Tensor) -> Tensor:
        """Tell for each entry whether it alone stands for its cell: no sort, no pass."""
        turn = torch.arange(len(cells))
        self._claim[cells] = turn
        return self._claim[cells] == turn
