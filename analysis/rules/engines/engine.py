"""What steps cells by a rule: one face for every way to do it."""

from __future__ import annotations

from abc import ABC, abstractmethod

import numpy as np
from numpy.typing import NDArray

from analysis.rules.rule import States

Mask = NDArray[np.bool_]


class Engine(ABC):
    """Cells on a grid, in the form in which the rules of one kind step them fastest.

    Whoever makes one has checked the rule, the border and the states.

    Attributes:
        PACE: cells that it steps in a second, at least, by order of magnitude: how many steps may
            be taken at once, since nothing interrupts a kernel.
        space: sizes of the grid.
    """

    PACE = 10**8

    def __init__(self, space: tuple[int, ...]) -> None:
        self.space = space

    @abstractmethod
    def cells(self) -> States:
        """Return the states: uint8 `(*space)`, a copy."""

    @abstractmethod
    def place(self, cells: States) -> None:
        """Put all cells into the states of uint8 `(*space)`."""

    @abstractmethod
    def put(self, cell: tuple[int, ...], state: int) -> None:
        """Put one cell into a state."""

    @abstractmethod
    def clear(self, mask: Mask) -> None:
        """Put the cells of a mask `(*space)` into state 0."""

    @abstractmethod
    def population(self) -> NDArray[np.int64]:
        """Count the cells in each state: int64 `(num_states,)`."""

    @abstractmethod
    def step(self, num_steps: int) -> None:
        """Take steps."""
