"""Over which neighbourhoods rules are measured and compared."""

from __future__ import annotations

from abc import ABC, abstractmethod
from functools import cached_property
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from analysis.rules.neighborhood import Offset
from analysis.rules.rule import Rule, States

Floats = NDArray[np.float64]
T = TypeVar("T", bound=np.generic)


class Domain(ABC):
    """The entries in which rules can differ. An entry stands for some of all neighbourhoods.

    All neighbourhoods are the k^(3^d) of the Moore neighbourhood, whatever rules read of them: so
    the same two rules differ in as many of them in every domain.

    Args:
        num_states: k.
        num_dims: d, 2 or 3.
    """

    def __init__(self, num_states: int, num_dims: int) -> None:
        self.num_states, self.num_dims = num_states, num_dims
        self.num_neighborhoods = num_states ** (3**num_dims)

    @cached_property
    @abstractmethod
    def shares(self) -> Floats:
        """Which share of all neighbourhoods each entry stands for: float64 `(N,)`."""

    @abstractmethod
    def entries(self, rule: Rule) -> States:
        """Return what a rule makes of each entry: uint8 `(N,)`."""

    @abstractmethod
    def count(self, chosen: NDArray[np.bool_]) -> int:
        """Return how many of all neighbourhoods the entries chosen `(N,)` stand for, exactly."""

    @abstractmethod
    def codes(self, cells: States) -> NDArray[np.int64]:
        """Return in which entry each cell of a torus `(*space)` is."""

    @abstractmethod
    def product(self, densities: Floats) -> Floats:
        """Return how often each entry is met where cells are independent of one another.

        Args:
            densities: float64 `(k,)`, how often a cell is in each state.

        Returns:
            float64 `(N,)`, of sum 1.
        """


def seen(cells: NDArray[T], offset: Offset) -> NDArray[T]:
    """Return what every cell of a torus sees at an offset."""
    return np.roll(cells, [-o for o in offset], axis=tuple(range(cells.ndim)))
