"""Windows: the 3^d cells that a network perceives, a cell and its neighbours, and their states."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from itertools import combinations_with_replacement
from math import comb, factorial, prod
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from analysis.rules import CountingRule, Neighborhood, Rule, States
from analysis.rules.rule import MAX_ENTRIES, contexts
from voxnca import NCA
from voxnca.engines.discrete import logits_of, perceived_by
from voxnca.errors import ArgumentError

MAX_CLASSES = 2**22
_CHUNK = 2**14


class Windows(NamedTuple):
    """Some windows, and for how many each stands.

    Attributes:
        states: uint8 `(N, 3^d)`, in index order, the cell itself in the middle.
        weights: whole numbers `(N,)`, as large as it takes.
    """

    states: States
    weights: NDArray[np.object_] | NDArray[np.int64]


def num_windows(num_states: int, num_dims: int) -> int:
    """Return how many windows there are: k^(3^d)."""
    return int(num_states ** (3**num_dims))


def every(num_states: int, num_dims: int) -> Iterator[Windows]:
    """Return all windows, in the order of a table, some thousands at a time.

    Raises:
        ArgumentError: when there are more than 2^24.
    """
    count = num_windows(num_states, num_dims)
    if count > MAX_ENTRIES:
        raise ArgumentError(
            f"num_states={num_states} in {num_dims}D: there are {num_states}^{3**num_dims} "
            "neighbourhoods, more than 2^24; use fewer states, or what counts all neighbours"
        )
    return _every(num_states, num_dims, count)


def _every(num_states: int, num_dims: int, count: int) -> Iterator[Windows]:
    for start in range(0, count, _CHUNK):
        states = contexts(start, min(start + _CHUNK, count), num_states, 3**num_dims)
        yield Windows(states, np.ones(len(states), np.int64))


@cache
def classes(num_states: int, num_dims: int) -> Windows:
    """Return a window for each cell's state and each number of neighbours in each state.

    To one that only counts, all windows of a class are the same.

    Raises:
        ArgumentError: when there are more than 2^22 classes.
    """
    k, n = num_states, 3**num_dims - 1
    num_classes = k * comb(n + k - 1, n)
    if num_classes > MAX_CLASSES:
        raise ArgumentError(
            f"num_states={k} in {num_dims}D: there are {num_classes:,} ways to count neighbours, "
            "more than 2^22; use fewer states"
        )
    around = np.array(list(combinations_with_replacement(range(k), n)), np.uint8)
    weights = np.array([_arrangements(row, k) for row in around], object)
    own = np.repeat(np.arange(k, dtype=np.uint8), len(around))[:, None]
    around = np.tile(around, (k, 1))
    states = np.concatenate([around[:, : n // 2], own, around[:, n // 2 :]], 1)
    return Windows(states, np.tile(weights, k))


def drawn(num_windows: int, num_states: int, num_dims: int, generator: torch.Generator) -> Tensor:
    """Draw windows, each of another mixture of states: uint8 `(num_windows, 3^d)`.

    Mixtures are Dirichlet's with 0.5: the crowded, the empty and the pure come as often as the
    mixed, which uniform states would hardly ever be. The cell itself is in any state as often.
    """
    states = draw_mixed(num_windows, 3**num_dims, num_states, generator)
    own = torch.randint(0, num_states, (num_windows,), generator=generator)
    states[:, 3**num_dims // 2] = own
    return states.to(torch.uint8)


def draw_mixed(
    num_rows: int, num_cells: int, num_states: int, generator: torch.Generator
) -> torch.Tensor:
    """Draw states of cells, each row of another mixture (Dirichlet, 0.5): int64 `(rows, cells)`."""
    shares = torch.full((num_rows, num_states), 0.5)
    mixtures = torch._sample_dirichlet(shares, generator=generator)  # noqa: SLF001 - takes a generator
    return torch.multinomial(mixtures, num_cells, replacement=True, generator=generator)


def answers_of_rule(rule: Rule, states: States) -> States:
    """Return what the cells in the middle become by a hand-made rule: uint8 `(N,)`."""
    whole = Neighborhood("moore", rule.num_dims).cells
    own = [whole.index(offset) for offset in rule.neighborhood.cells]
    return rule.next_states(states[:, own])


@torch.no_grad()
def logits_of_model(model: NCA, states: States) -> NDArray[np.floating]:
    """Return how much speaks for each state by a discrete model: `(N, k)`."""
    rule = model.rule()
    parts = [logits_of(part, rule) for part in torch.from_numpy(states).split(_CHUNK)]
    logits: NDArray[np.floating] = torch.cat(parts).numpy()
    return logits


def perceived(model: NCA, windows: Tensor) -> Tensor:
    """Return what a discrete model perceives: `(N, K * k)`, kernel-major.

    Args:
        model: a discrete rule.
        windows: whole numbers `(N, 3^d)`, states.
    """
    return perceived_by(windows, model.rule())


def is_countable(model: NCA, rule: Rule) -> bool:
    """Tell whether all answers of a model and a rule are held against each other in no time."""
    k, d = rule.num_states, rule.num_dims
    if only_counts(model) and counts_all(rule):
        return k * comb(3**d + k - 2, k - 1) <= _CHUNK
    return num_windows(k, d) <= 2 * _CHUNK


def counts_all(rule: Rule) -> bool:
    """Tell whether a rule heeds how many of all neighbours are in a state, and no more."""
    return isinstance(rule, CountingRule) and rule.neighborhood.name == "moore"


def only_counts(model: NCA) -> bool:
    """Tell whether a model perceives of its neighbours no more than how many are in each state."""
    kernels = model.all_kernels().detach().flatten(1)
    middle = kernels.shape[1] // 2
    around = torch.cat([kernels[:, :middle], kernels[:, middle + 1 :]], 1)
    return bool((around == around[:, :1]).all())


def _arrangements(states: States, num_states: int) -> int:
    counts = np.bincount(states, minlength=num_states).tolist()
    return factorial(len(states)) // prod(map(factorial, counts))
