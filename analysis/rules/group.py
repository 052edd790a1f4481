"""The turns and mirrors of a neighbourhood."""

from __future__ import annotations

from functools import cache
from itertools import product

import numpy as np
from numpy.typing import NDArray

from analysis.rules.neighborhood import Neighborhood


@cache
def symmetry_group(neighborhood: Neighborhood) -> NDArray[np.int64]:
    """Return the linear maps that carry a neighbourhood onto itself, as orders of its cells.

    They are the 8 turns and mirrors of the square, the 12 of the hexagon, the 48 of the cube.

    Returns:
        int64 `(g, cells)`, read-only, the identity among them: seen through map i, the cells
        `contexts` (N, cells) are `contexts[:, group[i]]`.
    """
    d = neighborhood.num_dims
    cells = np.array(neighborhood.cells)
    maps = np.array(list(product((-1, 0, 1), repeat=d * d))).reshape(-1, d, d)
    places = (maps @ cells.T + 1).transpose(0, 2, 1)
    inside = ((places >= 0) & (places <= 2)).all(axis=(1, 2))
    codes = places[inside] @ 3 ** np.arange(d)[::-1]
    own = (cells + 1) @ 3 ** np.arange(d)[::-1]
    onto = (np.sort(codes, axis=1) == own).all(axis=1)
    group: NDArray[np.int64] = np.searchsorted(own, codes[onto])
    group.setflags(write=False)
    return group
