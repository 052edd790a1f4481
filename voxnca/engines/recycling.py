"""Memory that is used again: a rollout's tape lies where the last one's lay.

A training step needs tens of megabytes and gives them back. Asked for anew each time, they come
from the operating system in pages of zeros, and that took as long as the arithmetic.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from threading import Lock
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

MAX_BYTES = 1 << 28
"""As much is kept for the next rollout; the rest goes back."""

_spare: dict[int, list[NDArray[np.uint8]]] = defaultdict(list)
_lock = Lock()


def take(count: int, dtype: DTypeLike) -> NDArray[Any]:
    """Return an array of at least `count` entries that hold anything."""
    num_bytes = 1 << max(12, (count * np.dtype(dtype).itemsize - 1).bit_length())
    with _lock:
        spare = _spare[num_bytes]
        memory = spare.pop() if spare else None
    return (np.empty(num_bytes, np.uint8) if memory is None else memory).view(dtype)


def give(arrays: Iterable[NDArray[Any]]) -> None:
    """Take back what `take` gave and nobody looks at any more."""
    with _lock:
        kept = sum(size * len(spare) for size, spare in _spare.items())
        for array in arrays:
            kept += array.nbytes
            if kept > MAX_BYTES:
                return
            _spare[array.nbytes].append(array.view(np.uint8))
