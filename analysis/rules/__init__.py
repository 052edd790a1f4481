"""Hand-made automata: what their rules are, how they are written, and how they run."""

from analysis.rules.automaton import Automaton, step
from analysis.rules.bounds import Bounds
from analysis.rules.catalogue import entries, entry, find, names
from analysis.rules.counting import CountingRule
from analysis.rules.evolution import evolve
from analysis.rules.files.patterns import parse_pattern, read_pattern, save_pattern
from analysis.rules.files.rle import parse_rle, write_rle
from analysis.rules.files.rulefile import load_rule, save_rule
from analysis.rules.named import Entry
from analysis.rules.neighborhood import (
    HEXAGONAL,
    MOORE,
    MOORE_3D,
    VON_NEUMANN,
    VON_NEUMANN_3D,
    Neighborhood,
)
from analysis.rules.palette import colors_of, default_colors
from analysis.rules.parsing import parse
from analysis.rules.pattern import Pattern
from analysis.rules.patterns import pattern_names, shipped_pattern
from analysis.rules.rule import Rule, States
from analysis.rules.shares import transition_shares, unseen_states
from analysis.rules.symmetries import (
    classes,
    complement,
    is_isotropic,
    isotropic_fraction,
    outer_classes,
    totalistic_fraction,
)
from analysis.rules.tabulated import TableRule
from analysis.rules.tree import TreeRule

__all__ = [
    "HEXAGONAL",
    "MOORE",
    "MOORE_3D",
    "VON_NEUMANN",
    "VON_NEUMANN_3D",
    "Automaton",
    "Bounds",
    "CountingRule",
    "Entry",
    "Neighborhood",
    "Pattern",
    "Rule",
    "States",
    "TableRule",
    "TreeRule",
    "classes",
    "colors_of",
    "complement",
    "default_colors",
    "entries",
    "entry",
    "evolve",
    "find",
    "is_isotropic",
    "isotropic_fraction",
    "load_rule",
    "names",
    "outer_classes",
    "parse",
    "parse_pattern",
    "parse_rle",
    "pattern_names",
    "read_pattern",
    "save_pattern",
    "save_rule",
    "shipped_pattern",
    "step",
    "totalistic_fraction",
    "transition_shares",
    "unseen_states",
    "write_rle",
]
