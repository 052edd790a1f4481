"""What every reader of a file shares: bytes in, cells out, and limits on both."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import prod
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from voxnca.errors import FileError

MAX_FILE_BYTES = 2**28
"""A longer file is not read."""
MAX_CELLS = 2**25
"""A file with more cells, 320^3 or 5800^2, is not read: its decoded cells must fit the memory."""


class DamagedError(ValueError):
    """The bytes break the rules of their format: a reason, then a remedy."""


@dataclass(frozen=True, eq=False)
class Drawing:
    """What a reader makes of a file.

    Attributes:
        rgba8: uint8 `(*space, 4)`, straight alpha.
        notes: what the reader had to decide, one sentence each.
    """

    rgba8: NDArray[np.uint8]
    notes: tuple[str, ...] = ()


def read_bytes(path: Path) -> bytes:
    """Read a whole file.

    Raises:
        FileError: when it is missing, no plain file, too long, or cannot be read.
    """
    check_file(path)
    try:
        with path.open("rb") as file:
            content = file.read(MAX_FILE_BYTES + 1)
    except OSError as error:
        reason = error.strerror or str(error)
        raise FileError(f"{str(path)!r}: cannot be read ({reason})") from error
    _check_length(path, len(content))
    return content


def check_file(path: Path) -> None:
    """Refuse what is no file, before anything is read of it.

    Raises:
        FileError: when it is missing, no plain file, or too long.
    """
    try:
        if not path.is_file():
            kind = "not a file" if path.exists() else "no such file"
            raise FileError(f"{str(path)!r}: {kind}; give the path of a picture or voxel file")
        length = path.stat().st_size
    except OSError as error:
        reason = error.strerror or str(error)
        raise FileError(f"{str(path)!r}: cannot be read ({reason})") from error
    _check_length(path, length)


def _check_length(path: Path, length: int) -> None:
    if length > MAX_FILE_BYTES:
        megabytes = MAX_FILE_BYTES // 2**20
        raise FileError(f"{str(path)!r}: longer than {megabytes} MB; save it smaller")


def check_cells(space: Sequence[int]) -> None:
    """Refuse sizes that a file states before any memory is taken for them.

    Raises:
        DamagedError: for a size below 1, or too many cells.
    """
    if min(space) < 1:
        raise DamagedError(f"its size {tuple(space)} has an empty side; save it anew")
    if prod(space) > MAX_CELLS:
        raise DamagedError(f"its size {tuple(space)} is more than {MAX_CELLS} cells; shrink it")
