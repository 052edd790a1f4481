"""The page: one HTML file that needs nothing else."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from string import Template
from typing import NamedTuple

from analysis.reports.comparison import Comparison
from analysis.reports.page import sections
from analysis.reports.page.markup import Markup, joined, tag
from analysis.reports.page.resource import resource
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

    It loads nothing: pictures, charts and style are in it. It follows the reader's choice of light
    or dark, and prints.
    """
    names = listed([entry.name for entry in comparison.entries])
    title = f"A comparison of {names}" if comparison.pairs else f"A report on {names}"
    drawn = [(section, section.draw(comparison)) for section in SECTIONS]
    kept = [(section, body) for section, body in drawn if body is not None]
    links = [tag("li", tag("a", section.title, href=f"#{section.anchor}")) for section, _ in kept]
    return Template(resource("frame.html")).substitute(
        title=joined(title),
        style=resource("style.css"),
        byline=sections.byline(comparison),
        summary=sections.summary(comparison),
        contents=tag("ol", links),
        body=Markup("\n".join(_numbered(kept))),
    )


def _numbered(kept: list[tuple[Section, Markup]]) -> Iterator[str]:
    for number, (section, body) in enumerate(kept, 1):
        heading = tag("h2", tag("span", number, class_="number"), section.title)
        yield tag("section", heading, body, id=section.anchor)
