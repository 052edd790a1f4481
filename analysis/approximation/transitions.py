"""What cells see of symbols, and what they become."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from analysis.approximation.quantizer import Quantizer, Symbols
from analysis.approximation.run import Run

_PAD = {"zero": "constant", "replicate": "edge", "circular": "wrap"}


@dataclass(frozen=True, eq=False)
class Transitions:
    """What cells saw and became, for every cell whose neighbourhood was not all empty.

    Empty space stays empty whatever the rule, and there is any amount of it: it would make every
    figure look good.

    Attributes:
        contexts: uint16 `(N, m)`: the symbols of the 3^d neighbourhood in index order, the cell
            itself in the middle; of a rule that fires at random then 1 if the cell fired, else 0.
        outcomes: uint16 `(N,)`, the cell's symbol one step later.
        num_dims: d.
    """

    contexts: Symbols
    outcomes: Symbols
    num_dims: int

    @property
    def own(self) -> Symbols:
        """The symbols that the cells had: uint16 `(N,)`."""
        return self.contexts[:, middle(self.num_dims)]

    @property
    def changed(self) -> NDArray[np.bool_]:
        """Which cells became another symbol: bool `(N,)`."""
        differs: NDArray[np.bool_] = self.own != self.outcomes
        return differs


def middle(num_dims: int) -> int:
    """Return the column of a context that holds the cell itself."""
    cells: int = 3**num_dims
    return cells // 2


def contexts(
    symbols: Symbols, border: str, firing: NDArray[np.bool_] | None = None
) -> tuple[Symbols, NDArray[np.bool_]]:
    """Read the contexts of a grid.

    Args:
        symbols: `(*space)`.
        border: what lies outside, as of `ModelConfig`; `zero` is empty.
        firing: bool `(*space)`, which cells fire; None for a rule in which all do.

    Returns:
        The contexts `(N, m)` of cells whose neighbourhood is not all empty, and which cells
        these are: bool `(*space)`.
    """
    padded = np.pad(symbols, 1, mode=_PAD[border])  # type: ignore[call-overload]
    windows = sliding_window_view(padded, (3,) * symbols.ndim)
    axes = tuple(range(symbols.ndim, 2 * symbols.ndim))
    seen: NDArray[np.bool_] = np.asarray(windows.any(axis=axes))
    rows = windows[seen].reshape(-1, 3**symbols.ndim)
    if firing is not None:
        rows = np.concatenate([rows, firing[seen][:, None]], axis=1)
    return rows.astype(np.uint16), seen


def read(runs: Sequence[Run], quantizer: Quantizer) -> Transitions:
    """Read the transitions of runs, each state in the quantizer's symbols."""
    seen, became = [], []
    for run in runs:
        for before, after, firing in quantised(run, quantizer):
            rows, cells = contexts(before, run.model.config.border, firing)
            seen.append(rows)
            became.append(after[cells])
    return Transitions(np.concatenate(seen), np.concatenate(became), len(runs[0].space))


def quantised(
    run: Run, quantizer: Quantizer
) -> Iterable[tuple[Symbols, Symbols, NDArray[np.bool_] | None]]:
    """Yield of each step the symbols before and after, `(*space)`, and which cells fired."""
    pairs = pairwise(map(quantizer.symbols, run.states()))
    at_random = run.model.config.fire_rate < 1
    for (before, after), firing in zip(pairs, run.firing(), strict=True):
        yield before, after, firing if at_random else None
