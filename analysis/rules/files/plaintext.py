"""Patterns as drawings, `.O.`: the .cells files of the LifeWiki."""

from __future__ import annotations

import numpy as np

from analysis.rules.files.comments import AUTHOR
from analysis.rules.files.runs import check_box
from analysis.rules.files.text import excerpt, for_people, numbered_lines
from analysis.rules.pattern import Pattern
from voxnca.errors import ArgumentError

_LIVE, _DEAD = "O*", "."


def parse_cells(text: str) -> Pattern:
    """Read a pattern of two states from a drawing: `O` or `*` is live, `.` is not, `!` a comment.

    Raises:
        ArgumentError: naming the line, for another sign, or for a box of more than 2^26 cells.
    """
    name, comments, rows = "", [], []
    for number, line in numbered_lines(text):
        if line.startswith("!"):
            key, colon, value = line[1:].partition(":")
            if key.strip() == "Name" and colon:
                name = for_people(value)
            elif key.strip() == "Author" and colon:
                comments.append(AUTHOR + for_people(value))
            else:
                comments.append(for_people(line[1:]))
            continue
        row = line.rstrip()
        if row.strip(_LIVE + _DEAD):
            raise ArgumentError(
                f"line {number}: {excerpt(row)} is no row of cells; write O for live, . for dead"
            )
        rows.append(row)
    while rows and not rows[-1]:
        rows.pop()
    width = max(map(len, rows), default=0)
    cells = np.zeros(check_box((len(rows), width)), np.uint8)
    for y, row in enumerate(rows):
        signs = np.frombuffer(row.encode(), np.uint8)
        cells[y, : len(row)] = signs != ord(_DEAD)
    return Pattern(cells, name=name, comments=tuple(filter(None, comments)))


def is_drawing(text: str) -> bool:
    """Tell whether a text is a drawing rather than RLE, which has `$`, `!` or counts."""
    has_row = False
    for _, line in numbered_lines(text):
        row = "" if line.startswith("!") else line.rstrip()
        if row.strip(_LIVE + _DEAD):
            return False
        has_row = has_row or bool(row)
    return has_row
