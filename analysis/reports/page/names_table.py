"""The named rules that are nearest to each, and what such a name is worth."""

from __future__ import annotations

from collections.abc import Sequence

from analysis.distance import Neighbor
from analysis.reports.entry import Entry
from analysis.reports.page.markup import Markup, tag
from analysis.reports.wording import number, percent

_MANY = 3
"""Entries from which on three names of each are shown, not five."""


def names_table(entries: Sequence[Entry]) -> Markup:
    """Draw the nearest names of those that have a table."""
    named = [entry for entry in entries if entry.neighbors]
    shown = 5 if len(named) <= _MANY else 3
    titles = ("Rule", "Nearest named rule", "Notation")
    figures = ("Different neighbourhoods", "Share", "Random rules as near to any name")
    head = tag(
        "tr",
        [tag("th", title, scope="col") for title in titles],
        [tag("th", title, scope="col", class_="num") for title in figures],
    )
    bodies = [tag("tbody", _rows(entry, entry.neighbors[:shown])) for entry in named]
    return tag("table", tag("thead", head), bodies, class_="names")


def _rows(entry: Entry, neighbors: Sequence[Neighbor]) -> list[Markup]:
    return [
        tag(
            "tr",
            tag("th", entry.name, scope="rowgroup", rowspan=len(neighbors)) if n == 0 else None,
            tag("td", neighbor.name),
            tag("td", tag("code", _notation(neighbor))),
            tag("td", number(neighbor.hamming), class_="num"),
            tag("td", percent(neighbor.share), class_="num"),
            tag("td", percent(neighbor.chance), class_="num"),
        )
        for n, neighbor in enumerate(neighbors)
    ]


def _notation(neighbor: Neighbor) -> str:
    return "" if neighbor.notation == neighbor.name else neighbor.notation
