"""Minecraft's tagged binary data (NBT), big-endian, read within bounds.

nbtlib (MIT) reads it too, but cannot be bounded from outside: it loops over the count of an empty
list before it reads a byte, so a file of 16 bytes took 34 s and 3 GB.
"""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass
from typing import Any

import numpy as np

from voxnca.targets.reading import DamagedError

MAX_BYTES = 2**27
"""A file that unpacks to more is not read."""
MAX_DEPTH = 32
MAX_TAGS = 2**22
_NUMBERS = {1: ">i1", 2: ">i2", 3: ">i4", 4: ">i8", 5: ">f4", 6: ">f8"}
_ARRAYS = {7: ">i1", 11: ">i4", 12: ">i8"}
_STRING, _LIST, _COMPOUND = 8, 9, 10
_CUT_OFF = "it is cut off; save it again"

Compound = dict[str, Any]


def read_nbt(content: bytes) -> Compound:
    """Read a file, packed (gzip, zlib) or not.

    Returns:
        The root: compounds as dict, lists of numbers and arrays as numpy arrays, other lists as
        list.

    Raises:
        DamagedError: when the bytes are no NBT, cut off, or too large or deep.
    """
    reader = _Reader(_unpacked(content))
    if reader.take(1) != bytes([_COMPOUND]):
        raise DamagedError("no NBT file, by its first byte; save it from Minecraft or WorldEdit")
    reader.text()
    root: Compound = reader.value(_COMPOUND, 0)
    return root


def _unpacked(content: bytes) -> bytes:
    if content[:2] != b"\x1f\x8b" and content[:1] != b"\x78":
        return content
    unpacking = zlib.decompressobj(wbits=47)  # gzip or zlib, by the head
    try:
        unpacked = unpacking.decompress(content, MAX_BYTES + 1)
    except zlib.error as error:
        raise DamagedError(f"it cannot be unpacked ({error}); save it again") from error
    if len(unpacked) > MAX_BYTES:
        raise DamagedError(f"it unpacks to more than {MAX_BYTES // 2**20} MB; save less of it")
    if not unpacking.eof:
        raise DamagedError(_CUT_OFF)
    return unpacked


@dataclass
class _Reader:
    content: bytes
    at: int = 0
    tags: int = 0

    def take(self, num_bytes: int) -> bytes:
        """Read so many bytes, or refuse."""
        end = self.at + num_bytes
        if not self.at <= end <= len(self.content):
            raise DamagedError(_CUT_OFF)
        taken = self.content[self.at : end]
        self.at = end
        return taken

    def text(self) -> str:
        """Read a string."""
        (length,) = struct.unpack(">H", self.take(2))
        return self.take(length).decode("utf-8", "replace")

    def numbers(self, kind: str) -> np.ndarray:
        """Read a count and so many numbers."""
        count, dtype = self.count(), np.dtype(kind)
        return np.frombuffer(self.take(count * dtype.itemsize), dtype)

    def count(self) -> int:
        """Read a count."""
        (count,) = struct.unpack(">i", self.take(4))
        return int(count)

    def value(self, kind: int, depth: int) -> Any:
        """Read the value of a tag."""
        self.tags += 1
        if self.tags > MAX_TAGS:
            raise DamagedError(f"it holds more than {MAX_TAGS} tags; save less of it")
        if depth > MAX_DEPTH:
            raise DamagedError(f"it is nested more than {MAX_DEPTH} deep; save it again")
        if kind in _NUMBERS:
            dtype = np.dtype(_NUMBERS[kind])
            return np.frombuffer(self.take(dtype.itemsize), dtype)[0].item()
        if kind in _ARRAYS:
            return self.numbers(_ARRAYS[kind])
        if kind == _STRING:
            return self.text()
        if kind == _LIST:
            return self.list(depth)
        if kind == _COMPOUND:
            return self.compound(depth)
        raise DamagedError(f"it holds a tag of the unknown kind {kind}; save it again")

    def list(self, depth: int) -> Any:
        """Read a list: one kind for all its values."""
        kind = self.take(1)[0]
        if kind in _NUMBERS:
            return self.numbers(_NUMBERS[kind])
        count = self.count()
        if kind == 0 or count <= 0:
            return []
        return [self.value(kind, depth + 1) for _ in range(count)]

    def compound(self, depth: int) -> Compound:
        """Read names and values up to the end tag."""
        found: Compound = {}
        while kind := self.take(1)[0]:
            name = self.text()
            found[name] = self.value(kind, depth + 1)
        return found
