"""Rules from text: every notation, but no names. `parse` knows those too.

What is read, letters in either case and spaces ignored:

- two states: `B3/S23`, `B3S23`, `S23/B3`, `23/3` (survivals first), `V` at the end for the von
  Neumann neighbourhood, `H` for the hexagonal one;
- Generations: `345/2/4`, `B2/S345/4`, `B2/S345/C4`, `B2/S345/G4`, `g4b2s345`;
- Hensel's letters after counts, in any of these: `B2ce3-k/S23`;
- MAP and 86, 22 or 6 signs of base 64, `/4` after them for Generations; Wolfram's `W110`;
- 3D: `B5/S4,5`, `B6/S5-7`, `5..7/6`, Bays' `4555` (survival 4 to 5, birth 5 to 5) and
  `10,21,10,21`, Softology's `4,5/5/2/M` (or `N`, `VN` for six neighbours), and anything after
  `3D`: `3DB5/S5`, Golly's `3D5..7/6`. Counts are numbers there, not digits. A comma, a range or a
  count above 8 makes a rule one of space.
- `:T64,64` after it for a torus, `:P64,64` for a grid with dead cells around it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from analysis.rules.bounds import read_bounds
from analysis.rules.counting import CountingRule
from analysis.rules.counts import (
    has_letters,
    is_solid,
    read_digits,
    read_list,
    read_names,
    read_states,
)
from analysis.rules.hensel import entries_of
from analysis.rules.maps import read_map, read_wolfram, rule_of_entries
from analysis.rules.neighborhood import (
    HEXAGONAL,
    MOORE,
    MOORE_3D,
    VON_NEUMANN,
    VON_NEUMANN_3D,
    Neighborhood,
)
from analysis.rules.rule import Rule
from voxnca.errors import ArgumentError

MAX_LENGTH = 1000
"""Of a notation: the longest that says something has a third of it."""
_SHOWN = 60
_FLAT = {"": MOORE, "V": VON_NEUMANN, "H": HEXAGONAL}
_SOLID = {"": MOORE_3D, "V": VON_NEUMANN_3D}


@dataclass(frozen=True)
class _Parts:
    """A notation, taken apart: counts of births and survivals, states, and the neighbourhood."""

    birth: str
    survival: str
    states: str = ""
    suffix: str = ""
    solid: bool = False


def read(text: str) -> Rule:
    """Read a rule in any notation.

    Raises:
        ArgumentError: for text that is none: what is wrong with it, and one that works.
    """
    shown = repr(text if len(text) <= _SHOWN else text[:_SHOWN] + "...")
    if len(text) > MAX_LENGTH:
        raise ArgumentError(
            f"rule {shown}: its {len(text)} characters are more than any notation has; "
            "write it like B3/S23"
        )
    body, colon, bounds = "".join(text.split()).partition(":")
    try:
        rule = _read_body(body)
        return rule.within(read_bounds(bounds, rule.num_dims)) if colon else rule
    except ArgumentError as error:
        raise ArgumentError(f"rule {shown}: {error}") from None


def _read_body(body: str) -> Rule:
    prefix = body[:2].upper() == "3D"
    body = body[2:] if prefix else body
    if not body:
        raise ArgumentError("it is empty; write it like B3/S23")
    if not body.isascii():
        odd = next(character for character in body if not character.isascii())
        raise ArgumentError(f"{odd!r} is in no notation; write it like B3/S23")
    if body[:3].upper() == "MAP":
        return read_map(body[3:], solid=prefix)
    if re.fullmatch(r"[Ww]\d+", body):
        return read_wolfram(int(body[1:]))
    if re.fullmatch(r"\d{4}|\d+(,\d+){3}", body):
        return _read_bays(body)
    return _built(_split(body, solid=prefix))


def _split(body: str, *, solid: bool) -> _Parts:
    suffix, fourth = "", re.search(r"/(M|N|NN|VN|V)$", body, re.IGNORECASE)
    if fourth:
        body, suffix, solid = body[: fourth.start()], fourth[1].upper().strip("M")[:1], True
        suffix = "V" if suffix else ""
    elif body[-1].upper() in {"V", "H"} or (solid and body[-1] in {"F", "f"}):
        body, suffix = body[:-1], body[-1].upper().replace("F", "V")
    pieces = re.split(r"[/_]", body)
    if not re.search(r"[BS\d]", body, re.IGNORECASE):
        raise ArgumentError("it has no counts; write it like B3/S23")
    if re.search(r"[BSG]", body, re.IGNORECASE):
        return _lettered(pieces, suffix, solid=solid)
    if len(pieces) == 1:
        raise ArgumentError(
            f"{body!r} has neither B and S nor a slash; write it like B3/S23 or 23/3"
        )
    if len(pieces) > 3:
        raise ArgumentError(
            f"it has {len(pieces)} parts; survivals, births and states are 3, as in 345/2/4, "
            "and a last part is M or N, as in 4,5/5/2/M"
        )
    return _Parts(pieces[1], pieces[0], "".join(pieces[2:]), suffix, solid)


def _lettered(pieces: list[str], suffix: str, *, solid: bool) -> _Parts:
    """Sort the parts of a notation by their letters."""
    found: dict[str, str] = {}
    for piece in (p for part in pieces for p in _at_letters(part)):
        letter, rest = piece[:1].upper(), piece[1:]
        if letter.isdigit():
            letter, rest = "C", piece
        letter = "C" if letter == "G" else letter
        if letter not in {"B", "S", "C"}:
            raise ArgumentError(
                f"the part {piece!r} begins with no B, S or C; write it like B3/S23 or B2/S345/C4"
            )
        if letter in found:
            raise ArgumentError(f"{letter} stands in it twice; write it like B3/S23")
        if letter == "C" and not rest:
            raise ArgumentError(f"{piece!r} lacks the number of states; write it like B2/S345/C4")
        found[letter] = rest
    counts = found.get("B", "") + found.get("S", "")
    if not counts and not {"B", "S"} <= found.keys():
        raise ArgumentError("it has no counts; write it like B3/S23")
    if "C" in counts:
        raise ArgumentError("'C' follows a count; write the states apart, like B2/S345/C4")
    return _Parts(found.get("B", ""), found.get("S", ""), found.get("C", ""), suffix, solid)


def _at_letters(part: str) -> list[str]:
    pieces = re.split(r"(?=[BSG])", part, flags=re.IGNORECASE)
    return [piece for piece in pieces if piece] or [""]


def _built(parts: _Parts) -> Rule:
    counts = f"{parts.birth}/{parts.survival}"
    lettered, solid = has_letters(counts), parts.solid or is_solid(counts)
    if "9" in counts and not solid and not lettered:
        if re.search(r"\d\d", counts):
            raise ArgumentError(
                "9 neighbours there are only in 3D, where counts are numbers parted by commas; "
                "write it like B9/S4,5, or with counts up to 8"
            )
        solid = True
    hoods = _SOLID if solid else _FLAT
    if parts.suffix not in hoods:
        raise ArgumentError(
            "'H' at its end means six neighbours in the plane, the counts mean "
            "3D; write it like B2/S34H"
        )
    return _counted(parts, hoods[parts.suffix], lettered=lettered)


def _counted(parts: _Parts, neighborhood: Neighborhood, *, lettered: bool) -> Rule:
    num_states = read_states(parts.states)
    if lettered:
        _check_letters(f"{parts.birth}/{parts.survival}", neighborhood)
        entries = entries_of(read_names(parts.birth), read_names(parts.survival))
        return rule_of_entries(entries, num_states, neighborhood)
    read_counts = read_digits if neighborhood.num_dims == 2 else read_list
    most = len(neighborhood.neighbors)
    return CountingRule.of_counts(
        read_counts(parts.birth, most),
        read_counts(parts.survival, most),
        num_states=num_states,
        neighborhood=neighborhood,
    )


def _check_letters(counts: str, neighborhood: Neighborhood) -> None:
    letter = next(character for character in counts if character.isalpha())
    if neighborhood.num_dims == 3:
        raise ArgumentError(f"{letter!r} is in no count of a rule in 3D; write it like B5/S4,5")
    if neighborhood != MOORE:
        raise ArgumentError(
            f"{letter!r}: letters after counts are for 8 neighbours, without V "
            "or H at the end; write it like B2ce3-k/S23"
        )


def _read_bays(body: str) -> Rule:
    numbers = [int(number) for number in (body.split(",") if "," in body else body)]
    for low, high in (numbers[:2], numbers[2:]):
        if low > high:
            raise ArgumentError(
                f"it says survival from {numbers[0]} to {numbers[1]}, birth from {numbers[2]} to "
                f"{numbers[3]}, of which {low} to {high} runs downwards; write it like 4555"
            )
    survival, birth = f"{numbers[0]}-{numbers[1]}", f"{numbers[2]}-{numbers[3]}"
    return _built(_Parts(birth, survival, solid=True))
