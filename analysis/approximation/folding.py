"""Fewer symbols that do the same: an exact table, folded without a contradiction.

Two symbols that look alike may be called one if the table stays a table: where contexts become
the same, what follows on them must become the same too, and so on. This is how finite automata
are learnt from what was seen of them (RPNI: Oncina and Garcia 1992), here in two or three
dimensions. A run of the folded table is the folded run, exactly.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from analysis.approximation.quantizer import Symbols

Row = tuple[int, ...]


class _Joined(NamedTuple):
    """A class that was put into another, with the contexts that this one did not have."""

    kept: int
    gone: int
    added: set[int]


class _Renamed(NamedTuple):
    """A context in which a symbol was called by another name, as it was before."""

    number: int
    row: Row


_Change = _Joined | _Renamed

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
        self._rows: list[Row | None] = [tuple(row) for row in contexts.tolist()]
        self._outcomes: list[int] = outcomes.tolist()
        self._table = {row: number for number, row in enumerate(self._rows)}
        self._uses: list[set[int]] = [set() for _ in looks]
        for number, row in enumerate(contexts.tolist()):
            for symbol in set(row):
                self._uses[symbol].add(number)
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
        done: list[_Change] = []
        pending = [(one, other)]
        for _ in range(_MOST_MERGES):
            if not self._merge_next(pending, done):
                break
            if not pending:
                return True
        for change in reversed(done):
            self._undo(change)
        return False

    def _merge_next(self, pending: list[tuple[int, int]], done: list[_Change]) -> bool:
        """Merge one pair, and note what must be merged then; False for a contradiction."""
        kept, gone = map(self.find, pending.pop())
        if kept == gone:
            return True
        if not self._may(kept, gone):
            return False
        if len(self._uses[kept]) < len(self._uses[gone]):
            kept, gone = gone, kept
        added = self._uses[gone] - self._uses[kept]
        self._parent[gone] = kept
        self._uses[kept] |= added
        done.append(_Joined(kept, gone, added))
        for number in self._uses[gone]:
            row = self._rows[number]
            if row is not None and not self._rewrite(number, row, (gone, kept), pending, done):
                return False
        return len(done) <= _MOST_ROWS

    def _rewrite(
        self,
        number: int,
        row: Row,
        names: tuple[int, int],
        pending: list[tuple[int, int]],
        done: list[_Change],
    ) -> bool:
        """Call a symbol of a context by its new name; False if what follows contradicts that."""
        old, new = names
        renamed = tuple(new if symbol == old else symbol for symbol in row)
        known = self._table.get(renamed)
        del self._table[row]
        self._rows[number] = None if known is not None else renamed
        done.append(_Renamed(number, row))
        if known is None:
            self._table[renamed] = number
            return True
        ours, theirs = self._outcomes[number], self._outcomes[known]
        one, other = self.find(ours), self.find(theirs)
        if one != other:
            pending.append((one, other))
        return one == other or self._may(one, other)

    def _may(self, one: int, other: int) -> bool:
        return 0 not in (one, other) and self._looks[one] == self._looks[other]

    def _undo(self, change: _Change) -> None:
        if isinstance(change, _Joined):
            self._parent[change.gone] = change.gone
            self._uses[change.kept] -= change.added
            return
        renamed = self._rows[change.number]
        if renamed is not None:
            del self._table[renamed]
        self._rows[change.number] = change.row
        self._table[change.row] = change.number
