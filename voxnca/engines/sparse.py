"""The fast engine: compute only the cells that can change.

Three facts make it exact. A dead cell outside the alive mask stays zero, so only the mask's
cells need storage. A cell that doesn't fire keeps its value, so only firing cells need the
network. And a step's alive mask is the last step's post-mask, so one dilation a step is enough.

The live cells' values are the rows of one matrix, and row 0 holds zeros. What is indexed by
place - which row a cell has, whether it is alive - lives in a window round the live cells, so
that a large empty grid costs nothing. The window's halo is its border: it repeats the rows of
the cells that the border leads to, and perception needs no special case.
"""

from __future__ import annotations

from itertools import product
from math import prod

import torch
from torch import Tensor

from voxnca.engines.field import Firing, Rows, Rule
from voxnca.grid import ALIVE_THRESHOLD, ALPHA
from voxnca.wounds import Wound

_SOURCE = {"replicate": (1, -2), "circular": (-2, 1)}
"""The planes of a window that its first and its last plane repeat."""


class Window:
    """A part of the grids `(B, *space)` that holds some cells, their neighbours and a halo.

    Cells are numbered in its raveled array; a number means nothing to another window.
    """

    def __init__(self, coordinates: Tensor, space: tuple[int, ...], border: str) -> None:
        self.border = border
        if len(coordinates) == 0:
            coordinates = coordinates.new_zeros(1, 1 + len(space))
        low, high = coordinates.amin(0).tolist(), coordinates.amax(0).tolist()
        spans = [(low[0], high[0] + 1)]
        for n, first, last in zip(space, low[1:], high[1:], strict=True):
            wraps = border == "circular" and not 0 < first <= last < n - 1
            spans.append((0, n) if wraps else (max(first - 1, 0), min(last + 2, n)))
        halo = [0] + [1] * len(space)
        self.origin = torch.tensor([a - h for (a, _), h in zip(spans, halo, strict=True)])
        self.shape = [b - a + 2 * h for (a, b), h in zip(spans, halo, strict=True)]
        self.strides = torch.tensor([prod(self.shape[a + 1 :]) for a in range(len(halo))])

    def number(self, coordinates: Tensor) -> Tensor:
        """Return the numbers of cells `(N, 1 + d)`, batch row and index."""
        return (coordinates - self.origin) @ self.strides

    def scatter(self, cells: Tensor, values: Tensor) -> Tensor:
        """Write a value at each cell, zero elsewhere, and fill the halo by the border."""
        window = values.new_zeros(self.shape)
        window.view(-1)[cells] = values
        if self.border != "zero":
            for axis in range(1, window.ndim):
                for side, source in zip((0, -1), _SOURCE[self.border], strict=True):
                    window.select(axis, side).copy_(window.select(axis, source))
        return window

    def dilate(self, cells: Tensor) -> Tensor:
        """Return the coordinates of the cells within 3^d of `cells`, each once, in order."""
        window = self.scatter(cells, torch.ones_like(cells, dtype=torch.bool))
        for axis in range(1, window.ndim):
            n = self.shape[axis] - 2
            parts = [window.narrow(axis, start, n) for start in range(3)]
            window = parts[0] | parts[1] | parts[2]
        halo = torch.tensor([0] + [1] * (window.ndim - 1))
        return window.nonzero() + (self.origin + halo)


class SparseField:
    """Rows of live cells, stepped without looking at the rest of the grid."""

    def __init__(self, state: Tensor, rule: Rule) -> None:
        self._rule, self._shape = rule, state.shape
        self._space = tuple(state.shape[1:-1])
        used = rule.kernels.detach().flatten(1).any(0)
        if rule.kernels.requires_grad:
            used.fill_(True)
        around = torch.tensor(list(product((-1, 0, 1), repeat=len(self._space))))
        self._reach = around[used]  # the neighbours that any kernel weighs
        self._taps = rule.kernels.flatten(1)[:, used]  # (K, T)
        detached = state.detach()
        self._pre = self._dilate((detached[..., ALPHA] > ALIVE_THRESHOLD).nonzero())
        # Stray cells and those beside the mask are perceived too in the first step: they are
        # rows, so that the gradient of the entry state reaches them.
        held = detached.any(-1)
        held[tuple(self._dilate(self._pre).T)] = True
        self._cells = held.nonzero()
        values = state[tuple(self._cells.T)]
        self._values = torch.cat([values.new_zeros(1, state.shape[-1]), values])

    def step(self, firing: Firing) -> None:
        """Advance every state by one step."""
        window = Window(self._cells, self._space, self._rule.border)
        rows = window.scatter(
            window.number(self._cells), torch.arange(1, len(self._cells) + 1)
        ).view(-1)
        pre = window.number(self._pre)
        fired = pre if self._rule.fire_rate == 1 else pre[self._fires(firing)]
        around = (self._reach @ window.strides[1:])[:, None] + fired
        dx = self._rule.update(self._perceive(rows[around]))
        updated = self._values.index_add(0, rows[fired], dx)
        alive = updated.detach()[rows[pre], ALPHA] > ALIVE_THRESHOLD
        post = window.dilate(pre[alive])
        kept = window.scatter(pre, rows[pre]).view(-1)  # what lies outside the pre-mask dies
        kept = kept[window.number(post)]
        zero = kept.new_zeros(1)
        self._cells = self._pre = post
        self._values = updated.index_select(0, torch.cat([zero, kept]))

    def erase(self, wound: Wound, sample: int | None) -> None:
        """Set the wound's cells to zero, in one sample or in all."""
        hit = wound.contains(self._cells[:, 1:])
        if sample is not None:
            hit &= self._cells[:, 0] == sample
        values = torch.cat([self._values[:1], self._values[1:].masked_fill(hit[:, None], 0.0)])
        self._values = values
        self._pre = self._dilate(self._cells[values.detach()[1:, ALPHA] > ALIVE_THRESHOLD])

    def rows(self) -> Rows:
        """Return the cells that may be non-zero."""
        return Rows(self._cells, self._values[1:])

    def state(self) -> Tensor:
        """Return the whole states."""
        whole = self._values.new_zeros(self._shape)
        return whole.index_put(tuple(self._cells.T), self._values[1:])

    def _fires(self, firing: Firing) -> Tensor:
        return firing.mask(self._pre, self._space, self._rule.fire_rate)

    def _perceive(self, rows: Tensor) -> Tensor:
        """Return perception vectors `(N, K * C)` of cells, given their neighbours' rows (T, N)."""
        T, N = rows.shape
        taps = self._values.index_select(0, rows.flatten())
        maps = self._taps @ taps.reshape(T, -1)  # (K, N * C)
        return maps.reshape(len(maps), N, taps.shape[1]).movedim(0, 1).flatten(1)

    def _dilate(self, coordinates: Tensor) -> Tensor:
        window = Window(coordinates, self._space, self._rule.border)
        return window.dilate(window.number(coordinates))
