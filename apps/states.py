"""States from files: the .npy that `voxnca grow -o state.npy` writes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from voxnca import FileError
from voxnca.targets.arrays import parse_npy
from voxnca.targets.reading import DamagedError, read_bytes


def open_state(path: Path) -> NDArray[np.floating]:
    """Read an array of floats; whether it fits a model, `Start.of_state` says.

    Raises:
        FileError: when the file is missing, damaged or holds something else.
    """
    if path.suffix.lower() != ".npy":
        raise FileError(f"{str(path)!r}: a state is a .npy file; write one by voxnca grow -o x.npy")
    try:
        array = parse_npy(read_bytes(path))
    except DamagedError as error:
        raise FileError(f"{str(path)!r}: {error}") from error
    if array.dtype.kind != "f":
        raise FileError(
            f"{str(path)!r}: holds {array.dtype}, not a state; write one by voxnca grow -o x.npy"
        )
    return array.astype(array.dtype.newbyteorder("="))
