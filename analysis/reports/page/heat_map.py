"""All distances at a glance: a table that is the darker, the farther two rules are apart."""

from __future__ import annotations

from analysis.reports.comparison import Comparison
from analysis.reports.page.markup import Markup, tag
from analysis.reports.pair import Pair
from analysis.reports.summary import null_of
from analysis.reports.wording import number, percent

_SMALL = 5
"""Entries up to which cells say all; beyond, there is room for the shares alone."""
_DARKEST = 0.5
"""Share of neighbourhoods at which a cell is as dark as it gets: what random tables have."""


def heat_map(comparison: Comparison) -> Markup:
    """Draw the distances of every two entries, each over what random rules have."""
    names = [entry.name for entry in comparison.entries]
    is_small = len(names) <= _SMALL
    head = tag("tr", tag("td"), [tag("th", name, scope="col") for name in names])
    rows = [
        tag(
            "tr",
            tag("th", row, scope="row"),
            [_cell(comparison, row, name, in_full=is_small) for name in names],
        )
        for row in names
    ]
    size = "small" if is_small else "large"
    return tag("table", tag("thead", head), tag("tbody", rows), class_=f"heat {size}")


def _cell(comparison: Comparison, row: str, column: str, *, in_full: bool) -> Markup:
    if row == column:
        return tag("td", "itself", class_="self")
    pair = comparison.pair(row, column)
    if pair.obstacle:
        return tag("td", tag("small", pair.obstacle.brief), class_="none")
    return _measured(pair, in_full=in_full)


def _measured(pair: Pair, *, in_full: bool) -> Markup:
    distances, null = pair.distances, null_of(pair)
    assert distances is not None
    if pair.is_same:
        return tag("td", tag("b", percent(0)), tag("small", "the same rule"))
    share, total = distances.hamming_share, distances.num_neighborhoods
    count = f"{number(distances.hamming.value)} of {number(total)}"
    typical = percent(null.quantiles[2] / total)
    return tag(
        "td",
        tag("b", percent(share)),
        tag("small", count) if in_full else None,
        tag("small", f"random: {typical}" if in_full else f"({typical})"),
        style=f"--v:{min(1.0, share / _DARKEST):.3f}",
    )
