"""What the nearest context became, for contexts that a table has not seen."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analysis.approximation.quantizer import Symbols
from analysis.approximation.symbol_table import SymbolTable
from analysis.approximation.transitions import middle

_CHUNK = 64


@dataclass(frozen=True, eq=False)
class Nearest:
    """A table that answers every context, by the seen one whose states are nearest.

    Attributes:
        table: what was seen.
        states: float32 `(n, C)`, what the symbols stand for.
        num_dims: d.
    """

    table: SymbolTable
    states: NDArray[np.float32]
    num_dims: int

    def answer(self, contexts: Symbols) -> NDArray[np.int64]:
        """Return what followed on the nearest context: by squares, all cells and channels alike.

        An empty cell stays empty unless the context was seen: matter that spreads by likeness
        alone fills the grid.
        """
        found = self.table.answer(contexts)
        own = contexts[:, middle(self.num_dims)]
        found[(found < 0) & (own == 0)] = 0
        unseen = np.flatnonzero(found < 0)
        seen = self.states[self.table.numbering.rows].reshape(self.table.num_entries, -1)
        half = (seen**2).sum(1) / 2
        for start in range(0, len(unseen), _CHUNK):
            some = unseen[start : start + _CHUNK]
            rows = self.states[contexts[some]].reshape(len(some), -1)
            found[some] = self.table.most_frequent[(half - rows @ seen.T).argmin(1)]
        return found
