"""Checks of what a JSON file from anywhere says, one field at a time.

All raise ValueError with a reason that names no file: who reads one adds its name.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, TypeVar

_SHA256 = re.compile(r"[0-9a-f]{64}")

MAX_NUMBERS = 256
"""As many goals as a rule can have."""

T = TypeVar("T")


def typed(kind: type[T], value: Any, name: str) -> T:
    """Return a value of one of JSON's types."""
    if not isinstance(value, kind):
        raise ValueError(f"{name} is {type(value).__name__}")  # noqa: TRY004 - a file, not a call
    return value


def whole(value: Any, name: str, highest: int) -> int:
    """Return a whole number from 0 to `highest`."""
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= highest:
        raise ValueError(f"{name} must be a whole number from 0 to {highest}")
    return value


def whole_numbers(value: Any, name: str) -> tuple[int, ...]:
    """Return two or three whole numbers: a cell, or the sizes of a grid."""
    numbers: Sequence[Any] = typed(list, value, name)
    if not 2 <= len(numbers) <= 3:
        raise ValueError(f"{name} must have 2 or 3 numbers")
    return tuple(whole(number, name, 2**31 - 1) for number in numbers)


def numbers(value: Any, name: str) -> tuple[float, ...]:
    """Return numbers in [0, 1]."""
    given: Sequence[Any] = typed(list, value, name)
    if not all(isinstance(n, int | float) and not isinstance(n, bool) for n in given):
        raise ValueError(f"{name} must be numbers")
    if len(given) > MAX_NUMBERS or not all(0 <= n <= 1 for n in given):
        raise ValueError(f"{name} must be at most {MAX_NUMBERS} numbers in [0, 1]")
    return tuple(map(float, given))


def radius(value: Any) -> float:
    """Return a radius."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < 1e9:
        raise ValueError("radius_cells must be a number >= 0")
    return float(value)


def digest(value: Any) -> str:
    """Return a sha256."""
    if not isinstance(value, str) or not _SHA256.fullmatch(value):
        raise ValueError("a sha256 must be 64 hexadecimal digits")
    return value


def line(value: Any) -> str:
    """Return one short line of text."""
    text = typed(str, value, "made_by")
    if len(text) > 200 or not text.isprintable():
        raise ValueError("made_by must be one short line")
    return text


def refuse(name: str) -> None:
    """Refuse NaN and the infinities, which JSON does not have but Python reads."""
    raise ValueError(f"{name} is no number")
