"""What a rule is called."""

from __future__ import annotations

from analysis import rules
from analysis.rules import Rule
from voxnca import NCA


def name_of(rule: NCA | Rule) -> str:
    """Name a rule: by its own name, else by what it is to grow, by the catalogue or as written."""
    if isinstance(rule, Rule):
        known = rules.find(rule)
        return rule.name or (str(rule) if known is None else known.name)
    target = "" if rule.target is None else rule.target.name
    return rule.info.name or f"{target} (untrained)".strip()
