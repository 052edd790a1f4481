"""Fewer symbols that do the same: an exact table, folded without a contradiction.

Two symbols that look alike may be called one if the table stays a table: where contexts become
the same, what follows on them must become the same too, and so on. This is how finite automata
are learnt from what was seen of them (RPNI: Oncina and Garcia 1992), here in two or three
dimensions. A run of the folded table is the folded run, exactly.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from analysis.approximation.quantizer import Symbols

Row = tuple[int, ...]
_NUM_CANDIDATES = 8
"""Classes that a symbol is tried with, nearest first, before it becomes one of its own."""
_MOST_MERGES = 12
"""That follow on one. Longer chains mostly end in a contradiction."""
_MOST_ROWS = 3_000
"""Contexts rewritten for one merge and all that follows on it."""


class Folding:
    """A table whose symbols are being put into classes.

    Args:
        contexts: uint16 `(N, m)`, each once.
        outcomes: uint16 `(N,)`, what follows on each.
        looks: int64 `(n,)`, what each symbol looks like: classes never mix looks.
        states: float32 `(n, C)`, what symbols stand for: those near each other are tried first.
    """

    def __init__(
        self,
        contexts: Symbols,
        outcomes: Symbols,
        looks: NDArray[np.int64],
        states: NDArray[np.float32],
    ) -> None:
        self._looks, self._states = looks.tolist(), states
        self._parent = list(range(len(looks)))
        self._table: dict[Row, int] = {}
        self._uses: list[set[Row]] = [set() for _ in looks]
        for row, outcome in zip(map(tuple, contexts.tolist()), outcomes.tolist(), strict=True):
            self._enter(row, outcome)
        counts = np.bincount(contexts.ravel(), minlength=len(looks))
        counts += np.bincount(outcomes, minlength=len(looks))
        order = np.argsort(-counts, kind="stable")
        self._order = [int(symbol) for symbol in order if symbol and counts[symbol]]

    def fold(self) -> Iterator[int]:
        """Put one symbol after the other into a class, the most frequent first.

        Yields:
            The number of classes so far, the empty one among them.
        """
        classes: dict[int, None] = {}
        for symbol in self._order:
            classes = dict.fromkeys(map(self.find, classes))
            if self.find(symbol) not in classes and not self._join(symbol, list(classes)):
                classes[self.find(symbol)] = None
            yield 1 + len(classes)

    def find(self, symbol: int) -> int:
        """Return the class of a symbol: the symbol that it is named after."""
        while self._parent[symbol] != symbol:
            symbol = self._parent[symbol]
        return symbol

    def classes(self) -> NDArray[np.int64]:
        """Return the class of each symbol, numbered from 0, the empty one: `(n,)`.

        Symbols that no context knows are put to the empty one.
        """
        named = [self.find(symbol) for symbol in range(len(self._parent))]
        number = {0: 0}
        for symbol in self._order:
            number.setdefault(named[symbol], len(number))
        return np.array([number.get(name, 0) for name in named])

    def _join(self, symbol: int, classes: list[int]) -> bool:
        alike = [c for c in classes if self._looks[c] == self._looks[symbol]]
        if not alike:
            return False
        far = ((self._states[alike] - self._states[symbol]) ** 2).sum(1)
        nearest = np.argsort(far, kind="stable")[:_NUM_CANDIDATES]
        return any(self.merge(alike[n], symbol) for n in nearest)

    def merge(self, one: int, other: int) -> bool:
        """Make two symbols one, and all that follows from it; if that can't be, nothing."""
        done: list[tuple[Row | None, Row | None, int]] = []
        pending = [(one, other)]
        for _ in range(_MOST_MERGES):
            if not self._merge_next(pending, done):
                break
            if not pending:
                return True
        self._undo(done)
        return False

    def _merge_next(
        self, pending: list[tuple[int, int]], done: list[tuple[Row | None, Row | None, int]]
    ) -> bool:
        """Merge one pair, and note what must be merged then; False for a contradiction."""
        kept, gone = map(self.find, pending.pop())
        if kept == gone:
            return True
        if not self._may(kept, gone):
            return False
        if len(self._uses[kept]) < len(self._uses[gone]):
            kept, gone = gone, kept
        self._parent[gone] = kept
        done.append((None, None, gone))
        for row in tuple(self._uses[gone]):
            merged = tuple(kept if symbol == gone else symbol for symbol in row)
            outcome = self._remove(row)
            known = self._table.get(merged)
            if known is None:
                self._enter(merged, outcome)
            done.append((row, merged if known is None else None, outcome))
            if known is not None and self.find(known) != self.find(outcome):
                if not self._may(self.find(known), self.find(outcome)):
                    return False
                pending.append((known, outcome))
        return len(done) <= _MOST_ROWS

    def _may(self, one: int, other: int) -> bool:
        return 0 not in (one, other) and self._looks[one] == self._looks[other]

    def _undo(self, done: list[tuple[Row | None, Row | None, int]]) -> None:
        for row, merged, number in reversed(done):
            if merged is not None:
                self._remove(merged)
            if row is None:
                self._parent[number] = number
            else:
                self._enter(row, number)

    def _enter(self, row: Row, outcome: int) -> None:
        self._table[row] = outcome
        for symbol in set(row):
            self._uses[symbol].add(row)

    def _remove(self, row: Row) -> int:
        for symbol in set(row):
            self._uses[symbol].discard(row)
        return self._table.pop(row)
