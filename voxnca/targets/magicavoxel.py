"""Voxels from MagicaVoxel's .vox files.

The format is public: https://github.com/ephtracy/voxel-model (MagicaVoxel-file-format-vox.txt).
Its axes are right-handed with z up, so voxel (x, y, z) is cell [z, y, x], without a mirror.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from voxnca.targets.reading import DamagedError, Drawing

VERSIONS = (150, 200)
MAX_SIDE = 256
"""Coordinates are bytes."""
_REMEDY = "export it from MagicaVoxel again"


class Model(NamedTuple):
    """One model of a file.

    Attributes:
        space: its sizes, (z, y, x).
        voxels: uint8 `(N, 4)`: x, y, z and the colour's index; 0 is no voxel.
    """

    space: tuple[int, ...]
    voxels: NDArray[np.uint8]


def decode_vox(content: bytes) -> Drawing:
    """Read the first model that has voxels; every voxel is opaque, as MagicaVoxel draws it.

    Raises:
        DamagedError: when the bytes are no .vox file, cut off, or contradict themselves.
    """
    models: list[Model] = []
    palette = default_palette()
    space: tuple[int, ...] | None = None
    for kind, body in _chunks(_children_of_main(content)):
        if kind == b"SIZE":
            space = _space(body)
        elif kind == b"XYZI":
            models.append(_model(space, body))
        elif kind == b"RGBA":
            palette = _palette(body)
    chosen = next((i for i, model in enumerate(models) if len(model.voxels)), None)
    if chosen is None:
        raise DamagedError("it holds no voxel; draw one")
    return Drawing(_paint(models[chosen], palette), _notes(chosen, len(models)))


def default_palette() -> NDArray[np.uint8]:
    """Return the colours of a file that brings none: uint8 `(256, 4)`, index 0 transparent.

    A cube of six levels a channel, brightest first and blue fastest, without its black; then
    ten levels each of red, green, blue and grey.
    """
    levels = np.arange(255, -1, -51)
    cube = np.stack(np.meshgrid(levels, levels, levels, indexing="ij"), axis=-1).reshape(-1, 3)
    ramp = 17 * np.array([14, 13, 11, 10, 8, 7, 5, 4, 2, 1])
    ramps = [np.outer(ramp, channels) for channels in (*np.eye(3, dtype=int), np.ones(3, int))]
    palette = np.full((256, 4), 255, np.uint8)
    palette[0] = 0
    palette[1:, :3] = np.concatenate([cube[:-1], *ramps])
    return palette


def _children_of_main(content: bytes) -> bytes:
    if content[:4] != b"VOX ":
        raise DamagedError("no .vox file: it does not begin with 'VOX '; give one of MagicaVoxel")
    if len(content) < 20 or content[8:12] != b"MAIN":
        raise DamagedError(f"it has no MAIN chunk; {_REMEDY}")
    version, own, children = struct.unpack("<I4xII", content[4:20])
    if version not in VERSIONS:
        raise DamagedError(f"its version {version} is none of {VERSIONS}; {_REMEDY}")
    start = 20 + own
    if start + children > len(content):
        raise DamagedError(f"it is cut off at {len(content)} bytes; {_REMEDY}")
    return content[start : start + children]


def _chunks(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Yield the kind and the own content of each chunk in turn."""
    at = 0
    while at < len(content):
        if at + 12 > len(content):
            raise DamagedError(f"a chunk's head is cut off; {_REMEDY}")
        kind, own, children = struct.unpack("<4sII", content[at : at + 12])
        at += 12
        if at + own + children > len(content):
            raise DamagedError(f"chunk {kind!r} is longer than the file; {_REMEDY}")
        yield kind, content[at : at + own]
        at += own + children


def _space(body: bytes) -> tuple[int, ...]:
    if len(body) < 12:
        raise DamagedError(f"a SIZE chunk is too short; {_REMEDY}")
    x, y, z = struct.unpack("<III", body[:12])
    if not all(1 <= side <= MAX_SIDE for side in (x, y, z)):
        raise DamagedError(f"its size {x} x {y} x {z} is not within 1 to {MAX_SIDE}; {_REMEDY}")
    return z, y, x


def _model(space: tuple[int, ...] | None, body: bytes) -> Model:
    if space is None:
        raise DamagedError(f"its voxels come before their size; {_REMEDY}")
    count = int.from_bytes(body[:4], "little")
    if len(body) < 4 + 4 * count or len(body) < 4:
        raise DamagedError(f"it lacks some of the {count} voxels it announces; {_REMEDY}")
    voxels = np.frombuffer(body, np.uint8, 4 * count, offset=4).reshape(-1, 4)
    voxels = voxels[voxels[:, 3] > 0]
    if (voxels[:, 2::-1] >= np.array(space)).any():
        raise DamagedError(f"a voxel lies outside of the model's size; {_REMEDY}")
    return Model(space, voxels)


def _palette(body: bytes) -> NDArray[np.uint8]:
    if len(body) < 1024:
        raise DamagedError(f"its palette is too short; {_REMEDY}")
    colours = np.frombuffer(body, np.uint8, 1024).reshape(256, 4)
    palette = np.roll(colours, 1, axis=0)  # entry 0 of the file is the colour of index 1
    palette[:, 3] = 255
    return palette


def _paint(model: Model, palette: NDArray[np.uint8]) -> NDArray[np.uint8]:
    rgba8 = np.zeros((*model.space, 4), np.uint8)
    x, y, z, colour = model.voxels.T
    rgba8[z, y, x] = palette[colour]
    return rgba8


def _notes(chosen: int, count: int) -> tuple[str, ...]:
    if count == 1:
        return ()
    which = "the first" if chosen == 0 else f"number {chosen + 1}, the first with voxels,"
    return (f"The file holds {count} models; {which} is the target.",)
