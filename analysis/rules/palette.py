"""Colours of states."""

from __future__ import annotations

from analysis.rules.rule import Rgb, Rule


def colors_of(rule: Rule) -> tuple[Rgb, ...]:
    """Return the colours of a rule's states: its own, else the usual ones."""
    return rule.colors or tuple(
        (80 * k % 256, 200, 255 - 60 * k % 256) for k in range(rule.num_states)
    )
