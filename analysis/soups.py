"""Soups: grids filled at random, which is where a rule shows its character."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from voxnca.errors import ArgumentError

DENSITY = {2: 0.3, 3: 0.15}
"""By dimension: Life's soups live long at this, and those of 3D are not choked at once."""


def soup(
    num_states: int, space: Sequence[int], *, density: float | None = None, seed: int = 0
) -> NDArray[np.uint8]:
    """Fill a grid at random: so many of its cells are not empty, every other state as often.

    Args:
        num_states: k.
        space: sizes of the grid.
        density: share of cells that are not in state 0; by default `DENSITY`.
        seed: of the random numbers.

    Returns:
        uint8 `(*space)`.

    Raises:
        ArgumentError: for a share out of [0, 1].
    """
    share = DENSITY[len(space)] if density is None else density
    if not 0 <= share <= 1:
        raise ArgumentError(f"density={share!r} must be a number in [0, 1]")
    rng = np.random.default_rng(seed)
    full = rng.random(tuple(space)) < share
    states = rng.integers(1, num_states, tuple(space), dtype=np.uint8)
    return full * states
