"""The `@COLORS` of Golly's .rule files: a line a state, or a gradient over all but state 0."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from analysis.rules.files.text import excerpt
from analysis.rules.rule import Rgb
from voxnca.errors import ArgumentError

_EMPTY: Rgb = (48, 48, 48)
_FIRST: Rgb = (255, 0, 0)
_LAST: Rgb = (255, 255, 0)
"""What Golly paints where a file does not say: grey, and red to yellow."""


def parse_colors(lines: Iterable[tuple[int, str]], num_states: int) -> tuple[Rgb, ...]:
    """Read the colours of all states, straight sRGB; those not named are Golly's own.

    Raises:
        ArgumentError: naming the line, for one that is no colour.
    """
    colors = _gradient(_FIRST, _LAST, num_states)
    for number, line in lines:
        bare = line.strip()
        if not bare or bare.startswith("#"):
            continue
        numbers = _numbers(bare)
        channels = numbers if len(numbers) >= 6 else numbers[1:4]
        if len(numbers) < 4 or max(channels[:6]) > 255:
            raise ArgumentError(
                f"line {number}: {excerpt(bare)} is no colour; write state red green blue, "
                "the latter from 0 to 255"
            )
        if len(numbers) >= 6:
            colors[1:] = _gradient(_rgb(numbers[:3]), _rgb(numbers[3:6]), num_states)[1:]
        elif numbers[0] < num_states:
            colors[numbers[0]] = _rgb(numbers[1:4])
    return tuple(colors)


def write_colors(colors: Iterable[Rgb]) -> list[str]:
    """Return the section, line by line."""
    return ["@COLORS", "", *(f"{state} {r} {g} {b}" for state, (r, g, b) in enumerate(colors))]


def _numbers(line: str) -> list[int]:
    """Return the numbers a line begins with: at most six, and at most six digits each."""
    numbers: list[int] = []
    for part in line.split()[:6]:
        if not (part.isascii() and part.isdigit() and len(part) <= 6):
            break
        numbers.append(int(part))
    return numbers


def _rgb(numbers: Sequence[int]) -> Rgb:
    r, g, b = numbers
    return r, g, b


def _gradient(first: Rgb, last: Rgb, num_states: int) -> list[Rgb]:
    steps = max(1, num_states - 2)
    return [
        _EMPTY,
        *(
            _rgb([a + (b - a) * step // steps for a, b in zip(first, last, strict=True)])
            for step in range(num_states - 1)
        ),
    ]
