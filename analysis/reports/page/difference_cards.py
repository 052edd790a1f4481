"""Where two rules differ, as cards: what a cell is in, what each rule makes of it, and where."""

from __future__ import annotations

from collections.abc import Sequence

from analysis.reports.difference import Difference, Shape
from analysis.reports.entry import Entry
from analysis.reports.page.markup import Markup, tag
from analysis.reports.page.window import Colors, swatch, window
from analysis.reports.wording import counted, number, percent
from analysis.rules import colors_of, default_colors, find

MAX_CARDS = 24


def difference_cards(one: Entry, other: Entry, differences: Sequence[Difference]) -> Markup:
    """Draw where two rules differ, the most visited first."""
    cards = [_card(one, other, difference) for difference in differences[:MAX_CARDS]]
    left = differences[MAX_CARDS:]
    more = None
    if left:
        places = counted(sum(d.num_neighborhoods for d in left), "neighbourhood")
        more = tag("p", f"And {number(len(left))} more such cases, with {places}.", class_="note")
    return Markup(tag("div", cards, class_="cards") + (more or ""))


def _card(one: Entry, other: Entry, difference: Difference) -> Markup:
    colors = _colors(one, other)
    outcomes = [
        tag(
            "li",
            tag("span", entry.name, class_="who"),
            swatch(state, colors),
            _becomes(entry, difference.own, state),
        )
        for entry, state in ((one, difference.becomes_one), (other, difference.becomes_other))
    ]
    size = counted(difference.num_neighborhoods, "neighbourhood")
    return tag(
        "article",
        tag("h5", _where(difference, len(colors))),
        tag("ul", outcomes),
        tag(
            "div",
            [_drawn(shape, difference, colors) for shape in difference.shapes],
            class_="shapes",
        ),
        tag("p", f"{size}, {_met(difference)}", _unseen(difference)),
        class_="card",
    )


def _colors(one: Entry, other: Entry) -> Colors:
    """Return the colours that both have; where they have others, those of neither."""
    first, second = one.subject.rule, other.subject.rule
    assert first is not None
    assert second is not None
    same = colors_of(first) == colors_of(second)
    return colors_of(first) if same else default_colors(first.num_states)


def _where(difference: Difference, num_states: int) -> str:
    own, count = difference.own, difference.count
    if num_states == 2:
        cell = "Live cell" if own else "Empty cell"
        return f"{cell}, {counted(count or 0, 'live neighbour')}"
    cell = f"Cell in state {own}" if own else "Empty cell"
    return cell if count is None else f"{cell}, {counted(count, 'neighbour')} in state 1"


def _becomes(entry: Entry, own: int, state: int) -> str:
    rule = entry.subject.rule
    assert rule is not None
    if rule.num_states == 2:
        return {(0, 0): "stays empty", (0, 1): "is born", (1, 0): "dies", (1, 1): "survives"}[
            own, state
        ]
    known = find(rule)
    name = known.states[state] if known and known.states else ""
    verb = "stays" if own == state else "becomes"
    return f"{verb} {state}" + (f" ({name})" if name else "")


def _drawn(shape: Shape, difference: Difference, colors: Colors) -> Markup:
    name = f"{difference.count}{shape.letter}" if shape.letter else ""
    many = shape.num_neighborhoods
    times = f"×{many}" if 1 < many < difference.num_neighborhoods else ""  # noqa: RUF001
    label = " ".join(part for part in (name, times) if part)
    return tag("figure", window(shape.cells, colors), tag("figcaption", label) if label else None)


def _met(difference: Difference) -> str:
    visited = difference.visited
    return f"met by {percent(visited)} of cells" if visited else "not met by any cell"


def _unseen(difference: Difference) -> str | None:
    """Say how many shapes are not drawn."""
    left = difference.num_shapes - len(difference.shapes)
    return f"; {number(left)} more shapes" if left else None
