"""Counts of neighbours as people write them: `23`, `2ce3-k`, `4,5`, `5-7`, `5..7`."""

from __future__ import annotations

import re

from analysis.rules.hensel import letters
from analysis.rules.rule import check_num_states
from voxnca.errors import ArgumentError

_FLAT = re.compile(r"(\d)(-?)([a-z]*)")
_SOLID = re.compile(r"(\d+)(?:(?:-|\.\.)(\d+))?")


def is_solid(text: str) -> bool:
    """Tell whether counts are written as only 3D needs them: with commas or ranges."""
    return bool(re.search(r",|\.\.|\d-\d", text))


def has_letters(text: str) -> bool:
    """Tell whether counts come with Hensel's letters."""
    return any(character.isalpha() for character in text)


def read_digits(text: str, most: int) -> set[int]:
    """Read the counts of a rule of the plane, a digit each.

    Args:
        text: as it was written.
        most: neighbours that a cell has.

    Raises:
        ArgumentError: for anything but digits up to that.
    """
    for character in text:
        if not character.isdigit():
            raise ArgumentError(f"{character!r} in {text!r} is no count; write it like B3/S23")
        _check_count(int(character), most, text)
    return {int(character) for character in text}


def read_names(text: str) -> set[str]:
    """Read counts with Hensel's letters, as names of arrangements: see `hensel`.

    Raises:
        ArgumentError: for a letter that the count does not have, or a sign that is none of this.
    """
    names: set[str] = set()
    end = 0
    text = text.lower()
    for match in _FLAT.finditer(text):
        if match.start() != end:
            break
        end = match.end()
        names |= _names(*match.groups())
    if end != len(text):
        raise ArgumentError(
            f"{text[end]!r} in {text!r} is neither a count nor a letter after one; "
            "write it like B2ce3-k/S23"
        )
    return names


def read_list(text: str, most: int) -> set[int]:
    """Read the counts of a rule in space: numbers and ranges, parted by commas.

    Args:
        text: as it was written.
        most: neighbours that a cell has.

    Raises:
        ArgumentError: for what is neither, for ranges that run downwards, and counts beyond.
    """
    counts: set[int] = set()
    for item in text.split(",") if text else ():
        match = _SOLID.fullmatch(item)
        if match is None:
            raise ArgumentError(
                f"{item!r} in {text!r} is neither a count nor a range; write it like B6/S5-7"
            )
        low, high = int(match[1]), int(match[2] or match[1])
        if low > high:
            raise ArgumentError(f"the range {item!r} runs downwards; write {high}-{low}")
        _check_count(high, most, text)
        counts |= set(range(low, high + 1))
    return counts


def read_states(text: str) -> int:
    """Read a number of states, with or without C or G before it; 2 if there is none.

    Raises:
        ArgumentError: for anything else, or a number that no rule has.
    """
    if not text:
        return 2
    digits = text[1:] if text[:1].upper() in {"C", "G"} else text
    if not re.fullmatch(r"[0-9]{1,4}", digits):
        raise ArgumentError(f"{text!r} is no number of states; write it like 345/2/4")
    return check_num_states(int(digits))


def _names(digit: str, minus: str, chosen: str) -> set[str]:
    count = int(digit)
    known = letters(count)
    if count > 8:
        raise ArgumentError("a cell of the plane has 8 neighbours, not 9; use 0 to 8")
    for letter in chosen:
        if letter not in known:
            remedy = f"use {', '.join(known)}" if known else "write it without letters"
            raise ArgumentError(
                f"{letter!r} in {digit + minus + chosen!r} is no letter of "
                f"{count} neighbours; {remedy}"
            )
    if minus and not chosen:
        raise ArgumentError(
            f"'{digit}-' names no letter to leave out; write it like {digit}-{known[:1] or 'k'}"
        )
    if not known:
        return {digit}
    wanted = set(known) - set(chosen) if minus or not chosen else set(chosen)
    return {f"{count}{letter}" for letter in wanted}


def _check_count(count: int, most: int, text: str) -> None:
    if count > most:
        hint = "; part counts by commas, as in B5/S4,5" if most > 9 and count > 26 else ""
        raise ArgumentError(
            f"{count} in {text!r}: a cell has only {most} neighbours here; use 0 to {most}{hint}"
        )
