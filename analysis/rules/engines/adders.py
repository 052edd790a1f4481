"""Two states that count all their neighbours: carry-save adders on bits, 64 cells at a time.

As binary circuits add numbers, so do words here: bit x of `n0`, `n1`, ... together are the number
of live cells in the 3^d neighbourhood of cell x, itself included. What it becomes is looked up by
choosing between constants, bit by bit of that number.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from analysis.rules.counting import CountingRule
from analysis.rules.engines.bits import BitGrid, Layout, Words, wrap
from analysis.rules.neighborhood import Neighborhood
from analysis.rules.rule import States
from voxnca.engines.kernels.compiling import compiled, inlined

Word = Any
"""A word; kernels infer their types."""
Numbers = tuple[Word, ...]
"""The bits of numbers, the lowest first, a word each."""

_ONE, _LAST = np.uint64(1), np.uint64(63)
_NO_WORD = np.uint64(0)
_LEAVES = 16
"""Sums that four bits can tell apart."""


class Adders(BitGrid):
    """An engine for rules of two states that count the Moore neighbourhood, in 2D and 3D.

    Args:
        rule: the rule.
        cells: uint8 `(*space)`, states 0 and 1.
        border: `torus` or `dead`.
    """

    PACE = 10**10

    def __init__(self, rule: CountingRule, cells: States, border: str) -> None:
        super().__init__(cells, border)
        self._choices = choices(rule)
        self._sums = np.zeros((2, self.layout.shell * self.layout.plane + 2), np.uint64)

    @staticmethod
    def takes(rule: CountingRule) -> bool:
        """Tell whether a rule is of the kind."""
        whole = Neighborhood("moore", rule.num_dims)
        return rule.num_states == 2 and rule.neighborhood == whole

    def step(self, num_steps: int) -> None:
        """Take steps."""
        if self.layout.shell:
            run_space(self._words, self._spare, self._sums, self.layout, self._choices, num_steps)
        else:
            run_plane(self._words, self._spare, self.layout, self._choices[0], num_steps)
        if num_steps % 2:
            self._words, self._spare = self._spare, self._words


def choices(rule: CountingRule) -> tuple[tuple[tuple[np.uint64, ...], ...], ...]:
    """Return what cells become, by their state and by the sum of their neighbourhood.

    Returns:
        For sums 0-15 and 16-31, for states 0 and 1, sixteen words: for sums 2i and 2i + 1, all
        bits of the first and in which they differ.
    """
    table = np.zeros((2, 2 * _LEAVES), dtype=bool)
    count = rule.num_neighbors
    table[0, : count + 1] = rule.transitions[0] == 1
    table[1, 1 : count + 2] = rule.transitions[1] == 1  # a live cell is in the sum itself
    table[:, 1::2] ^= table[:, ::2]
    words = np.where(table, ~_NO_WORD, _NO_WORD).reshape(2, 2, _LEAVES)
    return tuple(tuple(tuple(words[own, half]) for own in (0, 1)) for half in (0, 1))


@inlined
def _add_row(left: Word, middle: Word, right: Word) -> Numbers:
    """Add each bit and the two beside it."""
    return _add_bits(_west(left, middle), middle, _east(middle, right))


@inlined
def _add_columns(left: Numbers, middle: Numbers, right: Numbers) -> Numbers:
    """Add each number from 0 to 3 and the two beside it."""
    west0, west1 = _west(left[0], middle[0]), _west(left[1], middle[1])
    east0, east1 = _east(middle[0], right[0]), _east(middle[1], right[1])
    return _add_three((west0, west1), middle, (east0, east1))


@inlined
def _west(left: Word, middle: Word) -> Word:
    """Return what lies to the left of each bit."""
    return (middle << _ONE) | (left >> _LAST)


@inlined
def _east(middle: Word, right: Word) -> Word:
    """Return what lies to the right of each bit."""
    return (middle >> _ONE) | (right << _LAST)


@inlined
def _add_bits(a: Word, b: Word, c: Word) -> Numbers:
    either = a ^ b
    return either ^ c, (a & b) | (either & c)


@inlined
def _add_three(a: Numbers, b: Numbers, c: Numbers) -> Numbers:
    """Add three numbers from 0 to 3."""
    low, carry = _add_bits(a[0], b[0], c[0])
    high, carry_high = _add_bits(a[1], b[1], c[1])
    second, third = high ^ carry, high & carry
    return low, second, carry_high ^ third, carry_high & third


@inlined
def _add_nines(a: Numbers, b: Numbers, c: Numbers) -> Numbers:
    """Add three numbers from 0 to 9."""
    s0, c1 = _add_bits(a[0], b[0], c[0])
    s1, c2 = _add_bits(a[1], b[1], c[1])
    s2, c3 = _add_bits(a[2], b[2], c[2])
    s3, c4 = _add_bits(a[3], b[3], c[3])
    n1, k2 = s1 ^ c1, s1 & c1
    n2, k3 = _add_bits(s2, c2, k2)
    n3, k4 = _add_bits(s3, c3, k3)
    return s0, n1, n2, n3, c4 | k4  # no sum is above 27


@inlined
def _either(which: Word, zero: Word, one: Word) -> Word:
    return zero ^ (which & (zero ^ one))


@inlined
def _quarter(n: Numbers, choices: tuple[Word, ...], i: int) -> Word:
    """Choose by the two lowest bits between four sums."""
    zero = choices[i] ^ (n[0] & choices[i + 1])
    one = choices[i + 2] ^ (n[0] & choices[i + 3])
    return _either(n[1], zero, one)


@inlined
def _choose(n: Numbers, choices: tuple[Word, ...]) -> Word:
    """Choose by four bits between sixteen sums."""
    low = _either(n[2], _quarter(n, choices, 0), _quarter(n, choices, 4))
    high = _either(n[2], _quarter(n, choices, 8), _quarter(n, choices, 12))
    return _either(n[3], low, high)


@inlined
def _step_plane(old: Words, new: Words, pitch: int, choices: Any) -> None:
    dead, live = choices
    up0, up1, up2 = old[0:], old[1:], old[2:]
    at0, at1, at2 = old[pitch:], old[pitch + 1 :], old[pitch + 2 :]
    down0, down1, down2 = old[2 * pitch :], old[2 * pitch + 1 :], old[2 * pitch + 2 :]
    for i in range(len(new)):
        n = _add_three(
            _add_row(up0[i], up1[i], up2[i]),
            _add_row(at0[i], at1[i], at2[i]),
            _add_row(down0[i], down1[i], down2[i]),
        )
        new[i] = _either(at1[i], _choose(n, dead), _choose(n, live))


@compiled
def run_plane(old: Words, new: Words, layout: Layout, choices: Any, num_steps: int) -> None:
    """Step cells in 2D: what comes of them is in `new` if `num_steps` is odd, else in `old`."""
    pitch, length = layout.pitch, layout.height * layout.pitch
    for _ in range(num_steps):
        _step_plane(old, new[1 + pitch : 1 + pitch + length], pitch, choices)
        wrap(new, layout)
        old, new = new, old


@inlined
def _add_planes(old: Words, plane: int, low: Words, high: Words) -> None:
    """Add each bit and those of the planes below and above."""
    below, level, above = old, old[plane:], old[2 * plane :]
    for i in range(len(low)):
        low[i], high[i] = _add_bits(below[i], level[i], above[i])


@inlined
def _step_space(at: Words, new: Words, low: Words, high: Words, pitch: int, choices: Any) -> None:
    (dead, live), (dead_high, live_high) = choices
    up, down = 0, 2 * pitch
    a0, a1, a2 = low[up:], low[up + 1 :], low[up + 2 :]
    b0, b1, b2 = low[pitch:], low[pitch + 1 :], low[pitch + 2 :]
    c0, c1, c2 = low[down:], low[down + 1 :], low[down + 2 :]
    d0, d1, d2 = high[up:], high[up + 1 :], high[up + 2 :]
    e0, e1, e2 = high[pitch:], high[pitch + 1 :], high[pitch + 2 :]
    f0, f1, f2 = high[down:], high[down + 1 :], high[down + 2 :]
    for i in range(len(new)):
        s0, s1, s2, s3, s4 = _add_nines(
            _add_columns((a0[i], d0[i]), (a1[i], d1[i]), (a2[i], d2[i])),
            _add_columns((b0[i], e0[i]), (b1[i], e1[i]), (b2[i], e2[i])),
            _add_columns((c0[i], f0[i]), (c1[i], f1[i]), (c2[i], f2[i])),
        )
        n = s0, s1, s2, s3
        few = _either(at[i], _choose(n, dead), _choose(n, live))
        many = _either(at[i], _choose(n, dead_high), _choose(n, live_high))
        new[i] = _either(s4, few, many)


@compiled
def run_space(
    old: Words, new: Words, sums: Words, layout: Layout, choices: Any, num_steps: int
) -> None:
    """Step cells in 3D, as `run_plane` does in 2D; `sums` is room for those of a plane."""
    pitch, plane = layout.pitch, (layout.height + 2) * layout.pitch
    low, high = sums[0], sums[1]
    for _ in range(num_steps):
        for z in range(layout.depth):
            _add_planes(old[z * plane :], plane, low, high)
            first = 1 + (z + 1) * plane + pitch
            last = first + layout.height * pitch
            _step_space(old[first:last], new[first:last], low, high, pitch, choices)
        wrap(new, layout)
        old, new = new, old
