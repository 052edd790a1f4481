"""A rule as a picture file: its classes, its chart, or what becomes of each state."""

from __future__ import annotations

import io
from collections.abc import Sequence
from textwrap import wrap

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from analysis.rules.palette import BACKGROUND, LIVE, colors_of
from analysis.rules.portrait import Panel
from analysis.rules.rule import Rgb, Rule
from analysis.rules.shares import transition_shares
from apps.commands.rule_figures import RuleFigures
from apps.commands.rule_panels import mixed, panel_pixels, rows

WIDTH_PX = 960
_MARGIN = 32
_CELL = 14
_PITCH = 3 * _CELL + 16
_ROW = 3 * _CELL + 34
_ROOM = 3600
"""Height for a chart, however many states there are."""
_INK: Rgb = (226, 230, 236)
_FAINT: Rgb = (136, 146, 160)
_GRID: Rgb = (42, 48, 58)


def draw_png(rule: Rule, figures: RuleFigures) -> bytes:
    """Return a .png file: title, notation, and the rule drawn class by class.

    Args:
        rule: the rule.
        figures: of the rule.
    """
    sheet = _Sheet()
    sheet.write(figures.name or figures.notation, 30)
    if figures.name not in {"", figures.notation}:
        sheet.write(figures.notation, 20, _FAINT)
    if figures.what:
        sheet.write(figures.what, 18, _FAINT)
    sheet.skip(12)
    if figures.classes is None:
        for line in figures.lines:
            sheet.write(line, 18)
        sheet.skip(12)
    if figures.classes is not None:
        _draw_classes(sheet, rule, figures.classes)
    elif figures.transitions is not None:
        _draw_chart(sheet, figures.transitions, colors_of(rule))
    else:
        _draw_shares(sheet, transition_shares(rule), colors_of(rule))
    return sheet.encoded()


class _Sheet:
    """A page that grows downwards."""

    def __init__(self) -> None:
        self.image = Image.new("RGB", (WIDTH_PX, 4096), BACKGROUND)
        self.pen = ImageDraw.Draw(self.image)
        self.y = _MARGIN

    def write(self, text: str, size: int, color: Rgb = _INK) -> None:
        """Write a paragraph."""
        for line in wrap(text, round(1.7 * WIDTH_PX / size)):
            self.label(line, _MARGIN, self.y, size, color)
            self.y += round(1.4 * size)

    def label(self, text: str, x: int, y: int, size: int, color: Rgb, anchor: str = "la") -> None:
        """Write where nothing moves."""
        self.pen.text((x, y), text, color, ImageFont.load_default(size), anchor)

    def skip(self, height: int) -> None:
        """Leave room."""
        self.y += height

    def square(self, x: int, y: int, side: int, color: Rgb) -> None:
        """Fill a square."""
        self.pen.rectangle((x, y, x + side - 2, y + side - 2), color)

    def encoded(self) -> bytes:
        """Return what was drawn as a .png file."""
        buffer = io.BytesIO()
        self.image.crop((0, 0, WIDTH_PX, self.y + _MARGIN)).save(buffer, "PNG", optimize=True)
        return buffer.getvalue()


def _draw_classes(sheet: _Sheet, rule: Rule, classes: Sequence[Panel]) -> None:
    fit = (WIDTH_PX - 2 * _MARGIN - _PITCH // 2) // _PITCH
    for own, title in ((0, "born"), (1, "survives")):
        found = rows(classes, own)
        sheet.write(title if found else f"{title}: never", 20)
        for count, group in found:
            for start in range(0, len(group), fit):
                sheet.label(str(count), _MARGIN, sheet.y + _CELL, 18, _INK)
                for i, panel in enumerate(group[start : start + fit]):
                    _draw_panel(sheet, rule, panel, _MARGIN + _PITCH // 2 + i * _PITCH)
                sheet.skip(_ROW)


def _draw_panel(sheet: _Sheet, rule: Rule, panel: Panel, left: int) -> None:
    for (y, x), pixel in np.ndenumerate(panel_pixels(panel, rule.neighborhood)[..., 3]):
        if pixel:
            red, green, blue = panel_pixels(panel, rule.neighborhood)[y, x, :3].tolist()
            sheet.square(left + x * _CELL, sheet.y + y * _CELL, _CELL, (red, green, blue))
    color = _INK if panel.share else _FAINT
    middle = left + 3 * _CELL // 2
    sheet.label(panel.letter, middle, sheet.y + 3 * _CELL + 2, 16, color, "ma")


def _draw_chart(sheet: _Sheet, transitions: Sequence[Sequence[int]], colors: Sequence[Rgb]) -> None:
    lines = sum(len(set(row)) > 1 for row in transitions)
    side = min(40, (WIDTH_PX - 2 * _MARGIN - 60) // len(transitions[0]), _ROOM // max(1, lines))
    sheet.write("neighbours in state 1, and what the cell becomes", 16, _FAINT)
    for count in range(len(transitions[0])):
        middle = _MARGIN + 60 + count * side + side // 2
        sheet.label(str(count), middle, sheet.y, 14, _FAINT, "ma")
    sheet.skip(24)
    for state, row in enumerate(transitions):
        if len(set(row)) == 1:
            continue
        sheet.square(_MARGIN, sheet.y, side, _GRID if state == 0 else colors[state])
        sheet.label(str(state), _MARGIN + 46, sheet.y + side // 2, 16, _INK, "mm")
        for count, then in enumerate(row):
            color = _GRID if then == 0 else colors[then]
            sheet.square(_MARGIN + 60 + count * side, sheet.y, side, color)
        sheet.skip(side)


def _draw_shares(sheet: _Sheet, shares: np.ndarray, colors: Sequence[Rgb]) -> None:
    """Draw a square a pair of states: the brighter, the more often the one becomes the other."""
    side = max(3, min(40, (WIDTH_PX - 2 * _MARGIN - 60) // len(shares)))
    sheet.write("from a state (left) to a state (above): how often, over all tables", 16, _FAINT)
    for state, color in enumerate(colors):
        sheet.square(_MARGIN + 60 + state * side, sheet.y, side, _GRID if state == 0 else color)
    sheet.skip(side + 8)
    for state, row in enumerate(shares):
        sheet.square(_MARGIN, sheet.y, side, _GRID if state == 0 else colors[state])
        for then, share in enumerate(row):
            color = mixed(_GRID, LIVE, float(share) ** 0.5)
            sheet.square(_MARGIN + 60 + then * side, sheet.y, side, color)
        sheet.skip(side)
