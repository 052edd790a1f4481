"""Cells written as runs, `3o$bo!`: the other way of `runs`."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

_WIDTH = 70


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
