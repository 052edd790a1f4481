"""Hand-made automata: what their rules are, how they are written, and how they run."""

from analysis.rules.automaton import Automaton
from analysis.rules.bounds import Bounds
from analysis.rules.counting import CountingRule
from analysis.rules.pattern import Pattern
from analysis.rules.rule import Rule
from analysis.rules.tabulated import TableRule
from analysis.rules.tree import TreeRule

__all__ = [
    "Automaton",
    "Bounds",
    "CountingRule",
    "Pattern",
    "Rule",
    "TableRule",
    "TreeRule",
]
