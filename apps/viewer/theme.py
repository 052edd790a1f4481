"""The colours behind the creature, dark and light."""

from __future__ import annotations

from dataclasses import dataclass

Rgb = tuple[int, int, int]


@dataclass(frozen=True)
class Theme:
    """Colours as sRGB bytes.

    Attributes:
        top: of the background's gradient.
        bottom: of the background's gradient.
        paper: of the empty grid in 2D.
        floor: on which a 3D creature stands.
    """

    top: Rgb
    bottom: Rgb
    paper: Rgb
    floor: Rgb


DARK = Theme(top=(46, 54, 70), bottom=(17, 20, 27), paper=(36, 42, 54), floor=(52, 60, 76))
LIGHT = Theme(
    top=(250, 251, 253), bottom=(219, 225, 233), paper=(255, 255, 255), floor=(232, 236, 242)
)
