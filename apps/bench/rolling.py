"""The baseline: cellular automata as most are written in numpy, by rolling the grid."""

from __future__ import annotations

import numpy as np

from analysis.rules.counting import CountingRule
from analysis.rules.rule import Rule, States
from analysis.rules.tabulated import TableRule


def roll(rule: Rule, cells: States) -> States:
    """Take a step on a torus.

    Args:
        rule: one that counts, or a table.
        cells: uint8 `(*space)`.

    Raises:
        TypeError: for a rule of another kind.
    """
    axes = tuple(range(cells.ndim))
    if isinstance(rule, CountingRule):
        alive = (cells == 1).astype(np.uint8)
        counts = np.zeros_like(cells)
        for offset in rule.neighborhood.neighbors:
            counts += np.roll(alive, [-n for n in offset], axes)
        stepped: States = rule.transitions[cells, counts]
        return stepped
    if not isinstance(rule, TableRule):
        raise TypeError(f"{type(rule).__name__} is neither counting nor a table")
    codes = np.zeros(cells.shape, dtype=np.int32)
    for offset in rule.neighborhood.cells:
        codes = codes * rule.num_states + np.roll(cells, [-n for n in offset], axes)
    states: States = rule.entries[codes]
    return states
