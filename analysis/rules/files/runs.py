"""Cells as runs, `3o$bo!`: what RLE, RLE in 3D and MCell's files share.

A run is a count and a sign: `b` or `.` for state 0, `o` or `A` for 1, `B` to `X` for 2 to 24, and
those with a prefix, `pA` to `yO`, for 25 to 255. `$` ends a row, `/` a layer, `!` all.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from math import prod
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from analysis.rules.files.text import excerpt
from voxnca.errors import ArgumentError

MAX_CELLS = 2**26
"""Of the box round a pattern: 64 MB."""
_MAX_DIGITS = 12
_RUN = re.compile(r"([0-9]*)([p-y]?[A-X]|[.bo$/!])")
_WIDTH = 70


class Run(NamedTuple):
    """Cells of one state, side by side.

    Attributes:
        place: of the first, in index order `(z, y, x)`.
        length: how many.
        state: above 0.
    """

    place: tuple[int, int, int]
    length: int
    state: int


def check_box(sizes: Sequence[int]) -> tuple[int, ...]:
    """Return the sizes of a pattern.

    Raises:
        ArgumentError: for more than 2^26 cells.
    """
    if prod(sizes) > MAX_CELLS:
        box = " x ".join(map(str, sizes))
        raise ArgumentError(f"its box of {box} cells is more than 2^26; give a smaller pattern")
    return tuple(sizes)


def draw(lines: Sequence[tuple[int, str]], size: Sequence[int]) -> NDArray[np.uint8]:
    """Make cells of runs.

    Args:
        lines: with their numbers; white space does not count, what follows `!` neither.
        size: what the box holds at least, `(H, W)` or `(D, H, W)`, whatever the runs say.

    Returns:
        uint8 `(*space)`.

    Raises:
        ArgumentError: for what is no run, a state beyond 255, or a box of more than 2^26 cells.
    """
    runs = list(_runs(lines, is_3d=len(size) == 3))
    ends = [[run.place[axis] + 1 for run in runs] for axis in range(2)]
    ends.append([run.place[2] + run.length for run in runs])
    box = [max(along, default=0) for along in ends[-len(size) :]]
    space = check_box([max(pair) for pair in zip(box, size, strict=True)])
    cells = np.zeros(space, np.uint8)
    layers = cells if cells.ndim == 3 else cells[None]
    for (z, y, x), length, state in runs:
        layers[z, y, x : x + length] = state
    return cells


def _runs(lines: Sequence[tuple[int, str]], *, is_3d: bool) -> Iterator[Run]:
    """Walk along the runs and yield those of live cells."""
    z = y = x = 0
    for count, sign in _tokens(lines, is_3d=is_3d):
        if sign == "$":
            y, x = y + count, 0
        elif sign == "/":
            z, y, x = z + count, 0, 0
        else:
            state = _state(sign)
            if state:
                yield Run((z, y, x), count, state)
            x += count


def _tokens(lines: Sequence[tuple[int, str]], *, is_3d: bool) -> Iterator[tuple[int, str]]:
    bare = [(number, "".join(line.split())) for number, line in lines]
    body = "".join(line for _, line in bare)
    at = 0
    while at < len(body):
        match = _RUN.match(body, at)
        sign = match[2] if match else ""
        if match is None or (sign == "/" and not is_3d) or _state(sign) > 255:
            raise ArgumentError(
                f"line {_line_of(bare, at)}: {excerpt(body[at:])} is no run of cells; "
                "write them like bo$2bo$3o! or .A$2.B!"
            )
        if len(match[1]) > _MAX_DIGITS:
            raise ArgumentError(
                f"line {_line_of(bare, at)}: a run of {excerpt(match[1])} cells is too long; "
                "give a smaller pattern"
            )
        if sign == "!":
            return
        yield int(match[1] or 1) or 1, sign  # Golly takes 0 for 1
        at = match.end()


def _line_of(lines: Sequence[tuple[int, str]], at: int) -> int:
    for number, line in lines:
        if at < len(line):
            return number
        at -= len(line)
    return lines[-1][0]


def _state(sign: str) -> int:
    if sign in {"b", ".", "$", "/", "!"}:
        return 0
    if sign == "o":
        return 1
    more = 24 * (ord(sign[0]) - ord("o")) if len(sign) == 2 else 0
    return more + ord(sign[-1]) - ord("A") + 1


def write_runs(cells: NDArray[np.uint8]) -> str:
    """Write cells as runs, in lines of at most 70 signs, the last ending in `!`.

    Args:
        cells: uint8 `(H, W)` or `(D, H, W)`; with `b` and `o` if no state is above 1.
    """
    signs = _signs(two_states=not (cells > 1).any())
    layers = cells if cells.ndim == 3 else cells[None]
    tokens: list[str] = []
    layers_since = 0
    for layer in layers:
        rows_since = 0
        for row in layer:
            if row.any():
                tokens += _repeated(layers_since, "/") + _repeated(rows_since, "$")
                layers_since = rows_since = 0
                tokens += _row(row, signs)
            rows_since += 1
        layers_since += 1
    return _wrapped([*tokens, "!"])


def _signs(*, two_states: bool) -> list[str]:
    if two_states:
        return ["b", "o"]
    letters = [chr(ord("A") + n) for n in range(24)]
    return [".", *(prefix + letter for prefix in ("", *"pqrstuvwxy") for letter in letters)]


def _row(row: NDArray[np.uint8], signs: Sequence[str]) -> list[str]:
    end = int(np.flatnonzero(row)[-1]) + 1
    starts = [0, *(np.flatnonzero(np.diff(row[:end])) + 1).tolist(), end]
    return [
        token
        for start, stop in pairwise(starts)
        for token in _repeated(stop - start, signs[row[start]])
    ]


def _repeated(count: int, sign: str) -> list[str]:
    return [] if count == 0 else [f"{count if count > 1 else ''}{sign}"]


def _wrapped(tokens: Sequence[str]) -> str:
    lines, line = [], ""
    for token in tokens:
        if len(line) + len(token) > _WIDTH:
            lines.append(line)
            line = ""
        line += token
    return "\n".join([*lines, line])
