"""Hensel's letters: a name for each way in which n of the eight neighbours can lie.

Alan Hensel introduced them for his Life applet in the 1990s; the pictures follow the table in
LifeWiki's article "Isotropic non-totalistic rule" and in Golly's help on QuickLife. Turns and
mirrors of a picture have the same name. Beyond four neighbours a letter names the picture whose
empty neighbours lie as the full ones of that letter do.
"""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

from analysis.rules.group import symmetry_group
from analysis.rules.neighborhood import MOORE

_PICTURES = """
1c o.. ... ...   1e .o. ... ...
2a oo. ... ...   2c o.o ... ...   2e .o. o.. ...   2i .o. ... .o.
2k o.. ..o ...   2n o.. ... ..o
3a oo. o.. ...   3c o.o ... o..   3e .o. o.o ...   3i ooo ... ...   3j oo. ..o ...
3k o.. ..o .o.   3n oo. ... o..   3q oo. ... ..o   3r oo. ... .o.   3y o.o ... .o.
4a ooo o.. ...   4c o.o ... o.o   4e .o. o.o .o.   4i oo. ... oo.   4j oo. ..o .o.
4k oo. ..o o..   4n ooo ... o..   4q oo. o.. ..o   4r oo. o.o ...   4t ooo ... .o.
4w oo. ..o ..o   4y oo. ... o.o   4z oo. ... .oo
"""
CENTER_BIT = 16
_NEIGHBORS = 511 - CENTER_BIT


@cache
def arrangements() -> dict[str, tuple[int, ...]]:
    """Return the neighbourhoods of each name, `0` and `8` among them, with an empty centre.

    Returns:
        By name, in order, their numbers in the table of a rule of two states.
    """
    words = _PICTURES.split()
    few = {words[i]: _turned("".join(words[i + 1 : i + 4])) for i in range(0, len(words), 4)}
    many = {
        f"{8 - int(name[0])}{name[1]}": tuple(sorted(_NEIGHBORS ^ code for code in codes))
        for name, codes in few.items()
        if name[0] != "4"
    }
    ends = {"0": (0,), "8": (_NEIGHBORS,)}
    return dict(sorted({**few, **many, **ends}.items()))


@cache
def letters(count: int) -> str:
    """Return the letters that can follow a count, in alphabetical order; none after 0 and 8."""
    return "".join(name[1] for name in arrangements() if name[0] == str(count) and name[1:])


def write_names(names: set[str]) -> str:
    """Write which arrangements are meant, as Golly does: the shorter of `2ac` and `2-eikn`."""
    return "".join(_written(count, names) for count in range(9))


def entries_of(birth: set[str], survival: set[str]) -> NDArray[np.uint8]:
    """Return the table of a rule: uint8 `(512,)`.

    Args:
        birth: the names at which a cell is born.
        survival: at which it survives.
    """
    entries = np.zeros(512, dtype=np.uint8)
    for names, center in ((birth, 0), (survival, CENTER_BIT)):
        for name in names:
            entries[[code | center for code in arrangements()[name]]] = 1
    return entries


def names_of(entries: NDArray[np.uint8]) -> tuple[set[str], set[str]] | None:
    """Return the names at which cells are born and survive; None for a rule that has directions.

    Args:
        entries: uint8 `(512,)`.
    """
    birth, survival = (
        {name for name, codes in arrangements().items() if entries[codes[0] | center]}
        for center in (0, CENTER_BIT)
    )
    return (birth, survival) if (entries_of(birth, survival) == entries).all() else None


def _written(count: int, names: set[str]) -> str:
    if str(count) in names:
        return str(count)
    known = letters(count)
    chosen = "".join(letter for letter in known if f"{count}{letter}" in names)
    others = "".join(letter for letter in known if letter not in chosen)
    if not chosen:
        return ""
    if not others:
        return str(count)
    return f"{count}-{others}" if len(others) + 1 < len(chosen) else f"{count}{chosen}"


def _turned(picture: str) -> tuple[int, ...]:
    """Return the numbers of all turns and mirrors of nine cells."""
    cells = np.array([cell == "o" for cell in picture])
    codes = cells[symmetry_group(MOORE)] @ 2 ** np.arange(9)[::-1]
    return tuple(sorted(set(codes.tolist())))
