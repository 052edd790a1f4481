"""A grid of up to 256 states, a byte a cell, with the cells beyond the edges round it.

All cells lie in one array, so that a kernel runs over them in one loop and finds a neighbour at a
fixed distance. What it writes beyond the edges is worth nothing: `wrap` sets that anew.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from analysis.rules.engines.engine import Engine, Mask
from analysis.rules.rule import States
from voxnca.engines.kernels.compiling import compiled, inlined

CHUNK = 1024
"""Cells whose intermediate results are kept at a time: few enough for the fastest memory."""


class Layout(NamedTuple):
    """Where the cells lie in the array.

    Attributes:
        depth: planes of cells.
        height: rows of a plane.
        width: cells of a row.
        shell: planes beyond each face, 0 in 2D and 1 in 3D; of rows and cells there is always 1.
        torus: whether the cells beyond an edge are those at the other; else they are in state 0.
    """

    depth: int
    height: int
    width: int
    shell: int
    torus: bool

    @classmethod
    def of(cls, space: tuple[int, ...], border: str) -> Layout:
        """Lay out a grid."""
        depth, height, width = (1,) * (3 - len(space)) + space
        return cls(depth, height, width, len(space) - 2, border == "torus")

    @property
    def plane(self) -> int:
        """Cells from one plane to the next."""
        return (self.height + 2) * (self.width + 2)

    @property
    def first(self) -> int:
        """The place of cell 0."""
        return self.shell * self.plane + self.width + 3

    @property
    def last(self) -> int:
        """The place after the last cell."""
        return (
            self.first
            + (self.depth - 1) * self.plane
            + (self.height - 1) * (self.width + 2)
            + (self.width)
        )

    def distance(self, offset: tuple[int, ...]) -> int:
        """Return how far away in the array a neighbour is."""
        dz, dy, dx = (0,) * (3 - len(offset)) + offset
        return dz * self.plane + dy * (self.width + 2) + dx

    def empty(self) -> States:
        """Make an empty grid: uint8, flat."""
        return np.zeros((self.depth + 2 * self.shell) * self.plane, dtype=np.uint8)

    def inside(self, states: States) -> States:
        """Return the cells without those beyond the edges: a view `(depth, height, width)`."""
        whole = states.reshape(self.depth + 2 * self.shell, self.height + 2, self.width + 2)
        return whole[self.shell : self.shell + self.depth, 1:-1, 1:-1]


class OctetGrid(Engine):
    """An engine whose cells are bytes.

    Args:
        num_states: k.
        cells: uint8 `(*space)`.
        border: `torus` or `dead`.
    """

    def __init__(self, num_states: int, cells: States, border: str) -> None:
        super().__init__(cells.shape)
        self.layout = Layout.of(cells.shape, border)
        self._num_states = num_states
        self._states, self._spare = self.layout.empty(), self.layout.empty()
        self.place(cells)

    def cells(self) -> States:
        """Return the states: uint8 `(*space)`, a copy."""
        return self.layout.inside(self._states).reshape(self.space).copy()

    def place(self, cells: States) -> None:
        """Put all cells into the states of uint8 `(*space)`."""
        inside = self.layout.inside(self._states)
        inside[...] = cells.reshape(inside.shape)
        wrap(self._states, self.layout)

    def put(self, cell: tuple[int, ...], state: int) -> None:
        """Put one cell into a state."""
        self.layout.inside(self._states)[(0,) * (3 - len(cell)) + cell] = state
        wrap(self._states, self.layout)

    def clear(self, mask: Mask) -> None:
        """Put the cells of a mask `(*space)` into state 0."""
        inside = self.layout.inside(self._states)
        inside[mask.reshape(inside.shape)] = 0
        wrap(self._states, self.layout)

    def population(self) -> NDArray[np.int64]:
        """Count the cells in each state: int64 `(num_states,)`."""
        return count(self._states, self.layout, self._num_states)

    def step(self, num_steps: int) -> None:
        """Take steps."""
        self._run(num_steps)
        if num_steps % 2:
            self._states, self._spare = self._spare, self._states

    def _run(self, num_steps: int) -> None:
        """Step from `_states` to `_spare` and back, in turn."""
        raise NotImplementedError


@inlined
def _copy(states: States, layout: Layout, source: int, target: int, length: int) -> None:
    """Set cells beyond an edge."""
    for i in range(length):
        states[target + i] = states[source + i] if layout.torus else 0


@compiled
def wrap(states: States, layout: Layout) -> None:
    """Set the cells beyond all edges."""
    shell, depth, height, width = layout.shell, layout.depth, layout.height, layout.width
    pitch, plane = width + 2, (height + 2) * (width + 2)
    for z in range(shell, shell + depth):
        top = z * plane
        for row in range(top + pitch, top + pitch * (height + 1), pitch):
            states[row] = states[row + width] if layout.torus else 0
            states[row + width + 1] = states[row + 1] if layout.torus else 0
        _copy(states, layout, top + pitch * height, top, pitch)
        _copy(states, layout, top + pitch, top + pitch * (height + 1), pitch)
    if shell:
        _copy(states, layout, depth * plane, 0, plane)
        _copy(states, layout, plane, (depth + 1) * plane, plane)


@compiled
def count(states: States, layout: Layout, num_states: int) -> NDArray[np.int64]:
    """Count the cells in each state."""
    shell, depth, height, width = layout.shell, layout.depth, layout.height, layout.width
    pitch, plane = width + 2, (height + 2) * (width + 2)
    counts = np.zeros(num_states, np.int64)
    for z in range(shell, shell + depth):
        for row in range(z * plane + pitch, z * plane + pitch * (height + 1), pitch):
            for cell in range(row + 1, row + 1 + width):
                counts[states[cell]] += 1
    return counts
