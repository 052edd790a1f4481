"""The `#` lines of an RLE file: its name, its author, what people wrote, and where it lies."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from analysis.rules.files.text import for_people
from analysis.rules.pattern import Pattern

AUTHOR = "Author: "
_POSITION = re.compile(r"\bPos\s*=\s*(-?[0-9]{1,18})\s*,\s*(-?[0-9]{1,18})")
_CORNER = re.compile(r"\s*(-?[0-9]{1,18})[\s,]+(-?[0-9]{1,18})\s*$")


@dataclass
class Comments:
    """What the `#` lines said so far.

    Attributes:
        name: of `#N`.
        rule: of `#r`, which the header outweighs.
        origin: of `#CXRLE Pos=x,y`, `#P x y` or `#R x y`, in index order; empty for none.
        lines: all others, for people.
    """

    name: str = ""
    rule: str = ""
    origin: tuple[int, ...] = ()
    lines: list[str] = field(default_factory=list)

    def read(self, line: str) -> None:
        """Take in a line that begins with `#`."""
        if line.startswith("#CXRLE"):
            found = _POSITION.search(line)
            self.origin = (int(found[2]), int(found[1])) if found else self.origin
            return
        letter, rest = line[1:2], line[2:]
        corner = _CORNER.match(rest) if letter in {"P", "R"} else None
        if corner:
            self.origin = self.origin or (int(corner[2]), int(corner[1]))
        elif letter == "N":
            self.name = for_people(rest)
        elif letter == "r":
            self.rule = for_people(rest)
        elif letter == "O":
            self._keep(AUTHOR + for_people(rest))
        else:
            self._keep(for_people(rest if letter in {"C", "c", "D"} else line[1:]))

    def _keep(self, line: str) -> None:
        if line:
            self.lines.append(line)


def write_comments(pattern: Pattern) -> list[str]:
    """Return the name and the comments of a pattern as `#` lines."""
    lines = [f"#N {for_people(pattern.name)}"] if for_people(pattern.name) else []
    for comment in pattern.comments:
        line = for_people(comment)
        by = line.startswith(AUTHOR)
        lines += [f"#O {line.removeprefix(AUTHOR)}" if by else f"#C {line}"] if line else []
    return lines
