"""A table of contexts: what was seen of each, and how sure it is."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from analysis.approximation.numbering import Numbering
from analysis.approximation.quantizer import Symbols
from analysis.approximation.transitions import Transitions

UNSEEN = -1
"""What a table answers to a context that it has no entry for."""


@dataclass(frozen=True, eq=False)
class SymbolTable:
    """Which symbol followed on each context that was seen.

    Attributes:
        numbering: of the contexts.
        outcomes: uint16 `(P,)`, symbols that followed, by context and then by symbol.
        counts: int64 `(P,)`, how often each did.
        owners: int64 `(P,)`, the number of the context that each followed on.
    """

    numbering: Numbering
    outcomes: Symbols
    counts: NDArray[np.int64]
    owners: NDArray[np.int64]

    @classmethod
    def fit(cls, transitions: Transitions) -> SymbolTable:
        """Count what followed on what."""
        numbering = Numbering.of(transitions.contexts)
        owners = numbering.find(transitions.contexts)
        pairs = owners << 16 | transitions.outcomes
        distinct, counts = np.unique(pairs, return_counts=True)
        outcomes = (distinct & 0xFFFF).astype(np.uint16)
        return cls(numbering, outcomes, counts.astype(np.int64), distinct >> 16)

    @property
    def num_entries(self) -> int:
        """The number of contexts seen."""
        return len(self.numbering.rows)

    @cached_property
    def most_frequent(self) -> Symbols:
        """What followed most often on each context, the first of equals: uint16 `(entries,)`."""
        order = np.lexsort((self.outcomes, -self.counts, self.owners))
        first = np.searchsorted(self.owners[order], np.arange(self.num_entries))
        return self.outcomes[order][first]

    @property
    def determinism(self) -> float:
        """Share of the contexts on which one symbol only ever followed."""
        return float((np.bincount(self.owners) == 1).mean())

    @property
    def entropy_bits(self) -> float:
        """What is left open when a context is known: bits a transition, on average."""
        totals = np.bincount(self.owners, self.counts)
        share = self.counts / totals[self.owners]
        return float(-(self.counts * np.log2(share)).sum() / self.counts.sum()) + 0.0

    def knows(self, contexts: Symbols) -> NDArray[np.bool_]:
        """Tell which contexts `(N, m)` have an entry: bool `(N,)`."""
        return self.numbering.find(contexts) >= 0

    def answer(self, contexts: Symbols) -> NDArray[np.int64]:
        """Return the most frequent outcome of contexts `(N, m)`, -1 of those unseen: `(N,)`."""
        number = self.numbering.find(contexts)
        known = self.most_frequent.astype(np.int64)[number]
        return np.where(number >= 0, known, UNSEEN)
