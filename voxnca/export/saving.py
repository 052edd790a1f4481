"""What to write, by the suffix of the file."""

from __future__ import annotations

import io
from collections.abc import Iterable
from pathlib import Path

import numpy as np
from torch import Tensor

from voxnca.atomic import write_bytes
from voxnca.errors import ArgumentError
from voxnca.export.colours import to_rgba8
from voxnca.export.voxels import encode_vox
from voxnca.states import Colors

MOVIE_SUFFIXES = (".gif", ".mp4")
SUFFIXES = (".png", *MOVIE_SUFFIXES, ".vox", ".npy")


def check_suffix(path: str | Path) -> str:
    """Return the suffix of a file that `save_state` or `save_movie` can write, in lower case.

    Raises:
        ArgumentError: for any other suffix.
    """
    suffix = Path(path).suffix.lower()
    if suffix not in SUFFIXES:
        raise ArgumentError(f"{str(path)!r} cannot be written; end it in {', '.join(SUFFIXES)}")
    return suffix


def save_state(
    state: Tensor, path: str | Path, *, size_px: int = 512, colors: Colors | None = None
) -> None:
    """Write one state.

    `.png` is a picture: in 2D the pixels, enlarged by a whole factor, in 3D the solid voxels
    seen from a corner. `.vox` holds the solid voxels for MagicaVoxel (255 colours at most; more
    are merged), `.npy` the state itself, float32, of any batch size.

    Args:
        state: `(1, *space, C)`.
        path: of the file; an older one is replaced.
        size_px: longest side of a picture, at most.
        colors: of a discrete rule's states, `model.colors`; a picture is drawn upon the first.

    Raises:
        ArgumentError: for an unknown suffix, or a state that such a file cannot hold.
        FileError: when the file cannot be written.
    """
    suffix = check_suffix(path)
    if suffix in MOVIE_SUFFIXES:
        raise ArgumentError(f"{str(path)!r} is a movie; pass its states to save_movie")
    if suffix == ".npy":
        content = _encode_npy(state)
    elif suffix == ".vox":
        content = encode_vox(to_rgba8(state, colors=colors))
    else:
        from voxnca.export.pictures import encode_png  # noqa: PLC0415  # Pillow, on first use

        background = colors[0] if colors else None
        rgba8 = to_rgba8(state, colors=colors)
        content = encode_png(rgba8, size_px=size_px, background=background)
    write_bytes(path, content)


def save_movie(
    states: Iterable[Tensor],
    path: str | Path,
    *,
    fps: float = 20,
    size_px: int = 384,
    colors: Colors | None = None,
) -> None:
    """Write states as the frames of a movie; all share one view, and a .gif loops.

    Args:
        states: each `(1, *space, C)`, all of one space.
        path: of the .gif or .mp4 file; an older one is replaced.
        fps: frames a second, 1 to 50; GIF counts time in hundredths of a second.
        size_px: longest side, at most.
        colors: of a discrete rule's states, `model.colors`; the first is the background.

    Raises:
        ArgumentError: for another suffix, an impossible `fps`, or no states.
        FileError: when the file cannot be written.
    """
    suffix = check_suffix(path)
    if suffix not in MOVIE_SUFFIXES:
        raise ArgumentError(f"{str(path)!r} holds no movie; end it in {', '.join(MOVIE_SUFFIXES)}")
    # Pillow, on first use
    from voxnca.export.movie import encode_gif, encode_mp4  # noqa: PLC0415
    from voxnca.export.pictures import SOFT_BACKGROUND  # noqa: PLC0415

    frames = [to_rgba8(state, colors=colors) for state in states]
    background = colors[0] if colors else SOFT_BACKGROUND
    encode = encode_gif if suffix == ".gif" else encode_mp4
    write_bytes(path, encode(frames, fps=fps, size_px=size_px, background=background))


def _encode_npy(state: Tensor) -> bytes:
    buffer = io.BytesIO()
    np.save(buffer, state.detach().cpu().float().numpy(), allow_pickle=False)
    return buffer.getvalue()
