"""Where two rules differ: what a cell becomes under each, and in which neighbourhoods."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from functools import cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from analysis.distance import Visits
from analysis.domains import Counted, Domain, Floats, Whole, domain_of, whole_of
from analysis.operands import Operand, as_rules
from analysis.rules import Neighborhood, Rule, classes, is_isotropic
from analysis.rules.digits import center_of, neighbor_counts, own_states
from analysis.rules.hensel import arrangements
from analysis.rules.neighborhood import MOORE
from analysis.rules.rule import contexts

Ints = NDArray[np.int64]

ANY = -1
"""Stands for every state but 1, in a neighbourhood of which only the 1s count."""
UNREAD = -2
"""Stands for a cell that neither rule reads."""
MAX_SHAPES = 24
"""Of all differences of two rules together, as far as each has one."""


@dataclass(frozen=True)
class Shape:
    """A neighbourhood, and those that are its turns and mirrors where no rule tells them apart.

    Attributes:
        cells: states of the 3^d cells in index order, `ANY` or `UNREAD`.
        letter: Hensel's, as in `6-k`; empty for none.
        num_neighborhoods: how many it stands for, of all k^(3^d).
        visited: how often, 0 to 1, a cell is in one of them.
    """

    cells: tuple[int, ...]
    letter: str
    num_neighborhoods: int
    visited: float


@dataclass(frozen=True)
class Difference:
    """Neighbourhoods in which two rules do different things, the same two in all of them.

    Attributes:
        own: state of the cell.
        count: of its neighbours in state 1; None where the rules do not go by it.
        becomes_one: the next state under the one rule.
        becomes_other: the next state under the other.
        num_neighborhoods: how many they are, of all k^(3^d).
        visited: how often, 0 to 1, a cell is in one of them.
        shapes: some of them, the most visited first.
        num_shapes: how many there are.
    """

    own: int
    count: int | None
    becomes_one: int
    becomes_other: int
    num_neighborhoods: int
    visited: float
    shapes: tuple[Shape, ...]
    num_shapes: int

    def to_json(self) -> dict[str, Any]:
        """Return it in JSON's types."""
        return asdict(self)


class _Key(NamedTuple):
    own: int
    num_ones: int | None
    one: int
    other: int


class _Unit(NamedTuple):
    """Neighbourhoods that no rule tells apart: an entry that shows them, and how many they are."""

    entry: int
    size: int
    visited: float


def differences(one: Operand, other: Operand, visits: Visits) -> tuple[Difference, ...]:
    """Return where two rules differ, what is visited most first.

    Two states are told by own state and live neighbours, and so are rules that count; other rules
    by own state alone.

    Args:
        one: a rule, or what has a table.
        other: another of as many states and dimensions.
        visits: how often neighbourhoods are met.

    Raises:
        ArgumentError: as `distance.hamming`.
    """
    rules = as_rules(one, other)
    domain = _domain(rules)
    ones, others = (domain.entries(rule) for rule in rules)
    owns, counts = _told_by(domain)
    groups: dict[_Key, list[_Unit]] = defaultdict(list)
    for unit in _units(rules, domain, np.flatnonzero(ones != others), visits.weights(domain)):
        at = unit.entry
        count = None if counts is None else int(counts[at])
        groups[_Key(int(owns[at]), count, int(ones[at]), int(others[at]))].append(unit)
    return tuple(_listed(domain, groups))


def _domain(rules: tuple[Rule, Rule]) -> Domain:
    """Return the domain in which there is most to see: shapes in the plane, else counts."""
    small = rules[0].num_states == 2 and rules[0].num_dims == 2
    return whole_of(rules) if small else domain_of(rules)


def _told_by(domain: Domain) -> tuple[Ints, Ints | None]:
    """Return of every entry the cell's own state and, where one goes by it, the count."""
    if isinstance(domain, Counted):
        index = np.indices(domain.shape).reshape(len(domain.shape), -1)
        return index[0], index[1:].sum(axis=0)
    assert isinstance(domain, Whole)
    k, hood = domain.num_states, domain.neighborhood
    counts = neighbor_counts(k, hood).astype(np.int64) if k == 2 else None
    return own_states(k, hood).astype(np.int64), counts


def _units(
    rules: tuple[Rule, Rule], domain: Domain, places: Ints, weights: Floats
) -> Iterator[_Unit]:
    """Put entries together that are turns and mirrors, if neither rule has directions."""
    if isinstance(domain, Counted):
        for place in places.tolist():
            only = np.arange(len(weights)) == place
            yield _Unit(place, domain.count(only), float(weights[place]))
        return
    assert isinstance(domain, Whole)
    each = domain.num_neighborhoods // domain.num_entries
    # In the domain: a hexagonal rule has directions where all nine cells are looked at.
    if all(is_isotropic(domain.rule(domain.entries(rule))) for rule in rules):
        groups = classes(domain.neighborhood, domain.num_states)[places]
    else:
        groups = np.arange(len(places))
    # The last of a class has its full cells foremost, as the usual pictures have.
    _, last, sizes = np.unique(groups[::-1], return_index=True, return_counts=True)
    visited = np.bincount(groups, weights[places])[np.unique(groups)] if len(places) else ()
    for at, size, often in zip(last, sizes, visited, strict=True):
        yield _Unit(int(places[len(places) - 1 - at]), int(size) * each, float(often))


def _listed(domain: Domain, groups: dict[_Key, list[_Unit]]) -> Iterator[Difference]:
    """Yield what is visited most first, each with its share of `MAX_SHAPES`."""
    room = max(1, MAX_SHAPES // max(1, len(groups)))
    order = sorted(groups, key=lambda key: (*_rank(groups[key]), key.own, key.num_ones or 0))
    for key in order:
        units = sorted(groups[key], key=lambda unit: (*_rank([unit]), unit.entry))
        yield Difference(
            own=key.own,
            count=key.num_ones,
            becomes_one=key.one,
            becomes_other=key.other,
            num_neighborhoods=sum(unit.size for unit in units),
            visited=sum(unit.visited for unit in units),
            shapes=tuple(_shape(domain, unit) for unit in units[:room]),
            num_shapes=len(units),
        )


def _rank(units: list[_Unit]) -> tuple[float, int]:
    return -sum(unit.visited for unit in units), -sum(unit.size for unit in units)


def _shape(domain: Domain, unit: _Unit) -> Shape:
    cells, letter = _drawn(domain, unit.entry)
    return Shape(cells, letter, unit.size, unit.visited)


def _drawn(domain: Domain, entry: int) -> tuple[tuple[int, ...], str]:
    """Return the cells of an entry on the 3^d grid, and its letter."""
    if isinstance(domain, Counted):
        return _counted(domain, entry), ""
    assert isinstance(domain, Whole)
    hood, k = domain.neighborhood, domain.num_states
    states = contexts(entry, entry + 1, k, len(hood.cells))[0].tolist()
    held = dict(zip(hood.cells, states, strict=True))
    cells = tuple(held.get(o, UNREAD) for o in Neighborhood("moore", domain.num_dims).cells)
    return cells, _letter(entry, hood) if k == 2 else ""


def _counted(domain: Counted, entry: int) -> tuple[int, ...]:
    """Return one of the ways in which so many neighbours are in state 1."""
    index = np.unravel_index(entry, domain.shape)
    left = {region: int(n) for region, n in zip(domain.regions, index[1:], strict=True)}
    cells = []
    for offset in Neighborhood("moore", domain.num_dims).cells:
        region = next((r for r in domain.regions if offset in r), None)
        if not any(offset):
            cells.append(int(index[0]))
        elif region is None:
            cells.append(UNREAD)
        else:
            cells.append(1 if left[region] > 0 else 0 if domain.num_states == 2 else ANY)
            left[region] -= 1
    return tuple(cells)


def _letter(entry: int, hood: Neighborhood) -> str:
    if hood != MOORE:
        return ""
    own = 1 << (len(hood.cells) - 1 - center_of(hood))
    return _letters().get(entry & ~own, "")


@cache
def _letters() -> dict[int, str]:
    return {code: name[1:] for name, codes in arrangements().items() for code in codes}
