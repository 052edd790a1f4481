"""What each rule is like, in figures, each with what it means."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from analysis.measures import Measures
from analysis.reports.entry import Entry
from analysis.reports.page.markup import Markup, tag
from analysis.reports.wording import number, percent

_NONE = "–"  # noqa: RUF001 - a dash in a table


class Row(NamedTuple):
    """A measure, in words.

    Attributes:
        title: its name.
        means: what it says, in a line.
        of: the figure of an entry, as it is written; after a line break, what it is out of.
    """

    title: str
    means: str
    of: Callable[[Entry, Measures], str]


def _optional(value: float | None) -> str:
    return _NONE if value is None else number(value)


def _terms(_: Entry, m: Measures) -> str:
    if m.dnf is None:
        return _NONE
    return number(m.dnf.upper) if m.dnf.is_proved else f"{m.dnf.lower:,} to {m.dnf.upper:,}"


def _floor(entry: Entry, _: Measures) -> str:
    if entry.floor is None:
        return _NONE
    return f"{number(entry.floor.num_wrong)}\nof {number(entry.floor.num_neighborhoods)}"


ROWS = (
    Row("λ", "share of neighbourhoods from which a cell comes that is not empty (Langton)",
        lambda _, m: percent(m.langton_lambda)),
    Row("Entropy", "bits that tell what comes of a neighbourhood drawn at random",
        lambda _, m: f"{m.output_entropy_bits:.3f}"),
    Row("Sensitivity", "cells that differ, a step after one was changed, on average; above 1 "
        "small differences grow", lambda _, m: f"{m.average_sensitivity:.2f}"),
    Row("Canalised", "share of neighbourhoods in which one cell alone settles the outcome",
        lambda _, m: percent(m.canalized_share)),
    Row("Degree", "cells that must be looked at together (Walsh spectrum); two states only",
        lambda _, m: _optional(m.walsh_degree)),
    Row("Shortest formula", "alternatives of the shortest list of cases that says when a cell "
        "lives; a range where the shortest is not proved", _terms),
    Row("Decision diagram", "questions about single cells, when equal ones are asked once",
        lambda _, m: number(m.diagram_nodes)),
    Row("Tree of cells", "ends of the smallest tree of questions about single cells",
        lambda _, m: _optional(m.cell_tree_leaves)),
    Row("Tree of counts", "ends of the smallest tree that asks how many neighbours live",
        lambda _, m: _optional(m.count_tree_leaves)),
    Row("Without directions", "agreement with the nearest rule to which turns and mirrors are "
        "the same", lambda _, m: percent(m.isotropic_fraction)),
    Row("Only counts", "agreement with the nearest rule to which only counts matter",
        lambda _, m: percent(m.totalistic_fraction)),
    Row("Variants", "rules that do the same, turned, mirrored or inverted, itself among them",
        lambda _, m: number(m.num_variants)),
    Row("Perception floor", "neighbourhoods that every growing network of the usual kind must "
        "get wrong, for what it perceives cannot tell them apart", _floor),
)  # fmt: skip


def measures_table(entries: Sequence[Entry]) -> Markup:
    """Draw the measures of those that have a table."""
    measured = [(entry, entry.measures) for entry in entries if entry.measures is not None]
    head = tag(
        "tr",
        tag("th", "Measure", scope="col"),
        [tag("th", entry.name, scope="col", class_="num") for entry, _ in measured],
    )
    rows = [
        tag(
            "tr",
            tag("th", row.title, tag("small", row.means), scope="row"),
            [_cell(row.of(entry, figures)) for entry, figures in measured],
        )
        for row in ROWS
    ]
    return tag("table", tag("thead", head), tag("tbody", rows), class_="measures")


def _cell(written: str) -> Markup:
    figure, _, total = written.partition("\n")
    return tag("td", figure, tag("small", total) if total else None, class_="num")
