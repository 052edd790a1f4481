"""The figures of all subjects, side by side."""

from __future__ import annotations

from analysis.reports.page.markup import Markup, tag
from analysis.reports.steering.figures import ROWS, Estimate, Row
from analysis.reports.steering.subject import Subject

NONE = "–"  # noqa: RUF001 - a dash in a table


def figures_table(subjects: tuple[Subject, ...]) -> Markup:
    """Draw a row a figure and a column a subject."""
    head = tag(
        "tr",
        tag("th", "Share of the layouts, unless it says otherwise", scope="col"),
        [tag("th", subject.name, scope="col", class_="num") for subject in subjects],
    )
    body = [
        tag("tr", tag("th", row.title, tag("small", row.means), scope="row"), _cells(row, subjects))
        for row in ROWS
    ]
    return tag("table", tag("thead", head), tag("tbody", body), class_="vines")


def written(row: Row, found: Estimate | None) -> str:
    """Write a figure; a dash where there is none."""
    return NONE if found is None else _value(row, found.value)


def interval(row: Row, found: Estimate | None) -> str | None:
    """Write the interval of a figure, if there is one."""
    if found is None:
        return None
    low, high = _value(row, found.low), _value(row, found.high)
    return f"{low.removesuffix('%')}–{high}"  # noqa: RUF001 - a range


def _cells(row: Row, subjects: tuple[Subject, ...]) -> list[Markup]:
    """Draw the figure of each; of how many it is stands with the first, and is the same for all."""
    cells = []
    for number, subject in enumerate(subjects):
        found = subject.figures[row.key]
        small = [interval(row, found)]
        if number == 0 and found is not None and found.count is not None:
            small.append(f"{found.count} of {found.total}")
        lines = [tag("small", text) for text in small if text]
        cells.append(tag("td", written(row, found), lines, class_="num"))
    return cells


def _value(row: Row, value: float) -> str:
    return f"{value:.1%}" if row.is_share else f"{value:.3f}"
