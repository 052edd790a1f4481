"""How far rules that count are apart as they are written: B3/S23 and B36/S23 by one digit."""

from __future__ import annotations

from collections.abc import Sequence

from analysis.operands import Operand, as_rules
from analysis.rules.counting import CountingRule
from analysis.rules.rule import Rule
from voxnca.errors import ArgumentError


def transitions(one: Operand, other: Operand) -> int:
    """Return in how many transitions two rules differ: pairs of own state and count.

    Of Life-like rules these are the 18 digits that B and S may have: `B/S space`.

    Raises:
        ArgumentError: as `operands.as_rules`; for rules that do not count, or not in the same
            neighbourhood.
    """
    first, second = counting_pair(one, other)
    return int((first.transitions != second.transitions).sum())


def levenshtein(one: Operand, other: Operand) -> int:
    """Return how many characters to insert, delete or replace between canonical notations.

    (Levenshtein, Binary codes capable of correcting deletions, insertions, and reversals, 1966.)

    Raises:
        ArgumentError: as `operands.as_rules`; for rules that are not written by counts: B3/S23,
            345/2/4, B2-a/S12.
    """
    first, second = as_rules(one, other)
    return edits(_written(first), _written(second))


def counting_pair(one: Operand, other: Operand) -> tuple[CountingRule, CountingRule]:
    """Return two rules that count in the same neighbourhood.

    Raises:
        ArgumentError: for others.
    """
    first, second = as_rules(one, other)
    for rule in (first, second):
        if not isinstance(rule, CountingRule):
            raise ArgumentError(
                f"rule {rule} does not only count neighbours in state 1; use distance.hamming, or "
                "the nearest rule that counts, distance.to_counting(rule).rule"
            )
    assert isinstance(first, CountingRule)
    assert isinstance(second, CountingRule)
    if first.neighborhood != second.neighborhood:
        raise ArgumentError(
            f"rules {first} and {second} count in different neighbourhoods; use distance.hamming"
        )
    return first, second


def edits(one: Sequence[object], other: Sequence[object]) -> int:
    """Return the Levenshtein distance of two sequences."""
    row = list(range(len(other) + 1))
    for i, a in enumerate(one):
        above, row = row, [i + 1]
        for j, b in enumerate(other):
            row.append(min(row[j] + 1, above[j + 1] + 1, above[j] + (a != b)))
    return row[-1]


def _written(rule: Rule) -> str:
    text = rule.notation
    if text == rule.label or text.removeprefix("3D").startswith("MAP"):
        raise ArgumentError(
            f"rule {text} is not written by counts, as B3/S23 is; use distance.hamming"
        )
    return text
