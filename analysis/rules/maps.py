"""Rules of two states as tables: MAP strings and Wolfram's numbers."""

from __future__ import annotations

import re
from base64 import b64decode

import numpy as np
from numpy.typing import NDArray

from analysis.rules.aging import aged
from analysis.rules.counting import CountingRule
from analysis.rules.counts import read_states
from analysis.rules.neighborhood import (
    HEXAGONAL,
    MOORE,
    VON_NEUMANN,
    VON_NEUMANN_3D,
    Neighborhood,
)
from analysis.rules.rule import MAX_ENTRIES, Rule
from analysis.rules.tabulated import TableRule
from analysis.rules.writing import count_table, in_map_order
from voxnca.errors import ArgumentError

_MAPS = {86: MOORE, 22: HEXAGONAL, 6: VON_NEUMANN}
_SOLID_MAPS = {22: VON_NEUMANN_3D}


def rule_of_entries(
    entries: NDArray[np.uint8], num_states: int, neighborhood: Neighborhood
) -> Rule:
    """Return the simplest rule of a table of two states, aged through more for Generations.

    Args:
        entries: uint8 `(2^m,)`.
        num_states: 2 or more.
        neighborhood: of m cells.

    Raises:
        ArgumentError: when the table of that many states would be too long.
    """
    counted = count_table(entries, neighborhood)
    if counted is not None:
        birth, survival = (np.flatnonzero(row).tolist() for row in counted)
        return CountingRule.of_counts(
            birth, survival, num_states=num_states, neighborhood=neighborhood
        )
    if num_states ** len(neighborhood.cells) > MAX_ENTRIES:
        raise ArgumentError(
            f"the table of {num_states} states in {len(neighborhood.cells)} cells has more than "
            "2^24 entries; use fewer states, or counts without letters"
        )
    table = aged(entries, num_states, neighborhood) if num_states > 2 else entries
    return TableRule(num_states=num_states, neighborhood=neighborhood, entries=table)


def read_map(text: str, *, solid: bool) -> Rule:
    """Read what stands after MAP: the table in base 64, and the number of states of Generations.

    Args:
        text: as it was written.
        solid: whether it is a rule of space.

    Raises:
        ArgumentError: for another number of signs, or others than those of base 64.
    """
    maps = _SOLID_MAPS if solid else _MAPS
    for length, neighborhood in maps.items():
        match = re.fullmatch(rf"([A-Za-z0-9+/]{{{length}}})(?:==)?(?:/(.+))?", text)
        if match:
            bits = np.unpackbits(np.frombuffer(b64decode(match[1] + "=="), np.uint8))
            entries = bits[: 2 ** len(neighborhood.cells)]
            if not match[2]:
                entries = in_map_order(entries, neighborhood)
            return rule_of_entries(entries, read_states(match[2] or ""), neighborhood)
    odd = re.search(r"[^A-Za-z0-9+/=]", text)
    if odd:
        raise ArgumentError(f"{odd[0]!r} in its MAP is no sign of base 64; use A-Z a-z 0-9 + /")
    lengths = (
        "22 (6 neighbours in 3D)" if solid else "86 (Moore), 22 (hexagonal) or 6 (von Neumann)"
    )
    raise ArgumentError(
        f"its MAP has {len(text)} signs of base 64; a table takes {lengths}, as in MAPHmlphg"
    )


def read_wolfram(number: int) -> Rule:
    """Return an elementary rule as Golly runs it: every line makes the one below it, and stays.

    Raises:
        ArgumentError: for a number that is not even, or above 254.
    """
    if number > 254 or number % 2:
        raise ArgumentError(f"{number} is no even number up to 254; write it like W110")
    codes = np.arange(512)
    entries = (number >> (codes >> 6)) & 1 | (codes >> 4) & 1
    return rule_of_entries(entries.astype(np.uint8), 2, MOORE)
