"""A run of a hand-made rule: states of cells, a step, a touch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import torch
from numpy.typing import NDArray

from analysis.rules import Automaton, Pattern, Rule, palette
from analysis.rules.bounds import check_border
from apps.lab.census import Census
from apps.lab.layout import Layout
from apps.lab.look import Look
from apps.lab.moment import Moment, show_cells
from apps.lab.past import MAX_BYTES, NOTHING, OVERHEAD_BYTES, Counts, Snapshot
from apps.lab.run import Run
from voxnca.errors import ArgumentError
from voxnca.grid import content
from voxnca.wounds import Wound


@dataclass(frozen=True, eq=False)
class FrozenCells:
    """A state of a hand-made rule; two states take a bit a cell.

    Attributes:
        step_index: steps since the start.
        counts: what had happened.
        colors: uint8 `(num_states, 3)`.
        space: sizes of the grid.
        packed: the cells, as bits where there are two states.
    """

    step_index: int
    counts: Counts
    colors: NDArray[np.uint8]
    space: tuple[int, ...]
    packed: NDArray[np.uint8]

    @classmethod
    def of_cells(
        cls, cells: NDArray[np.uint8], step_index: int, counts: Counts, colors: NDArray[np.uint8]
    ) -> FrozenCells:
        """Keep a copy of cells `(*space)`."""
        packed = np.packbits(cells) if len(colors) == 2 else cells.ravel().copy()
        return cls(step_index, counts, colors, cells.shape, packed)

    @property
    def cells(self) -> NDArray[np.uint8]:
        """The states: uint8 `(*space)`, a copy."""
        count = int(np.prod(self.space))
        two = len(self.colors) == 2
        states = np.unpackbits(self.packed, count=count) if two else self.packed.copy()
        return states.reshape(self.space)

    @property
    def num_bytes(self) -> int:
        """Memory it takes."""
        return self.packed.nbytes + OVERHEAD_BYTES

    @cached_property
    def is_dead(self) -> bool:
        """Whether all cells are in state 0."""
        return not self.packed.any()

    def painted(self) -> tuple[NDArray[np.int64], NDArray[np.uint8]]:
        """Return the cells that are not in state 0, and their colours."""
        states = self.cells
        cells = np.argwhere(states)
        rgba = np.full((len(cells), 4), 255, dtype=np.uint8)
        rgba[:, :3] = self.colors[states[tuple(cells.T)]]
        return cells, rgba


class CellRun(Run):
    """A table on a grid, from its start. Every step is the same again: none needs a seed.

    Attributes:
        rule: that runs.
        layout: what it began from.
        automaton: the cells.
        census: how many cells were in each state.

    Args:
        rule: to run.
        layout: to begin from.
        max_bytes: of the past, and as much again to undo touches.

    Raises:
        ArgumentError: when the layout does not fit the rule.
    """

    def __init__(self, rule: Rule, layout: Layout, *, max_bytes: int = MAX_BYTES) -> None:
        self.rule, self.layout = rule, layout
        self.colors = np.array(palette.colors_of(rule), dtype=np.uint8)
        self.automaton = Automaton(rule, layout.cells, border=layout.border)
        self.census = Census()
        self._first_step = 0
        first = FrozenCells.of_cells(layout.cells, 0, NOTHING, self.colors)
        super().__init__(first, layout.cells.shape, max_bytes)
        self._take_census()

    @property
    def step_index(self) -> int:
        """Steps since the start."""
        return self._first_step + self.automaton.step_index

    @property
    def is_swift(self) -> bool:
        """Many steps at once cost less: what is kept and shown is the last of them."""
        return True

    def body(self) -> torch.Tensor:
        """Return the cells that are not in state 0: int64 `(N, d)`."""
        return torch.from_numpy(np.argwhere(self.automaton.cells))

    def draw(self, cells: Sequence[tuple[int, ...]], state: int, *, goes_on: bool = False) -> None:
        """Put cells into a state.

        Args:
            cells: at least one, of the grid.
            state: that the rule has.
            goes_on: whether it is undone together with the touch before.

        Raises:
            ArgumentError: for a cell off the grid, or an unknown state.
        """
        highest = self.rule.num_states - 1
        if isinstance(state, bool) or not isinstance(state, int) or not 0 <= state <= highest:
            raise ArgumentError(f"state={state!r} must be a whole number from 0 to {highest}")
        places = np.array([self._checked(tuple(cell)) for cell in cells])
        before = self._go_on()
        states = self.automaton.cells
        states[tuple(places.T)] = state
        self.automaton.place(states)
        plural = "" if len(places) == 1 else "s"
        self._touched(before, f"{len(places):,} cell{plural} set to {state}", goes_on=goes_on)

    def fence(self, border: str) -> None:
        """Choose what lies beyond the edge, now and when it begins again; the cells stay.

        Raises:
            ArgumentError: for an unknown border.
        """
        self.layout = replace(self.layout, border=check_border(border))
        self._first_step = self.step_index
        self.automaton = Automaton(self.rule, self.automaton.cells, border=border)

    def state_of(self, cell: tuple[int, ...]) -> int:
        """Return the state of a cell.

        Raises:
            ArgumentError: for a cell off the grid.
        """
        return int(self.automaton.cells[self._checked(cell)])

    def pattern(self) -> Pattern:
        """Return the cells within the extent of those that are not in state 0."""
        states = self.automaton.cells
        extent = content(states > 0)
        origin = tuple(side.start or 0 for side in extent)
        return Pattern(states[extent], origin, rule=str(self.rule))

    def observe(self, look: Look, run: int) -> Moment:
        """Return what there is to see now."""
        return show_cells(
            self.automaton.cells,
            self.colors,
            look,
            run=run,
            step_index=self.step_index,
            num_wounds=self.counts.wounds,
        )

    def _advance(self, num_steps: int) -> None:
        self.automaton.step(num_steps)

    def _carve(self, wound: Wound) -> int:
        cells = self.body()
        gone = cells[wound.contains(cells)].numpy()
        states = self.automaton.cells
        states[tuple(gone.T)] = 0
        self.automaton.place(states)
        return len(gone)

    def _freeze(self, counts: Counts) -> FrozenCells:
        return FrozenCells.of_cells(self.automaton.cells, self.step_index, counts, self.colors)

    def _show(self, state: Snapshot) -> None:
        assert isinstance(state, FrozenCells)
        self.automaton = Automaton(self.rule, state.cells, border=self.automaton.border)
        self._first_step = state.step_index

    def _keep(self, counts: Counts) -> None:
        super()._keep(counts)
        self._take_census()

    def _take_census(self) -> None:
        counts = tuple(int(count) for count in self.automaton.population[1:])
        self.census.add(self.step_index, counts)
