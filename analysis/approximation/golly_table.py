"""An exact table as Golly's `@TABLE`: what it does not list stays as it is, there as here."""

from __future__ import annotations

import numpy as np

from analysis.approximation.exact_table import ExactTable
from voxnca.errors import ArgumentError

_ORDER = (4, 1, 2, 5, 8, 7, 6, 3, 0)
"""Golly lists a neighbourhood as C N NE E SE S SW W NW."""
_MAX_STATES = 256


def write_golly_table(table: ExactTable, name: str) -> str:
    """Write a table as the text of a .rule file.

    Args:
        table: in 2D, with at most 256 symbols and empty surroundings.
        name: of the rule; the file must be called `name`.rule.

    Raises:
        ArgumentError: for a table that Golly has no room for.
    """
    if table.num_dims != 2 or table.num_symbols > _MAX_STATES or table.border != "zero":
        raise ArgumentError(
            f"table of {table.num_symbols} symbols in {table.num_dims}D, border "
            f"{table.border!r}: Golly takes up to 256 in 2D, with border 'zero'"
        )
    contexts, outcomes = table.changes
    lines = sorted(np.concatenate([contexts[:, _ORDER], outcomes[:, None]], axis=1).tolist())
    runs = "1 run" if table.num_runs == 1 else f"{table.num_runs} runs"
    head = [
        f"@RULE {name}",
        "",
        f"Read from a neural cellular automaton, exact on {runs} of it.",
        "",
        "@TABLE",
        "",
        f"n_states:{table.num_symbols}",
        "neighborhood:Moore",
        "symmetries:none",
    ]
    return "\n".join(
        [*head, *(",".join(map(str, line)) for line in lines), "", *_colors(table), ""]
    )


def _colors(table: ExactTable) -> list[str]:
    """Return the colours; a live cell that is not solid is a dark grey, so that it can be seen."""
    shown = np.where(table.solid[:, None], table.colors[:, :3] * 255, 48).round().astype(int)
    return ["@COLORS", "", *(f"{n} {r} {g} {b}" for n, (r, g, b) in enumerate(shown.tolist()) if n)]
