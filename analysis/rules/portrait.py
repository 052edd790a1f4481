"""A rule class by class: pictures of neighbourhoods, and what becomes of the cell in them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analysis.rules.aging import ageless
from analysis.rules.counting import CountingRule
from analysis.rules.digits import center_of
from analysis.rules.hensel import arrangements
from analysis.rules.neighborhood import MOORE
from analysis.rules.rule import Rule, contexts
from analysis.rules.symmetries import classes, own_entries
from analysis.rules.tabulated import TableRule


@dataclass(frozen=True)
class Panel:
    """The neighbourhoods of two states that are turns and mirrors of one.

    Attributes:
        own: state of the cell itself.
        count: neighbours in state 1.
        letter: Hensel's; empty where there is but one way to lie, or another neighbourhood.
        cells: one of them, in index order, the cell itself in its place.
        size: how many they are.
        share: in which share of them the cell becomes 1.
    """

    own: int
    count: int
    letter: str
    cells: tuple[int, ...]
    size: int
    share: float


def living_part(rule: Rule) -> Rule | None:
    """Return the rule of two states by which cells are born and survive.

    Returns:
        The rule itself, if it has two states; None unless it is of the Generations kind.
    """
    if rule.num_states == 2:
        return rule
    if rule.notation == rule.label:
        return None
    if isinstance(rule, CountingRule):
        return CountingRule(
            num_states=2,
            neighborhood=rule.neighborhood,
            transitions=(rule.transitions[:2] == 1).astype(np.uint8),
        )
    entries = ageless(own_entries(rule), rule.num_states, rule.neighborhood)
    if entries is None:
        return None
    return TableRule(num_states=2, neighborhood=rule.neighborhood, entries=entries)


def panels(rule: Rule) -> tuple[Panel, ...]:
    """Return the classes of a rule of two states: by own state, count and letter.

    Raises:
        ArgumentError: for a rule whose table over its neighbourhood would be too long.
    """
    entries, groups = own_entries(rule), classes(rule.neighborhood, 2)
    sizes = np.bincount(groups)
    shares = np.bincount(groups, entries) / sizes
    m, center = len(rule.neighborhood.cells), center_of(rule.neighborhood)
    # The last of a class has its full cells foremost, as the usual pictures have.
    last = np.zeros(len(sizes), dtype=np.int64)
    last[groups] = np.arange(len(groups))
    letters = _letters() if rule.neighborhood == MOORE else {}
    found = []
    for number, code in enumerate(last.tolist()):
        cells = tuple(contexts(code, code + 1, 2, m)[0].tolist())
        own = cells[center]
        neighbors = code - (own << (m - 1 - center))
        size, share = int(sizes[number]), float(shares[number])
        panel = Panel(own, sum(cells) - own, letters.get(neighbors, ""), cells, size, share)
        found.append(panel)
    return tuple(sorted(found, key=lambda p: (p.own, p.count, p.letter, p.cells)))


def _letters() -> dict[int, str]:
    return {code: name[1:] for name, codes in arrangements().items() for code in codes}
