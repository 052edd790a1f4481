"""The classes of a rule as pictures of 3x3 cells, in a terminal: in colour, or in plain signs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

import numpy as np
from numpy.typing import NDArray
from rich.text import Text

from analysis.rules.neighborhood import Neighborhood
from analysis.rules.palette import LIVE
from analysis.rules.portrait import Panel
from analysis.rules.rule import Rgb
from apps.halfblocks import as_half_blocks

EMPTY, FULL, FULL_DIM, CENTER_DARK = (42, 48, 58), (168, 178, 192), (82, 90, 102), (20, 22, 27)
"""A neighbour in state 0, one in state 1, the same where nothing lives, a centre that dies."""
_PITCH = 4
"""Columns from picture to picture: three cells and a gap."""
_MARGIN = 4

Row = tuple[int, tuple[Panel, ...]]
"""A count, and its classes."""


def rows(classes: Sequence[Panel], own: int) -> list[Row]:
    """Return the counts at which a cell becomes 1 in at least one class, with all their classes.

    Args:
        classes: of a rule.
        own: state of the cell itself: 0 for births, 1 for survivals.
    """
    chosen = [panel for panel in classes if panel.own == own]
    by_count = [(n, tuple(group)) for n, group in groupby(chosen, key=lambda panel: panel.count)]
    return [(n, group) for n, group in by_count if any(panel.share for panel in group)]


def panel_pixels(panel: Panel, neighborhood: Neighborhood) -> NDArray[np.uint8]:
    """Draw a class: uint8 RGBA `(3, 3, 4)`, clear where the rule does not look.

    The centre shows what the cell becomes, as bright as the share of the class in which it is 1.
    """
    pixels = np.zeros((3, 3, 4), dtype=np.uint8)
    for (y, x), full in zip(neighborhood.cells, panel.cells, strict=True):
        color = (FULL if panel.share else FULL_DIM) if full else EMPTY
        if y == x == 0:
            color = mixed(CENTER_DARK, LIVE, panel.share)
        pixels[y + 1, x + 1] = (*color, 255)
    return pixels


def mixed(one: Rgb, other: Rgb, share: float) -> Rgb:
    """Return a colour between two."""
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(one, other, strict=True))
    return red, green, blue


def drawn(
    classes: Sequence[Panel], own: int, neighborhood: Neighborhood, *, width: int, colour: bool
) -> Iterator[Text]:
    """Draw the classes of births or survivals, line by line.

    Args:
        classes: of a rule.
        own: 0 for births, 1 for survivals.
        neighborhood: of the rule.
        width: columns of the terminal.
        colour: whether to draw in colours, two rows of cells in one of signs; else `o` is a full
            cell, `.` an empty one, `*` a centre that becomes 1, `x` one that does so in some
            directions, and classes in which nothing lives are left out.
    """
    fit = max(1, (width - _MARGIN) // _PITCH)
    for place, (count, group) in enumerate(rows(classes, own)):
        if place and not _letters(group):
            yield Text()
        shown = group if colour else tuple(panel for panel in group if panel.share)
        for start in range(0, len(shown), fit):
            some = shown[start : start + fit]
            lines = _coloured(some, neighborhood) if colour else _plain(some, neighborhood)
            label = str(count) if start == 0 else ""
            for i, line in enumerate(lines):
                yield Text.assemble((f"{label if i == 0 else '':<{_MARGIN}}", "bold"), line)


def _coloured(group: Sequence[Panel], neighborhood: Neighborhood) -> list[Text]:
    strip = np.zeros((4, _PITCH * len(group), 4), dtype=np.uint8)
    for i, panel in enumerate(group):
        strip[:3, _PITCH * i : _PITCH * i + 3] = panel_pixels(panel, neighborhood)
    return [*as_half_blocks(strip).split("\n"), *_letters(group)]


def _plain(group: Sequence[Panel], neighborhood: Neighborhood) -> list[Text]:
    pictures = [_signs(panel, neighborhood) for panel in group]
    lines = [Text(" ".join(picture[y] for picture in pictures)) for y in range(3)]
    return [*lines, *_letters(group)]


def _letters(group: Sequence[Panel]) -> list[Text]:
    if not any(panel.letter for panel in group):
        return []
    return [
        Text.assemble(
            *((f"{panel.letter:^3} ", "bold" if panel.share else "dim") for panel in group)
        )
    ]


def _signs(panel: Panel, neighborhood: Neighborhood) -> list[str]:
    grid = [[" "] * 3 for _ in range(3)]
    for (y, x), full in zip(neighborhood.cells, panel.cells, strict=True):
        grid[y + 1][x + 1] = "o" if full else "."
    grid[1][1] = "*" if panel.share == 1 else "x"
    return ["".join(line) for line in grid]
