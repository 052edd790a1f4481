"""Checks that a .glb keeps within itself, before VTK, which does not check, reads it.

What is where, by the glTF 2.0 specification: an accessor (numbers of one type) lies in a buffer
view (a range of bytes), that in a buffer, and a .glb's buffer is its binary chunk.
"""

from __future__ import annotations

import json
import struct
from typing import Any

from voxnca.targets.reading import DamagedError

_JSON, _BINARY = 0x4E4F534A, 0x004E4942
_NUMBER_BYTES = {5120: 1, 5121: 1, 5122: 2, 5123: 2, 5125: 4, 5126: 4}
_NUMBERS = {"SCALAR": 1, "VEC2": 2, "VEC3": 3, "VEC4": 4, "MAT2": 4, "MAT3": 9, "MAT4": 16}
_LARGEST = 2**31


def check_glb(data: bytes) -> None:
    """Check that all accessors and buffer views lie within the file.

    Raises:
        DamagedError: when one does not, the file is cut, or is no binary glTF 2.0.
    """
    document, num_bytes = _chunks(data)
    try:
        _check(document, num_bytes)
    except (KeyError, TypeError, AttributeError) as error:
        raise DamagedError("its glTF description is not as it must be; export it again") from error


def _check(document: dict[str, Any], num_bytes: int) -> None:
    views = _list(document, "bufferViews")
    buffers = _list(document, "buffers")
    for number, buffer in enumerate(buffers):
        if number or "uri" in buffer:
            raise DamagedError("its numbers are in another file; export it as a single .glb")
        if _whole(buffer["byteLength"]) > num_bytes:
            raise DamagedError("its buffer is cut short; export it again")
    for view in views:
        _index(view["buffer"], buffers)
        if _whole(view.get("byteOffset", 0)) + _whole(view["byteLength"]) > num_bytes:
            raise DamagedError("a buffer view reaches beyond the file; export it again")
    for accessor in _list(document, "accessors"):
        _check_accessor(accessor, views)
    for image in _list(document, "images"):
        if "bufferView" in image:
            _index(image["bufferView"], views)


def _chunks(data: bytes) -> tuple[dict[str, Any], int]:
    """Return the description and the size of the binary chunk."""
    if len(data) < 20 or data[:4] != b"glTF" or struct.unpack_from("<I", data, 4)[0] != 2:
        raise DamagedError("it is no binary glTF 2.0; export it again as .glb")
    length, kind = struct.unpack_from("<II", data, 12)
    if kind != _JSON or 20 + length > len(data):
        raise DamagedError("its glTF description is cut short; export it again")
    try:
        document = json.loads(data[20 : 20 + length])
    except (ValueError, RecursionError) as error:
        raise DamagedError("its glTF description is not JSON; export it again") from error
    if not isinstance(document, dict):
        raise DamagedError("its glTF description is no object; export it again")
    start = 20 + length
    if start + 8 > len(data):
        return document, 0
    size, kind = struct.unpack_from("<II", data, start)
    return document, min(size, len(data) - start - 8) if kind == _BINARY else 0


def _check_accessor(accessor: dict[str, Any], views: list[dict[str, Any]]) -> None:
    count = _whole(accessor["count"])
    item = _NUMBER_BYTES[accessor["componentType"]] * _NUMBERS[accessor["type"]]
    if "sparse" in accessor:
        sparse = accessor["sparse"]
        rows = _whole(sparse["count"])
        indices, values = sparse["indices"], sparse["values"]
        _check_range(indices, views, rows, _NUMBER_BYTES[indices["componentType"]])
        _check_range(values, views, rows, item)
    if "bufferView" in accessor:
        _check_range(accessor, views, count, item)


def _check_range(
    place: dict[str, Any], views: list[dict[str, Any]], count: int, item_bytes: int
) -> None:
    view = _index(place["bufferView"], views)
    stride = _whole(view.get("byteStride", item_bytes))
    end = _whole(place.get("byteOffset", 0)) + stride * max(0, count - 1) + item_bytes
    if count and end > view["byteLength"]:
        raise DamagedError("an accessor counts beyond its buffer view; export it again")


def _list(document: dict[str, Any], name: str) -> list[dict[str, Any]]:
    items = document.get(name, [])
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        raise TypeError(name)
    return items


def _index(number: object, items: list[dict[str, Any]]) -> dict[str, Any]:
    place = _whole(number)
    if place >= len(items):
        raise KeyError(place)
    return items[place]


def _whole(number: object) -> int:
    if isinstance(number, bool) or not isinstance(number, int) or not 0 <= number < _LARGEST:
        raise TypeError(number)
    return number
