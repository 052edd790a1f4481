"""The shipped patterns: well-known objects, by name."""

from __future__ import annotations

from difflib import get_close_matches
from functools import cache
from pathlib import Path

from analysis.rules.files.patterns import read_pattern
from analysis.rules.pattern import Pattern
from voxnca import data_path
from voxnca.errors import ArgumentError


@cache
def _files() -> dict[str, Path]:
    folder = data_path() / "patterns"
    found = [path for path in folder.iterdir() if path.suffix in {".rle", ".rle3"}]
    return {path.stem: path for path in sorted(found)}


def pattern_names() -> tuple[str, ...]:
    """Return the names of the shipped patterns, sorted."""
    return tuple(sorted(_files()))


def shipped_pattern(name: str) -> Pattern:
    """Return a shipped pattern, which names its rule and its author.

    Raises:
        ArgumentError: for an unknown name.
    """
    path = _files().get(name)
    if path is None:
        near = get_close_matches(name, pattern_names(), n=1)
        hint = f"did you mean {near[0]}? " if near else ""
        raise ArgumentError(
            f"pattern {name!r} is not shipped; {hint}use one of: {', '.join(pattern_names())}"
        )
    return read_pattern(path)
