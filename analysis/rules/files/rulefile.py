"""Rules in Golly's .rule files, read and written.

The format is Golly's (Help, File formats): `@RULE name`, then `@TREE` or `@TABLE`, of which the
first one counts, and `@COLORS`; sections that are not known are left alone.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

from analysis.rules.diagram import Diagram
from analysis.rules.files.colors import parse_colors, write_colors
from analysis.rules.files.levels import narrowest, rule_of
from analysis.rules.files.table import parse_table
from analysis.rules.files.text import for_people, numbered_lines, read_text
from analysis.rules.files.tree import parse_tree, write_tree
from analysis.rules.rule import Rule
from voxnca.atomic import write_bytes
from voxnca.errors import ArgumentError, FileError

SUFFIX = ".rule"
_MAX_FILE_BYTES = 2**22
_SECTION = re.compile(r"@[A-Z]+")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*")


class Sections(NamedTuple):
    """A file, taken apart.

    Attributes:
        name: of the rule.
        parts: the numbered lines of each section, by its name, in their order.
    """

    name: str
    parts: dict[str, list[tuple[int, str]]]


def load_rule(path: str | Path) -> Rule:
    """Read a rule from Golly's .rule file.

    Returns:
        A `TableRule` if its table has at most 2^24 entries, else a `TreeRule`; a tree that makes
        no use of the corners is of the smaller neighbourhood.

    Raises:
        FileError: when it is missing, longer than 4 MB, damaged, has neither a table nor a tree,
            or has a table that would take too much to work out.
    """
    path = Path(path)
    if path.suffix.lower() != SUFFIX:
        raise FileError(f"{str(path)!r}: a rule of Golly's is a {SUFFIX} file; give one")
    text = read_text(path, _MAX_FILE_BYTES)
    try:
        return parse_rule_file(text)
    except ArgumentError as error:
        raise FileError(f"{str(path)!r}: {error}") from error


def parse_rule_file(text: str) -> Rule:
    """Read a rule from the text of a .rule file; see `load_rule`.

    Raises:
        ArgumentError: naming the line, for what breaks the format.
    """
    name, parts = _sections(text)
    kind = next((part for part in parts if part in {"@TREE", "@TABLE"}), None)
    if kind is None:
        raise ArgumentError(
            "it has neither @TREE nor @TABLE: only colours of a rule that Golly knows; "
            "give the file that has them"
        )
    if kind == "@TREE":
        diagram = parse_tree(parts[kind])
        neighborhood = narrowest(diagram)
    else:
        diagram, neighborhood = parse_table(parts[kind])
    num_states = diagram[0].shape[1]
    colors = parse_colors(parts["@COLORS"], num_states) if "@COLORS" in parts else None
    return rule_of(diagram, neighborhood, name=name, colors=colors)


def save_rule(rule: Rule, path: str | Path) -> None:
    """Write a rule of the plane as Golly's .rule file; its name there is that of the file.

    Bounds are no part of such a file: Golly takes them from behind the rule's name.

    Raises:
        ArgumentError: for a rule in 3D, which Golly runs by its script 3D.lua only, one that
            fills empty space (B0), which its RuleLoader does not run, or a name that is none.
        FileError: when it cannot be written; an older file stays.
    """
    path = Path(path)
    if path.suffix != SUFFIX or not _NAME.fullmatch(path.stem):
        raise ArgumentError(
            f"path={path.name!r}: Golly finds a rule by its file's name; use letters, digits, "
            f"- and _, and end it in {SUFFIX}"
        )
    write_bytes(path, write_rule_file(rule, path.stem).encode())


def write_rule_file(rule: Rule, name: str) -> str:
    """Return a rule as the text of a .rule file; see `save_rule`.

    Raises:
        ArgumentError: for a rule in 3D, or one that fills empty space.
    """
    if rule.num_dims == 3:
        raise ArgumentError(
            "Golly's rule files are of the plane; give a 3D rule to its script 3D.lua, by a .rle3"
        )
    if _fills_empty_space(rule.diagram):
        raise ArgumentError(
            "the rule fills empty space (B0), which Golly's rule files cannot say; "
            "give Golly its notation instead"
        )
    about = for_people(", ".join(dict.fromkeys(filter(None, (rule.name, rule.notation)))))
    lines = [f"@RULE {name}", "", about, "", *write_tree(rule.diagram, rule.neighborhood)]
    if rule.colors is not None:
        lines += ["", *write_colors(rule.colors)]
    return "\n".join(lines) + "\n"


def _fills_empty_space(diagram: Diagram) -> bool:
    node = 0
    for level in diagram:
        node = int(level[node, 0])
    return node != 0


def _sections(text: str) -> Sections:
    lines = numbered_lines(text)
    first = next(lines)[1].split()
    if first[:1] != ["@RULE"] or len(first) < 2:
        raise ArgumentError("line 1: does not begin with @RULE and a name, as Golly's rules do")
    parts: dict[str, list[tuple[int, str]]] = {}
    here: list[tuple[int, str]] = []
    for number, line in lines:
        section = _SECTION.match(line)
        if section is None:
            here.append((number, line))
            continue
        here = []
        parts.setdefault(section[0], here)
    return Sections(for_people(first[1]), parts)
