"""What a rule does not care about: how its neighbourhood is turned, and where neighbours lie."""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

from analysis.rules.counting import CountingRule
from analysis.rules.digits import center_of
from analysis.rules.group import symmetry_group
from analysis.rules.neighborhood import MOORE, Neighborhood
from analysis.rules.rule import MAX_ENTRIES, Rule, States, contexts, frozen
from analysis.rules.tabulated import TableRule
from voxnca.errors import ArgumentError

Classes = NDArray[np.int64]
_CHUNK = 2**18


@cache
def classes(neighborhood: Neighborhood = MOORE, num_states: int = 2) -> Classes:
    """Return which neighbourhoods are turns and mirrors of one another.

    Of two states in the Moore neighbourhood of the plane there are 102 classes: 51 ways in which
    the neighbours can lie, around an empty and around a full cell.

    Args:
        neighborhood: of m cells.
        num_states: k.

    Returns:
        int64 `(k^m,)`, read-only: the class of each entry of a table, numbered from 0 in the
        order of their first entries.

    Raises:
        ArgumentError: when there are more than 2^24 entries.
    """
    shape = (num_states,) * len(neighborhood.cells)
    codes = np.arange(_num_entries(neighborhood, num_states))
    first = codes
    for order in symmetry_group(neighborhood):
        first = np.minimum(first, codes.reshape(shape).transpose(order).reshape(-1))
    return _numbered(first)


@cache
def outer_classes(neighborhood: Neighborhood = MOORE, num_states: int = 2) -> Classes:
    """Return which neighbourhoods have the same centre and as many neighbours in every state.

    Of two states in the Moore neighbourhood of the plane there are 18 classes.

    Returns:
        As `classes`.

    Raises:
        ArgumentError: when there are more than 2^24 entries.
    """
    m, center = len(neighborhood.cells), center_of(neighborhood)
    num_entries = _num_entries(neighborhood, num_states)
    places = num_states ** np.arange(m)[::-1]
    first = np.empty(num_entries, dtype=np.int64)
    for start in range(0, num_entries, _CHUNK):
        stop = min(start + _CHUNK, num_entries)
        cells = contexts(start, stop, num_states, m)
        neighbors = np.sort(np.delete(cells, center, axis=1), axis=1)
        first[start:stop] = np.insert(neighbors, center, cells[:, center], axis=1) @ places
    return _numbered(first)


def is_isotropic(rule: Rule) -> bool:
    """Tell whether a rule does the same in every turn and mirror of a neighbourhood.

    Raises:
        ArgumentError: when its table would have more than 2^24 entries.
    """
    return isotropic_fraction(rule) == 1


def isotropic_fraction(rule: Rule) -> float:
    """Return how near a rule is to one that knows no directions.

    It is the share of the entries of its table, over its own neighbourhood, in which it agrees
    with the nearest such rule: the one that in each of `classes` does what most of them do.

    Raises:
        ArgumentError: when its table would have more than 2^24 entries.
    """
    if isinstance(rule, CountingRule):
        return 1.0
    return agreement(own_entries(rule), classes(rule.neighborhood, rule.num_states))


def totalistic_fraction(rule: Rule) -> float:
    """Return how near a rule is to one that only counts.

    As `isotropic_fraction`, over `outer_classes`: the nearest rule depends on the cell's own state
    and on how many neighbours are in each state.

    Raises:
        ArgumentError: when its table would have more than 2^24 entries.
    """
    if isinstance(rule, CountingRule):
        return 1.0
    return agreement(own_entries(rule), outer_classes(rule.neighborhood, rule.num_states))


def agreement(entries: States, classes: Classes) -> float:
    """Return the share of entries that are the most frequent of their class.

    Args:
        entries: uint8 `(N,)`.
        classes: int64 `(N,)`, from 0.
    """
    most = np.zeros(int(classes.max()) + 1, dtype=np.int64)
    for state in np.unique(entries):
        most = np.maximum(most, np.bincount(classes[entries == state], minlength=len(most)))
    return float(most.sum() / len(entries))


def complement(rule: Rule) -> Rule:
    """Return the rule of two states with live and dead exchanged, before the step and after it.

    Raises:
        ArgumentError: for a rule of more states.
    """
    if rule.num_states != 2:
        raise ArgumentError(f"num_states={rule.num_states}: only 2 states have a complement")
    if isinstance(rule, CountingRule):
        return CountingRule(
            num_states=2,
            neighborhood=rule.neighborhood,
            bounds=rule.bounds,
            transitions=1 - rule.transitions[::-1, ::-1],
        )
    return TableRule(
        num_states=2,
        neighborhood=rule.neighborhood,
        bounds=rule.bounds,
        entries=1 - own_entries(rule)[::-1],
    )


def own_entries(rule: Rule) -> States:
    """Return the table of a rule over its own neighbourhood, as `TableRule` keeps it.

    Raises:
        ArgumentError: when it would have more than 2^24 entries.
    """
    if isinstance(rule, TableRule):
        return rule.entries
    num_entries = _num_entries(rule.neighborhood, rule.num_states)
    m = len(rule.neighborhood.cells)
    parts = [
        rule.next_states(contexts(start, min(start + _CHUNK, num_entries), rule.num_states, m))
        for start in range(0, num_entries, _CHUNK)
    ]
    return frozen(np.concatenate(parts))


def _num_entries(neighborhood: Neighborhood, num_states: int) -> int:
    m = len(neighborhood.cells)
    if num_states**m > MAX_ENTRIES:
        raise ArgumentError(
            f"a table of {num_states}^{m} entries is more than 2^24; use fewer states"
        )
    return int(num_states**m)


def _numbered(first: Classes) -> Classes:
    """Number classes that are told by their first entries."""
    is_first = first == np.arange(len(first))
    numbers: Classes = (np.cumsum(is_first) - 1)[first]
    numbers.setflags(write=False)
    return numbers
