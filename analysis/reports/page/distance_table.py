"""All distances between two rules, each beside what it is by chance."""

from __future__ import annotations

from typing import NamedTuple

from analysis.distance import Distances, Figure, Null
from analysis.reports.page.markup import Markup, tag
from analysis.reports.page.null_strip import null_strip
from analysis.reports.summary import as_near
from analysis.reports.wording import number, percent

_SHOWN = "shuffled"
_ONLY_MANY = frozenset({"relabelled", "relabelled_zero"})
"""Of two states, what can be renamed is told by `modulo_symmetry`."""
_OF_TWO = {2**9, 2**27}


class Row(NamedTuple):
    """A distance, in words.

    Attributes:
        key: its name in `Distances`.
        title: its name for people.
        means: what it is.
    """

    key: str
    title: str
    means: str


ROWS = (
    Row("hamming", "Different neighbourhoods", "in which the two rules do different things"),
    Row("visited", "The same, as often as met", "after 100 steps on soups"),
    Row("modulo_symmetry", "Different at best", "turned, mirrored or with live and dead exchanged"),
    Row("relabelled", "Different if renamed", "in the best renaming of the states"),
    Row("relabelled_zero", "Different if renamed but 0", "the same, and 0 stays the empty state"),
    Row("transitions", "Digits", "pairs of own state and count, as B3/S23 lists them"),
    Row("levenshtein", "Letters", "to change in the notation"),
    Row("tree_edit", "Decision trees", "nodes to change from the one smallest tree to the other"),
    Row("density", "Populations", "cells that would have to change state, over 64 steps"),
    Row("damage", "Spread of damage", "after one cell was changed"),
    Row("derrida", "Derrida curves", "the area between them: how small differences grow"),
    Row("derrida_slope", "Sensitivity", "cells that differ a step after one was changed"),
)


def distance_table(distances: Distances) -> Markup:
    """Draw all distances that two rules have."""
    head = tag(
        "tr",
        tag("th", "Distance", scope="col"),
        tag("th", "Value", scope="col", class_="num"),
        tag("th", "Random: shuffled", tag("small", "the same states elsewhere"), scope="col"),
        [
            tag("th", title, tag("small", means), scope="col", class_="num")
            for title, means in (("Uniform", "any states"), ("Flips", "as many changes"))
        ],
    )
    left_out = _ONLY_MANY if distances.num_neighborhoods in _OF_TWO else frozenset()
    figures = ((row, getattr(distances, row.key)) for row in ROWS if row.key not in left_out)
    rows = [_row(row, figure) for row, figure in figures if figure is not None]
    return tag("table", tag("thead", head), tag("tbody", rows), class_="distances")


def _row(row: Row, figure: Figure) -> Markup:
    nulls = {null.kind: null for null in figure.nulls}
    value, unit = _written(figure.value, figure.unit)
    return tag(
        "tr",
        tag("th", row.title, tag("small", row.means), scope="row"),
        tag("td", value, tag("small", unit), class_="num"),
        tag("td", null_strip(figure, nulls[_SHOWN]), _beneath(nulls[_SHOWN], figure.unit)),
        [_by_chance(nulls[kind], figure.unit) for kind in ("uniform", "flips")],
    )


def _beneath(null: Null, unit: str) -> Markup:
    return tag("small", f"{_typical(null, unit)}; {_as_near(null)}")


def _by_chance(null: Null, unit: str) -> Markup:
    return tag("td", _typical(null, unit), tag("small", _as_near(null)), class_="num")


def _typical(null: Null, unit: str) -> str:
    return _written(null.quantiles[2], unit)[0]


def _as_near(null: Null) -> str:
    return f"{as_near(null)} of {null.num_samples}"


def _written(value: float, unit: str) -> tuple[str, str]:
    """Return a distance and its unit, shares as percent."""
    if unit.startswith("share of "):
        return percent(value), f"of {unit.removeprefix('share of ')}"
    if unit.startswith("neighbourhoods of "):
        return number(value), f"of {number(int(unit.removeprefix('neighbourhoods of ')))}"
    return number(value), unit
