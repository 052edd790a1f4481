"""Draws moments into pictures to send, in the one thread that owns the GL contexts."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from io import BytesIO
from time import perf_counter

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from apps.lab.hit import Cell, Hit
from apps.lab.moment import Moment
from apps.viewer.camera import Camera, OrbitCamera, PlaneCamera, Spot
from apps.viewer.patience import give_way
from apps.viewer.plane import draw_plane
from apps.viewer.scene import Scene, Window
from apps.viewer.theme import Theme

JPEG_QUALITY = 88


@dataclass(frozen=True)
class View:
    """What a tab wants to see.

    Attributes:
        moments: of the creature, and of the one beside it, if any: side by side, in equal parts
            of the frame.
        camera: from where, the same for all; of the moments' dimension.
        size: (width, height) in pixels.
        theme: dark or light.
        smooth: whether edges are worth four times the work.
    """

    moments: tuple[Moment, ...]
    camera: Camera
    size: tuple[int, int]
    theme: Theme
    smooth: bool

    @property
    def part_size(self) -> tuple[int, int]:
        """(width, height) of the part of the frame that one moment has."""
        return max(1, self.size[0] // len(self.moments)), self.size[1]

    def pick(self, x: float, y: float) -> tuple[int, ...] | None:
        """Return the solid cell that is seen at (x, y), fractions of the frame, or None."""
        moment, x = self.part(x)
        width, height = self.part_size
        return self.camera.pick(moment, x, y, width / height)

    def touch(self, x: float, y: float) -> Hit | None:
        """Return the face, the floor or in 2D the cell that is seen at (x, y), or None."""
        moment, x = self.part(x)
        width, height = self.part_size
        return self.camera.touch(moment, x, y, width / height)

    def touch_wall(self, x: float, y: float) -> Hit | None:
        """Return the face of a wall, in 2D the cell, that is seen at (x, y), through all else."""
        moment, x = self.part(x)
        if moment.scenery is None:
            return None
        width, height = self.part_size
        bare = replace(moment, cells=moment.scenery.walls)
        seen = self.camera.pick(bare, x, y, width / height)
        return None if seen is None else self.camera.touch(bare, x, y, width / height)

    def slide_beacon(self, x: float, y: float) -> Cell | None:
        """Return the cell to which a mouse at (x, y) drags the beacon; None without one."""
        moment, x = self.part(x)
        if moment.scenery is None or moment.scenery.beacon is None:
            return None
        width, height = self.part_size
        cell = self.camera.slide(moment.scenery.beacon, x, y, width / height)
        return tuple(min(max(c, 0), n - 1) for c, n in zip(cell, moment.space, strict=True))

    @property
    def beacon_spot(self) -> Spot | None:
        """Where in its part of the frame the beacon is seen; None without one."""
        scenery = self.moments[0].scenery
        if scenery is None or scenery.beacon is None:
            return None
        width, height = self.part_size
        return self.camera.spot(scenery.beacon, width / height)

    @property
    def is_flat(self) -> bool:
        """Whether it shows a plane."""
        return isinstance(self.camera, PlaneCamera)

    def part(self, x: float) -> tuple[Moment, float]:
        """Return whose part of the frame x is in, and x as a fraction of that part."""
        count = len(self.moments)
        index = min(int(x * count), count - 1)
        return self.moments[index], x * count - index


@dataclass(frozen=True, eq=False)
class Picture:
    """A view that was drawn.

    Attributes:
        data: a JPEG of a 3D view, a PNG of a 2D one.
        seconds: it took.
    """

    data: bytes
    seconds: float


class Painter:
    """Owns the scenes, and windows for each tab that sees something in 3D."""

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="voxnca-gl", initializer=give_way)
        self._scenes: list[Scene] = []
        self._windows: dict[object, list[Window]] = {}

    async def paint(self, tab: object, view: View) -> Picture:
        """Draw a view in the window of a tab."""
        return await asyncio.get_running_loop().run_in_executor(
            self._thread, self._paint, tab, view
        )

    def forget(self, tab: object) -> None:
        """Close the window of a tab, after what is being drawn."""
        self._thread.submit(self._close, tab)

    def close(self) -> None:
        """Close all windows, in the thread that opened them."""
        for tab in list(self._windows):
            self.forget(tab)
        self._thread.shutdown(wait=False)

    def _paint(self, tab: object, view: View) -> Picture:
        start = perf_counter()
        parts = [self._draw(tab, view, k) for k in range(len(view.moments))]
        pixels = parts[0] if len(parts) == 1 else np.concatenate(parts, axis=1)
        data = (
            _encode(pixels, "PNG", compress_level=1)
            if view.is_flat
            else _encode(pixels, "JPEG", quality=JPEG_QUALITY)
        )
        return Picture(data, perf_counter() - start)

    def _draw(self, tab: object, view: View, index: int) -> NDArray[np.uint8]:
        """Draw one of the moments of a view."""
        moment, camera = view.moments[index], view.camera
        if isinstance(camera, PlaneCamera):
            return draw_plane(moment, camera, view.part_size, view.theme)
        assert isinstance(camera, OrbitCamera)
        window = self._window(tab, index)
        return window.draw(moment, camera, view.part_size, view.theme, smooth=view.smooth)

    def _window(self, tab: object, index: int) -> Window:
        """Return a tab's window onto one of the scenes, which all tabs share."""
        windows = self._windows.setdefault(tab, [])
        while len(windows) <= index:
            if len(self._scenes) <= len(windows):
                self._scenes.append(Scene())
            windows.append(Window(self._scenes[len(windows)]))
        return windows[index]

    def _close(self, tab: object) -> None:
        for window in self._windows.pop(tab, []):
            window.close()


def _encode(pixels: NDArray[np.uint8], kind: str, **options: int) -> bytes:
    buffer = BytesIO()
    Image.fromarray(pixels).save(buffer, kind, **options)
    return buffer.getvalue()
