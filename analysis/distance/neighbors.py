"""The named rules that are nearest to a rule, and what such a name is worth."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from analysis.distance.family import family_of
from analysis.distance.nulls import draws
from analysis.domains import Domain, Floats, domain_of
from analysis.operands import Operand, as_rule
from analysis.rules.catalogue import entries
from analysis.rules.rule import Rule, States
from voxnca.errors import ArgumentError

_ROUNDING = 1e-12
_LARGE = 2**14


@dataclass(frozen=True)
class Neighbor:
    """A named rule near a rule.

    Attributes:
        name: in the catalogue.
        notation: of the named rule, as `str(rule)`.
        hamming: neighbourhoods in which they differ, of all k^(3^d).
        share: the same as a share, 0 to 1.
        chance: the share, 0 to 1, of random rules that are at least as near to some rule of the
            catalogue. They are of the same kind, and hold the same states in random places. Near
            1, the name says nothing.
    """

    name: str
    notation: str
    hamming: int
    share: float
    chance: float

    def to_json(self) -> dict[str, Any]:
        """Return it in JSON's types."""
        return asdict(self)


def nearest(
    operand: Operand, n: int = 5, *, num_samples: int = 500, seed: int = 0
) -> tuple[Neighbor, ...]:
    """Return the rules of the catalogue that differ from a rule in the fewest neighbourhoods.

    Args:
        operand: a rule, a table of the plane, or what has a `.rule` or `.table`.
        n: how many, at least 1; fewer come where the catalogue has fewer rules of as many states
            and dimensions.
        num_samples: random rules by which the chance is measured; of large tables fewer are taken.
        seed: of these.

    Raises:
        ArgumentError: as `operands.as_rule`; for less than 1 rule or sample; when one of the rules
            does not count and a table would have more than 2^24 entries.
    """
    if n < 1 or num_samples < 1:
        raise ArgumentError(f"n={n} and num_samples={num_samples} must be at least 1")
    rule = as_rule(operand)
    named = [as_rule(entry.rule) for entry in entries() if _is_like(entry.rule, rule)]
    if not named:
        return ()
    domain = domain_of([rule, *named])
    tables = np.stack([domain.entries(other) for other in named])
    own = domain.entries(rule)
    luck = _luck(rule, domain, tables, num_samples, seed)
    shares = (tables != own) @ domain.shares
    return tuple(
        Neighbor(
            name=named[i].name,
            notation=str(named[i]),
            hamming=domain.count(tables[i] != own),
            share=float(shares[i]),
            chance=float((luck <= shares[i] + _ROUNDING).mean()),
        )
        for i in np.argsort(shares, kind="stable")[:n]
    )


def _luck(rule: Rule, domain: Domain, tables: States, num_samples: int, seed: int) -> Floats:
    """Return how near random rules come to any of some tables."""
    family = family_of(rule, rule)
    if len(domain.shares) > _LARGE:
        num_samples = min(num_samples, 50)
    return np.array(
        [
            ((tables != domain.entries(drawn)) @ domain.shares).min()
            for drawn in draws("shuffled", rule, rule, family, num_samples, seed)
        ]
    )


def _is_like(one: Rule, other: Rule) -> bool:
    return (one.num_states, one.num_dims) == (other.num_states, other.num_dims)
