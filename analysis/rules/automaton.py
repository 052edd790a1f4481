"""A hand-made rule on a grid: the same few calls for every rule, in 2D and 3D."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod
from typing import Self, TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from analysis.rules.bounds import check_border
from analysis.rules.rule import Rule, States
from voxnca.errors import ArgumentError
from voxnca.grid import check_space

T = TypeVar("T", bound=np.generic)


class Automaton:
    """Cells that live by a rule.

    Args:
        rule: what they live by.
        cells: whole numbers `(*space)`, their states; copied.
        border: `torus` or `dead` (what lies beyond stays in state 0); by default that of the
            rule's bounds, else `torus`.

    Raises:
        ArgumentError: for cells of another dimension or another grid than the rule's bounds, for
            states that the rule does not have, or an unknown border.
    """

    def __init__(self, rule: Rule, cells: ArrayLike, *, border: str | None = None) -> None:
        bounds = rule.bounds
        self.rule, self.step_index = rule, 0
        self.border = check_border(border or (bounds.border if bounds else "torus"))
        states = check_cells(rule, cells)
        from analysis.rules.engines import enter  # noqa: PLC0415 - loads numba

        self._engine = enter(rule, states, self.border)

    @property
    def space(self) -> tuple[int, ...]:
        """Sizes of the grid."""
        return self._engine.space

    @property
    def cells(self) -> States:
        """The states of all cells: uint8 `(*space)`, a copy."""
        return self._engine.cells()

    @property
    def population(self) -> NDArray[np.int64]:
        """How many cells are in each state: int64 `(num_states,)`."""
        return self._engine.population()

    def place(self, cells: ArrayLike) -> None:
        """Put all cells into other states.

        Raises:
            ArgumentError: for another grid, or states that the rule does not have.
        """
        self._engine.place(self._fitting("cells", check_cells(self.rule, cells)))

    def put(self, cell: Sequence[int], state: int) -> None:
        """Put one cell into a state.

        Args:
            cell: its index.
            state: of the rule.

        Raises:
            ArgumentError: for a cell outside the grid, or a state that the rule does not have.
        """
        place, space = tuple(cell), self.space
        axes = zip(place, space, strict=False)
        if len(place) != len(space) or not all(0 <= i < n for i, n in axes):
            raise ArgumentError(f"cell={place} is not in the grid {space}; use indices from 0")
        check_state(self.rule, state)
        self._engine.put(place, state)

    def clear(self, mask: NDArray[np.bool_]) -> None:
        """Put cells into state 0.

        Args:
            mask: bool `(*space)`, which.

        Raises:
            ArgumentError: for a mask of another type or grid.
        """
        if mask.dtype != bool:
            raise ArgumentError(f"mask is {mask.dtype}; it must be bool")
        self._engine.clear(self._fitting("mask", mask))

    def step(self, num_steps: int = 1) -> Self:
        """Take steps.

        Raises:
            ArgumentError: for fewer than 0.
        """
        check_steps(num_steps)
        at_once = max(1, self._engine.PACE // prod(self.space))
        for done in range(0, num_steps, at_once):
            self._engine.step(min(at_once, num_steps - done))
        self.step_index += num_steps
        return self

    def _fitting(self, name: str, array: NDArray[T]) -> NDArray[T]:
        if array.shape != self.space:
            raise ArgumentError(f"{name} {array.shape} must have the shape {self.space}")
        return array


def step(rule: Rule, cells: ArrayLike, num_steps: int = 1, *, border: str | None = None) -> States:
    """Return what becomes of cells.

    Args:
        rule: what they live by.
        cells: whole numbers `(*space)`, their states.
        num_steps: at least 0.
        border: as of `Automaton`.

    Returns:
        uint8 `(*space)`.

    Raises:
        ArgumentError: as of `Automaton`.
    """
    return Automaton(rule, cells, border=border).step(num_steps).cells


def check_cells(rule: Rule, cells: ArrayLike) -> States:
    """Return states as uint8 when they are of a rule.

    Raises:
        ArgumentError: for cells of another dimension or another grid than the rule's bounds, or
            states that the rule does not have.
    """
    states = np.asarray(cells)
    if states.dtype != bool and not np.issubdtype(states.dtype, np.integer):
        raise ArgumentError(f"cells are {states.dtype}; states must be whole numbers")
    if states.ndim != rule.num_dims:
        raise ArgumentError(f"cells {states.shape} must be {rule.num_dims}D, as the rule is")
    if rule.bounds and states.shape != rule.bounds.space:
        raise ArgumentError(
            f"cells {states.shape} must fill the rule's grid {rule.bounds.space}; use "
            "rule.within(None) for another"
        )
    check_space(states.shape, rule.num_dims)
    for state in (int(states.min()), int(states.max())):
        check_state(rule, state)
    return states.astype(np.uint8, copy=False)


def check_steps(num_steps: int) -> None:
    """Check a number of steps.

    Raises:
        ArgumentError: when it is not a whole number of at least 0.
    """
    whole = isinstance(num_steps, int | np.integer) and not isinstance(num_steps, bool)
    if not whole or num_steps < 0:
        raise ArgumentError(f"num_steps={num_steps!r} must be a whole number of at least 0")


def check_state(rule: Rule, state: int) -> None:
    """Check a state.

    Raises:
        ArgumentError: when the rule does not have it.
    """
    if not 0 <= state < rule.num_states:
        raise ArgumentError(
            f"state={state} is not one of the rule's; use 0 to {rule.num_states - 1}"
        )
