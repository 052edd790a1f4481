"""The sample pool of Mordvintsev et al. 2020: states that live on between training rollouts."""

from __future__ import annotations

import torch
from torch import Tensor


class SamplePool:
    """States that training draws from and writes back to, each with its marks.

    Because a rollout starts where an earlier one ended, short rollouts teach what happens late.

    Attributes:
        states: `(N, *space, C)`.
        marks: int64 `(N, M)`, what tells samples from each other: see `voxnca.tasks.Task`.
    """

    def __init__(self, states: Tensor, marks: Tensor) -> None:
        self.states, self.marks = states, marks

    @classmethod
    def of_seeds(cls, seed: Tensor, size: int) -> SamplePool:
        """Fill a pool with copies of one state `(1, *space, C)`, without marks."""
        states = seed.repeat(size, *[1] * (seed.ndim - 1))
        return cls(states, torch.zeros(size, 0, dtype=torch.int64))

    def resized(self, size: int, more: SamplePool) -> SamplePool:
        """Return a pool of another size: the first of these samples, then the first of more."""
        kept = self.states[:size].clone(), self.marks[:size].clone()
        lack = size - len(kept[0])
        return SamplePool(
            torch.cat([kept[0], more.states[:lack]]), torch.cat([kept[1], more.marks[:lack]])
        )

    def __len__(self) -> int:
        return len(self.states)

    def draw(self, count: int, generator: torch.Generator) -> tuple[Tensor, Tensor, Tensor]:
        """Draw `count` different samples.

        Returns:
            Their places `(count,)`, and copies of their states `(count, *space, C)` and marks
            `(count, M)`.
        """
        places = torch.randperm(len(self.states), generator=generator)[:count]
        return places, self.states[places], self.marks[places]

    def put_back(self, places: Tensor, states: Tensor, marks: Tensor | None = None) -> None:
        """Write samples to the places they were drawn from; without marks, they keep theirs."""
        self.states[places] = states.detach()
        if marks is not None:
            self.marks[places] = marks
