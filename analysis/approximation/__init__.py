"""Tables read from continuous rules: approximate, and honest about how far; or exact on N runs.

`approximate` puts any rule into symbols and says what the table is worth. For a table that does
what the network does, the rule must first be taught to live on few levels (`Settling`); its runs
(`record`) are then folded into few symbols (`fold`).
"""

from analysis.approximation.approximation import Approximation, approximate
from analysis.approximation.closed_loop import ClosedLoop, advance
from analysis.approximation.exact_table import ExactTable, fold
from analysis.approximation.golly_table import write_golly_table
from analysis.approximation.levels import LevelRule
from analysis.approximation.score import Score
from analysis.approximation.settling import SettleStep, Settling
from analysis.approximation.trace import Trace, record

__all__ = [
    "Approximation",
    "ClosedLoop",
    "ExactTable",
    "LevelRule",
    "Score",
    "SettleStep",
    "Settling",
    "Trace",
    "advance",
    "approximate",
    "fold",
    "record",
    "write_golly_table",
]
