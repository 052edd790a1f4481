"""A rule that counts as a chart: a line a state, a column a count, what the cell becomes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.text import Text

_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
_WIDE = 13
"""Counts up to which a column takes two characters."""

Transitions = Sequence[Sequence[int]]


def chart(transitions: Transitions, colors: Sequence[str], *, colour: bool) -> Iterator[Text]:
    """Draw what cells become, line by line.

    States that become the same whatever is around them are left out.

    Args:
        transitions: by state, by count.
        colors: of the states, `#rrggbb`.
        colour: whether to draw in colours; else a state is a digit, and `.` is 0.
    """
    counts = len(transitions[0])
    pitch = 2 if counts <= _WIDE else 1
    yield Text(f"{'':6}{_scale(counts, pitch)}", "dim")
    for state, row in enumerate(transitions):
        if len(set(row)) > 1:
            marks = [_mark(then, colors, pitch, colour=colour) for then in row]
            yield Text.assemble((f"{state:>3}   ", "bold"), *marks)


def _mark(then: int, colors: Sequence[str], pitch: int, *, colour: bool) -> tuple[str, str]:
    if then == 0:
        return f"{'.':<{pitch}}", "dim"
    if colour:
        return f"{'■':<{pitch}}", colors[then]
    return f"{_DIGITS[then] if then < len(_DIGITS) else '+':<{pitch}}", ""


def _scale(counts: int, pitch: int) -> str:
    step = 1 if pitch == 2 and counts <= 10 else 5
    line = ""
    for count in range(0, counts, step):
        line = f"{line:<{count * pitch}}{count}"
    return line
