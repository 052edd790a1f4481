"""Rules that behave the same but for how one looks at them."""

from __future__ import annotations

from analysis.domains import Whole, domain_of
from analysis.operands import Operand, as_rule
from analysis.rules.counting import CountingRule
from analysis.rules.group import symmetry_group
from analysis.rules.rule import Rule, States
from analysis.rules.symmetries import complement, own_entries


def num_variants(operand: Operand) -> int:
    """Return how many rules behave like a rule, seen in mirrors, turned, or inverted.

    Each runs as the rule does, with patterns turned or mirrored and, of two states, with live and
    dead exchanged. The rule itself is one of them: 1 of a rule that has all these symmetries, at
    most 16 in the plane.
    """
    rule = as_rule(operand)
    seen = {turned.tobytes() for turned in turns(rule)}
    if rule.num_states == 2:
        seen |= {turned.tobytes() for turned in turns(complement(rule))}
    return len(seen)


def turns(rule: Rule) -> list[States]:
    """Return the entries of a rule in its domain, in every turn and mirror: uint8 `(N,)` each.

    A rule that counts has none but itself.
    """
    domain = domain_of([rule])
    if isinstance(rule, CountingRule) or not isinstance(domain, Whole):
        return [domain.entries(rule)]
    cube = own_entries(rule).reshape((rule.num_states,) * len(rule.neighborhood.cells))
    return [cube.transpose(order).reshape(-1) for order in symmetry_group(rule.neighborhood)]
