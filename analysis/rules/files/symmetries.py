"""The symmetries of Golly's rule tables: in which forms one transition stands for others."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from math import factorial, prod

Sets = tuple[int, ...]
"""Of each neighbour, in the order in which a table names them, its possible states as bits."""

_TURNS = {
    "vonNeumann": {"rotate4": 1, "rotate4reflect": 1},
    "Moore": {"rotate4": 2, "rotate4reflect": 2, "rotate8": 1, "rotate8reflect": 1},
    "hexagonal": {"rotate2": 3, "rotate3": 2, "rotate6": 1, "rotate6reflect": 1},
    "oneDimensional": {},
}
"""By how many neighbours the smallest turn goes."""
_MIRRORS = {
    "vonNeumann": "reflect_horizontal",
    "Moore": "reflect_horizontal",
    "oneDimensional": "reflect",
}


def symmetries_of(neighborhood: str) -> tuple[str, ...]:
    """Return the names of the symmetries that Golly knows for a neighbourhood."""
    mirror = [_MIRRORS[neighborhood]] if neighborhood in _MIRRORS else []
    return ("none", *_TURNS[neighborhood], *mirror, "permute")


def num_forms(sets: Sets, symmetry: str) -> int:
    """Return how many forms there are at most."""
    if symmetry != "permute":
        return 2 * len(sets)
    return factorial(len(sets)) // prod(map(factorial, Counter(sets).values()))


def forms(sets: Sets, neighborhood: str, symmetry: str) -> Iterator[Sets]:
    """Yield all forms of a transition's neighbours, each once."""
    if symmetry == "permute":
        yield from _orders(Counter(sets), len(sets))
        return
    n = len(sets)
    turn = _TURNS[neighborhood].get(symmetry, n)
    turned = [sets[by:] + sets[:by] for by in range(0, n, turn)]
    # The first neighbour lies on the axis, except in one dimension, where there is none.
    mirrors = symmetry.endswith("reflect") or symmetry == "reflect_horizontal"
    shift = 1 if neighborhood == "oneDimensional" else 0
    mirrored = [tuple(form[(shift - i) % n] for i in range(n)) for form in turned]
    yield from dict.fromkeys(turned + (mirrored if mirrors else []))


def _orders(left: Counter[int], length: int) -> Iterator[Sets]:
    if length == 0:
        yield ()
        return
    for states in list(left):
        if left[states]:
            left[states] -= 1
            for rest in _orders(left, length - 1):
                yield (states, *rest)
            left[states] += 1
