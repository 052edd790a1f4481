"""The files beside this module that are put into the page as they are."""

from __future__ import annotations

from pathlib import Path

from analysis.reports.page.markup import Markup


def resource(name: str) -> Markup:
    """Return the text of a file."""
    return Markup(Path(__file__).with_name(name).read_text("utf-8"))
