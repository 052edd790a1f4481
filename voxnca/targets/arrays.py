"""Cells from .npy files: colours, occupancy, or the state of a rule.

The header is matched, not evaluated, and no pickle is ever opened.
"""

from __future__ import annotations

import re
from math import prod

import numpy as np
import torch
from numpy.typing import NDArray

from voxnca.grid import ALIVE_THRESHOLD, ALPHA, to_rgba
from voxnca.targets.reading import DamagedError, Drawing, check_cells

DEFAULT_COLOUR = (94, 160, 200, 255)
"""RGBA of the cells of an array that has no colours."""
_MAGIC = b"\x93NUMPY"
_KINDS = re.compile(rb"'descr'\s*:\s*'([<>|=]?(?:b1|[iu][1248]|f[248]))'")
_FORTRAN = re.compile(rb"'fortran_order'\s*:\s*(True|False)")
_SHAPE = re.compile(rb"'shape'\s*:\s*\(([\d, ]{0,100})\)")
_FORMS = "(*space, 4) colours, (*space) occupancy or a (1, *space, C) state"

Array = NDArray[np.number | np.bool_]


def decode_npy(content: bytes, num_dims: int | None = None) -> Drawing:
    """Read an array; `*space` is `(H, W)` or `(D, H, W)`.

    - `(*space, 4)`: RGBA, straight alpha; whole numbers 0 to 255, or floats 0 to 1.
    - `(*space)`: occupancy; a cell is solid if True, not 0, or, as a float, above 0.5.
    - `(1, *space, C)`, floats: a state, as `voxnca grow -o x.npy` writes it.

    Args:
        content: the bytes of the file.
        num_dims: 2 or 3 decides between the readings of a shape that has two.

    Raises:
        DamagedError: when the bytes are no such array, cut off, or too large.
    """
    array = parse_npy(content)
    if array.dtype.kind == "f" and not np.isfinite(array).all():
        raise DamagedError("it holds values that are not finite; replace them")
    if _is_state(array, num_dims):
        return _of_state(array)
    if _is_colours(array, num_dims):
        return Drawing(_colours(array))
    if array.ndim in (2, 3) and num_dims in (None, array.ndim):
        return _of_occupancy(array, num_dims)
    raise DamagedError(f"its shape {array.shape} is none of {_FORMS}{_wanted(num_dims)}")


def parse_npy(content: bytes) -> Array:
    """Read an array of plain numbers, 2 to 5 axes, whatever it may stand for.

    Raises:
        DamagedError: when the bytes are no such array, cut off, or too large.
    """
    # The header is compared with the bytes that follow before they are looked at.
    if content[:6] != _MAGIC or len(content) < 12:
        raise DamagedError("no .npy file, by its first bytes; write it by numpy.save")
    width = 2 if content[6] == 1 else 4
    start = 8 + width + int.from_bytes(content[8 : 8 + width], "little")
    header = content[8 + width : min(start, 65536)]
    kind, fortran, shape = (regex.search(header) for regex in (_KINDS, _FORTRAN, _SHAPE))
    if not (kind and fortran and shape):
        raise DamagedError("it holds no plain numbers; save an array of numbers or booleans")
    dtype = np.dtype(kind[1].decode())
    sizes = tuple(int(size) for size in re.findall(rb"\d+", shape[1]))
    if not 2 <= len(sizes) <= 5:
        raise DamagedError(f"its shape {sizes} is none of {_FORMS}")
    check_cells(sizes[:-1] if len(sizes) > 3 and sizes[-1] else sizes)
    if start + prod(sizes) * dtype.itemsize > len(content):
        raise DamagedError(f"it is cut off: its shape is {sizes}, but values are missing")
    values = np.frombuffer(content, dtype, prod(sizes), offset=start)
    if dtype.kind == "b":  # bytes other than 0 and 1 are no booleans that numpy can compute with
        values = values.view(np.uint8) != 0
    return values.reshape(sizes, order="F" if fortran[1] == b"True" else "C")


def _is_state(array: Array, num_dims: int | None) -> bool:
    """Tell a state: floats `(B, *space, C)`. `(D, H, W, 4)` is taken for colours if D > 1."""
    if array.dtype.kind != "f" or array.ndim not in (4, 5) or array.shape[-1] < 4:
        return False
    if num_dims is not None:
        return num_dims == array.ndim - 2
    return array.ndim == 5 or array.shape[-1] > 4 or array.shape[0] == 1


def _is_colours(array: Array, num_dims: int | None) -> bool:
    return (
        array.dtype.kind != "b"
        and array.ndim in (3, 4)
        and array.shape[-1] == 4
        and num_dims in (None, array.ndim - 1)
    )


def _colours(array: Array) -> NDArray[np.uint8]:
    limit, slack = (1, 1e-3) if array.dtype.kind == "f" else (255, 0)
    if array.min() < -slack or array.max() > limit + slack:
        raise DamagedError(f"its {array.dtype} colours must lie from 0 to {limit}; rescale them")
    scaled = np.clip(array.astype(np.float32) * (255 / limit), 0, 255)
    whole: NDArray[np.uint8] = np.rint(scaled).astype(np.uint8)
    return whole


def _of_state(array: Array) -> Drawing:
    """Colour the live cells of the first state: the rest is what the alive mask left behind."""
    rgba = to_rgba(torch.from_numpy(np.clip(array[:1], -1e4, 1e4).astype(np.float32)))[0]
    rgba[rgba[..., ALPHA] <= ALIVE_THRESHOLD] = 0
    notes = ["The array was read as the state of a rule."]
    if len(array) > 1:
        notes.append(f"The file holds {len(array)} states; the first is the target.")
    return Drawing((rgba * 255).round().to(torch.uint8).numpy(), tuple(notes))


def _of_occupancy(array: Array, num_dims: int | None) -> Drawing:
    if array.shape[-1] == 3 and array.dtype.kind != "b" and num_dims is None:
        raise DamagedError(
            f"its shape {array.shape} may be colours or occupancy; "
            "add an alpha channel, or convert it by .astype(bool)"
        )
    solid = array > 0.5 if array.dtype.kind == "f" else array != 0
    rgba8 = np.where(solid[..., None], np.array(DEFAULT_COLOUR, np.uint8), np.uint8(0))
    return Drawing(rgba8, ("The array has no colours; its cells have the default colour.",))


def _wanted(num_dims: int | None) -> str:
    return f" in {num_dims}D" if num_dims else ""
