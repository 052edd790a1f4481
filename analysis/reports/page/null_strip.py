"""A distance among random ones, as a small SVG: a dot, and the range in which they lie."""

from __future__ import annotations

from analysis.distance import Figure, Null
from analysis.reports.page.markup import Markup, tag
from analysis.reports.wording import number

_WIDTH, _HEIGHT, _EDGE = 120, 16, 5


def null_strip(figure: Figure, null: Null) -> Markup:
    """Draw a figure over the random ones: thin from 5 to 95 %, thick from 25 to 75 %."""
    low, quarter, middle, three, high = null.quantiles
    top = max(high, figure.value) or 1.0

    def x(value: float) -> float:
        return round(_EDGE + (_WIDTH - 2 * _EDGE) * value / top, 1)

    y = _HEIGHT / 2
    alt = (
        f"{number(figure.value)}, beside random rules: half of them from {number(quarter)} to "
        f"{number(three)}"
    )
    return tag(
        "svg",
        tag("line", x1=_EDGE, x2=_WIDTH - _EDGE, y1=y, y2=y, class_="base"),
        tag("line", x1=x(low), x2=x(high), y1=y, y2=y, class_="range"),
        tag("line", x1=x(quarter), x2=x(three), y1=y, y2=y, class_="half"),
        tag("line", x1=x(middle), x2=x(middle), y1=y - 5, y2=y + 5, class_="median"),
        tag("circle", cx=x(figure.value), cy=y, r=4, class_="dot"),
        viewBox=f"0 0 {_WIDTH} {_HEIGHT}",
        role="img",
        aria_label=alt,
        class_="strip",
    )
