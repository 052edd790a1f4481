"""Patterns of MCell, .mcl: some of Golly's own come so.

The format is that of Mirek Wojtowicz's MCell 4: `#GAME` and `#RULE`, of which Golly's files name
its own by `#GOLLY`; `#BOARD` and `#WRAP`; cells as runs in lines of `#L`.
"""

from __future__ import annotations

import re

from analysis.rules.files.comments import AUTHOR
from analysis.rules.files.runs import Body, draw
from analysis.rules.files.text import excerpt, for_people, numbered_lines
from analysis.rules.pattern import Pattern
from voxnca.errors import ArgumentError

_PREFIXES = str.maketrans("abcdefghij", "pqrstuvwxy")
_BOARD = re.compile(r"\s*([0-9]{1,9})\s*x\s*([0-9]{1,9})\s*$", re.IGNORECASE)
_NAMES = {"Life", "Generations"}
"""Games whose rules say all: S/B and S/B/C."""


def is_mcell(text: str) -> bool:
    """Tell whether a text says that it is MCell's."""
    return text.removeprefix("\ufeff").startswith("#MCell")


def parse_mcell(text: str) -> Pattern:
    """Read a pattern from MCell's format; its rule is that of `#GOLLY`, else of `#RULE`.

    As in Golly the board is the rule's grid, a torus if it wraps, else one with dead cells around
    it, and the pattern lies in its middle.

    Raises:
        ArgumentError: naming the line, for one that is not of the format, or for a box of more
            than 2^26 cells.
    """
    said: dict[str, list[str]] = {}
    body = Body()
    for number, line in numbered_lines(text):
        key, _, value = line.partition(" ")
        if line.strip() and not line.startswith("#"):
            raise ArgumentError(f"line {number}: {excerpt(line)} does not begin with #, as all do")
        if key == "#L":
            body.add(number, value.translate(_PREFIXES))
        else:
            said.setdefault(key, []).append(for_people(value))
    comments = [line for line in said.get("#D", []) if line]
    authors = [AUTHOR + by for by in said.get("#A", []) if by]
    cells, rule, origin = draw(body, (0, 0)), _rule(said), (0, 0)
    board = _BOARD.match(said.get("#BOARD", [""])[0])
    if board:
        border = "T" if said.get("#WRAP", ["0"])[0] == "1" else "P"
        rule = f"{rule}:{border}{board[1]},{board[2]}"
        origin = (-(cells.shape[0] // 2), -(cells.shape[1] // 2))
    return Pattern(cells, origin, rule, comments=(*authors, *comments))


def _rule(said: dict[str, list[str]]) -> str:
    game = said.get("#GAME", ["Life"])[0]
    if "#GOLLY" in said:
        return said["#GOLLY"][0]
    rule = "".join(said.get("#RULE", [])) or ("23/3" if game == "Life" else "")
    return rule if game in _NAMES else f"{game} {rule}".strip()
