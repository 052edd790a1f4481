"""The page: one HTML file that needs nothing else."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from analysis.reports.comparison import Comparison
from analysis.reports.page import sections
from analysis.reports.page.frame import Part, framed
from analysis.reports.page.markup import Markup
from analysis.reports.wording import listed


class Section(NamedTuple):
    """A part of the page.

    Attributes:
        anchor: its address in the page.
        title: its heading.
        draw: makes what stands in it; None for a comparison that has nothing of the kind.
    """

    anchor: str
    title: str
    draw: Callable[[Comparison], Markup | None]


SECTIONS = (
    Section("runs", "What is compared", sections.runs),
    Section("distances", "How far apart", sections.matrix),
    Section("pairs", "Pair by pair", sections.pairs),
    Section("names", "The nearest names", sections.names),
    Section("measures", "What each rule is like", sections.measures),
    Section("exact", "How exact", sections.exactness),
    Section("growing", "Growing networks", sections.growing),
    Section("making", "How this was made", sections.making),
    Section("terms", "What the words mean", sections.terms),
)


def report_html(comparison: Comparison) -> str:
    """Write a comparison as one HTML page.

    See `framed`.
    """
    names = listed([entry.name for entry in comparison.entries])
    return framed(
        f"A comparison of {names}" if comparison.pairs else f"A report on {names}",
        [Part(section.anchor, section.title, section.draw(comparison)) for section in SECTIONS],
        byline=sections.byline(comparison),
        summary=sections.summary(comparison),
    )
