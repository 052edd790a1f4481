"""Patterns read and written, whatever their format."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from analysis.rules.files.macrocell import is_macrocell, parse_macrocell
from analysis.rules.files.mcell import is_mcell, parse_mcell
from analysis.rules.files.plaintext import is_drawing, parse_cells
from analysis.rules.files.rle import parse_rle, write_rle
from analysis.rules.files.text import read_text
from analysis.rules.pattern import Pattern
from voxnca.atomic import write_bytes
from voxnca.errors import ArgumentError, FileError


def parse_pattern(text: str) -> Pattern:
    """Read a pattern from a text, whose format shows: RLE, a drawing, a macrocell, MCell's.

    Raises:
        ArgumentError: naming the line, for a text that is no pattern.
    """
    if not text.strip():
        raise ArgumentError("there is no pattern in it; paste one, like bo$2bo$3o!")
    if is_macrocell(text):
        return parse_macrocell(text)
    if is_mcell(text):
        return parse_mcell(text)
    return parse_cells(text) if is_drawing(text) else parse_rle(text)


_READERS: dict[str, Callable[[str], Pattern]] = {
    ".cells": parse_cells,
    ".mc": parse_pattern,
    ".mcl": parse_pattern,
    ".rle": parse_pattern,
    ".rle3": parse_pattern,
}
SUFFIXES = tuple(_READERS)
"""Of the files that can be read."""


def read_pattern(path: str | Path) -> Pattern:
    """Read a pattern from a file: .rle, .rle3, .mc, .cells or .mcl.

    Raises:
        FileError: when it is missing, longer than 16 MB, of another suffix, or no pattern.
    """
    path = Path(path)
    suffix = path.suffix.lower()
    if suffix not in _READERS:
        raise FileError(
            f"{str(path)!r}: the suffix {suffix!r} is no pattern's; use one of: "
            f"{', '.join(SUFFIXES)}"
        )
    try:
        return _READERS[suffix](read_text(path))
    except ArgumentError as error:
        raise FileError(f"{str(path)!r}: {error}") from error


def save_pattern(pattern: Pattern, path: str | Path) -> None:
    """Write a pattern of the plane as .rle, one of space as .rle3.

    Raises:
        FileError: for another suffix, or when it cannot be written; an older file stays.
    """
    path = Path(path)
    suffix = ".rle" if pattern.cells.ndim == 2 else ".rle3"
    if path.suffix.lower() != suffix:
        raise FileError(f"{str(path)!r}: a {pattern.cells.ndim}D pattern is written as {suffix}")
    write_bytes(path, write_rle(pattern).encode())
