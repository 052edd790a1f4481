"""A rule whose states are rounded to levels after every step: a cellular automaton in truth."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor

from analysis.unconditioned import check_unconditioned
from voxnca.engines.dense import alive, perceive
from voxnca.errors import ArgumentError
from voxnca.grid import RGBA
from voxnca.model import NCA


@dataclass(frozen=True, eq=False)
class LevelRule:
    """A deterministic rule on states in whole numbers of levels.

    A cell's next state depends on its 3^d neighbourhood and nothing else. (The step of `NCA`
    looks one cell farther: it clears what is no longer alive after the step. Here that is
    cleared a step later, by the same test.)

    Attributes:
        model: the weights; its fire rate is not looked at, every cell fires.
        levels_per_unit: levels between 0 and 1.
        limit: values are held within +- this, RGB and alpha within 0 and this.

    Raises:
        ArgumentError: for fewer than 1 level per unit, a limit not above 0, or a model that has
            goals or senses.
    """

    model: NCA
    levels_per_unit: int
    limit: float = 1.5

    def __post_init__(self) -> None:
        check_unconditioned(self.model)
        if self.levels_per_unit < 1:
            raise ArgumentError(f"levels_per_unit={self.levels_per_unit} must be at least 1")
        if not self.limit > 0:
            raise ArgumentError(f"limit={self.limit} must be above 0")

    def propose(self, state: Tensor) -> Tensor:
        """Return what the network makes of states `(B, *space, C)`, not rounded; differentiable."""
        rule = self.model.rule()
        after = rule.move(state, rule.update(perceive(state, rule), state))
        return torch.where(alive(state, rule.border)[..., None], after, 0.0)

    def round(self, state: Tensor) -> Tensor:
        """Return the nearest levels within the limit; a gradient passes as if they were not."""
        low = torch.full(state.shape[-1:], -self.limit)
        low[RGBA] = 0.0
        held = torch.maximum(state.clamp(max=self.limit), low)
        rounded = (held * self.levels_per_unit).round() / self.levels_per_unit + 0.0  # no -0
        return state + (rounded - state).detach() if state.requires_grad else rounded

    def levels(self, state: Tensor) -> Tensor:
        """Return states `(..., C)` as whole numbers of levels: int64."""
        return (state * self.levels_per_unit).round().long()

    def step(self, state: Tensor) -> Tensor:
        """Take one step of states `(B, *space, C)` that are on levels."""
        return self.round(self.propose(state))

    def run(self, state: Tensor, num_steps: int) -> Iterator[Tensor]:
        """Yield a state `(1, *space, C)` and what becomes of it, until a state comes again.

        A rule that is deterministic then repeats itself for ever: the last state yielded is one
        that was yielded before, unless `num_steps` were done first.
        """
        with torch.no_grad():
            yield (state := self.round(state))
            seen = {state.numpy().tobytes()}
            for _ in range(num_steps):
                yield (state := self.step(state))
                bits = state.numpy().tobytes()
                if bits in seen:
                    return
                seen.add(bits)
