"""A grid of two states, 64 cells a word, with the cells beyond the edges round it.

Rows lie one after the other in one array of words, so that a kernel runs over all cells in one
loop and finds a neighbour at a fixed distance. Bit x of a row is cell x; bit W, after the last, is
the cell beyond the right edge; the row's last bit is the cell beyond the left edge of the *next*
row, which the next row's first cell sees to its left. Above and below there are rows beyond the
edges, in 3D planes too. What a kernel writes into those is worth nothing: `wrap` sets them anew.
"""

from __future__ import annotations

from math import prod
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from analysis.rules.engines.engine import Engine, Mask
from analysis.rules.rule import States
from voxnca.engines.kernels.compiling import compiled, inlined

Words = NDArray[np.uint64]

WORD = 64
CHUNK = 64
"""Words that may be read at once, even from the last on."""
_ONE, _LAST = np.uint64(1), np.uint64(WORD - 1)
_NO_WORD = np.uint64(0)


class Layout(NamedTuple):
    """Where the cells lie in the array of words.

    Attributes:
        depth: planes of cells.
        height: rows of a plane.
        width: cells of a row.
        shell: planes beyond each face, 0 in 2D and 1 in 3D.
        pitch: words from one row to the next.
        torus: whether the cells beyond an edge are those at the other; else they are in state 0.
    """

    depth: int
    height: int
    width: int
    shell: int
    pitch: int
    torus: bool

    @classmethod
    def of(cls, space: tuple[int, ...], border: str) -> Layout:
        """Lay out a grid."""
        depth, height, width = (1,) * (3 - len(space)) + space
        pitch = -(-(width + 2) // WORD)
        return cls(depth, height, width, len(space) - 2, pitch, border == "torus")

    @property
    def plane(self) -> int:
        """Words from one plane to the next."""
        return (self.height + 2) * self.pitch

    @property
    def first(self) -> int:
        """The word of cell 0."""
        return 1 + self.shell * self.plane + self.pitch

    @property
    def length(self) -> int:
        """Words from that of cell 0 to that of the last, rows beyond edges included."""
        return (self.depth - 1) * self.plane + self.height * self.pitch

    def offset(self, offset: tuple[int, ...]) -> int:
        """Return how many words away the row of a neighbour is."""
        dz, dy = ((0,) * (3 - len(offset)) + offset)[:2]
        return dz * self.plane + dy * self.pitch

    def words(self) -> Words:
        """Make the words of an empty grid, with one before it and some behind it."""
        return np.zeros(1 + (self.depth + 2 * self.shell) * self.plane + CHUNK, dtype=np.uint64)

    def rows(self, words: Words) -> Words:
        """Return the words that hold cells: a view `(depth, height, pitch)`."""
        num_planes = self.depth + 2 * self.shell
        whole = words[1 : 1 + num_planes * self.plane].reshape(num_planes, -1, self.pitch)
        return whole[self.shell : self.shell + self.depth, 1:-1]


class BitGrid(Engine):
    """An engine whose cells are bits.

    Args:
        cells: uint8 `(*space)`, states 0 and 1.
        border: `torus` or `dead`.
    """

    PACE = 10**9

    def __init__(self, cells: States, border: str) -> None:
        super().__init__(cells.shape)
        self.layout = Layout.of(cells.shape, border)
        self._words, self._spare = self.layout.words(), self.layout.words()
        self._inside = _packed(np.ones((1, cells.shape[-1]), dtype=np.uint8), self.layout.pitch)
        self.place(cells)

    def cells(self) -> States:
        """Return the states: uint8 `(*space)`, a copy."""
        rows = self.layout.rows(self._words)
        octets = np.ascontiguousarray(rows).astype("<u8", copy=False).view(np.uint8)
        bits = np.unpackbits(octets, axis=-1, count=self.layout.width, bitorder="little")
        return bits.reshape(self.space)

    def place(self, cells: States) -> None:
        """Put all cells into the states of uint8 `(*space)`."""
        self.layout.rows(self._words)[...] = self._packed(cells)
        wrap(self._words, self.layout)

    def put(self, cell: tuple[int, ...], state: int) -> None:
        """Put one cell into a state."""
        *row, x = (0,) * (3 - len(cell)) + cell
        word, bit = divmod(x, WORD)
        words, mask = self.layout.rows(self._words), np.uint64(1 << bit)
        here = (*row, word)
        words[here] = words[here] | mask if state else words[here] & ~mask
        wrap(self._words, self.layout)

    def clear(self, mask: Mask) -> None:
        """Put the cells of a mask `(*space)` into state 0."""
        self.layout.rows(self._words)[...] &= ~self._packed(mask.astype(np.uint8))
        wrap(self._words, self.layout)

    def population(self) -> NDArray[np.int64]:
        """Count the cells in each state: int64 `(2,)`."""
        rows = self.layout.rows(self._words) & self._inside
        ones = int(np.bitwise_count(rows).sum(dtype=np.int64))
        return np.array([prod(self.space) - ones, ones])

    def _packed(self, cells: States) -> Words:
        depth, height, width = self.layout[:3]
        return _packed(cells.reshape(depth, height, width), self.layout.pitch)


def _packed(cells: States, pitch: int) -> Words:
    """Return rows of cells as words `(..., pitch)`, zeros beyond the last cell."""
    packed = np.packbits(cells, axis=-1, bitorder="little")
    octets = np.zeros((*cells.shape[:-1], pitch * 8), dtype=np.uint8)
    octets[..., : packed.shape[-1]] = packed
    return octets.view("<u8").astype(np.uint64, copy=False)


@inlined
def _row(layout: Layout, z: int, y: int) -> int:
    """Return the first word of a row; z and y count those beyond the edges."""
    return 1 + (z * (layout.height + 2) + y) * layout.pitch


@inlined
def _end_row(words: Words, layout: Layout, row: int) -> None:
    """Set what lies beyond a row's right edge, and clear the rest."""
    word, bit = row + layout.width // WORD, np.uint64(layout.width % WORD)
    words[word] &= (_ONE << bit) - _ONE
    if layout.torus:
        words[word] |= (words[row] & _ONE) << bit
    for rest in range(word + 1, row + layout.pitch):
        words[rest] = _NO_WORD


@inlined
def _begin_row(words: Words, layout: Layout, row: int) -> None:
    """Set what lies beyond a row's left edge: the last bit of the row before is clear."""
    x = layout.width - 1
    last = words[row + x // WORD] >> np.uint64(x % WORD) & _ONE
    words[row - 1] |= last << _LAST


@inlined
def _copy(words: Words, layout: Layout, source: int, target: int, length: int) -> None:
    """Set words beyond an edge."""
    for i in range(length):
        words[target + i] = words[source + i] if layout.torus else _NO_WORD


@compiled
def wrap(words: Words, layout: Layout) -> None:
    """Set the cells beyond all edges."""
    depth, height, pitch = layout.depth, layout.height, layout.pitch
    shell, plane = layout.shell, (layout.height + 2) * layout.pitch
    for z in range(shell, shell + depth):
        for y in range(1, height + 1):
            _end_row(words, layout, _row(layout, z, y))
        _copy(words, layout, _row(layout, z, height), _row(layout, z, 0), pitch)
        _copy(words, layout, _row(layout, z, 1), _row(layout, z, height + 1), pitch)
    if not layout.torus:
        words[0] = _NO_WORD
        return
    if shell:
        _copy(words, layout, _row(layout, depth, 0), _row(layout, 0, 0), plane)
        _copy(words, layout, _row(layout, 1, 0), _row(layout, depth + 1, 0), plane)
    words[0] = _NO_WORD
    for row in range(1, 1 + (depth + 2 * shell) * plane, pitch):
        _begin_row(words, layout, row)
