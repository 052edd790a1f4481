"""Figures and lists as people write them."""

from __future__ import annotations

from collections.abc import Sequence
from math import floor, log10

_MANY = 10**9
_SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def percent(share: float) -> str:
    """Write a share: `5.5%`, `0.034%`, two digits where they tell something, `<0.001%`."""
    value = 100 * share
    if value == 0 or abs(value) >= 99.995:
        return f"{value:.0f}%"
    if abs(value) < 0.001:
        return "<0.001%"
    if value > 99:
        return f"{value:.2f}%"
    digits = max(0, 1 - floor(log10(abs(value))))
    return f"{value:.{digits}f}%"


def number(value: float) -> str:
    """Write a number: thousands parted, three digits of what is not whole, large ones by powers."""
    if abs(value) >= _MANY:
        power = floor(log10(abs(value)))
        return f"{value / 10**power:.2f}·10{str(power).translate(_SUPERSCRIPTS)}"
    if value == round(value):
        return f"{round(value):,}"
    digits = max(0, 2 - floor(log10(abs(value))))
    return f"{value:,.{min(digits, 4)}f}"


def counted(n: int, thing: str, things: str = "") -> str:
    """Write how many there are of something: `1 rule`, `2,048 cells`."""
    return f"{number(n)} {thing if n == 1 else things or thing + 's'}"


def listed(words: Sequence[str]) -> str:
    """Join words: `A`, `A and B`, `A, B and C`."""
    *most, last = words
    return f"{', '.join(most)} and {last}" if most else last
