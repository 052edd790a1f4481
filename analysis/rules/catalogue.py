"""Rules that have names: which there are, and what a name means."""

from __future__ import annotations

from difflib import get_close_matches
from functools import cache

from analysis.rules import life_like, many_states, solid_rules
from analysis.rules.named import Entry
from analysis.rules.rule import Rule
from voxnca.errors import ArgumentError

_LONGEST = 60
"""Characters of a name: similar ones are not looked for beyond."""


def entries() -> tuple[Entry, ...]:
    """Return the catalogue: two states in the plane, then more, then space."""
    return (*life_like.ENTRIES, *many_states.ENTRIES, *solid_rules.ENTRIES)


def names() -> tuple[str, ...]:
    """Return the names in the catalogue."""
    return tuple(entry.name for entry in entries())


def entry(name: str) -> Entry:
    """Return the rule of a name, whatever its case and punctuation.

    Raises:
        ArgumentError: for a name that is not in the catalogue.
    """
    found = lookup(name)
    if found is not None:
        return found
    near = similar(name)
    hint = f"did you mean {near[0]}? " if near else ""
    raise ArgumentError(
        f"name={name[:_LONGEST]!r} is not in the catalogue; {hint}use one of: {', '.join(names())}"
    )


def lookup(name: str) -> Entry | None:
    """Return the rule of a name or of another name that it has; None if there is none."""
    return None if "/" in name or "," in name else _by_key().get(_key(name))


def similar(name: str) -> tuple[str, ...]:
    """Return the names in the catalogue that are spelt nearly like one, the nearest first."""
    if len(name) > _LONGEST:
        return ()
    keys = get_close_matches(_key(name), _by_key(), n=3, cutoff=0.7)
    return tuple(dict.fromkeys(_by_key()[key].name for key in keys))


def find(rule: Rule) -> Entry | None:
    """Return what the catalogue knows of a rule, on whatever bounds; None if it is not there."""
    return _by_rule().get(rule.within(None))


@cache
def _by_key() -> dict[str, Entry]:
    return {_key(name): entry for entry in entries() for name in (entry.name, *entry.aliases)}


@cache
def _by_rule() -> dict[Rule, Entry]:
    return {entry.rule: entry for entry in entries()}


def _key(name: str) -> str:
    """Return the letters and digits of a name alone."""
    spelt = name.lower().replace("&", "and")
    return "".join(character for character in spelt if character.isalnum())
