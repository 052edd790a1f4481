"""The perception floor: how many neighbourhoods a network must get wrong, whatever it learns.

To a network two neighbourhoods are one if it perceives the same of both. Where a rule tells them
apart, the network is wrong about one of them at least. No hidden layer and no training mends that.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analysis.rules import CountingRule, Neighborhood, Rule
from analysis.rules.rule import MAX_ENTRIES
from analysis.windows import num_windows
from voxnca.errors import ArgumentError
from voxnca.perception import kernels

MAX_VIEWS = 2**22
"""That are told apart at once: more takes minutes and gigabytes."""
CANDIDATES = ("neighbour_sum", "neighbour_sum+laplacian", "sobel+neighbour_sum", "learned")
"""Perceptions from the simplest; the last can express every rule."""

Codes = NDArray[np.int64]


@dataclass(frozen=True)
class Floor:
    """What a perception costs a rule.

    Attributes:
        perception: as in `ModelConfig`.
        num_wrong: fewest neighbourhoods that any network on it gets wrong.
        num_neighborhoods: that there are, k^(3^d).
    """

    perception: str
    num_wrong: int
    num_neighborhoods: int

    def to_json(self) -> dict[str, Any]:
        """Return the figures as a dict that `json` can write."""
        return asdict(self)


def floor_of(rule: Rule, perception: str) -> Floor:
    """Count the neighbourhoods of a rule that a network with a perception must get wrong.

    The network has a channel for each state. `learned` kernels can tell all neighbourhoods apart.

    Args:
        rule: with a table of at most 2^24 entries, or one that counts.
        perception: as in `ModelConfig`.

    Raises:
        ArgumentError: for an unknown perception, or a rule that has too many neighbourhoods.
    """
    k, d = rule.num_states, rule.num_dims
    count = num_windows(k, d)
    masks = _whole_kernels(perception, d)
    if "learned" in perception.split("+") or _tells_counts(rule, masks):
        return Floor(perception, 0, count)
    if count <= MAX_ENTRIES:
        return Floor(perception, _of_table(rule, masks), count)
    if not isinstance(rule, CountingRule) or count >= 2**63:
        raise ArgumentError(
            f"perception={perception!r}: the floor of {rule} is not known, for it has "
            f"{k}^{3**d} neighbourhoods; use neighbour_sum"
        )
    return Floor(perception, _of_counts(rule, masks), count)


def sufficient_perception(rule: Rule) -> str:
    """Return the simplest perception by which a network can compute a rule."""
    for perception in CANDIDATES[:-1]:
        try:
            if floor_of(rule, perception).num_wrong == 0:
                return perception
        except ArgumentError:
            continue
    return CANDIDATES[-1]


def _whole_kernels(perception: str, num_dims: int) -> Codes:
    """Return what is perceived beside the cell itself, in whole numbers: `(K - 1, 3^d)`."""
    masks = kernels(perception, num_dims).double().flatten(1).numpy()[1:]
    masks[:, masks.shape[1] // 2] = 0  # the cell itself is perceived anyhow
    smallest = np.where(masks == 0, np.inf, np.abs(masks)).min(1, keepdims=True)
    whole: Codes = np.round(masks / smallest).astype(np.int64)
    return whole


def _tells_counts(rule: Rule, masks: Codes) -> bool:
    """Tell whether what a rule counts is perceived as it is."""
    counted = np.array([any(o) for o in Neighborhood("moore", rule.num_dims).cells], np.int64)
    own = isinstance(rule, CountingRule) and rule.neighborhood.name == "moore"
    return own and bool((masks == counted).all(1).any())


def _of_table(rule: Rule, masks: Codes) -> int:
    """Group the entries of the table by what is perceived; the fewest of each group are wrong."""
    k, m = rule.num_states, masks.shape[1]
    views = _added([np.arange(k) * (cell == m // 2) for cell in range(m)])
    for mask in masks:
        base = int(np.abs(mask).sum()) + 1
        seen = _added([weight * base ** np.arange(k) for weight in mask])
        seen -= seen.min()
        views = np.unique(views * (int(seen.max()) + 1) + seen, return_inverse=True)[1].ravel()
    tally = np.bincount(views * k + rule.table, minlength=k * (int(views.max()) + 1)).reshape(-1, k)
    return int((tally.sum(1) - tally.max(1)).sum())


def _added(parts: list[Codes]) -> Codes:
    """Return for every entry of a table the sum of its cells' parts, each `(k,)`."""
    total = np.zeros(1, np.int64)
    for part in parts:
        total = (total[:, None] + part).reshape(-1)
    return total


def _of_counts(rule: CountingRule, masks: Codes) -> int:
    """Group the ways to fill the neighbourhood by what is perceived; count as `_of_table` does."""
    k = rule.num_states
    views, counts, ways = _views(rule, masks)
    wrong = 0
    for row in rule.transitions:
        tally = _summed(views * k + row[counts], ways, k * (int(views.max()) + 1)).reshape(-1, k)
        wrong += int((tally.sum(1) - tally.max(1)).sum())
    return wrong


def _views(rule: CountingRule, masks: Codes) -> tuple[Codes, Codes, Codes]:
    """Fill the neighbourhood cell by cell, and put together what looks and counts the same.

    Returns:
        Of each such set the number of its view, how many neighbours it counts, and its size.
    """
    k, n = rule.num_states, rule.num_neighbors
    places = _places(rule, masks)
    keys, ways = np.zeros(1, np.int64), np.ones(1, np.int64)
    for cell, offset in enumerate(Neighborhood("moore", rule.num_dims).cells):
        if not any(offset):
            continue
        steps = np.zeros(k, np.int64)
        steps[1:] = masks[:, cell] @ places
        steps[1] += offset in rule.neighborhood.neighbors
        keys, back = np.unique((keys[:, None] + steps).ravel(), return_inverse=True)
        ways = _summed(back.ravel(), np.repeat(ways, k), len(keys))
        if len(keys) > MAX_VIEWS:
            raise _too_many(rule)
    counts = keys % (n + 1)
    return np.unique(keys - counts, return_inverse=True)[1].ravel(), counts, ways


def _places(rule: CountingRule, masks: Codes) -> Codes:
    """Return the place values of what is perceived in one number: `(K - 1, k - 1)`.

    The lowest place is for the count. The channel of state 0 has none: it tells nothing that the
    others do not, for all channels of a kernel add up to its sum.
    """
    bases = [int(base) for base in np.abs(masks).sum(1) + 1 for _ in range(rule.num_states - 1)]
    places = [rule.num_neighbors + 1]
    for base in bases:
        places.append(places[-1] * base)
    if places[-1] >= 2**62:
        raise _too_many(rule)
    return np.array(places[:-1], np.int64).reshape(len(masks), -1)


def _summed(places: Codes, values: Codes, size: int) -> Codes:
    total = np.zeros(size, np.int64)
    np.add.at(total, places, values)
    return total


def _too_many(rule: Rule) -> ArgumentError:
    return ArgumentError(f"the floor of {rule} would take too long to count; use neighbour_sum")
