"""The figures of all subjects, side by side."""

from __future__ import annotations

from analysis.reports.page.markup import Content, Markup, tag
from analysis.reports.steering.figures import ROWS, Estimate, Row
from analysis.reports.steering.subject import Subject

NONE = "–"  # noqa: RUF001 - a dash in a table


def figures_table(subjects: tuple[Subject, ...]) -> Markup:
    """Draw a row a figure and a column a subject."""
    head = tag(
        "tr",
        tag("th", "Share of the layouts, unless it says otherwise", scope="col"),
        [
            tag("th", subject.name, tag("small", subject.what), scope="col", class_="num")
            for subject in subjects
        ],
    )
    body = [
        tag("tr", tag("th", row.title, tag("small", row.means), scope="row"), _cells(row, subjects))
        for row in ROWS
    ]
    return tag("table", tag("thead", head), tag("tbody", body), class_="measures")


def written(row: Row, found: Estimate | None) -> str:
    """Write a figure; a dash where there is none."""
    return NONE if found is None else _value(row, found.value)


def interval(row: Row, found: Estimate | None) -> str | None:
    """Write the interval of a figure, if it has one."""
    if found is None or found.low is None or found.high is None:
        return None
    return f"{_value(row, found.low)} to {_value(row, found.high)}"


def _cells(row: Row, subjects: tuple[Subject, ...]) -> list[Markup]:
    return [tag("td", *_cell(row, s.figures[row.key]), class_="num") for s in subjects]


def _cell(row: Row, found: Estimate | None) -> list[Content]:
    small = [interval(row, found)]
    if found is not None and found.count is not None:
        small.insert(0, f"{found.count} of {found.total}")
    return [written(row, found), [tag("small", text) for text in small if text]]


def _value(row: Row, value: float) -> str:
    return f"{value:.1%}" if row.is_share else f"{value:.3f}"
