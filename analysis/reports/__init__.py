"""Rules and networks side by side: every figure as JSON, and a page that people enjoy reading."""

from analysis.reports.comparing import compare
from analysis.reports.comparison import Comparison
from analysis.reports.entry import Entry
from analysis.reports.page import report_html
from analysis.reports.pair import Pair
from analysis.reports.schema import schema, units
from analysis.reports.subject import Kind, Subject, subjects
from analysis.stages import Stage, Stages

__all__ = [
    "Comparison",
    "Entry",
    "Kind",
    "Pair",
    "Stage",
    "Stages",
    "Subject",
    "compare",
    "report_html",
    "schema",
    "subjects",
    "units",
]
