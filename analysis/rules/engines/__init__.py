"""How cells are stepped: an engine for each kind of rule, all with one face."""

from __future__ import annotations

from functools import lru_cache

from analysis.rules.counting import CountingRule
from analysis.rules.engines.adders import Adders
from analysis.rules.engines.engine import Engine, Mask
from analysis.rules.engines.gates import Gates
from analysis.rules.engines.lookup import Lookup
from analysis.rules.engines.sums import Sums
from analysis.rules.engines.walk import Walk
from analysis.rules.rule import Rule, States, contexts
from analysis.rules.tabulated import TableRule
from analysis.rules.tree import TreeRule

__all__ = ["Engine", "Mask", "enter"]

_MAX_ENTRIES = 2**20
"""Of a tree's table: it takes half a second to make, and stays in the processor's caches."""


def enter(rule: Rule, cells: States, border: str) -> Engine:
    """Put cells into the engine that is fastest for a rule.

    Args:
        rule: one that counts, a table or a tree.
        cells: uint8 `(*space)`, states of the rule.
        border: `torus` or `dead`.
    """
    if isinstance(rule, CountingRule) and Adders.takes(rule):
        return Adders(rule, cells, border)
    if rule.num_states == 2:
        return Gates(rule, cells, border)
    if isinstance(rule, CountingRule):
        return Sums(rule, cells, border)
    if isinstance(rule, TableRule):
        return Lookup(rule.num_states, rule.neighborhood, rule.entries, cells, border)
    if isinstance(rule, TreeRule):
        num_cells = len(rule.neighborhood.cells)
        if rule.num_states**num_cells > _MAX_ENTRIES:
            return Walk(rule, cells, border)
        return Lookup(rule.num_states, rule.neighborhood, _entries(rule, num_cells), cells, border)
    raise TypeError(f"no engine steps a {type(rule).__name__}")


@lru_cache(maxsize=8)
def _entries(rule: TreeRule, num_cells: int) -> States:
    # Rules of different neighbourhoods may be equal: their tables are not.
    num_entries = rule.num_states**num_cells
    return rule.next_states(contexts(0, num_entries, rule.num_states, num_cells))
