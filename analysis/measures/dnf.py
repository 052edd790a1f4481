"""The shortest way to say when a cell lives: minimal disjunctive normal forms."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array

from analysis.domains import whole_of
from analysis.measures.sensitivity import influences, places
from analysis.operands import Operand, as_rule
from analysis.rules.rule import States
from voxnca.errors import ArgumentError

MAX_CELLS = 9
"""That an outcome may depend on: there are 3^9 cubes."""
_TOLERANCE = 1e-6

Cubes = NDArray[np.uint8]


@dataclass(frozen=True)
class NormalForm:
    """How many terms it takes to say when a cell lives: alternatives, each a list of cells.

    Attributes:
        lower: proved: fewer terms do not do.
        upper: found: so many do.
        num_primes: terms from which no cell can be left out (prime implicants), of which the
            form is made.
    """

    lower: int
    upper: int
    num_primes: int

    @property
    def is_proved(self) -> bool:
        """Whether the form found is the shortest."""
        return self.lower == self.upper


def minimal_dnf(operand: Operand, *, time_limit_seconds: float = 10.0) -> NormalForm:
    """Look for the shortest disjunctive normal form of a rule of two states.

    Terms that alone cover some neighbourhood are in every form; the rest is chosen by integer
    programming (HiGHS), to which the bounds are owed when the time is over.

    Args:
        operand: the outcome depends on at most 9 cells.
        time_limit_seconds: of the search.

    Raises:
        ArgumentError: for more states or cells.
    """
    entries = essential_entries(operand)
    primes = prime_implicants(entries)
    cover = covers(primes)[entries == 1]
    lone = cover[cover.sum(axis=1) == 1].any(axis=0)
    left = ~cover[:, lone].any(axis=1)
    lower, upper = _cheapest(cover[left][:, ~lone], time_limit_seconds)
    return NormalForm(lower + int(lone.sum()), upper + int(lone.sum()), len(primes))


def essential_entries(operand: Operand) -> States:
    """Return the table of a rule of two states over the cells that matter to it.

    Returns:
        uint8 `(2^m,)`, m at most 9; the first cell is the highest bit.

    Raises:
        ArgumentError: for more states or cells.
    """
    rule = as_rule(operand)
    matters = np.flatnonzero(influences(rule) > 0)
    if rule.num_states != 2 or len(matters) > MAX_CELLS:
        raise ArgumentError(
            f"rule {rule} has {rule.num_states} states and depends on {len(matters)} cells; "
            f"normal forms are looked for with 2 states and up to {MAX_CELLS} cells"
        )
    hood = rule.neighborhood
    cube = whole_of([rule]).entries(rule).reshape((2,) * len(hood.cells))
    own = influences(rule)[places(rule)] > 0
    entries: States = cube[tuple(slice(None) if kept else 0 for kept in own)].reshape(-1)
    return entries


def prime_implicants(entries: States) -> Cubes:
    """Return the largest cubes on which a table is 1 (Quine, McCluskey).

    Args:
        entries: uint8 `(2^m,)`, 0 and 1.

    Returns:
        uint8 `(N, m)`: what a cell must be in, 0 or 1; 2 where it does not matter.
    """
    m = len(entries).bit_length() - 1
    holds = entries.reshape((2,) * m).astype(bool)
    for axis in range(m):
        both = holds.all(axis=axis, keepdims=True)
        holds = np.concatenate([holds, both], axis=axis)
    extends = np.zeros_like(holds)
    for axis in range(m):
        np.moveaxis(extends, axis, 0)[:2] |= holds.take(2, axis=axis)
    return np.argwhere(holds & ~extends).astype(np.uint8)


def covers(cubes: Cubes) -> NDArray[np.bool_]:
    """Return which entries lie in which cubes: bool `(2^m, N)`."""
    m = cubes.shape[1]
    bits = np.arange(2**m)[:, None] >> np.arange(m)[::-1] & 1
    held: NDArray[np.bool_] = ((cubes == 2) | (cubes == bits[:, None])).all(axis=2)
    return held


def _cheapest(cover: NDArray[np.bool_], time_limit_seconds: float) -> tuple[int, int]:
    """Return bounds of the fewest columns that cover all rows."""
    if not len(cover):
        return 0, 0
    num_columns = cover.shape[1]
    found = milp(
        np.ones(num_columns),
        integrality=np.ones(num_columns),
        bounds=Bounds(0, 1),
        constraints=LinearConstraint(csr_array(cover.astype(float)), 1),
        options={"time_limit": time_limit_seconds},
    )
    greedy = _greedy(cover)
    upper = greedy if found.x is None else min(greedy, round(found.fun))
    bound = found.mip_dual_bound
    lower = 1 if bound is None or not np.isfinite(bound) else ceil(bound - _TOLERANCE)
    return min(max(lower, 1), upper), upper


def _greedy(cover: NDArray[np.bool_]) -> int:
    """Return how many columns do when each covers as many of the rows left as one can."""
    taken = 0
    while len(cover):
        cover = cover[~cover[:, cover.sum(axis=0).argmax()]]
        taken += 1
    return taken
