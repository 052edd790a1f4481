"""The text of a file: bounded in length, in numbered lines, fit to be printed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from voxnca.errors import FileError

MAX_FILE_BYTES = 2**24
"""A longer file is not read."""
MAX_LINE = 1000
"""A longer line is not for people."""
_LINE = re.compile(r"([^\r\n]*)(\r\n|\r|\n|$)")


def read_text(path: str | Path, max_bytes: int = MAX_FILE_BYTES) -> str:
    """Read a file as text; bytes that are no UTF-8 become a sign of their own.

    Raises:
        FileError: when it is missing, no plain file, longer than `max_bytes`, or cannot be read.
    """
    path = Path(path)
    try:
        if not path.is_file():
            raise FileError(f"{str(path)!r}: no such file; check the path")
        with path.open("rb") as file:
            content = file.read(max_bytes + 1)
    except (OSError, ValueError) as error:  # a name with a NUL byte is a ValueError
        reason = getattr(error, "strerror", None) or str(error)
        raise FileError(f"{str(path)!r}: cannot be read ({reason})") from error
    if len(content) > max_bytes:
        raise FileError(f"{str(path)!r}: is longer than {max_bytes >> 20} MB; give a shorter file")
    return content.decode(errors="replace")


def numbered_lines(text: str) -> Iterator[tuple[int, str]]:
    """Yield the lines of a text, each with its number, from 1."""
    start = len(text) - len(text.removeprefix("\ufeff"))
    number = 1
    for line in _LINE.finditer(text, start):
        yield number, line[1]
        number += 1
        if not line[2]:
            return


def for_people(text: str) -> str:
    """Return what people wrote as one line that can be printed."""
    line = text[:MAX_LINE]
    return "".join(sign if sign.isprintable() else " " for sign in line).strip()


def excerpt(text: str) -> str:
    """Return the beginning of what is wrong, quoted, for a message of one line."""
    return repr(text if len(text) <= 24 else text[:21] + "...")
