"""Ways to answer what a cell becomes, when all that is known is its context."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np
import torch
from numpy.typing import NDArray

from analysis.approximation.quantizer import Quantizer, Symbols
from analysis.approximation.transitions import Transitions, middle
from voxnca.grid import ALIVE_THRESHOLD, ALPHA
from voxnca.model import NCA

if TYPE_CHECKING:
    from sklearn.tree import DecisionTreeClassifier

_CHUNK = 8192
_MAX_SAMPLES = 50_000
"""As many transitions as a decision tree is fitted to."""


class Answer(Protocol):
    """What a cell becomes by its context."""

    def answer(self, contexts: Symbols) -> NDArray[np.int64]:
        """Return the next symbols of contexts `(N, m)`, -1 for none: `(N,)`."""


@dataclass(frozen=True)
class Stay:
    """Nothing changes: the baseline of every figure.

    Attributes:
        num_dims: d.
    """

    num_dims: int

    def answer(self, contexts: Symbols) -> NDArray[np.int64]:
        """Return the cell's own symbol."""
        return contexts[:, middle(self.num_dims)].astype(np.int64)


@dataclass(frozen=True)
class Either:
    """One answer, and another where the first has none."""

    first: Answer
    second: Answer

    def answer(self, contexts: Symbols) -> NDArray[np.int64]:
        """Return the first's answers, or else the second's."""
        found = self.first.answer(contexts)
        open_ones = found < 0
        if open_ones.any():
            found[open_ones] = self.second.answer(contexts[open_ones])
        return found


@dataclass(frozen=True)
class Network:
    """The real network, told only the centroids that the symbols stand for.

    It sees one neighbourhood and no farther, so that of the alive mask after the step it knows
    the cell's own new alpha and the alpha that its neighbours had.

    Attributes:
        model: the rule.
        quantizer: what symbols stand for.
    """

    model: NCA
    quantizer: Quantizer

    def answer(self, contexts: Symbols) -> NDArray[np.int64]:
        """Return the symbols of what the network makes of centroids."""
        parts = [
            self._answer(contexts[start : start + _CHUNK])
            for start in range(0, len(contexts), _CHUNK)
        ]
        return np.concatenate([np.zeros(0, dtype=np.int64), *parts])

    def _answer(self, contexts: Symbols) -> NDArray[np.int64]:
        rule, num_cells = self.model.rule(), 3**self.model.config.num_dims
        states = torch.from_numpy(self.quantizer.states(contexts[:, :num_cells])).to(rule.kernels)
        fired = torch.from_numpy(contexts[:, num_cells:].astype(np.float32)).prod(1)
        with torch.no_grad():
            felt = torch.einsum("kj,njc->nkc", rule.kernels.flatten(1), states)
            own = states[:, num_cells // 2]
            after = rule.move(own, fired[:, None] * rule.update(felt.flatten(1), own))
            alpha = states[..., ALPHA].clone()
            before = alpha.amax(1)
            alpha[:, num_cells // 2] = after[:, ALPHA]
            lives = (before > ALIVE_THRESHOLD) & (alpha.amax(1) > ALIVE_THRESHOLD)
            after = torch.where(lives[:, None], after, 0.0)
        return self.quantizer.symbols(after.numpy()).astype(np.int64)


@dataclass(frozen=True, eq=False)
class CountingTree:
    """A decision tree over a cell's own symbol and how many neighbours have each symbol.

    Attributes:
        tree: of scikit-learn.
        num_symbols: k.
        num_dims: d.
    """

    tree: DecisionTreeClassifier
    num_symbols: int
    num_dims: int

    @classmethod
    def fit(cls, transitions: Transitions, num_symbols: int, *, seed: int) -> CountingTree:
        """Fit to 50,000 transitions at most: half of them, if there are, cells that change."""
        from sklearn.tree import DecisionTreeClassifier  # noqa: PLC0415 - takes a second to load

        chosen = _balanced(transitions.changed, np.random.default_rng(seed))
        counts = _counts(transitions.contexts[chosen], num_symbols, transitions.num_dims)
        tree = DecisionTreeClassifier(random_state=seed).fit(counts, transitions.outcomes[chosen])
        return cls(tree, num_symbols, transitions.num_dims)

    @property
    def num_leaves(self) -> int:
        """How many different cases it tells apart."""
        return int(self.tree.get_n_leaves())

    def answer(self, contexts: Symbols) -> NDArray[np.int64]:
        """Return what the tree says."""
        if not len(contexts):
            return np.zeros(0, dtype=np.int64)
        counts = _counts(contexts, self.num_symbols, self.num_dims)
        found: NDArray[np.int64] = self.tree.predict(counts).astype(np.int64)
        return found


def _balanced(changed: NDArray[np.bool_], random: np.random.Generator) -> NDArray[np.int64]:
    """Draw samples; without this, what changes would be lost among what stays."""
    moving, still = np.flatnonzero(changed), np.flatnonzero(~changed)
    half = _MAX_SAMPLES // 2
    moving = random.permutation(moving)[: max(half, _MAX_SAMPLES - len(still))]
    still = random.permutation(still)[: _MAX_SAMPLES - len(moving)]
    return np.sort(np.concatenate([moving, still]))


def _counts(contexts: Symbols, num_symbols: int, num_dims: int) -> NDArray[np.float32]:
    """Return the columns own symbol, firing if there, and neighbours in each symbol."""
    num_cells, N = 3**num_dims, len(contexts)
    counts = np.zeros((N, num_symbols), dtype=np.float32)
    rows = np.arange(N)
    for cell in range(num_cells):
        if cell != middle(num_dims):
            counts[rows, contexts[:, cell]] += 1
    own = contexts[:, middle(num_dims), None]
    return np.concatenate([own, contexts[:, num_cells:], counts], axis=1, dtype=np.float32)
