"""Walls from a file: a picture, voxels or an array, whose opaque cells are blocked."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from voxnca import ArgumentError, FileError
from voxnca.grid import SOLID_THRESHOLD, center
from voxnca.targets.arrays import decode_npy
from voxnca.targets.magicavoxel import decode_vox
from voxnca.targets.reading import DamagedError, Drawing, read_bytes

Mask = NDArray[np.bool_]

SUFFIXES = (".png", ".vox", ".npy")


def open_walls(path: Path, num_dims: int) -> Mask:
    """Read walls: a cell is a pixel of a picture, a voxel, or an entry of an array.

    A picture without transparency stands on its background, as that of a target does.

    Args:
        path: of a .png, .vox or .npy file.
        num_dims: of the model.

    Returns:
        bool `(*space)`, True where a cell is blocked.

    Raises:
        FileError: when the file is missing, damaged, of another kind or dimension, or leaves no
            cell free.
    """
    suffix = path.suffix.lower()
    if suffix not in SUFFIXES:
        raise FileError(f"{str(path)!r}: walls are one of {', '.join(SUFFIXES)}; save them so")
    try:
        drawing = _decode(suffix, read_bytes(path), num_dims)
    except DamagedError as error:
        raise FileError(f"{str(path)!r}: {error}") from error
    blocked: Mask = drawing.rgba8[..., 3] > 255 * SOLID_THRESHOLD
    if blocked.ndim != num_dims:
        raise FileError(
            f"{str(path)!r}: the walls are {blocked.ndim}D but the model is {num_dims}D; "
            f"give {'a .png' if num_dims == 2 else 'a .vox'} or an array of {num_dims} axes"
        )
    if blocked.all():
        raise FileError(f"{str(path)!r}: no cell is free; make those transparent that are")
    return blocked


def in_the_middle(blocked: Mask, space: Sequence[int]) -> Mask:
    """Lay walls on a grid, the middle of theirs, `size // 2`, on its middle.

    Raises:
        ArgumentError: when the grid does not hold them.
    """
    laid = np.zeros(tuple(space), bool)
    sizes = zip(center(space), center(blocked.shape), blocked.shape, strict=True)
    place = tuple(slice(c - m, c - m + n) for c, m, n in sizes)
    if any(s.start < 0 or s.stop > n for s, n in zip(place, space, strict=True)):
        raise ArgumentError(
            f"size={tuple(space)} does not hold the walls of {blocked.shape}; leave --size out"
        )
    laid[place] = blocked
    return laid


def _decode(suffix: str, content: bytes, num_dims: int) -> Drawing:
    if suffix == ".npy":
        return decode_npy(content, num_dims)
    if suffix == ".vox":
        return decode_vox(content)
    from voxnca.targets.images import decode_png  # noqa: PLC0415  # Pillow, on first use

    return decode_png(content)
