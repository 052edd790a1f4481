"""Voxels as MagicaVoxel's .vox files; the format is described in `voxnca.targets.magicavoxel`."""

from __future__ import annotations

import struct

import numpy as np
from numpy.typing import NDArray

from voxnca.errors import ArgumentError
from voxnca.export.colours import Bytes, solid_cells
from voxnca.grid import RGB

MAX_SIDE = 256
MAX_COLOURS = 255


def encode_vox(rgba8: Bytes) -> bytes:
    """Return a .vox file of the solid voxels; cell [z, y, x] is voxel (x, y, z).

    Args:
        rgba8: uint8 `(D, H, W, 4)`.

    Raises:
        ArgumentError: for cells in 2D, or a side longer than 256.
    """
    space = rgba8.shape[:-1]
    if len(space) != 3:
        raise ArgumentError("a .vox file holds voxels, but the state is 2D; write .png or .npy")
    if max(space) > MAX_SIDE:
        raise ArgumentError(f"space {space} is too large for .vox (256 a side); write .npy")
    cells = np.argwhere(solid_cells(rgba8))
    palette, index = _palette(rgba8[tuple(cells.T)][:, RGB])
    voxels = np.column_stack([cells[:, ::-1], index]).astype(np.uint8)
    children = (
        _chunk(b"SIZE", struct.pack("<III", *space[::-1]))
        + _chunk(b"XYZI", struct.pack("<I", len(voxels)) + voxels.tobytes())
        + _chunk(b"RGBA", palette.tobytes())
    )
    return b"VOX " + struct.pack("<I", 150) + _chunk(b"MAIN", b"", children)


def _chunk(kind: bytes, content: bytes, children: bytes = b"") -> bytes:
    return kind + struct.pack("<II", len(content), len(children)) + content + children


def _palette(colours: Bytes) -> tuple[Bytes, NDArray[np.intp]]:
    """Return the file's palette, uint8 `(256, 4)`, and the index of each colour, from 1."""
    distinct, which = np.unique(colours, axis=0, return_inverse=True)
    index: NDArray[np.integer] = np.arange(len(distinct))
    if len(distinct) > MAX_COLOURS:
        from voxnca.export.palettes import choose_palette, nearest  # noqa: PLC0415  # Pillow, on first use

        chosen = choose_palette(distinct, np.bincount(which.ravel()), MAX_COLOURS)
        distinct, index = chosen, nearest(distinct, chosen)
    palette = np.full((256, 4), 255, np.uint8)
    palette[: len(distinct), RGB] = distinct
    return palette, index[which.ravel()].astype(np.intp) + 1
