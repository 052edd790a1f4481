"""Which cells fire: a counter-based hash, so that every language draws the same bits.

The hash is MurmurHash3_x86_32 (Austin Appleby, public domain) of five little-endian 32-bit
words: sample, step, z, y, x. A cell's draw depends on nothing else: not on the grid's size
(coordinates are offsets from the cell `size // 2`), the batch, the engine or the order of work.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TypeVar

import numpy as np
import torch
from torch import Tensor

Word = TypeVar("Word", int, np.ndarray, Tensor)

_LOW = 0xFFFFFFFF
_NUM_BYTES = 20


def hash32(seed: Word, sample: Word, step: Word, z: Word, y: Word, x: Word) -> Word:
    """Hash one event of one cell.

    Args:
        seed, sample, step, z, y, x: integers in the range of 32 bits, signed or unsigned;
            Python ints, numpy int64 arrays or torch int64 tensors that broadcast.

    Returns:
        An unsigned 32-bit number of the same kind (int64 for arrays and tensors).

    Example:
        >>> hex(hash32(0, 0, 0, 0, 0, 0))
        '0xee9d294a'
    """
    state = seed & _LOW
    for word in (sample, step, z, y, x):
        state = _mix_in(state, word)
    return _finish(state)


def fires(cells: Tensor, space: Sequence[int], *, step: int, seed: int, fire_rate: float) -> Tensor:
    """Tell which cells update in a step.

    Args:
        cells: int64 `(N, 1 + d)`: sample number, then the cell's index in the grid.
        space: sizes of the grid.
        step: counted from the start of the rollout.
        seed: of the run.
        fire_rate: probability, in (0, 1].

    Returns:
        bool `(N,)`: `hash32(...) < fire_rate * 2^32`.
    """
    offsets = [cells[:, 1 + axis] - size // 2 for axis, size in enumerate(space)]
    same = partial(torch.tensor, device=cells.device)  # one number, that broadcasts
    if len(offsets) == 2:
        offsets.insert(0, same(0))
    drawn = hash32(same(seed), cells[:, 0], same(step), *offsets)
    return drawn < limit(fire_rate)


def limit(probability: float) -> int:
    """Return the number that a hash is below with a probability in [0, 1]: up to 2^32."""
    return round(probability * 2**32)


def _mix_in(state: Word, word: Word) -> Word:
    scrambled = ((word & _LOW) * 0xCC9E2D51) & _LOW
    scrambled = (_rotate(scrambled, 15) * 0x1B873593) & _LOW
    mixed: Word = (_rotate(state ^ scrambled, 13) * 5 + 0xE6546B64) & _LOW
    return mixed


def _finish(state: Word) -> Word:
    state = state ^ _NUM_BYTES
    state = ((state ^ (state >> 16)) * 0x85EBCA6B) & _LOW
    state = ((state ^ (state >> 13)) * 0xC2B2AE35) & _LOW
    return state ^ (state >> 16)


def _rotate(word: Word, by: int) -> Word:
    rotated: Word = ((word << by) | (word >> (32 - by))) & _LOW
    return rotated
