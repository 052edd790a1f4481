"""Blocks from Minecraft: structures (.nbt) and Sponge schematics (.schem, versions 1 to 3).

Minecraft is right-handed with y up, x east and z south; block (x, y, z) is cell [y, -z, x].
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeGuard

import numpy as np
from numpy.typing import NDArray

from voxnca.targets.block_colours import block_colour
from voxnca.targets.nbt import Compound, read_nbt
from voxnca.targets.reading import DamagedError, Drawing, check_cells

SCHEM_VERSIONS = (1, 2, 3)
MAX_BLOCK_KINDS = 2**16
_REMEDY = "save it again from Minecraft or WorldEdit"
_NAMED = 3
"""How many unknown blocks a note names."""


def decode_structure(content: bytes) -> Drawing:
    """Read a structure, as a structure block saves it.

    Raises:
        DamagedError: when the bytes are no such file, cut off, or contradict themselves.
    """
    root = read_nbt(content)
    sizes, blocks = root.get("size"), root.get("blocks")
    palettes = root.get("palettes")
    palette = palettes[0] if isinstance(palettes, list) and palettes else root.get("palette")
    if not (_is_place(sizes) and isinstance(blocks, list) and isinstance(palette, list)):
        raise DamagedError(f"it holds no structure: size, palette, blocks; {_REMEDY}")
    size = [int(n) for n in sizes]
    check_cells(size)
    names = [_text(entry, "Name") for entry in palette]
    places, states = _places(blocks)
    if len(places) and ((places < 0).any() or (places >= size).any()):
        raise DamagedError(f"a block lies outside of its size {tuple(size)}; {_REMEDY}")
    cells = np.full(size, -1, np.int64)
    cells[tuple(places.T)] = states
    return _paint(cells, names)


def decode_schem(content: bytes) -> Drawing:
    """Read a schematic, as WorldEdit saves it; raises as `decode_structure`."""
    root = read_nbt(content)
    root = _compound(root.get("Schematic", root))
    version = root.get("Version")
    if version not in SCHEM_VERSIONS:
        raise DamagedError(
            f"its version {str(version)[:20]} is none of {SCHEM_VERSIONS}; {_REMEDY}"
        )
    blocks = _compound(root.get("Blocks", {})) if version == 3 else root
    width, height, length = (_side(root, name) for name in ("Width", "Height", "Length"))
    check_cells((width, height, length))
    palette, data = blocks.get("Palette"), blocks.get("Data" if version == 3 else "BlockData")
    if not (isinstance(palette, dict) and _is_bytes(data)):
        raise DamagedError(f"it lacks its palette or its blocks; {_REMEDY}")
    names = _by_number(palette)
    cells = _varints(data.view(np.uint8), width * height * length)
    return _paint(cells.reshape(height, length, width).transpose(2, 0, 1), names)


def _paint(cells: NDArray[np.int64], names: Sequence[str]) -> Drawing:
    """Colour blocks.

    Args:
        cells: which of the names each block [x, y, z] has; -1 is none.
        names: of blocks.
    """
    if cells.max(initial=-1) >= len(names) or cells.min(initial=-1) < -1:
        raise DamagedError(f"a block is none of its palette of {len(names)}; {_REMEDY}")
    colours = np.zeros((len(names) + 1, 4), np.uint8)  # the last is none
    unknown = []
    for number in np.unique(cells[cells >= 0]):
        colour, known = block_colour(names[number])
        colours[number] = colour or (0, 0, 0, 0)
        if not known:
            unknown.append(names[number].partition("[")[0])
    if not colours[:, 3].any():
        raise DamagedError("it holds only air; save something that is built")
    rgba8: NDArray[np.uint8] = colours[cells.transpose(1, 2, 0)[:, ::-1]]
    return Drawing(rgba8, _notes(sorted(set(unknown))))


def _notes(unknown: Sequence[str]) -> tuple[str, ...]:
    if not unknown:
        return ()
    printable = ["".join(c if c.isprintable() else "?" for c in name[:60]) for name in unknown]
    named = ", ".join(printable[:_NAMED]) + (", ..." if len(unknown) > _NAMED else "")
    kinds = "1 kind" if len(unknown) == 1 else f"{len(unknown)} kinds"
    return (f"The colours of {kinds} of block are made up: {named}.",)


def _places(blocks: Sequence[Any]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    places, states = [], []
    for block in blocks:
        place, state = _compound(block).get("pos"), block.get("state")
        if not _is_place(place) or not isinstance(state, int) or state < 0:
            raise DamagedError(f"a block lacks its place or its state; {_REMEDY}")
        places.append(place)
        states.append(state)
    return np.array(places, np.int64).reshape(-1, 3), np.array(states, np.int64)


def _varints(data: NDArray[np.uint8], count: int) -> NDArray[np.int64]:
    """Unpack numbers of 7 bits a byte, the lowest first; the last byte of each is below 128."""
    ends = np.flatnonzero(data < 128)
    lengths = np.diff(ends, prepend=-1)
    if len(ends) != count or len(data) != (ends[-1] + 1) or lengths.max() > 5:
        raise DamagedError(f"it holds {len(ends)} blocks, not the {count} of its size; {_REMEDY}")
    numbers = np.zeros(count, np.int64)
    for place in range(int(lengths.max())):
        more = lengths > place
        at = (ends - lengths + 1)[more] + place
        numbers[more] |= (data[at].astype(np.int64) & 127) << 7 * place
    return numbers


def _by_number(palette: Mapping[str, Any]) -> list[str]:
    numbers = list(palette.values())
    if not all(isinstance(n, int) and 0 <= n < MAX_BLOCK_KINDS for n in numbers):
        raise DamagedError(f"its palette has a number out of range; {_REMEDY}")
    names = ["air"] * (max(numbers, default=-1) + 1)
    for name, number in palette.items():
        names[number] = name
    return names


def _compound(value: Any) -> Compound:
    if not isinstance(value, dict):
        raise DamagedError(f"a part of it is of the wrong kind; {_REMEDY}")
    return value


def _text(entry: Any, name: str) -> str:
    text = _compound(entry).get(name)
    if not isinstance(text, str):
        raise DamagedError(f"a block of its palette lacks its name; {_REMEDY}")
    return text


def _side(root: Compound, name: str) -> int:
    side = root.get(name)
    if not isinstance(side, int):
        raise DamagedError(f"it lacks its {name}; {_REMEDY}")
    return side & 0xFFFF  # a short without a sign


def _is_place(value: Any) -> TypeGuard[np.ndarray]:
    return isinstance(value, np.ndarray) and value.shape == (3,) and value.dtype.kind == "i"


def _is_bytes(value: Any) -> TypeGuard[np.ndarray]:
    return isinstance(value, np.ndarray) and value.dtype.itemsize == 1
