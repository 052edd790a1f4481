"""What every engine takes and offers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, Protocol

import numpy as np
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor

from voxnca.dyadic import add_truncated
from voxnca.grid import Rows
from voxnca.noise import fires
from voxnca.wounds import Wound


class Rule(NamedTuple):
    """The weights and constants of one step.

    Attributes:
        kernels: `(K, *(3,) * d)`, identity first.
        hidden_weight: `(H, K * C)`, its inputs kernel-major.
        hidden_bias: `(H,)`.
        out_weight: `(C, H)`.
        out_bias: `(C,)`.
        border: `zero`, `replicate` or `circular`.
        fire_rate: in (0, 1].
        num_states: k of a discrete rule, whose steps end in the argmax; None of one that grows.
        leak: share of its value that a firing cell gives up, in [0, 1).
        state_bits: of an integer twin, whose changes are whole units: see
            `voxnca.dyadic.add_truncated`. They have no derivative.
    """

    kernels: Tensor
    hidden_weight: Tensor
    hidden_bias: Tensor
    out_weight: Tensor
    out_bias: Tensor
    border: str
    fire_rate: float
    num_states: int | None = None
    leak: float = 0.0
    state_bits: int | None = None

    def update(self, perceived: Tensor, state: Tensor) -> Tensor:
        """Return dx `(..., C)`: what the network makes of a perception, less the leak.

        Args:
            perceived: `(..., K * C)`.
            state: of the cells themselves, `(..., C)`.
        """
        hidden = F.linear(perceived, self.hidden_weight, self.hidden_bias)
        hidden.relu_()  # in place: fresh memory costs more than the arithmetic
        dx = F.linear(hidden, self.out_weight, self.out_bias)
        return dx - self.leak * state if self.leak else dx

    def move(self, state: Tensor, dx: Tensor) -> Tensor:
        """Return `state` with `dx` added, as exactly as the rule does it."""
        return state + dx if self.state_bits is None else add_truncated(state, dx, self.state_bits)


class Firing(NamedTuple):
    """The firing mask of one step: which cells update.

    Attributes:
        seed: of the run.
        step: counted from the start of the rollout.
        first_sample: number of the batch's first row.
    """

    seed: int
    step: int
    first_sample: int

    def after(self, num_steps: int) -> Firing:
        """Return the mask of a later step."""
        return self._replace(step=self.step + num_steps)

    def mask(self, cells: Tensor, space: Sequence[int], fire_rate: float) -> Tensor:
        """Return bool `(N,)` for cells `(N, 1 + d)` = batch row, then index."""
        numbered = cells.clone()
        numbered[:, 0] += self.first_sample
        return fires(numbered, space, step=self.step, seed=self.seed, fire_rate=fire_rate)


class Surroundings(NamedTuple):
    """What cells are given beside the state. None is nothing: a plain grid.

    The first axis is B, or 1 for the same in every sample; in `static` and `embedding` every
    axis of `*space` may be 1 at once, for the same in every cell.

    Attributes:
        free: bool `(B, *space)`, where matter may be. Elsewhere it is zeroed, before and in
            each step.
        static: `(B, *space, S)`, inputs appended to what a cell perceives; the hidden layer
            then has K * C + S inputs.
        embedding: `(B, *space, C)`, added to the live cells before they are perceived, and only
            there: the state is not changed by it.
    """

    free: Tensor | None = None
    static: Tensor | None = None
    embedding: Tensor | None = None

    def clear(self, rows: Rows) -> Rows:
        """Leave out the cells where no matter may be."""
        if self.free is None:
            return rows
        places = rows.coordinates.clone()
        if len(self.free) == 1:
            places[:, 0] = 0
        free = self.free[tuple(places.T)]
        return Rows(rows.coordinates[free], rows.values[free])

    @staticmethod
    def of_sample(given: Tensor, sample: int) -> Tensor:
        """Return a sample's part of what is given to all or to each: `(*space[, ...])`."""
        return given[sample if len(given) > 1 else 0]

    def free_cells(self, sample: int) -> NDArray[np.bool_]:
        """Return where matter may be, bool `(cells,)`; empty for everywhere."""
        if self.free is None:
            return np.empty(0, np.bool_)
        free: NDArray[np.bool_] = self.of_sample(self.free, sample).numpy()
        return free.ravel()


NOTHING = Surroundings()
"""A plain grid."""


def flat_index(coordinates: Tensor, shape: Sequence[int]) -> Tensor:
    """Number cells `(N, 1 + d)` in raveled grids of sizes `shape` = `(B, *space, C)`."""
    flat = coordinates[:, 0]
    for axis, size in enumerate(shape[1:-1], 1):
        flat = flat * size + coordinates[:, axis]
    return flat


class Field(Protocol):
    """A batch of states inside an engine."""

    def step(self, firing: Firing, num_steps: int = 1) -> None:
        """Advance every state; `firing` is that of the first step."""

    def erase(self, wound: Wound, sample: int | None) -> None:
        """Set the wound's cells to zero, in one sample or in all."""

    def under(self, surroundings: Surroundings) -> Field:
        """Return the same states in other surroundings."""

    def rows(self) -> Rows:
        """Return the cells that may be non-zero."""

    def state(self) -> Tensor:
        """Return the whole states `(B, *space, C)`."""
