"""A table that is exact on the runs it was read from, in few symbols."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analysis.approximation.folding import Folding
from analysis.approximation.quantizer import Symbols
from analysis.approximation.symbol_table import SymbolTable
from analysis.approximation.trace import Trace
from analysis.approximation.transitions import Transitions, middle
from voxnca.errors import ArgumentError
from voxnca.grid import ALPHA, RGB, SOLID_THRESHOLD


@dataclass(frozen=True, eq=False)
class ExactTable:
    """A cellular automaton in a table: from the starts of N runs it does what the network does.

    What it has no entry for stays as it is, so that a context on which a cell stays needs none.

    Attributes:
        table: the entries, on each of which one symbol follows.
        classes: int64 `(n,)`, the symbol of this table for each symbol of the trace.
        colors: float32 `(k, 4)`, what each symbol looks like: premultiplied RGB and alpha 1 if
            it is solid, else 0.
        num_runs: N, the runs on which it is exact.
        num_dims: 2 or 3.
        border: what lies outside, as of `ModelConfig`.
    """

    table: SymbolTable
    classes: NDArray[np.int64]
    colors: NDArray[np.float32]
    num_runs: int
    num_dims: int
    border: str

    @property
    def num_symbols(self) -> int:
        """The number of symbols, k, the empty one among them."""
        return len(self.colors)

    @property
    def solid(self) -> NDArray[np.bool_]:
        """Which symbols are solid: bool `(k,)`."""
        return self.colors[:, ALPHA] > SOLID_THRESHOLD

    @property
    def changes(self) -> tuple[Symbols, Symbols]:
        """The contexts `(E, m)` on which a cell changes, and what it becomes `(E,)`."""
        contexts, outcomes = self.table.numbering.rows, self.table.most_frequent
        change = contexts[:, middle(self.num_dims)] != outcomes
        return contexts[change], outcomes[change]

    def symbols(self, symbols: Symbols) -> Symbols:
        """Return symbols of the trace in those of the table."""
        return self.classes[symbols].astype(np.uint16)

    def answer(self, contexts: Symbols) -> NDArray[np.int64]:
        """Return the next symbols of contexts `(N, m)`, -1 of those unseen."""
        return self.table.answer(contexts)


def looks(trace: Trace, palette: NDArray[np.float32]) -> NDArray[np.int64]:
    """Return what each symbol of a trace looks like.

    Args:
        trace: whose symbols.
        palette: float32 `(colours, 3)`, premultiplied RGB, such as the target's.

    Returns:
        int64 `(n,)`: 0 for what is not solid, else 1 + the nearest colour.
    """
    states = trace.states
    away = ((states[:, None, RGB] - palette) ** 2).sum(-1)
    return np.where(states[:, ALPHA] > SOLID_THRESHOLD, 1 + away.argmin(1), 0)


def fold(
    trace: Trace, runs: tuple[int, ...], palette: NDArray[np.float32]
) -> Iterator[ExactTable | int]:
    """Fold what happened in some runs of a trace into as few symbols as it can.

    Args:
        trace: of a rule on levels.
        runs: numbers of the runs to be exact on.
        palette: colours that must be kept apart, float32 `(colours, 3)`.

    Yields:
        Numbers of symbols so far, and at last the table.

    Raises:
        ArgumentError: when the runs contradict themselves: see `LevelRule`.
    """
    seen = SymbolTable.fit(trace.transitions(runs))
    if seen.determinism < 1:
        raise ArgumentError("the trace is of a rule that sees farther than one cell; use LevelRule")
    kinds = looks(trace, palette)
    folding = Folding(seen.numbering.rows, seen.most_frequent, kinds, trace.states)
    yield from folding.fold()
    classes = folding.classes()
    contexts = classes[seen.numbering.rows].astype(np.uint16)
    outcomes = classes[seen.most_frequent].astype(np.uint16)
    num_dims = trace.rule.model.config.num_dims
    table = SymbolTable.fit(Transitions(contexts, outcomes, num_dims))
    colors = np.zeros((int(classes.max()) + 1, 4), dtype=np.float32)
    shown = np.concatenate([np.zeros((1, 4)), np.insert(palette, 3, 1.0, axis=1)])
    colors[classes[kinds > 0]] = shown[kinds[kinds > 0]]
    colors[0] = 0
    border = trace.rule.model.config.border
    yield ExactTable(table, classes, colors, len(runs), num_dims, border)
