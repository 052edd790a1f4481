"""AV1, a code of moving pictures that is free to use, by Pillow.

Pillow writes no movies but AVIF files, and an AVIF file of several pictures holds them as a movie
would. Its boxes (ISO/IEC 14496-12) are opened here, and the coded pictures taken out.
"""

from __future__ import annotations

import io
import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

from PIL import Image, features

from voxnca.errors import FileError

QUALITY, SPEED = 80, 8
"""Of 100, and of 10. Edges of cells stay clean, and drawing a voxel takes longer than coding it."""
PIECE = 30
"""A movie is coded in pieces of so many pictures: so many are held in memory, and a player that
jumps decodes no more before it can show one."""
_TABLE = (b"moov", b"trak", b"mdia", b"minf", b"stbl")
_ENTRY_HEAD = 78
_TEMPORAL_DELIMITER = b"\x12\x00"


@dataclass(frozen=True)
class Av1:
    """Coded pictures.

    Attributes:
        entry: how to decode them: the boxes of a sample entry `av01`, its head before them.
        samples: one a picture.
        key_samples: numbers, from 1, of those that need no other one.
        size: width and height.
    """

    entry: bytes
    samples: list[bytes]
    key_samples: list[int]
    size: tuple[int, int]


def encode_av1(pictures: Iterable[Image.Image]) -> Av1:
    """Code pictures, of which there is at least one, all RGB of one size with even sides.

    Raises:
        FileError: when Pillow was built without AVIF.
    """
    if not features.check("avif"):
        raise FileError(
            "an .mp4 needs a Pillow with AVIF, and this one is without; "
            "write a .gif, or install pillow>=11.3"
        )
    rest, samples = iter(pictures), []
    while piece := list(islice(rest, PIECE)):
        table, coded = _coded(piece)
        samples += coded
        entry, size = _entry(table), piece[0].size  # those of every piece
    return Av1(entry, samples, list(range(1, len(samples) + 1, PIECE)), size)


def _coded(piece: list[Image.Image]) -> tuple[dict[bytes, bytes], list[bytes]]:
    """Return the table of samples, and the samples."""
    content = _avif(piece)
    inside = content
    for name in _TABLE:
        inside = dict(_boxes(inside))[name]
    table = dict(_boxes(inside))
    (start,) = _numbers(table[b"stco"], 4)
    return table, list(_cut(content[start:], _numbers(table[b"stsz"], 8)[: len(piece)]))


def _avif(piece: list[Image.Image]) -> bytes:
    buffer = io.BytesIO()
    piece[0].save(
        buffer,
        "AVIF",
        save_all=True,
        append_images=piece[1:] or piece,  # one alone would be no sequence
        duration=1,
        quality=QUALITY,
        speed=SPEED,
        subsampling="4:2:0",
        range="limited",  # what decoders in hardware expect
        max_threads=1,  # the same pictures make the same bytes
    )
    return buffer.getvalue()


def _entry(table: dict[bytes, bytes]) -> bytes:
    """Return the sample entry without what it says of pictures that are no movie."""
    entry = dict(_boxes(table[b"stsd"][8:]))[b"av01"]
    kept = [
        struct.pack(">I4s", 8 + len(box), name) + box
        for name, box in _boxes(entry[_ENTRY_HEAD:])
        if name in {b"av1C", b"colr"}
    ]
    return entry[:_ENTRY_HEAD] + b"".join(kept)


def _boxes(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Give the name and the inside of each box."""
    at = 0
    while at < len(content):
        size, name = struct.unpack_from(">I4s", content, at)
        yield name, content[at + 8 : at + size]
        at += size


def _numbers(box: bytes, at: int) -> tuple[int, ...]:
    """Return a list of numbers, their count at `at`."""
    (count,) = struct.unpack_from(">I", box, at)
    return struct.unpack_from(f">{count}I", box, at + 4)


def _cut(content: bytes, sizes: Iterable[int]) -> Iterator[bytes]:
    at = 0
    for size in sizes:
        # It marks where a sample begins in a stream; in a file the table says it.
        yield content[at : at + size].removeprefix(_TEMPORAL_DELIMITER)
        at += size
