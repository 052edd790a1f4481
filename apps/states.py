"""States to start from: the .npy that `voxnca grow -o state.npy` writes, and soups."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from analysis.soups import soup
from voxnca import NCA, FileError, Rows
from voxnca.states import one_hot
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


def soup_rows(model: NCA, space: tuple[int, ...], seed: int) -> Rows:
    """Return the cells of a soup of a discrete rule's states that are not in state 0.

    Args:
        model: a discrete rule.
        space: sizes of the grid.
        seed: of the random numbers.
    """
    states = torch.from_numpy(soup(model.config.num_channels, space, seed=seed))
    cells = states.nonzero()
    values = one_hot(states[tuple(cells.T)], model.config.num_channels)
    return Rows(torch.nn.functional.pad(cells, (1, 0)), values)
