"""How often cells are in which neighbourhood: in soups, and after a rule has run for a while."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from analysis.domains import Domain, Floats
from analysis.measures.behavior import soup
from analysis.operands import Operand, as_rule
from analysis.rules.automaton import step
from analysis.rules.rule import States
from voxnca.errors import ArgumentError

_SIDES = {2: 128, 3: 24}


class Visits(ABC):
    """A distribution over neighbourhoods."""

    @abstractmethod
    def weights(self, domain: Domain) -> Floats:
        """Return how often each entry of a domain is met: float64 `(N,)`, of sum 1.

        Raises:
            ArgumentError: for a domain of another number of states or dimensions.
        """


@dataclass(frozen=True)
class SoupVisits(Visits):
    """Those of a soup, whose cells are independent of one another.

    Attributes:
        densities: how often a cell is in each state, of sum 1.

    Raises:
        ArgumentError: for densities that are no such shares.
    """

    densities: tuple[float, ...]

    def __post_init__(self) -> None:
        shares = np.array(self.densities)
        if len(shares) < 2 or not (shares >= 0).all() or abs(shares.sum() - 1) > 1e-9:
            raise ArgumentError(
                f"densities={self.densities} must be shares of each state, at least 0 and of sum 1"
            )

    def weights(self, domain: Domain) -> Floats:
        """See `Visits.weights`."""
        if len(self.densities) != domain.num_states:
            raise ArgumentError(
                f"densities={self.densities} are of {len(self.densities)} states, the rules have "
                f"{domain.num_states}"
            )
        return domain.product(np.array(self.densities))


@dataclass(frozen=True, eq=False)
class MeasuredVisits(Visits):
    """Those of grids that were looked at.

    Attributes:
        num_states: of the cells.
        grids: uint8 `(*space)` each, tori.
        known: what has been counted, by domain.
    """

    num_states: int
    grids: tuple[States, ...]
    known: dict[Domain, Floats] = field(default_factory=dict, repr=False)

    def weights(self, domain: Domain) -> Floats:
        """See `Visits.weights`."""
        num_dims = self.grids[0].ndim
        if (self.num_states, num_dims) != (domain.num_states, domain.num_dims):
            raise ArgumentError(
                f"visits are of {self.num_states} states in {num_dims}D, the rules have "
                f"{domain.num_states} in {domain.num_dims}D"
            )
        if domain not in self.known:
            size = len(domain.shares)
            met = [np.bincount(domain.codes(g).ravel(), minlength=size) for g in self.grids]
            self.known[domain] = np.sum(met, axis=0) / np.sum(met)
        return self.known[domain]

    def __add__(self, other: MeasuredVisits) -> MeasuredVisits:
        return MeasuredVisits(self.num_states, (*self.grids, *other.grids))


def in_soup(densities: Sequence[float]) -> SoupVisits:
    """Return how often neighbourhoods are met in a soup.

    Args:
        densities: how often a cell is in each state, of sum 1: `(0.7, 0.3)` for a soup of two
            states of which 30 % live.

    Raises:
        ArgumentError: for densities that are no such shares.
    """
    return SoupVisits(tuple(map(float, densities)))


def after(
    operand: Operand,
    *,
    num_steps: int = 100,
    filled: float = 0.5,
    num_soups: int = 4,
    seed: int = 0,
) -> MeasuredVisits:
    """Measure how often neighbourhoods are met when a rule has run on soups.

    Args:
        operand: the rule that runs.
        num_steps: how long.
        filled: share of cells that are not in state 0 at first; all other states are as likely.
        num_soups: tori of 128^2 cells, 24^3 in space.
        seed: of the soups.

    Raises:
        ArgumentError: as `operands.as_rule`; for fewer than 0 steps or 1 soup.
    """
    if num_soups < 1:
        raise ArgumentError(f"num_soups={num_soups} must be at least 1")
    rule, rng = as_rule(operand), np.random.default_rng(seed)
    space = (_SIDES[rule.num_dims],) * rule.num_dims
    soups = [soup(rule, space, filled, rng) for _ in range(num_soups)]
    return MeasuredVisits(
        rule.num_states, tuple(step(rule, cells, num_steps, border="torus") for cells in soups)
    )
