"""`voxnca export`: a rule written for another program."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from analysis import distill, rules
from analysis.rules import Rule
from apps.items import Kind, find, open_model, open_rule
from apps.terminal import result, say
from voxnca import ArgumentError

Writer = Callable[[str, Path], str]
"""Writes an item, as it was typed, to a file, and returns what can be done with that."""


def run(text: str, output: Path) -> None:
    """Write an item in the format of a file's suffix; print the file, and say how it is used.

    Args:
        text: the item, as it was typed.
        output: the file.

    Raises:
        VoxncaError: for an item that is unknown or cannot be written so.
    """
    kind = find(text).kind
    write = _WRITERS.get(kind, {}).get(output.suffix.lower())
    if write is None:
        raise ArgumentError(
            f"output={str(output)!r}: a {kind} is not exported as {output.suffix!r}; "
            f"what works: {_offer()}"
        )
    use = write(text, output)
    result(str(output))
    say(use)


def _golly(text: str, output: Path) -> str:
    return _saved(open_rule(text), output)


def _golly_of_model(text: str, output: Path) -> str:
    told = distill.to_table(open_model(text))
    use = _saved(told.rule, output)
    return f"The table is {told.checked}. {use}"


def _saved(rule: Rule, output: Path) -> str:
    rules.save_rule(rule, output)
    return (
        f"To run it in Golly, copy it to Golly's rules folder (Preferences, Control) "
        f"and set the rule {output.stem}{rule.bounds or ''}"
    )


_WRITERS: dict[Kind, dict[str, Writer]] = {
    Kind.RULE: {".rule": _golly},
    Kind.MODEL: {".rule": _golly_of_model},
}


def _offer() -> str:
    return "; ".join(
        f"a {kind} as {', '.join(writers)} (like -o {kind}{next(iter(writers))})"
        for kind, writers in _WRITERS.items()
    )
