"""What a rule on levels did in some runs, in symbols: one for each state that occurred."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from analysis.approximation.levels import LevelRule
from analysis.approximation.numbering import Numbering
from analysis.approximation.quantizer import Symbols
from analysis.approximation.transitions import Transitions, contexts
from voxnca.errors import ArgumentError

MAX_STATES = 2**16
_OFFSET = 2**15
"""Levels are signed, the numbered rows are not."""


@dataclass(frozen=True, eq=False)
class Trace:
    """Runs of a rule on levels.

    Attributes:
        rule: whose runs they are.
        levels: int64 `(n, C)`, the states that occurred; the first is empty, all 0.
        runs: the symbols `(*space)` of each run, step by step; symbol i is row i of `levels`.
        repeats: which runs came to a state that they had been in: what was seen of them is all
            that there will ever be.
    """

    rule: LevelRule
    levels: NDArray[np.int64]
    runs: tuple[tuple[Symbols, ...], ...]
    repeats: tuple[bool, ...]

    @property
    def num_symbols(self) -> int:
        """How many states occurred, the empty one among them."""
        return len(self.levels)

    @property
    def states(self) -> NDArray[np.float32]:
        """What the symbols stand for: float32 `(n, C)`."""
        return (self.levels / self.rule.levels_per_unit).astype(np.float32)

    def transitions(self, runs: Sequence[int] | None = None) -> Transitions:
        """Read what cells saw and became in some of the runs, by number; None for all."""
        chosen = self.runs if runs is None else [self.runs[n] for n in runs]
        seen, became = [], []
        for before, after in (pair for run in chosen for pair in pairwise(run)):
            rows, cells = contexts(before, self.rule.model.config.border)
            seen.append(rows)
            became.append(after[cells])
        num_dims = self.rule.model.config.num_dims
        return Transitions(np.concatenate(seen), np.concatenate(became), num_dims)


def record(rule: LevelRule, starts: Sequence[Tensor], *, num_steps: int) -> Trace:
    """Run a rule from each start, until a state comes again or `num_steps` are done.

    Args:
        rule: on levels.
        starts: states `(1, *space, C)`, all on grids of the same size.
        num_steps: at most so many in each run.

    Raises:
        ArgumentError: when more than 65,535 states occur: such a rule has no short table.
    """
    found = [[rule.levels(state)[0].numpy() for state in rule.run(s, num_steps)] for s in starts]
    num_channels = rule.model.config.num_channels
    states = np.concatenate(
        [np.unique(np.stack(run).reshape(-1, num_channels), axis=0) for run in found]
    )
    states = np.unique(np.concatenate([np.zeros_like(states[:1]), states]), axis=0)
    states = states[np.argsort(states.any(1), kind="stable")]  # the empty one first
    if len(states) > MAX_STATES:
        raise ArgumentError(
            f"levels_per_unit={rule.levels_per_unit} lets {len(states)} states occur, more than "
            "65,536; use fewer levels, or a rule settled on them"
        )
    numbering = Numbering.of(_rows(states))
    names = np.empty(len(states), dtype=np.uint16)
    names[numbering.find(_rows(states))] = np.arange(len(states))
    runs = tuple(
        tuple(
            names[numbering.find(_rows(s.reshape(-1, num_channels)))].reshape(s.shape[:-1])
            for s in run
        )
        for run in found
    )
    repeats = tuple(any((run[-1] == earlier).all() for earlier in run[:-1]) for run in runs)
    return Trace(rule, states, runs, repeats)


def _rows(levels: NDArray[np.int64]) -> Symbols:
    return (levels + _OFFSET).astype(np.uint16)
