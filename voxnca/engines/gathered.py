"""The fast engine's way in plain torch: for other devices and types, and where numba is not.

Like the compiled engine it computes only live cells that fire, and leaves the backward pass to
autograd. The live cells' values are the rows of one matrix, and row 0 holds zeros. What is
indexed by place - which row a cell has, whether it is alive - lives in a window round the live
cells, so that a large empty grid costs nothing. The window's halo is its border: it repeats the
rows of the cells that the border leads to, and perception needs no special case.
"""

from __future__ import annotations

from itertools import product
from math import prod

import torch
from torch import Tensor

from voxnca.engines.field import Firing, Rule, Surroundings, flat_index
from voxnca.grid import ALIVE_THRESHOLD, ALPHA, Rows
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


class GatheredField:
    """Rows of live cells, gathered for each step."""

    def __init__(self, shape: tuple[int, ...], rule: Rule, surroundings: Surroundings) -> None:
        self._rule, self._shape, self._surroundings = rule, shape, surroundings
        self._space = shape[1:-1]
        used = rule.kernels.detach().flatten(1).any(0)
        if rule.kernels.requires_grad:
            used.fill_(True)
        around = torch.tensor(list(product((-1, 0, 1), repeat=len(self._space))))
        self._reach = around[used]  # the neighbours that any kernel weighs
        self._taps = rule.kernels.flatten(1)[:, used]  # (K, T)

    @classmethod
    def of_state(cls, state: Tensor, rule: Rule, surroundings: Surroundings) -> GatheredField:
        """Enter whole states `(B, *space, C)`."""
        shape, detached = tuple(state.shape), state.detach()
        held = detached.any(-1)
        if state.requires_grad:  # the dead cells that live ones perceive have a gradient, too
            cells = (detached[..., ALPHA] > ALIVE_THRESHOLD).nonzero()
            for _ in range(2):
                cells = _dilate(cells, shape[1:-1], rule.border)
            held[tuple(cells.T)] = True
        cells = held.nonzero()
        return cls.of_rows(Rows(cells, state[tuple(cells.T)]), shape, rule, surroundings)

    @classmethod
    def of_rows(
        cls, rows: Rows, shape: tuple[int, ...], rule: Rule, surroundings: Surroundings
    ) -> GatheredField:
        """Enter cells of otherwise empty grids `(B, *space, C)`."""
        field = cls(shape, rule, surroundings)
        field._settle(surroundings.clear(rows))
        return field

    def step(self, firing: Firing, num_steps: int = 1) -> None:
        """Advance every state."""
        for k in range(num_steps):
            self._step(firing.after(k))

    def erase(self, wound: Wound, sample: int | None) -> None:
        """Set the wound's cells to zero, in one sample or in all."""
        hit = wound.contains(self._cells[:, 1:])
        if sample is not None:
            hit &= self._cells[:, 0] == sample
        self._settle(Rows(self._cells, self._values[1:].masked_fill(hit[:, None], 0.0)))

    def under(self, surroundings: Surroundings) -> GatheredField:
        """Return the same states in other surroundings."""
        return GatheredField.of_rows(self.rows(), self._shape, self._rule, surroundings)

    def rows(self) -> Rows:
        """Return the cells that may be non-zero, in index order."""
        return Rows(self._cells, self._values[1:])

    def state(self) -> Tensor:
        """Return the whole states."""
        whole = self._values.new_zeros(self._shape)
        return whole.index_put(tuple(self._cells.T), self._values[1:])

    def _settle(self, rows: Rows) -> None:
        """Hold some cells, and those that live though they hold nothing yet."""
        coordinates, values = rows
        self._pre = self._alive(coordinates[values.detach()[:, ALPHA] > ALIVE_THRESHOLD])
        every = torch.cat([coordinates, self._pre])
        numbers, which = flat_index(every, self._shape).unique(return_inverse=True)
        first = torch.zeros_like(numbers).scatter(0, which, torch.arange(len(every)))
        row = torch.zeros_like(numbers)
        row[which[: len(coordinates)]] = torch.arange(1, len(coordinates) + 1)
        self._cells = every[first]
        zero = values.new_zeros(1, self._shape[-1])
        self._values = torch.cat([zero, values]).index_select(0, torch.cat([row.new_zeros(1), row]))

    def _step(self, firing: Firing) -> None:
        window = Window(self._cells, self._space, self._rule.border)
        rows = window.scatter(
            window.number(self._cells), torch.arange(1, len(self._cells) + 1)
        ).view(-1)
        pre = window.number(self._pre)
        fires = firing.mask(self._pre, self._space, self._rule.fire_rate)
        fired, fired_cells = pre[fires], self._pre[fires]
        around = (self._reach @ window.strides[1:])[:, None] + fired
        perceived = self._perceive(self._feel(rows[pre]), rows[around])
        if self._surroundings.static is not None:
            perceived = torch.cat([perceived, _at(self._surroundings.static, fired_cells)], 1)
        before = self._values.index_select(0, rows[fired])
        after = self._rule.move(before, self._rule.update(perceived, before))
        updated = self._values.index_copy(0, rows[fired], after)
        mature = updated.detach()[rows[pre], ALPHA] > ALIVE_THRESHOLD
        post = self._alive(self._pre[mature])
        kept = window.scatter(pre, rows[pre]).view(-1)  # what lies outside the pre-mask dies
        kept = kept[window.number(post)]
        self._cells = self._pre = post
        self._values = updated.index_select(0, torch.cat([kept.new_zeros(1), kept]))

    def _feel(self, live: Tensor) -> Tensor:
        """Return the rows as they are perceived."""
        if self._surroundings.embedding is None:
            return self._values
        embedding = _at(self._surroundings.embedding, self._pre)
        return self._values.index_add(0, live, embedding)

    def _perceive(self, felt: Tensor, rows: Tensor) -> Tensor:
        """Return perception vectors `(N, K * C)` of cells, given their neighbours' rows (T, N)."""
        T, N = rows.shape
        taps = felt.index_select(0, rows.flatten())
        maps = self._taps @ taps.reshape(T, -1)  # (K, N * C)
        return maps.reshape(len(maps), N, taps.shape[1]).movedim(0, 1).flatten(1)

    def _alive(self, mature: Tensor) -> Tensor:
        """Return the cells round the mature ones where matter may be."""
        alive = _dilate(mature, self._space, self._rule.border)
        return self._surroundings.clear(Rows(alive, alive)).coordinates


def _dilate(coordinates: Tensor, space: tuple[int, ...], border: str) -> Tensor:
    window = Window(coordinates, space, border)
    return window.dilate(window.number(coordinates))


def _at(given: Tensor, cells: Tensor) -> Tensor:
    """Return what cells `(N, 1 + d)` are given; an axis of one entry holds for all."""
    index = [
        torch.zeros_like(place) if size == 1 else place
        for size, place in zip(given.shape, cells.T, strict=False)
    ]
    return given[tuple(index)]
