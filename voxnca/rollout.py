"""A run of a rule that can be watched, wounded and continued."""

from __future__ import annotations

from collections.abc import Callable
from typing import Self

from torch import Tensor

from voxnca.conditions import Conditions, Environments, Goal
from voxnca.engines import Field, Firing, Surroundings
from voxnca.errors import ArgumentError
from voxnca.grid import ALPHA, SOLID_THRESHOLD, Rows
from voxnca.wounds import Wound, check


class Rollout:
    """States that step in place; an engine keeps only what lives between the steps.

    Made by `NCA.rollout`. It follows the ambient gradient mode: watch it under
    `torch.no_grad()`, or every step is kept for the backward pass.

    Attributes:
        space: sizes of the grid.
        batch_size: B.
        step_index: steps since the run began, the one the firing mask counts.
        conditions: the goal and the environment of now.
    """

    def __init__(
        self,
        field: Field,
        *,
        space: tuple[int, ...],
        batch_size: int,
        conditions: Conditions,
        surroundings: Callable[[Conditions], Surroundings],
        seed: int,
        first_step: int,
        first_sample: int,
        discrete: bool = False,
    ) -> None:
        self._field = field
        self.conditions, self._surroundings = conditions, surroundings
        self.space, self.batch_size = space, batch_size
        self.step_index = first_step
        self._seed, self._first_sample = seed, first_sample
        self._discrete = discrete

    @property
    def rows(self) -> Rows:
        """Coordinates int64 `(N, 1 + d)` and values `(N, C)` of the cells that may be non-zero."""
        return self._field.rows()

    @property
    def solid_cells(self) -> Tensor:
        """Coordinates int64 `(N, 1 + d)` of the solid cells: see `voxnca.solid`."""
        coordinates, values = self.rows
        if self._discrete:
            return coordinates
        return coordinates[values.detach()[:, ALPHA] > SOLID_THRESHOLD]

    def step(self, num_steps: int = 1) -> Self:
        """Advance by `num_steps` and return the rollout itself.

        Raises:
            ArgumentError: for a negative number.
        """
        check_count("num_steps", num_steps)
        if num_steps:
            self._field.step(Firing(self._seed, self.step_index, self._first_sample), num_steps)
        self.step_index += num_steps
        return self

    def steer(self, *, goal: Goal | None = None, environment: Environments | None = None) -> Self:
        """Give the creature another goal or environment from now on; what is not given stays.

        Matter in cells that are blocked from now on goes.

        Returns:
            The rollout itself.

        Raises:
            ArgumentError: when it does not fit the rule or the grid; all stays then as it was.
        """
        now = self.conditions
        conditions = Conditions(
            now.goal if goal is None else goal,
            now.environment if environment is None else environment,
        )
        self._field = self._field.under(self._surroundings(conditions))
        self.conditions = conditions
        return self

    def wound(self, wound: Wound, *, sample: int | None = None) -> int:
        """Set the wound's cells to zero, or to state 0.

        Args:
            wound: the region.
            sample: batch row; None wounds all.

        Returns:
            How many solid cells were removed.

        Raises:
            ArgumentError: when the wound or the sample does not fit.
        """
        check(wound, len(self.space), self.batch_size, sample)
        before = len(self.solid_cells)
        self._field.erase(wound, sample)
        return before - len(self.solid_cells)

    def state(self) -> Tensor:
        """Return the whole states `(B, *space, C)`."""
        return self._field.state()


def check_count(name: str, value: int) -> int:
    """Return `value` when it is a whole number >= 0.

    Raises:
        ArgumentError: otherwise.
    """
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise ArgumentError(f"{name}={value!r} must be a whole number >= 0")
    return value
