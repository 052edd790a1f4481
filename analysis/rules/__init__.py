"""Hand-made automata: what their rules are, how they are written, and how they run."""

from analysis.rules.automaton import Automaton, step
from analysis.rules.bounds import Bounds
from analysis.rules.catalogue import entry, find, names
from analysis.rules.counting import CountingRule
from analysis.rules.evolution import evolve
from analysis.rules.files.patterns import parse_pattern, read_pattern, save_pattern
from analysis.rules.files.rle import parse_rle, write_rle
from analysis.rules.files.rulefile import load_rule, save_rule
from analysis.rules.neighborhood import Neighborhood
from analysis.rules.parsing import parse
from analysis.rules.pattern import Pattern
from analysis.rules.patterns import pattern_names, shipped_pattern
from analysis.rules.rule import Rule, States
from analysis.rules.tabulated import TableRule
from analysis.rules.tree import TreeRule

__all__ = [
    "Automaton",
    "Bounds",
    "CountingRule",
    "Neighborhood",
    "Pattern",
    "Rule",
    "States",
    "TableRule",
    "TreeRule",
    "entry",
    "evolve",
    "find",
    "load_rule",
    "names",
    "parse",
    "parse_pattern",
    "parse_rle",
    "pattern_names",
    "read_pattern",
    "save_pattern",
    "save_rule",
    "shipped_pattern",
    "step",
    "write_rle",
]
