"""The .mp4 file around coded pictures: boxes (ISO/IEC 14496-12) that say when to show which."""

from __future__ import annotations

import struct
from fractions import Fraction

from voxnca.export.av1 import Av1

_UNTURNED = struct.pack(">9I", 1 << 16, 0, 0, 0, 1 << 16, 0, 0, 0, 1 << 30)
_UNDETERMINED = 0x55C4
"""The language `und`."""


def wrap_mp4(movie: Av1, fps: float) -> bytes:
    """Return an .mp4 file, its table before its pictures, so that it plays while it loads."""
    kind = _box(b"ftyp", b"isom", _u32(512), b"isom", b"iso6", b"av01", b"mp41")
    start = len(kind) + len(_moov(movie, fps, 0)) + 8
    return kind + _moov(movie, fps, start) + _box(b"mdat", *movie.samples)


def _moov(movie: Av1, fps: float, start: int) -> bytes:
    """Return the table of a movie whose pictures start at a byte of the file.

    The unit of time is a part of a second of which each picture lasts a whole number.
    """
    rate = Fraction(fps).limit_denominator(1000)
    units, lasts = rate.numerator, len(movie.samples) * rate.denominator
    times = _u32(0, 0, units, lasts)  # made and changed: never, or no two files were the same
    header = _full(
        b"mvhd",
        0,
        times,
        _u32(1 << 16),
        struct.pack(">H10x", 1 << 8),
        _UNTURNED,
        bytes(24),
        _u32(2),
    )
    width, height = movie.size
    track = _full(
        b"tkhd",
        7,  # to be shown
        _u32(0, 0, 1, 0, lasts),
        bytes(16),
        _UNTURNED,
        _u32(width << 16, height << 16),
    )
    media = _box(
        b"mdia",
        _full(b"mdhd", 0, times, struct.pack(">HH", _UNDETERMINED, 0)),
        _full(b"hdlr", 0, _u32(0), b"vide", bytes(12), b"pictures\0"),
        _box(
            b"minf",
            _full(b"vmhd", 1, bytes(8)),
            _box(b"dinf", _full(b"dref", 0, _u32(1), _full(b"url ", 1))),  # in this file
            _table(movie, rate.denominator, start),
        ),
    )
    return _box(b"moov", header, _box(b"trak", track, media))


def _table(movie: Av1, picture_lasts: int, start: int) -> bytes:
    count, keys = len(movie.samples), movie.key_samples
    return _box(
        b"stbl",
        _full(b"stsd", 0, _u32(1), _box(b"av01", movie.entry)),
        _full(b"stts", 0, _u32(1, count, picture_lasts)),
        _full(b"stss", 0, _u32(len(keys), *keys)),
        _full(b"stsc", 0, _u32(1, 1, count, 1)),  # all of them in one chunk
        _full(b"stsz", 0, _u32(0, count, *map(len, movie.samples))),
        _full(b"stco", 0, _u32(1, start)),
    )


def _box(name: bytes, *parts: bytes) -> bytes:
    inside = b"".join(parts)
    return struct.pack(">I4s", 8 + len(inside), name) + inside


def _full(name: bytes, flags: int, *parts: bytes) -> bytes:
    """Return a box with a version, 0, and flags."""
    return _box(name, _u32(flags), *parts)


def _u32(*values: int) -> bytes:
    return struct.pack(f">{len(values)}I", *values)
