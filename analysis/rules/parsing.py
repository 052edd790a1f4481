"""What a rule is when it is written: a name of the catalogue, or a notation."""

from __future__ import annotations

import re

from analysis.rules.bounds import read_bounds
from analysis.rules.catalogue import lookup, similar
from analysis.rules.reading import MAX_LENGTH, read
from analysis.rules.rule import Rule
from voxnca.errors import ArgumentError

_PIECE = r"[bscg]?(?:\d[-,.\da-z]*)?[vhf]?"
_NOTATION = re.compile(rf"(?:3d)?(?:w\d+|{_PIECE}(?:[/_](?:{_PIECE}|[mnv]{{1,2}}))*)")
_SIGNS = re.compile(r"[/\d]|^\s*$|^MAP")


def parse(text: str) -> Rule:
    """Read a rule: `Life`, `B3/S23`, `23/3`, `345/2/4`, `B3-k/S23`, `B5/S4,5`, `4555` ...

    All notations are told in `analysis.rules.reading`. Names are read whatever their case and
    punctuation. Both can be followed by a grid, as in `B3/S23:T64,64` and `wireworld:T64,64`.

    Returns:
        The rule; its name is that of the catalogue when it was given by name, else empty.

    Raises:
        ArgumentError: for text that is none: what is wrong with it, and one that works.
    """
    name, colon, bounds = text.partition(":")
    entry = lookup(name) if len(name) <= MAX_LENGTH else None
    if entry is None:
        if _SIGNS.search(name[:MAX_LENGTH]) or len(text) > MAX_LENGTH:
            return read(text)
        raise ArgumentError(_unknown(name))
    try:
        rule = entry.rule
        return rule.within(read_bounds(bounds.strip(), rule.num_dims)) if colon else rule
    except ArgumentError as error:
        raise ArgumentError(f"rule {text!r}: {error}") from None


def resembles_notation(text: str) -> bool:
    """Tell whether text looks like a notation, even if a broken one, not like a word or a path."""
    body = "".join(text[:MAX_LENGTH].partition(":")[0].split())
    if re.match(r"(?:3[dD])?MAP", body):
        return True
    has_counts = any(character.isdigit() for character in body) or body.lower().startswith("b/s")
    return has_counts and bool(_NOTATION.fullmatch(body.lower()))


def _unknown(name: str) -> str:
    near = similar(name)
    hint = f"did you mean {near[0]}? " if near else ""
    return (
        f"rule {name!r} is no name in the catalogue; {hint}"
        "voxnca rules lists them, and notations are written like B3/S23"
    )
