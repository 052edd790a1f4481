"""The page of a comparison, drawn piece by piece."""

from analysis.reports.page.page import report_html

__all__ = ["report_html"]
