"""Cells as runs, `3o$bo!`: what RLE, RLE in 3D and MCell's files share.

A run is a count and a sign: `b` or `.` for state 0, `o` or `A` for 1, `B` to `X` for 2 to 24, and
those with a prefix, `pA` to `yO`, for 25 to 255. `$` ends a row, `/` a layer, `!` all.
"""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import accumulate
from math import prod
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from analysis.rules.files.text import excerpt
from voxnca.errors import ArgumentError

MAX_CELLS = 2**26
"""Of the box round a pattern: 64 MB."""
_MAX_DIGITS = 12
_MAX_COUNT = 2**27
"""More cells side by side are too many for any box, so a longer count need not be kept."""
_BLOCK = 2**18
_SIGNS = b".boABCDEFGHIJKLMNOPQRSTUVWX$/!"

Ints = NDArray[np.int64]


class Body:
    """The lines of runs, without white space, and their numbers."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._numbers = array("l")

    def add(self, number: int, line: str) -> None:
        """Add a line."""
        part = "".join(line.split())
        if part:
            self._parts.append(part)
            self._numbers.append(number)

    def text(self) -> bytes:
        """Return all lines as one."""
        return "".join(self._parts).encode()

    def line_at(self, at: int) -> int:
        """Return the number of the line that a byte of the text is from."""
        ends = list(accumulate(len(part.encode()) for part in self._parts))
        return self._numbers[min(bisect_right(ends, at), len(ends) - 1)]


class Runs(NamedTuple):
    """Live cells side by side.

    Attributes:
        places: int64 `(N, 3)`, of the first of each run, in index order `(z, y, x)`.
        lengths: int64 `(N,)`.
        states: int64 `(N,)`, above 0.
    """

    places: Ints
    lengths: Ints
    states: Ints


def check_box(sizes: Sequence[int]) -> tuple[int, ...]:
    """Return the sizes of a pattern.

    Raises:
        ArgumentError: for more than 2^26 cells.
    """
    if prod(sizes) > MAX_CELLS:
        box = " x ".join(map(str, sizes))
        raise ArgumentError(f"its box of {box} cells is more than 2^26; give a smaller pattern")
    return tuple(sizes)


def draw(body: Body, size: Sequence[int]) -> NDArray[np.uint8]:
    """Make cells of runs.

    Args:
        body: the runs; what follows `!` does not count.
        size: what the box holds at least, `(H, W)` or `(D, H, W)`, whatever the runs say.

    Returns:
        uint8 `(*space)`.

    Raises:
        ArgumentError: for what is no run, a state beyond 255, or a box of more than 2^26 cells.
    """
    text = body.text()
    box = np.zeros(3, np.int64)
    for runs in _runs(body, text, is_3d=len(size) == 3):
        ends = runs.places + 1
        ends[:, 2] += runs.lengths - 1
        box = np.maximum(box, ends.max(axis=0, initial=0))
    drawn = box[-len(size) :].tolist()
    space = check_box([max(pair) for pair in zip(drawn, size, strict=True)])
    cells = np.zeros(space, np.uint8)
    flat = cells.reshape(-1)
    for places, lengths, states in _runs(body, text, is_3d=len(size) == 3):
        starts = (places[:, 0] * space[-2] + places[:, 1]) * space[-1] + places[:, 2]
        if lengths.sum() > 4 * _BLOCK:
            for start, length, state in zip(starts, lengths, states, strict=True):
                flat[start : start + length] = state
            continue
        offsets = np.arange(lengths.sum()) - np.repeat(np.cumsum(lengths) - lengths, lengths)
        flat[np.repeat(starts, lengths) + offsets] = np.repeat(states, lengths)
    return cells


def _runs(body: Body, text: bytes, *, is_3d: bool) -> Iterator[Runs]:
    """Walk along the text, block by block, and yield its runs of live cells."""
    here = np.zeros(3, np.int64)
    at = 0
    while at < len(text):
        block = _block(text, at)
        signs, counts = _tokens(body, text, block, at, is_3d=is_3d)
        kinds = signs >> 8
        places = _places(kinds, counts, here)
        live = (kinds == _CELLS) & (signs & 255 > 0)
        yield Runs(places[:-1][live], counts[live], signs[live] & 255)
        here = places[-1]
        at += len(block)
        if block.endswith(b"!"):
            return


_CELLS, _ROW, _LAYER, _END = range(4)


def _block(text: bytes, at: int) -> bytes:
    """Return the next part of the text, which ends after a sign, or where all ends."""
    end = text.find(b"!", at, at + _BLOCK) + 1
    if end:
        return text[at:end]
    block = text[at : at + _BLOCK]
    kept = block.rstrip(b"0123456789pqrstuvwxy")
    return block if at + len(block) == len(text) or not kept else kept


def _tokens(body: Body, text: bytes, block: bytes, at: int, *, is_3d: bool) -> tuple[Ints, Ints]:
    """Return the signs of a block, 256 times the kind and the state, and their counts."""
    codes = np.frombuffer(block, np.uint8)
    is_digit = (codes >= ord("0")) & (codes <= ord("9"))
    is_prefix = (codes >= ord("p")) & (codes <= ord("y"))
    is_sign = np.isin(
        codes, np.frombuffer(_SIGNS if is_3d else _SIGNS.replace(b"/", b""), np.uint8)
    )
    is_letter = (codes >= ord("A")) & (codes <= ord("X"))
    follows = np.append(codes[1:], 0)
    letter_follows = np.append(is_letter[1:], False)
    last_of_256 = (codes == ord("y")) & (follows > ord("O"))
    wrong = ~(is_digit | is_prefix | is_sign) | (is_prefix & (~letter_follows | last_of_256))
    wrong[-1] |= not is_sign[-1]
    if wrong.any():
        _refuse_run(body, text, at + int(np.argmax(wrong)))
    ends = np.flatnonzero(is_sign)
    which: Ints = np.cumsum(is_sign) - is_sign  # the token that each byte belongs to
    starts = np.concatenate([[0], ends[:-1] + 1])
    prefixed = np.zeros(len(ends), np.int64)
    prefixed[which[is_prefix]] = codes[is_prefix] - ord("o")
    num_digits = np.bincount(which[is_digit], minlength=len(ends))
    if num_digits.max() > _MAX_DIGITS:
        _refuse_count(body, text, at + int(starts[np.argmax(num_digits > _MAX_DIGITS)]))
    place = (starts + num_digits)[which] - 1 - np.arange(len(codes))
    values = (codes[is_digit] - ord("0")) * 10.0 ** place[is_digit]
    counts = np.bincount(which[is_digit], values, len(ends)).astype(np.int64)
    counts = np.clip(counts, 1, _MAX_COUNT)  # Golly takes 0 for 1
    return _MEANING[codes[ends]] + 24 * prefixed, counts


def _refuse_run(body: Body, text: bytes, at: int) -> None:
    wrong = excerpt(text[at : at + 100].decode(errors="replace"))
    raise ArgumentError(
        f"line {body.line_at(at)}: {wrong} is no run of cells; write them like bo$2bo$3o! or "
        ".A$2.B!"
    )


def _refuse_count(body: Body, text: bytes, at: int) -> None:
    count = excerpt(text[at : at + 100].decode(errors="replace"))
    raise ArgumentError(
        f"line {body.line_at(at)}: a run of {count} cells is too long; give a smaller pattern"
    )


def _meanings() -> Ints:
    meaning = np.zeros(128, np.int64)
    for sign, kind in (("$", _ROW), ("/", _LAYER), ("!", _END)):
        meaning[ord(sign)] = kind << 8
    meaning[ord("o")] = 1
    meaning[ord("A") : ord("X") + 1] = np.arange(1, 25)
    return meaning


_MEANING = _meanings()


def _places(kinds: Ints, counts: Ints, here: Ints) -> Ints:
    """Return where each token begins, and where what follows the last one does: `(N + 1, 3)`."""
    z = here[0] + _before(np.where(kinds == _LAYER, counts, 0))
    y = _since(here[1], np.where(kinds == _ROW, counts, 0), kinds == _LAYER)
    x = _since(here[2], np.where(kinds == _CELLS, counts, 0), kinds != _CELLS)
    return np.stack([z, y, x], axis=1)


def _before(steps: Ints) -> Ints:
    return np.concatenate([[0], np.cumsum(steps)])


def _since(start: np.int64, steps: Ints, is_break: NDArray[np.bool_]) -> Ints:
    """Return the sum of the steps before each token since the last break, or since `start`."""
    total = start + _before(steps)
    at_break = np.concatenate([[0], np.where(is_break, total[1:], 0)])
    return total - np.maximum.accumulate(at_break)
