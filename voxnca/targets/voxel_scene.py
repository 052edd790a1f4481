"""The scene of a .vox file: where each of its models stands, and turned how.

The nodes are nTRN (a transform of one child), nGRP (children) and nSHP (models), of
MagicaVoxel-file-format-vox-extension.txt. A point goes from a model into the scene by `R p + t`,
R being the transform's rotation; a model turns about its middle, cell `size // 2`'s lower corner.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from voxnca.targets.reading import DamagedError

MAX_DEPTH = 64
MAX_VISITS = 2**14
"""A scene may show a node many times: this bounds how many are looked at."""
REMEDY = "export it from MagicaVoxel again"
_THREE_NUMBERS = re.compile(r"(-?\d{1,9}) (-?\d{1,9}) (-?\d{1,9})", re.ASCII)

Ints = NDArray[np.int64]


class Node(NamedTuple):
    """A node of the scene.

    Attributes:
        children: numbers of nodes, or of models.
        shows_models: whether the children are models.
        hidden: whether it and all under it is switched off.
        layer: its layer's number; -1 is none.
        turn: int `(3, 3)`, on (x, y, z).
        shift: int `(3,)`, x, y, z.
    """

    children: tuple[int, ...]
    shows_models: bool
    hidden: bool
    layer: int
    turn: Ints
    shift: Ints


class Placed(NamedTuple):
    """A model in the scene; attributes as of `Node`."""

    model: int
    turn: Ints
    shift: Ints


@dataclass
class Body:
    """The content of a chunk, read from its beginning."""

    content: bytes
    at: int = 0

    def number(self) -> int:
        """Read an int32."""
        return int(struct.unpack("<i", self.take(4))[0])

    def pairs(self) -> dict[str, str]:
        """Read a dictionary."""
        return {self.text(): self.text() for _ in range(self.count(8))}

    def text(self) -> str:
        """Read a string."""
        return self.take(self.count(1)).decode("latin1")

    def count(self, least_bytes: int) -> int:
        """Read a number of things, each of which takes so many bytes."""
        number = self.number()
        if not 0 <= number * least_bytes <= len(self.content) - self.at:
            raise DamagedError(f"a count of {number} does not fit its chunk; {REMEDY}")
        return number

    def take(self, num_bytes: int) -> bytes:
        """Read bytes."""
        if self.at + num_bytes > len(self.content):
            raise DamagedError(f"a chunk of its scene is cut off; {REMEDY}")
        self.at += num_bytes
        return self.content[self.at - num_bytes : self.at]


def read_node(kind: bytes, content: bytes) -> tuple[int, Node]:
    """Read an nTRN, nGRP or nSHP chunk; return the node's number and the node.

    Raises:
        DamagedError: when it is cut off, or no rotation by quarter turns or mirrors.
    """
    body = Body(content)
    number, hidden = body.number(), body.pairs().get("_hidden") == "1"
    turn, shift = np.eye(3, dtype=np.int64), np.zeros(3, np.int64)
    layer = -1
    children: tuple[int, ...]
    if kind == b"nTRN":
        children, _, layer = (body.number(),), body.number(), body.number()
        if body.count(4):
            frame = body.pairs()
            turn, shift = _turn(frame.get("_r", "4")), _shift(frame.get("_t", "0 0 0"))
    elif kind == b"nGRP":
        children = tuple(body.number() for _ in range(body.count(4)))
    else:
        children = tuple(_shown_model(body) for _ in range(body.count(8)))
    return number, Node(children, kind == b"nSHP", hidden, layer, turn, shift)


def _shown_model(body: Body) -> int:
    number = body.number()
    body.pairs()  # its frame, in a movie
    return number


def read_hidden_layer(content: bytes) -> int | None:
    """Read a LAYR chunk; return the layer's number if it is switched off."""
    body = Body(content)
    number = body.number()
    return number if body.pairs().get("_hidden") == "1" else None


def visible_models(nodes: Mapping[int, Node], hidden_layers: set[int]) -> Iterator[Placed]:
    """Walk the scene from node 0, in order, and yield each model that it shows.

    Raises:
        DamagedError: for a node that is missing, or a scene too deep (a ring is) or too large.
    """
    start = Placed(0, np.eye(3, dtype=np.int64), np.zeros(3, np.int64))
    stack = [(start, 0)]
    for _ in range(MAX_VISITS):
        if not stack:
            return
        (number, turn, shift), depth = stack.pop()
        if number not in nodes or depth > MAX_DEPTH:
            raise DamagedError(f"its scene lacks node {number}, or is a ring; {REMEDY}")
        node = nodes[number]
        if node.hidden or node.layer in hidden_layers:
            continue
        shift, turn = turn @ node.shift + shift, turn @ node.turn
        placed = [Placed(child, turn, shift) for child in node.children]
        if node.shows_models:
            yield from placed[:1]  # the others are frames of a movie
        else:
            stack += [(child, depth + 1) for child in reversed(placed)]
    raise DamagedError(f"its scene shows more than {MAX_VISITS} nodes; {REMEDY}")


def place(voxels: Ints, size: Ints, placed: Placed) -> Ints:
    """Move a model's voxels into the scene.

    Args:
        voxels: int `(N, 3)`, x, y, z.
        size: of the model, x, y, z.
        placed: where to.
    """
    twice_centre = 2 * (voxels - size // 2) + 1  # whole numbers: a voxel's middle is at a half
    return (twice_centre @ placed.turn.T - 1) // 2 + placed.shift


def _turn(text: str) -> Ints:
    """Unpack a rotation: where each row's one entry stands, two bits each, then its three signs."""
    byte = int(text) if text.isascii() and text.isdigit() and len(text) < 4 else -1
    first, second = byte & 3, byte >> 2 & 3
    if not 0 <= byte < 128 or 3 in {first, second} or first == second:
        raise DamagedError(f"its rotation {text[:12]!r} is none; {REMEDY}")
    turn = np.zeros((3, 3), np.int64)
    for row, column in enumerate((first, second, 3 - first - second)):
        turn[row, column] = -1 if byte >> 4 + row & 1 else 1
    return turn


def _shift(text: str) -> Ints:
    found = _THREE_NUMBERS.fullmatch(text)
    if not found:
        raise DamagedError(f"its translation {text[:40]!r} is no x y z; {REMEDY}")
    return np.array([int(n) for n in found.groups()])
