"""A neighbourhood as a small picture: 3 x 3 cells, in space three layers of them."""

from __future__ import annotations

from collections.abc import Sequence

from analysis.reports.difference import ANY, UNREAD
from analysis.reports.page.markup import Markup, tag
from analysis.rules.rule import Rgb

_CELL, _GAP, _LAYER = 10, 1, 8
_PITCH = _CELL + _GAP
Colors = Sequence[Rgb]


def window(cells: Sequence[int], colors: Colors) -> Markup:
    """Draw a neighbourhood.

    Args:
        cells: states of 3^d cells in index order; `ANY` and `UNREAD` as of `Shape`.
        colors: of the states.
    """
    layers = len(cells) // 9
    width = layers * (3 * _PITCH + _LAYER) - _LAYER + _GAP
    squares = [_square(n, state, colors) for n, state in enumerate(cells)]
    height = 3 * _PITCH + _GAP
    return tag(
        "svg",
        squares,
        _frame(len(cells) // 2),
        viewBox=f"0 0 {width} {height}",
        width=round(1.5 * width),
        height=round(1.5 * height),
        role="img",
        aria_label=_told(cells),
        class_="window",
    )


def swatch(state: int, colors: Colors) -> Markup:
    """Draw a single cell; it is told beside it, and hidden from who does not see it."""
    size = _CELL + 2 * _GAP
    return tag(
        "svg",
        tag("rect", x=_GAP, y=_GAP, width=_CELL, height=_CELL, **_look(state, colors)),
        viewBox=f"0 0 {size} {size}",
        width=16,
        height=16,
        aria_hidden="true",
        class_="window",
    )


def _square(n: int, state: int, colors: Colors) -> Markup | None:
    if state == UNREAD:
        return None
    x, y = _place(n)
    square = tag("rect", x=x, y=y, width=_CELL, height=_CELL, **_look(state, colors))
    if state != ANY:
        return square
    cross = f"M{x + 3} {y + 5}h4"
    return Markup(square + tag("path", d=cross, class_="any"))


def _frame(n: int) -> Markup:
    """Mark the cell itself."""
    x, y = _place(n)
    return tag("rect", x=x - 0.5, y=y - 0.5, width=_CELL + 1, height=_CELL + 1, class_="own")


def _place(n: int) -> tuple[int, int]:
    layer, row, column = n // 9, n // 3 % 3, n % 3
    return _GAP + layer * (3 * _PITCH + _LAYER) + column * _PITCH, _GAP + row * _PITCH


def _look(state: int, colors: Colors) -> dict[str, str]:
    if state <= 0:
        return {"class_": "empty"}
    if len(colors) == 2:
        return {"class_": "live"}
    return {"class_": "state", "fill": f"#{bytes(colors[state]).hex()}"}


def _told(cells: Sequence[int]) -> str:
    """Tell the states row by row."""
    signs = {ANY: "any", UNREAD: "unread"}
    words = [signs.get(state, str(state)) for state in cells]
    return "; ".join(" ".join(words[n : n + 3]) for n in range(0, len(words), 3))
