"""A chart of curves, as SVG: told apart by colour, by dashes and by their names at the end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import floor, log10
from typing import Self

from analysis.reports.page.markup import Markup, tag

WIDTH, HEIGHT = 700, 230
LEFT, TOP, BOTTOM = 52, 12, 40
DASHES = ("", "7 3", "2 3", "9 3 2 3", "4 4", "12 4", "1 2", "6 2 1 2 1 2")
NUM_COLORS = len(DASHES)
_LABEL_PX, _LETTER_PX, _SAMPLE_PX = 15, 6.6, 22
"""Height of a name, width of its letters, and of the piece of line before it."""
_WIDEST_SHARE = 0.36
_MAX_POINTS = 240


@dataclass(frozen=True)
class Curve:
    """A curve.

    Attributes:
        name: stands at its end.
        values: by step, from 0 on.
    """

    name: str
    values: Sequence[float]


@dataclass(frozen=True)
class Scale:
    """Where values fall on the chart.

    Attributes:
        last: the last step.
        top: the highest value there is room for.
        right: where the last step falls.
    """

    last: int
    top: float
    right: float

    @classmethod
    def of(cls, curves: Sequence[Curve], top: float) -> Self:
        """Leave room for the names of curves."""
        longest = max(len(curve.name) for curve in curves)
        names = min(_LETTER_PX * longest + _SAMPLE_PX + 16, _WIDEST_SHARE * WIDTH)
        return cls(max(1, *(len(c.values) - 1 for c in curves)), top, WIDTH - names)

    def x(self, step: float) -> float:
        """Return where a step falls."""
        return round(LEFT + (self.right - LEFT) * step / self.last, 1)

    def y(self, value: float) -> float:
        """Return where a value falls."""
        return round(TOP + (HEIGHT - BOTTOM - TOP) * (1 - value / self.top), 1)


def line_chart(curves: Sequence[Curve], *, title: str, x: str, y: str, top: float) -> Markup:
    """Draw curves.

    Args:
        curves: at least one.
        title: what is seen, for those who do not see it.
        x: what runs to the right.
        y: what runs upwards; from 0.
        top: the highest value there is room for.
    """
    scale = Scale.of(curves, top)
    return tag(
        "svg",
        _grid(scale),
        _axes(scale, x, y),
        [_curve(curve, n, scale) for n, curve in enumerate(curves)],
        _names(curves, scale),
        viewBox=f"0 0 {WIDTH} {HEIGHT}",
        role="img",
        aria_label=title,
        class_="chart",
    )


def _axes(scale: Scale, x: str, y: str) -> list[Markup]:
    middle = (TOP + HEIGHT - BOTTOM) / 2
    across = {"x": (LEFT + scale.right) / 2, "y": HEIGHT - 6}
    upwards = f"translate(12 {middle}) rotate(-90)"
    return [
        tag("text", x, **across, class_="axis middle"),
        tag("text", y, transform=upwards, class_="axis middle"),
    ]


def _grid(scale: Scale) -> list[Markup]:
    lines = []
    for value in _ticks(scale.top, 4):
        y = scale.y(value)
        lines.append(tag("line", x1=LEFT, y1=y, x2=scale.right, y2=y, class_="grid"))
        lines.append(tag("text", f"{value:g}", x=LEFT - 6, y=y + 4, class_="tick end"))
    for step in _ticks(scale.last, 6):
        x, y = scale.x(step), HEIGHT - BOTTOM + 16
        lines.append(tag("text", f"{step:g}", x=x, y=y, class_="tick middle"))
    return lines


def _curve(curve: Curve, n: int, scale: Scale) -> Markup:
    stride = max(1, len(curve.values) // _MAX_POINTS)
    steps = sorted({*range(0, len(curve.values), stride), len(curve.values) - 1})
    points = " ".join(f"{scale.x(step)},{scale.y(curve.values[step])}" for step in steps)
    return tag("polyline", points=points, **_look(n))


def _names(curves: Sequence[Curve], scale: Scale) -> list[Markup]:
    """Write names where curves end, below one another, each with a piece of its line."""
    ends = sorted((scale.y(curve.values[-1]), n) for n, curve in enumerate(curves))
    places: list[float] = []
    for y, _ in ends:
        places.append(max(y, places[-1] + _LABEL_PX if places else TOP))
    excess = max(0.0, places[-1] - (HEIGHT - BOTTOM))
    x, names = scale.right + 8, []
    for place, (_, n) in zip(places, ends, strict=True):
        y = round(place - excess, 1)
        names.append(tag("path", d=f"M{x} {y}h{_SAMPLE_PX}", **_look(n)))
        names.append(tag("text", curves[n].name, x=x + _SAMPLE_PX + 6, y=y + 4))
    return names


def _look(n: int) -> dict[str, str]:
    look = {"class_": f"curve c{n % NUM_COLORS}"}
    dashes = DASHES[n % NUM_COLORS]
    return {**look, "stroke_dasharray": dashes} if dashes else look


def _ticks(top: float, about: int) -> list[float]:
    """Return round values from 0 to a value."""
    rough = top / about
    power = 10 ** floor(log10(rough))
    stride = next(power * n for n in (1, 2, 2.5, 5, 10) if power * n >= rough * 0.999)
    return [stride * n for n in range(round(top / stride) + 1) if stride * n <= top * 1.001]
