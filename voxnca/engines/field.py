"""What every engine takes and offers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, Protocol

import torch.nn.functional as F
from torch import Tensor

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
    """

    kernels: Tensor
    hidden_weight: Tensor
    hidden_bias: Tensor
    out_weight: Tensor
    out_bias: Tensor
    border: str
    fire_rate: float

    def update(self, perceived: Tensor) -> Tensor:
        """Return dx `(..., C)` for perception vectors `(..., K * C)`."""
        hidden = F.linear(perceived, self.hidden_weight, self.hidden_bias)
        hidden.relu_()  # in place: fresh memory costs more than the arithmetic
        return F.linear(hidden, self.out_weight, self.out_bias)


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

    def mask(self, cells: Tensor, space: Sequence[int], fire_rate: float) -> Tensor:
        """Return bool `(N,)` for cells `(N, 1 + d)` = batch row, then index."""
        numbered = cells.clone()
        numbered[:, 0] += self.first_sample
        return fires(numbered, space, step=self.step, seed=self.seed, fire_rate=fire_rate)


class Rows(NamedTuple):
    """Cells and what they hold; every cell not listed is zero.

    Attributes:
        coordinates: int64 `(N, 1 + d)`: batch row, then the cell's index.
        values: `(N, C)`.
    """

    coordinates: Tensor
    values: Tensor


class Field(Protocol):
    """A batch of states inside an engine."""

    def step(self, firing: Firing) -> None:
        """Advance every state by one step."""

    def erase(self, wound: Wound, sample: int | None) -> None:
        """Set the wound's cells to zero, in one sample or in all."""

    def rows(self) -> Rows:
        """Return the cells that may be non-zero."""

    def state(self) -> Tensor:
        """Return the whole states `(B, *space, C)`."""
