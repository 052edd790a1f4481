"""What distances and measures take: rules, bare tables, and whatever carries a table."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import ArrayLike

from analysis.rules.counting import CountingRule
from analysis.rules.digits import transition_codes
from analysis.rules.neighborhood import HEXAGONAL, MOORE, VON_NEUMANN
from analysis.rules.rule import MAX_ENTRIES, Rule, States
from analysis.rules.symmetries import own_entries
from analysis.rules.tabulated import TableRule
from voxnca.errors import ArgumentError

_STATES_BY_LENGTH = {k**9: k for k in range(2, 7)}


@runtime_checkable
class HasRule(Protocol):
    """What was distilled to a rule, or is named after one."""

    @property
    def rule(self) -> Rule:
        """The rule."""


@runtime_checkable
class HasTable(Protocol):
    """What was distilled to a table."""

    @property
    def table(self) -> States:
        """Of all neighbourhoods, as `Rule.table`."""


Operand = Rule | HasRule | HasTable | ArrayLike
"""A rule, what has one, or the table of one of the plane: uint8 `(k^9,)`, see `Rule.table`."""


def as_rule(operand: Operand) -> Rule:
    """Return what is measured, as a rule on no bounds; one that only counts as a `CountingRule`.

    Args:
        operand: a rule, a table of the plane for 2 to 6 states, or what has a `.rule` or `.table`.

    Raises:
        ArgumentError: for an array that is no table.
    """
    if isinstance(operand, Rule):
        rule = operand.within(None)
    elif isinstance(operand, HasRule):
        rule = operand.rule.within(None)
    else:
        rule = _of_table(operand.table if isinstance(operand, HasTable) else operand)
    rule = _narrowed(rule)
    return counting_form(rule) or rule


def as_rules(one: Operand, other: Operand) -> tuple[Rule, Rule]:
    """Return two rules that can be compared, each as by `as_rule`.

    Raises:
        ArgumentError: as `as_rule`; for rules of another number of states or dimensions.
    """
    first, second = as_rule(one), as_rule(other)
    for name in ("num_states", "num_dims"):
        a, b = getattr(first, name), getattr(second, name)
        if a != b:
            raise ArgumentError(
                f"{name} is {a} of {first} and {b} of {second}; only rules that agree in it are "
                "compared"
            )
    return first, second


def counting_form(rule: Rule) -> CountingRule | None:
    """Return a rule as one that counts, None when it does not: where cells lie matters to it.

    Rules whose tables would have more than 2^24 entries are not looked into.
    """
    if isinstance(rule, CountingRule):
        return rule
    k, hood = rule.num_states, rule.neighborhood
    if k ** len(hood.cells) > MAX_ENTRIES:
        return None
    entries = own_entries(rule)
    codes = transition_codes(k, hood)
    transitions = np.zeros(k * len(hood.cells), dtype=np.uint8)
    transitions[codes] = entries
    if not np.array_equal(transitions[codes], entries):
        return None
    return CountingRule(
        num_states=k,
        neighborhood=hood,
        name=rule.name,
        bounds=rule.bounds,
        colors=rule.colors,
        transitions=transitions.reshape(k, -1),
    )


def _narrowed(rule: Rule) -> Rule:
    """Return a rule of the plane in the smallest neighbourhood that holds all it depends on."""
    k, hood = rule.num_states, rule.neighborhood
    if hood != MOORE or isinstance(rule, CountingRule) or k ** len(hood.cells) > MAX_ENTRIES:
        return rule
    cube = own_entries(rule).reshape((k,) * len(hood.cells))
    for smaller in (VON_NEUMANN, HEXAGONAL):
        part = cube[tuple(slice(None if o in smaller.cells else 1) for o in hood.cells)]
        if (part == cube).all():
            return TableRule(
                num_states=k, neighborhood=smaller, name=rule.name, entries=part.reshape(-1)
            )
    return rule


def _of_table(table: ArrayLike) -> TableRule:
    entries = np.asarray(table)
    if entries.ndim != 1 or len(entries) not in _STATES_BY_LENGTH:
        known = ", ".join(f"{size} ({k} states)" for size, k in _STATES_BY_LENGTH.items())
        raise ArgumentError(f"table {entries.shape} must be of one axis of length {known}")
    if not np.issubdtype(entries.dtype, np.integer):
        raise ArgumentError(f"table is {entries.dtype}; states must be whole numbers")
    k = _STATES_BY_LENGTH[len(entries)]
    return TableRule(num_states=k, neighborhood=MOORE, entries=entries)
