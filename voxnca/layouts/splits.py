"""The two streams that layouts are drawn from: training's, and the one held out for tests.

Each layout has a generator of its own, made of (seed; split, index). The split is part of the
key, not of the seed: whatever seed training is given, its numbers come from another stream than
the tests'. And layout i is the same however many are drawn with it.
"""

from __future__ import annotations

from enum import IntEnum

import numpy as np

from voxnca.errors import ArgumentError

HELD_OUT_SEED = 8
"""Of the test split; fixed, since figures are compared over versions."""


class Split(IntEnum):
    """What a layout is drawn for."""

    TRAINING = 0
    HELD_OUT = 1


def generators(split: Split, count: int, seed: int) -> list[np.random.Generator]:
    """Return a generator for each of `count` layouts.

    Raises:
        ArgumentError: for a negative or broken count or seed.
    """
    for name, value in (("count", count), ("seed", seed)):
        if isinstance(value, bool) or not isinstance(value, int | np.integer) or value < 0:
            raise ArgumentError(f"{name}={value!r} must be a whole number of at least 0")
    keys = [(int(split), index) for index in range(count)]
    return [np.random.default_rng(np.random.SeedSequence(int(seed), spawn_key=key)) for key in keys]
