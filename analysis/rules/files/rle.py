"""Patterns as RLE, the format in which Life's patterns are passed on, in 2D and 3D.

The format is Golly's "extended RLE" (Help, File formats). That of three dimensions is RLE3 of
Golly's script 3D.lua: a first line `3D version=1 size=N pos=x,y,z`, and `/` between layers; it has
two states there, and here as many as in 2D.
"""

from __future__ import annotations

import re

from analysis.rules.files.comments import Comments, write_comments
from analysis.rules.files.run_writing import write_runs
from analysis.rules.files.runs import Body, draw
from analysis.rules.files.text import excerpt, for_people, numbered_lines
from analysis.rules.pattern import Pattern
from voxnca.errors import ArgumentError

_HEADER = re.compile(
    r"\s*x\s*=\s*([0-9]{1,18})[\s,]+y\s*=\s*([0-9]{1,18})"
    r"(?:[\s,]+z\s*=\s*([0-9]{1,18}))?(?:[\s,]+rule\s*=\s*(.*?))?[\s,]*$"
)
_POSITION = re.compile(r"\bpos=(-?[0-9]{1,18}),(-?[0-9]{1,18}),(-?[0-9]{1,18})(?:\s|$)")


def parse_rle(text: str) -> Pattern:
    """Read a pattern from RLE, in 3D if its first line begins with `3D`.

    The header may be missing; then the pattern ends with its last live cell, and names no rule.

    Args:
        text: of the file, or from a clipboard.

    Raises:
        ArgumentError: naming the line, for a header or runs that are none, or for a box of more
            than 2^26 cells.
    """
    lines = numbered_lines(text)
    comments, body, size, rule = Comments(), Body(), (0, 0, 0), ""
    is_3d, has_header = is_rle3(text), False
    if is_3d:
        found = _POSITION.search(next(lines)[1])
        comments.origin = (int(found[3]), int(found[2]), int(found[1])) if found else ()
    for number, line in lines:
        if line.startswith("#"):
            comments.read(line)
        elif not has_header and is_header(line):
            size, rule, has_header = *_header(number, line), True
        else:
            body.add(number, line)
    cells = draw(body, size if is_3d else size[1:])
    origin = comments.origin if len(comments.origin) == cells.ndim else ()
    return Pattern(cells, origin, rule or comments.rule, comments.name, tuple(comments.lines))


def is_rle3(text: str) -> bool:
    """Tell whether a text says that it is RLE in 3D."""
    return text.removeprefix("\ufeff").startswith("3D")


def is_header(line: str) -> bool:
    """Tell whether a line of RLE is its header, be it right or wrong."""
    return line.lstrip()[:1] == "x" and line.lstrip()[1:].lstrip()[:1] == "="


def _header(number: int, line: str) -> tuple[tuple[int, int, int], str]:
    found = _HEADER.match(line)
    if found is None:
        raise ArgumentError(
            f"line {number}: {excerpt(line)} is no header; write x = 3, y = 3, rule = B3/S23"
        )
    x, y, z = (int(part or 1) for part in found.groups()[:3])
    return (z if x and y else 0, y, x), for_people(found[4] or "")


def write_rle(pattern: Pattern) -> str:
    """Write a pattern as RLE, in 3D as RLE3.

    Its name, author, comments, place and rule are kept. 3D.lua wants a place within its grid,
    from 0 on, and two states.
    """
    sides, place = pattern.cells.shape[::-1], pattern.origin[::-1]
    comma = " " if len(sides) == 3 else ", "
    rule = for_people(pattern.rule)
    header = [f"{axis}{_equals(sides)}{side}" for axis, side in zip("xyz", sides, strict=False)]
    header += [f"rule{_equals(sides)}{rule}"] if rule else []
    lines = [*write_comments(pattern), comma.join(header), write_runs(pattern.cells)]
    where = ",".join(map(str, place))
    if len(sides) == 3:
        size = max(3, *(side + at for side, at in zip(sides, place, strict=True)))
        lines = [f"3D version=1 size={size}{f' pos={where}' if any(place) else ''}", *lines]
    elif any(place):
        lines = [f"#CXRLE Pos={where}", *lines]
    return "\n".join(lines) + "\n"


def _equals(sides: tuple[int, ...]) -> str:
    return "=" if len(sides) == 3 else " = "
