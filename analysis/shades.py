"""The colours of a share that is good when it is 1: told apart by those who see no green, too."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

HEALS, HALF, FAILS = (0, 136, 130), (244, 232, 200), (214, 76, 30)
"""Of shares of 1, a half, and 0."""


def shades(shares: NDArray[np.float64]) -> NDArray[np.uint8]:
    """Return the colours of shares, 0 to 1: `(N,)` to `(N, 3)`."""
    channels = zip(FAILS, HALF, HEALS, strict=True)
    columns = [np.interp(shares, (0.0, 0.5, 1.0), ends) for ends in channels]
    return np.stack(columns, -1).round().astype(np.uint8)
