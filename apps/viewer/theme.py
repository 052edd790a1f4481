"""The colours behind the creature, dark and light."""

from __future__ import annotations

from dataclasses import dataclass

Rgb = tuple[int, int, int]


@dataclass(frozen=True)
class Theme:
    """Colours as sRGB bytes.

    Attributes:
        ground: of the background; the page lays a soft gradient over it.
        paper: of the empty grid in 2D.
        floor: of what a 3D creature stands on.
        fog: of alpha shown as a volume.
        ink: of alpha shown on paper.
        wall: of blocked cells.
        hatch: of the stripes on them in 2D.
        glass: of them in 3D.
    """

    ground: Rgb
    paper: Rgb
    floor: Rgb
    fog: Rgb
    ink: Rgb
    wall: Rgb
    hatch: Rgb
    glass: Rgb


DARK = Theme(
    ground=(30, 35, 46),
    paper=(188, 196, 210),
    floor=(56, 65, 84),
    fog=(222, 232, 246),
    ink=(16, 20, 30),
    wall=(72, 80, 98),
    hatch=(92, 101, 121),
    glass=(196, 209, 232),
)
LIGHT = Theme(
    ground=(236, 240, 245),
    paper=(255, 255, 255),
    floor=(250, 251, 253),
    fog=(38, 52, 78),
    ink=(16, 20, 30),
    wall=(112, 121, 138),
    hatch=(134, 143, 160),
    glass=(132, 145, 172),
)

RIM: Rgb = (58, 44, 8)
ROOT: Rgb = (128, 82, 50)
"""Of the beacon's edge and of the root, on any ground."""
