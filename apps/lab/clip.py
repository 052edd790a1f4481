"""A piece of a creature's past as a picture or a movie."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, prod

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from apps.lab.past import Past, Snapshot
from voxnca.errors import ArgumentError
from voxnca.export.movie import encode_gif, encode_mp4
from voxnca.export.pictures import SOFT_BACKGROUND, encode_png, picture

KINDS = ("gif", "mp4", "png")
MAX_FRAMES = 120
"""A longer piece is shown at intervals."""
MAX_BYTES = 2**28
"""Of a movie's frames while it is drawn."""
STRIP_FRAMES, STRIP_COLUMNS = 8, 4
"""A piece as one picture: so many moments of it, in rows."""

Bytes = NDArray[np.uint8]


@dataclass(frozen=True, eq=False)
class Clip:
    """Some states, one a step. Never changes, so that another thread may draw it.

    Attributes:
        states: at least one, in order.
        space: sizes of the grid.
    """

    states: tuple[Snapshot, ...]
    space: tuple[int, ...]

    @classmethod
    def of_past(
        cls, past: Past, space: tuple[int, ...], first_step: int | None, last_step: int | None
    ) -> Clip:
        """Take what is kept from one step to another, both included; None is the end kept.

        Raises:
            ArgumentError: when nothing of it is kept.
        """
        first, last = past.steps
        wanted = (
            first if first_step is None else first_step,
            last if last_step is None else last_step,
        )
        states = past.between(*wanted)
        if not states:
            raise ArgumentError(
                f"steps {wanted[0]} to {wanted[1]} are not kept; choose from {first} to {last}"
            )
        return cls(tuple(states), space)

    def encode(self, kind: str, *, fps: float = 20, size_px: int = 384) -> bytes:
        """Return a file.

        Args:
            kind: `gif` or `mp4`, a movie; `png`, the one state, or moments of the piece in rows.
            fps: frames a second of a movie, 1 to 50.
            size_px: longest side of a frame, at most.

        Raises:
            ArgumentError: for another kind, or an impossible `fps` or size.
        """
        if kind not in KINDS:
            raise ArgumentError(f"kind={kind!r} is unknown; use one of: {', '.join(KINDS)}")
        if kind == "png":
            return self._strip(size_px)
        most = max(2, min(MAX_FRAMES, MAX_BYTES // (4 * prod(self.space))))
        chosen = self.states[:: ceil(len(self.states) / most)]
        if chosen[-1] is not self.states[-1]:
            chosen = (*chosen, self.states[-1])
        encode = encode_gif if kind == "gif" else encode_mp4
        return encode(self._drawn(chosen), fps=fps, size_px=size_px)

    def _strip(self, size_px: int) -> bytes:
        if len(self.states) == 1:
            return encode_png(self._drawn(self.states)[0], size_px=size_px)
        count = min(STRIP_FRAMES, len(self.states))
        at = np.linspace(0, len(self.states) - 1, count).round().astype(int)
        frames = self._drawn([self.states[i] for i in at])
        images = [
            picture(frame, size_px=size_px, background=SOFT_BACKGROUND, crop=False)
            for frame in frames
        ]
        return _in_rows(images)

    def _drawn(self, states: Sequence[Snapshot]) -> list[Bytes]:
        """Return colours uint8 `(*box, 4)`; voxels in the smallest box that holds all of them."""
        low, high = np.zeros(len(self.space), int), np.array(self.space)
        if len(self.space) == 3:
            low, high = _box(states)
        return [_colours(state, low, high) for state in states]


def _box(states: Sequence[Snapshot]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the low and high corner, high excluded, of what is solid in any state."""
    painted = [state.painted() for state in states]
    cells = np.concatenate([cells[rgba[:, 3] > 127] for cells, rgba in painted])
    if len(cells) == 0:
        return np.zeros(3, np.int64), np.ones(3, np.int64)
    return cells.min(0), cells.max(0) + 1


def _colours(state: Snapshot, low: NDArray[np.int64], high: NDArray[np.int64]) -> Bytes:
    cells, rgba = state.painted()
    inside = ((cells >= low) & (cells < high)).all(1)
    drawn = np.zeros((*(high - low), 4), np.uint8)
    drawn[tuple((cells[inside] - low).T)] = rgba[inside]
    return drawn


def _in_rows(images: Sequence[Image.Image]) -> bytes:
    width, height = images[0].size
    columns = min(STRIP_COLUMNS, len(images))
    size = columns * width, ceil(len(images) / columns) * height
    strip = Image.new("RGB", size, SOFT_BACKGROUND)
    for i, image in enumerate(images):
        strip.paste(image.convert("RGB"), (i % columns * width, i // columns * height))
    buffer = io.BytesIO()
    strip.save(buffer, "PNG", optimize=True)
    return buffer.getvalue()
