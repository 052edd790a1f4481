"""Rules as text: the canonical notation.

In 2D it is Golly's: B/S for two states, S/B/C for Generations, Hensel's letters, MAP. In 3D
counts are numbers, parted by commas, and three or more in a row are a range: B/S for two states,
with `3D` before it where nothing else tells it from a rule of the plane, and Softology's S/B/C/M
for more.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Sequence
from itertools import groupby

import numpy as np
from numpy.typing import NDArray

from analysis.rules.aging import ageless
from analysis.rules.digits import neighbor_counts, own_states
from analysis.rules.hensel import names_of, write_names
from analysis.rules.neighborhood import HEXAGONAL, MOORE, Neighborhood

States = NDArray[np.uint8]
SUFFIXES = {"moore": "", "von-neumann": "V", "hexagonal": "H"}
SOLID_SUFFIXES = {"moore": "M", "von-neumann": "VN"}


def write_counts(transitions: States, neighborhood: Neighborhood) -> str:
    """Write a rule that counts, as `CountingRule` keeps it; "" when it is no Generations rule."""
    num_states = len(transitions)
    older = (np.arange(num_states) + 1) % num_states
    older[0] = 0
    alive = transitions == 1
    if not np.where(alive, True, transitions == older[:, None]).all():
        return ""
    if alive[2:].any() and num_states > 2:
        return ""
    birth, survival = (np.flatnonzero(row).tolist() for row in alive[:2])
    return _joined(
        _listed(birth, neighborhood), _listed(survival, neighborhood), num_states, neighborhood
    )


def write_table(entries: States, num_states: int, neighborhood: Neighborhood) -> str:
    """Write a rule that is a table, as `TableRule` keeps it; "" when it has no notation."""
    binary = entries if num_states == 2 else ageless(entries, num_states, neighborhood)
    if binary is None:
        return ""
    counted = count_table(binary, neighborhood)
    if counted is not None:
        birth, survival = (np.flatnonzero(row).tolist() for row in counted)
        return _joined(
            _listed(birth, neighborhood), _listed(survival, neighborhood), num_states, neighborhood
        )
    names = names_of(binary) if neighborhood == MOORE else None
    if names is not None:
        return _joined(write_names(names[0]), write_names(names[1]), num_states, neighborhood)
    return write_map(binary, num_states, neighborhood)


def write_map(entries: States, num_states: int, neighborhood: Neighborhood) -> str:
    """Write the table of two states by which a rule is born and survives, in base 64."""
    prefix = "3D" if neighborhood.num_dims == 3 else ""
    ordered = in_map_order(entries, neighborhood) if num_states == 2 else entries
    text = b64encode(np.packbits(ordered).tobytes()).decode().rstrip("=")
    return f"{prefix}MAP{text}" + (f"/{num_states}" if num_states > 2 else "")


def in_map_order(entries: States, neighborhood: Neighborhood) -> States:
    """Bring a table of two states into the order of its MAP, or back: uint8 `(2^m,)`.

    They are the same but for the hexagonal neighbourhood, where Golly's QuickLife takes the row
    below first and the row above last: S SE W C E NW N. Its Generations do not. (That is not in
    its help; so runs version 3.3.)
    """
    if neighborhood != HEXAGONAL:
        return entries
    cube: States = entries.reshape((2,) * 7).transpose(5, 6, 2, 3, 4, 0, 1)
    return cube.reshape(-1)


def count_table(entries: States, neighborhood: Neighborhood) -> States | None:
    """Return the transitions of a table of two states whose rule counts: uint8 `(2, n + 1)`.

    None for a rule to which it matters where the neighbours lie.
    """
    own, counts = own_states(2, neighborhood), neighbor_counts(2, neighborhood)
    transitions = np.zeros((2, len(neighborhood.cells)), dtype=np.uint8)
    transitions[own, counts] = entries
    return transitions if (transitions[own, counts] == entries).all() else None


def _joined(birth: str, survival: str, num_states: int, neighborhood: Neighborhood) -> str:
    if num_states == 2:
        text = f"B{birth}/S{survival}{SUFFIXES[neighborhood.name]}"
        plain = neighborhood.num_dims == 2 or "," in text or "-" in text
        return text if plain else f"3D{text}"
    if neighborhood.num_dims == 2:
        return f"{survival}/{birth}/{num_states}{SUFFIXES[neighborhood.name]}"
    return f"{survival}/{birth}/{num_states}/{SOLID_SUFFIXES[neighborhood.name]}"


def _listed(counts: Sequence[int], neighborhood: Neighborhood) -> str:
    if neighborhood.num_dims == 2:
        return "".join(map(str, counts))
    runs = [
        [count for _, count in run]
        for _, run in groupby(enumerate(counts), key=lambda pair: pair[1] - pair[0])
    ]
    return ",".join(
        f"{run[0]}-{run[-1]}" if len(run) > 2 else ",".join(map(str, run)) for run in runs
    )
