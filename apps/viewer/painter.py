"""Draws moments into pictures to send, in the one thread that owns the GL contexts."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from io import BytesIO
from time import perf_counter

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from apps.lab.moment import Moment
from apps.viewer.camera import Camera, OrbitCamera, PlaneCamera
from apps.viewer.plane import draw_plane
from apps.viewer.scene import Scene, Window
from apps.viewer.theme import Theme

JPEG_QUALITY = 88


@dataclass(frozen=True)
class View:
    """What a tab wants to see.

    Attributes:
        moment: of the run.
        camera: from where; of the moment's dimension.
        size: (width, height) in pixels.
        theme: dark or light.
        smooth: whether edges are worth four times the work.
    """

    moment: Moment
    camera: Camera
    size: tuple[int, int]
    theme: Theme
    smooth: bool


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
    """Owns the scene, and a window for each tab that sees something in 3D."""

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="voxnca-gl")
        self._scene: Scene | None = None
        self._windows: dict[object, Window] = {}

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
        if isinstance(view.camera, PlaneCamera):
            pixels = draw_plane(view.moment, view.camera, view.size, view.theme)
            data = _encode(pixels, "PNG", compress_level=1)
        else:
            data = _encode(self._draw_scene(tab, view), "JPEG", quality=JPEG_QUALITY)
        return Picture(data, perf_counter() - start)

    def _draw_scene(self, tab: object, view: View) -> NDArray[np.uint8]:
        assert isinstance(view.camera, OrbitCamera)
        if self._scene is None:
            self._scene = Scene()
        if tab not in self._windows:
            self._windows[tab] = Window(self._scene)
        return self._windows[tab].draw(
            view.moment, view.camera, view.size, view.theme, smooth=view.smooth
        )

    def _close(self, tab: object) -> None:
        window = self._windows.pop(tab, None)
        if window is not None:
            window.close()


def _encode(pixels: NDArray[np.uint8], kind: str, **options: int) -> bytes:
    buffer = BytesIO()
    Image.fromarray(pixels).save(buffer, kind, **options)
    return buffer.getvalue()
