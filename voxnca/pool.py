"""The sample pool of Mordvintsev et al. 2020: states that live on between training rollouts."""

from __future__ import annotations

import torch
from torch import Tensor


class SamplePool:
    """States `(N, *space, C)` that training draws from and writes back to.

    Because a rollout starts where an earlier one ended, short rollouts teach what happens late.
    """

    def __init__(self, states: Tensor) -> None:
        self.states = states

    @classmethod
    def of_seeds(cls, seed: Tensor, size: int) -> SamplePool:
        """Fill a pool with copies of one state `(1, *space, C)`."""
        return cls(seed.repeat(size, *[1] * (seed.ndim - 1)))

    def resized(self, size: int, seed: Tensor) -> SamplePool:
        """Return a pool of another size: the first of these states, then copies of the seed."""
        kept = self.states[:size].clone()
        return SamplePool(torch.cat([kept, self.of_seeds(seed, size - len(kept)).states]))

    def __len__(self) -> int:
        return len(self.states)

    def draw(self, count: int, generator: torch.Generator) -> tuple[Tensor, Tensor]:
        """Draw `count` different states.

        Returns:
            Their places `(count,)`, and a copy of the states `(count, *space, C)`.
        """
        places = torch.randperm(len(self.states), generator=generator)[:count]
        return places, self.states[places]

    def put_back(self, places: Tensor, states: Tensor) -> None:
        """Write states to the places they were drawn from."""
        self.states[places] = states.detach()
