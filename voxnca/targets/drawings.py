"""The built-in 2D shapes, each drawn at any size."""

from __future__ import annotations

import numpy as np

from voxnca.targets.canvas import Canvas


def butterfly(size: int) -> Canvas:
    """A swallowtail: two pairs of banded wings, a dark body."""
    c = Canvas(size, (0.84, 1))
    side = abs(c.x)
    upper = ((side - 0.27) / 0.23) ** 2 + ((c.y - 0.17 - 0.4 * (side - 0.27)) / 0.2) ** 2 <= 1
    lower = ((side - 0.2) / 0.18) ** 2 + ((c.y + 0.2 - 0.2 * (side - 0.2)) / 0.18) ** 2 <= 1
    tail = (abs(side - 0.25) <= 0.035) & (c.y < -0.3) & (c.y > -0.42)
    c.paint(upper | lower | tail, "#2b2a3a")
    c.tint(
        ((side - 0.25) / 0.17) ** 2 + ((c.y - 0.16 - 0.4 * (side - 0.25)) / 0.14) ** 2 <= 1,
        "#f29f2e",
    )
    c.tint(
        ((side - 0.18) / 0.12) ** 2 + ((c.y + 0.18 - 0.2 * (side - 0.18)) / 0.12) ** 2 <= 1,
        "#e5533c",
    )
    c.tint(np.hypot(side - 0.32, c.y - 0.22) <= 0.055, "#fbe9a0")
    c.tint(np.hypot(side - 0.2, c.y + 0.24) <= 0.05, "#5b8fe0")
    c.paint((side <= 0.045) & (abs(c.y) <= 0.3), "#3d2b24")
    return c


def flower(size: int) -> Canvas:
    """A daisy with eight petals, a stem and two leaves."""
    c = Canvas(size, (1, 0.72))
    c.paint(
        (abs(c.x - 0.03 * np.sin(8 * c.y)) <= max(0.035, 0.6 * c.cell)) & (c.y < 0.1), "#3f8f3b"
    )
    c.paint(c.ellipsoid((0.15, -0.3), (0.15, 0.07)), "#57ad47")
    c.paint(c.ellipsoid((-0.14, -0.36), (0.14, 0.065)), "#4a9c40")
    up = c.y - 0.16
    reach, turn = np.hypot(c.x, up), np.arctan2(up, c.x)
    c.paint(reach <= 0.2 + 0.14 * abs(np.cos(4 * turn)), "#f7f3ff")
    c.tint((reach > 0.12) & (abs(np.cos(4 * turn)) < 0.35) & (reach <= 0.34), "#c9b6f2")
    c.paint(reach <= 0.12, "#f4bc2c")
    c.tint((reach <= 0.12) & (up < -0.03), "#dd9a1e")
    return c


def gecko(size: int) -> Canvas:
    """A gecko from above, tail curled to one side."""
    c = Canvas(size, (1, 0.78))
    green, dark = "#49b04a", "#2f7f3c"
    for turn in np.linspace(0, 1, 24):
        x = 0.02 + 0.22 * np.sin(2.6 * turn)
        y = -0.1 - 0.36 * np.sin(1.75 * turn)
        c.paint(c.ball((x, y), 0.085 * (1 - 0.55 * turn)), green)
    for x, y in ((-1, 0.14), (1, 0.18), (-1, -0.12), (1, -0.08)):
        elbow, hand = (0.24 * x, y + 0.02), (0.3 * x, y + (0.1 if y > 0 else -0.1))
        c.paint(c.capsule((0.06 * x, y), elbow, 0.045), green)
        c.paint(c.capsule(elbow, hand, 0.04), green)
        c.paint(c.ball(hand, 0.075), "#8fd46a")
    c.paint(c.ellipsoid((0, 0.04), (0.13, 0.24)), green)
    c.paint(c.ellipsoid((0, 0.345), (0.135, 0.155)), green)
    c.tint((abs(c.x) <= 0.035) & (c.y < 0.3), dark)
    for y in (-0.08, 0.04, 0.16):
        c.tint(c.ball((-0.07, y), 0.035) | c.ball((0.07, y + 0.05), 0.035), "#f0c53a")
    for x in (-0.09, 0.09):
        c.paint(c.ball((x, 0.4), 0.05), "#fdf6df")
        c.paint(c.ball((x, 0.41), 0.025), "#26221f")
    return c


def heart(size: int) -> Canvas:
    """A red heart with a highlight and a shadow."""
    c = Canvas(size, (0.92, 1))
    x, y = c.x / 0.438, (c.y + 0.055) / 0.404
    body = (x**2 + y**2 - 1) ** 3 - x**2 * y**3 <= 0
    c.paint(body, "#de2f45")
    c.tint(body & (np.hypot(c.x + 0.08, c.y - 0.1) > 0.44), "#b01f3a")
    c.tint(c.ellipsoid((-0.22, 0.2), (0.1, 0.075)), "#ff9aa8")
    return c
