"""A hand-made rule on a grid: the same few calls for every rule, in 2D and 3D."""

from __future__ import annotations

from typing import Self

import numpy as np
from numpy.typing import NDArray

from analysis.rules.bounds import check_border
from analysis.rules.rule import Rule, States
from voxnca.errors import ArgumentError


class Automaton:
    """Cells that live by a rule.

    Args:
        rule: what they live by.
        cells: uint8 `(*space)`, their states; copied.
        border: `torus` or `dead`; by default that of the rule's bounds, else `torus`.

    Raises:
        ArgumentError: for cells of another dimension or another grid than the rule's bounds, for
            states that the rule does not have, or an unknown border.
    """

    def __init__(self, rule: Rule, cells: States, *, border: str | None = None) -> None:
        bounds = rule.bounds
        self.rule, self.step_index = rule, 0
        self.border = check_border(border or (bounds.border if bounds else "torus"))
        self._cells = _checked(rule, cells)

    @property
    def space(self) -> tuple[int, ...]:
        """Sizes of the grid."""
        return self._cells.shape

    @property
    def cells(self) -> States:
        """The states of all cells: uint8 `(*space)`, a copy."""
        return self._cells.copy()

    @property
    def population(self) -> NDArray[np.int64]:
        """How many cells are in each state: int64 `(num_states,)`."""
        return np.bincount(self._cells.ravel(), minlength=self.rule.num_states)

    def place(self, cells: States) -> None:
        """Put all cells into other states.

        Raises:
            ArgumentError: for another grid, or states that the rule does not have.
        """
        self._cells = _checked(self.rule, cells)

    def step(self, num_steps: int = 1) -> Self:
        """Take steps."""
        for _ in range(num_steps):
            mode = {"torus": "wrap", "dead": "constant"}[self.border]
            padded = np.pad(self._cells, 1, mode=mode)  # type: ignore[call-overload]
            windows = [
                padded[
                    tuple(slice(1 + o, 1 + o + n) for o, n in zip(offset, self.space, strict=True))
                ].ravel()
                for offset in self.rule.neighborhood.cells
            ]
            self._cells = self.rule.next_states(np.stack(windows, axis=1)).reshape(self.space)
        self.step_index += num_steps
        return self


def _checked(rule: Rule, cells: States) -> States:
    if cells.ndim != rule.num_dims or (rule.bounds and cells.shape != rule.bounds.space):
        raise ArgumentError(f"cells {cells.shape} do not fit the rule {rule}")
    return cells.copy()
