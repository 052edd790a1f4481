"""Numbers for rows of symbols, found again quickly and without mistakes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analysis.approximation.quantizer import Symbols

_FIRST_KEY = 20


@dataclass(frozen=True, eq=False)
class Numbering:
    """Different rows in an order in which they can be looked up.

    Rows are sorted by a 64-bit sum; what is found is then held against the row itself, so that
    no other row with the same sum passes for it.

    Attributes:
        rows: uint16 `(n, m)`, each once.
        sums: uint64 `(n,)`, ascending, each once.
        key: of the factors that the sums are made with.
    """

    rows: Symbols
    sums: NDArray[np.uint64]
    key: int

    @classmethod
    def of(cls, rows: Symbols) -> Numbering:
        """Number the different rows among `rows`, uint16 `(N, m)`."""
        key = _FIRST_KEY
        while True:
            sums, first, inverse = np.unique(
                _sums(rows, key), return_index=True, return_inverse=True
            )
            distinct = rows[first]
            if (distinct[inverse] == rows).all():
                return cls(distinct, sums, key)
            key += 1  # two rows with one sum: about once in 2^64 / rows^2

    def find(self, rows: Symbols) -> NDArray[np.int64]:
        """Return the numbers of rows `(N, m)`, -1 of those that have none."""
        if not len(self.rows):
            return np.full(len(rows), -1)
        sums = _sums(rows, self.key)
        place = np.searchsorted(self.sums, sums).clip(max=len(self.sums) - 1)
        same = (self.rows[place] == rows).all(1)
        return np.where(same, place, -1)


def _sums(rows: Symbols, key: int) -> NDArray[np.uint64]:
    random = np.random.default_rng(key)
    factors: NDArray[np.uint64] = random.integers(2**63, size=(rows.shape[1],), dtype=np.uint64)
    sums = np.zeros(len(rows), dtype=np.uint64)
    for column in range(rows.shape[1]):
        sums += (rows[:, column].astype(np.uint64) + np.uint64(1)) * factors[column]
    return sums
