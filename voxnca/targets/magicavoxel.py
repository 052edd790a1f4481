"""Voxels from MagicaVoxel's .vox files.

The format is public: https://github.com/ephtracy/voxel-model (MagicaVoxel-file-format-vox.txt).
Its axes are right-handed with z up, so voxel (x, y, z) is cell [z, y, x], without a mirror.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from voxnca.targets.reading import DamagedError, Drawing, check_cells
from voxnca.targets.voxel_scene import (
    REMEDY,
    Body,
    Ints,
    Node,
    Placed,
    place,
    read_hidden_layer,
    read_node,
    visible_models,
)

VERSIONS = (150, 200)
MAX_SIDE = 256
"""Coordinates are bytes."""
MIN_GLASS_ALPHA = 0.6
"""Glass is no fainter than this, so that it counts as solid."""


class Model(NamedTuple):
    """One model of a file.

    Attributes:
        space: its sizes, (z, y, x).
        voxels: uint8 `(N, 4)`: x, y, z and the colour's index; 0 is no voxel.
    """

    space: tuple[int, ...]
    voxels: NDArray[np.uint8]


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


@dataclass
class Contents:
    """What the chunks of a file say.

    Attributes:
        models: in the order of the file.
        palette: uint8 RGBA `(256, 4)`, by index.
        alphas: of the indices that are glass.
        nodes: of the scene, by number; a file may have no scene.
        hidden_layers: those switched off.
    """

    models: list[Model] = field(default_factory=list)
    palette: NDArray[np.uint8] = field(default_factory=default_palette)
    alphas: dict[int, int] = field(default_factory=dict)
    nodes: dict[int, Node] = field(default_factory=dict)
    hidden_layers: set[int] = field(default_factory=set)


def decode_vox(content: bytes) -> Drawing:
    """Read the scene: every model that it shows, where it stands.

    A file without a scene is its first model that has voxels. Voxels are opaque, as MagicaVoxel
    draws them, but for those of glass.

    Raises:
        DamagedError: when the bytes are no .vox file, cut off, contradict themselves, or make a
            scene that is too large.
    """
    contents = _contents(content)
    colours = contents.palette.copy()
    for index, alpha in contents.alphas.items():
        colours[index, 3] = alpha
    if contents.nodes:
        return _scene(contents, colours)
    models = contents.models
    chosen = next((i for i, model in enumerate(models) if len(model.voxels)), None)
    if chosen is None:
        raise DamagedError("it holds no voxel; draw one")
    return Drawing(_paint(models[chosen], colours), _notes(chosen, len(models)))


def _contents(content: bytes) -> Contents:
    contents = Contents()
    space: tuple[int, ...] | None = None
    for kind, body in _chunks(_children_of_main(content)):
        if kind == b"SIZE":
            space = _space(body)
        elif kind == b"XYZI":
            contents.models.append(_model(space, body))
        elif kind == b"RGBA":
            contents.palette = _palette(body)
        elif kind in {b"nTRN", b"nGRP", b"nSHP"}:
            number, node = read_node(kind, body)
            contents.nodes[number] = node
        elif kind == b"LAYR":
            layer = read_hidden_layer(body)
            contents.hidden_layers |= set() if layer is None else {layer}
        elif kind == b"MATL":
            contents.alphas |= _glass(body)
    return contents


def _scene(contents: Contents, colours: NDArray[np.uint8]) -> Drawing:
    """Put the models of a scene together; of two voxels at one place the later holds."""
    shown = list(visible_models(contents.nodes, contents.hidden_layers))
    if not all(0 <= placed.model < len(contents.models) for placed in shown):
        raise DamagedError(f"its scene shows a model that is not there; {REMEDY}")
    check_cells([1 + sum(len(contents.models[placed.model].voxels) for placed in shown)])
    parts = [_stand(contents.models[placed.model], placed) for placed in shown]
    cells = np.concatenate([np.empty((0, 4), np.int64), *parts])
    if not len(cells):
        raise DamagedError("its scene shows no voxel; draw one, or switch on what is hidden")
    cells[:, :3] -= cells[:, :3].min(0)
    space = tuple(int(n) for n in cells[:, 2::-1].max(0) + 1)
    check_cells(space)
    rgba8 = np.zeros((*space, 4), np.uint8)
    x, y, z, colour = cells.T
    rgba8[z, y, x] = colours[colour]
    hidden = len(contents.models) - len({placed.model for placed in shown})
    notes = [f"The file's scene shows {len(shown)} models; together they are the target."]
    if hidden:
        notes.append(f"Of the file's models {hidden} are hidden, and left out.")
    return Drawing(rgba8, tuple(notes) if len(shown) > 1 or hidden else ())


def _stand(model: Model, placed: Placed) -> Ints:
    """Return a model's voxels in the scene: x, y, z, index."""
    voxels = model.voxels.astype(np.int64)
    size = np.array(model.space[::-1], np.int64)
    return np.column_stack([place(voxels[:, :3], size, placed), voxels[:, 3]])


def _glass(content: bytes) -> dict[int, int]:
    """Read a material; return index and alpha if it is glass.

    How much light it lets through is called `_trans`, or `_alpha` by older versions.
    """
    body = Body(content)
    index, material = body.number(), body.pairs()
    if material.get("_type") != "_glass" or not 0 < index < 256:
        return {}
    text = material.get("_trans", material.get("_alpha", "0.5"))
    try:
        through = float(text)
    except ValueError:
        raise DamagedError(
            f"a material's transparency {text[:12]!r} is no number; {REMEDY}"
        ) from None
    return {index: round(255 * min(1.0, max(MIN_GLASS_ALPHA, 1 - through)))}


def _children_of_main(content: bytes) -> bytes:
    if content[:4] != b"VOX ":
        raise DamagedError("no .vox file: it does not begin with 'VOX '; give one of MagicaVoxel")
    if len(content) < 20 or content[8:12] != b"MAIN":
        raise DamagedError(f"it has no MAIN chunk; {REMEDY}")
    version, own, children = struct.unpack("<I4xII", content[4:20])
    if version not in VERSIONS:
        raise DamagedError(f"its version {version} is none of {VERSIONS}; {REMEDY}")
    start = 20 + own
    if start + children > len(content):
        raise DamagedError(f"it is cut off at {len(content)} bytes; {REMEDY}")
    return content[start : start + children]


def _chunks(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Yield the kind and the own content of each chunk in turn."""
    at = 0
    while at < len(content):
        if at + 12 > len(content):
            raise DamagedError(f"a chunk's head is cut off; {REMEDY}")
        kind, own, children = struct.unpack("<4sII", content[at : at + 12])
        at += 12
        if at + own + children > len(content):
            raise DamagedError(f"chunk {kind!r} is longer than the file; {REMEDY}")
        yield kind, content[at : at + own]
        at += own + children


def _space(body: bytes) -> tuple[int, ...]:
    if len(body) < 12:
        raise DamagedError(f"a SIZE chunk is too short; {REMEDY}")
    x, y, z = struct.unpack("<III", body[:12])
    if not all(1 <= side <= MAX_SIDE for side in (x, y, z)):
        raise DamagedError(f"its size {x} x {y} x {z} is not within 1 to {MAX_SIDE}; {REMEDY}")
    return z, y, x


def _model(space: tuple[int, ...] | None, body: bytes) -> Model:
    if space is None:
        raise DamagedError(f"its voxels come before their size; {REMEDY}")
    count = int.from_bytes(body[:4], "little")
    if len(body) < 4 + 4 * count or len(body) < 4:
        raise DamagedError(f"it lacks some of the {count} voxels it announces; {REMEDY}")
    voxels = np.frombuffer(body, np.uint8, 4 * count, offset=4).reshape(-1, 4)
    voxels = voxels[voxels[:, 3] > 0]
    if (voxels[:, 2::-1] >= np.array(space)).any():
        raise DamagedError(f"a voxel lies outside of the model's size; {REMEDY}")
    return Model(space, voxels)


def _palette(body: bytes) -> NDArray[np.uint8]:
    if len(body) < 1024:
        raise DamagedError(f"its palette is too short; {REMEDY}")
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
