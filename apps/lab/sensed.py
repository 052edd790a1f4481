"""What a cell senses of its environment, in words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

SIDES = {
    2: ("above", "below", "on the left", "on the right"),
    3: ("below", "above", "in front", "behind", "on the left", "on the right"),
}
"""Of a cell, in the order of its face neighbours."""


def sensed_words(senses: Sequence[str], num_dims: int, flags: Sequence[float]) -> tuple[str, ...]:
    """Say what the flags mean that are set.

    Args:
        senses: names of them, in order.
        num_dims: 2 or 3.
        flags: as `voxnca.conditions.senses` gives them.
    """
    words = _words(senses, SIDES[num_dims])
    return tuple(word for word, flag in zip(words, flags, strict=True) if flag)


def _words(senses: Sequence[str], sides: Sequence[str]) -> Iterator[str]:
    """Name all flags, in their order."""
    for sense in senses:
        if sense == "walls":
            yield from (f"a wall {side}" for side in sides)
        elif sense == "beacon":
            yield from (f"its way to the beacon: {side}" for side in sides)
            yield from (f"the cell {side} has its way through here" for side in sides)
        if sense in ("beacon", "bare_beacon"):
            yield "the beacon is here"
        if sense == "root":
            yield "the root is here"
