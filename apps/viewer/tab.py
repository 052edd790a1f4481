"""One page in a browser: its camera, the size of its frames, and the last frames it was sent."""

from __future__ import annotations

import struct
from collections import OrderedDict
from dataclasses import dataclass
from math import nan

from apps.lab.moment import Moment
from apps.viewer.camera import Camera, home
from apps.viewer.painter import Picture, View
from apps.viewer.theme import DARK, LIGHT, Theme

MAX_KEPT_FRAMES = 8
"""Frames are acknowledged one by one: a click is never older than two."""
MIN_SIDE, MAX_SIDE = 16, 8192
MAX_PIXELS = 1_400_000
"""Larger windows get smaller frames, which the browser stretches: software fills every pixel."""
SMOOTH_SECONDS = 0.045
"""A smooth frame may take this long while the creature moves; standing still, any time."""
SMOOTH_COST = 3.0
"""A smooth frame takes about so many times as long as a rough one."""


@dataclass(frozen=True, eq=False)
class Frame:
    """What a tab was shown, kept so that a click on it finds what its user saw.

    Attributes:
        number: counts the frames of the tab.
        view: what was drawn.
        is_final: whether a still picture would look no better.
    """

    number: int
    view: View
    is_final: bool

    def header(self) -> bytes:
        """Return what the page is told with a picture, big-endian.

        That is number, run, step, wounds and finality as unsigned 32-bit integers; then as 32-bit
        floats where the beacon is seen in the creature's part of the frame, fractions of its width
        and height, and how high a cell is there; NaN without a beacon.
        """
        moment = self.view.moments[0]
        fields = self.number, moment.run, moment.step_index, moment.num_wounds, self.is_final
        spot = self.view.beacon_spot or (nan, nan, nan)
        return struct.pack(">5I3f", *(field % 2**32 for field in fields), *spot)

    def pick(self, x: float, y: float) -> tuple[int, ...] | None:
        """Return the solid cell that was seen at (x, y), fractions of the frame, or None."""
        return self.view.pick(x, y)


class Tab:
    """What belongs to one tab alone."""

    def __init__(self, moment: Moment) -> None:
        self._camera, self._run = home(moment), moment.run
        self._size: tuple[int, int] = (960, 640)
        self._theme: Theme = DARK
        self._frames: OrderedDict[int, Frame] = OrderedDict()
        self._number = 0
        self._rough_seconds = SMOOTH_SECONDS

    @property
    def camera(self) -> Camera:
        """From where the tab looks."""
        return self._camera

    def resize(self, width: float, height: float, *, dark: bool) -> None:
        """Fit the frames to the page: its size in pixels, and its theme."""
        shrink = min(1.0, (MAX_PIXELS / (width * height)) ** 0.5)
        self._size = max(MIN_SIDE, round(width * shrink)), max(MIN_SIDE, round(height * shrink))
        self._theme = DARK if dark else LIGHT

    def turn(self, dx: float, dy: float) -> None:
        """Follow a drag."""
        self._camera = self._camera.turn(dx, dy)

    def pan(self, dx: float, dy: float) -> None:
        """Follow a drag that moves the picture along."""
        self._camera = self._camera.pan(dx, dy)

    def zoom(self, factor: float) -> None:
        """Follow the wheel."""
        self._camera = self._camera.zoom(factor)

    def go_home(self, moment: Moment) -> None:
        """Show the whole creature again."""
        self._camera = home(moment)

    def view(self, moments: tuple[Moment, ...], *, still: bool, thrifty: bool = False) -> View:
        """Return what to draw now; another run is looked at from home.

        Args:
            moments: what there is to see.
            still: whether nothing moves.
            thrifty: whether others need the processor more.
        """
        moment = moments[0]
        if moment.run != self._run:
            self._camera, self._run = home(moment), moment.run
        quick = self._rough_seconds * SMOOTH_COST <= SMOOTH_SECONDS
        smooth = still or (quick and not thrifty)
        return View(moments, self._camera, self._size, self._theme, smooth)

    def keep(self, view: View, picture: Picture) -> Frame:
        """Number a drawn view and keep it for clicks."""
        cost = picture.seconds / (SMOOTH_COST if view.smooth else 1)
        self._rough_seconds += 0.2 * (cost - self._rough_seconds)
        self._number += 1
        frame = Frame(self._number, view, is_final=view.smooth or view.moments[0].num_dims == 2)
        self._frames[frame.number] = frame
        if len(self._frames) > MAX_KEPT_FRAMES:
            self._frames.popitem(last=False)
        return frame

    def frame(self, number: int) -> Frame | None:
        """Return one of the last frames."""
        return self._frames.get(number)
