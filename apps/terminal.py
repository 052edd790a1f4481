"""Two streams: results go to stdout, everything said meanwhile to stderr."""

from __future__ import annotations

from collections.abc import Sequence

import typer
from rich.console import Console

console = Console(stderr=True, highlight=False, soft_wrap=True)
"""Where progress bars are drawn."""


def say(message: str) -> None:
    """Tell the user something that is not a result."""
    console.print(message, markup=False)


def result(text: str) -> None:
    """Print a result."""
    typer.echo(text)


def picture_console() -> Console | None:
    """Return stdout for pictures of coloured half blocks; None where it cannot show them.

    It must be a terminal, whatever FORCE_COLOR says, with more than 16 colours, and NO_COLOR
    not set.
    """
    stdout = Console(highlight=False)
    colourful = stdout.color_system in ("256", "truecolor") and not stdout.no_color
    able = colourful and not stdout.options.ascii_only and stdout.file.isatty()
    return stdout if able else None


def table(
    headings: Sequence[str], rows: Sequence[Sequence[str]], *, left: Sequence[int] = (0,)
) -> str:
    """Align columns, some to the left and the others to the right.

    It has no frame and cuts nothing, so that it can be searched and piped.

    Args:
        headings: of the columns.
        rows: their cells.
        left: numbers of the columns that are text, not figures.
    """
    lines = [headings, *rows]
    widths = [max(len(line[i]) for line in lines) for i in range(len(headings))]
    return "\n".join(_aligned(line, widths, left) for line in lines)


def _aligned(line: Sequence[str], widths: Sequence[int], left: Sequence[int]) -> str:
    cells = [
        cell.ljust(width) if i in left else cell.rjust(width)
        for i, (cell, width) in enumerate(zip(line, widths, strict=True))
    ]
    return "  ".join(cells).rstrip()
