"""What every page has: a title, a summary, contents and numbered sections."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from string import Template
from typing import NamedTuple

from analysis.reports.page.markup import Content, Markup, joined, tag
from analysis.reports.page.resource import resource


class Part(NamedTuple):
    """A section, drawn.

    Attributes:
        anchor: its address in the page.
        title: its heading.
        body: what stands in it; None leaves it out.
    """

    anchor: str
    title: str
    body: Markup | None


def framed(title: str, parts: Sequence[Part], *, byline: Markup, summary: Markup) -> str:
    """Return a page: one HTML file that loads nothing.

    It follows the reader's choice of light or dark, and prints.

    Args:
        title: of the page.
        parts: its sections, in order.
        byline: with what and when it was made.
        summary: what stands before the contents.
    """
    kept = [part for part in parts if part.body is not None]
    links = [tag("li", tag("a", part.title, href=f"#{part.anchor}")) for part in kept]
    return Template(resource("frame.html")).substitute(
        title=joined(title),
        style=resource("style.css"),
        byline=byline,
        summary=summary,
        contents=tag("ol", links),
        body=Markup("\n".join(_numbered(kept))),
    )


def made_by(versions: Mapping[str, str], date: str) -> Markup:
    """Say with what and when a page was made; an empty date is left out."""
    made = f"Made by voxnca {versions['voxnca']}"
    return tag("p", f"{made} on {date}" if date else made, class_="byline")


def in_short(sentences: Sequence[str]) -> Markup:
    """Draw a summary."""
    return tag("ul", [tag("li", sentence) for sentence in sentences])


def facts(found: Iterable[tuple[str, Content]]) -> Markup:
    """Draw a list of facts, each with its name."""
    rows = [(tag("dt", name), tag("dd", fact)) for name, fact in found]
    return tag("dl", rows, class_="making")


def wide(content: Content, label: str) -> Markup:
    """Let what is wider than the page be moved, by hand or by keys."""
    return tag("div", content, class_="wide", tabindex=0, role="region", aria_label=label)


def _numbered(parts: Sequence[Part]) -> Iterator[str]:
    for number, part in enumerate(parts, 1):
        heading = tag("h2", tag("span", number, class_="number"), part.title)
        yield tag("section", heading, part.body, id=part.anchor)
