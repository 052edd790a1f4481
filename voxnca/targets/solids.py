"""The built-in 3D shapes, each drawn at any size. The fronts look towards -y."""

from __future__ import annotations

import numpy as np

from voxnca.targets.canvas import Canvas


def mushroom(size: int) -> Canvas:
    """A toadstool: red cap with white dots, cream stem."""
    c = Canvas(size, (1, 0.88, 0.88))
    c.paint((np.hypot(c.x, c.y) <= 0.13 + 0.05 * (c.z < -0.4)) & (c.z < 0.1), "#f2e3c6")
    cap = c.ellipsoid((0, 0, 0.14), (0.44, 0.44, 0.36)) & (c.z > 0.08)
    c.paint(cap, "#d3392f")
    c.tint(cap & (c.z < 0.08 + c.cell), "#f0cfa8")
    for angle, height, radius in (
        (0.3, 0.26, 0.11),
        (1.6, 0.2, 0.1),
        (2.8, 0.3, 0.11),
        (4.1, 0.19, 0.1),
        (5.3, 0.24, 0.1),
    ):
        reach = 0.44 * np.sqrt(1 - ((height - 0.14) / 0.36) ** 2)
        place = (reach * np.cos(angle), reach * np.sin(angle), height)
        c.tint(cap & c.ball(place, radius), "#fff6ea")
    c.tint(cap & c.ball((0, 0, 0.5), 0.12), "#fff6ea")
    return c


def house(size: int) -> Canvas:
    """A hollow cottage: thin walls, an open door, windows, a hearth under the chimney."""
    c = Canvas(size, (1, 0.84, 0.92))
    wall = max(1, round(size / 20)) * c.cell
    half_x, half_y, eaves, floor = 0.38, 0.34, 0.02, -0.5
    room = (abs(c.x) <= half_x) & (abs(c.y) <= half_y) & (c.z < eaves)
    inner = (abs(c.x) <= half_x - wall) & (abs(c.y) <= half_y - wall)
    c.paint(room, "#f3dfb5")
    c.tint(room & (c.z < floor + 0.1), "#9a8f88")
    roof_height = 0.42 * (1 - abs(c.x) / 0.46) + eaves
    roof = (c.z >= eaves) & (c.z <= roof_height + c.cell) & (abs(c.y) <= 0.42)
    c.paint(roof, "#b5443c")
    c.tint(roof & (abs(c.y) <= half_y) & (c.z < roof_height - wall), "#f3dfb5")
    c.clear(inner & (c.z > floor + wall) & (c.z < roof_height - wall) & (abs(c.y) <= 0.34))
    stack = (abs(c.x - 0.1) <= 0.08) & (abs(c.y - 0.04) <= 0.08)
    c.paint(stack, "#8d6e63")
    front = c.y < -half_y + wall
    c.tint(front & (abs(c.x + 0.06) <= 0.13) & (c.z < -0.12), "#5d4037")
    c.clear(front & (abs(c.x + 0.06) <= 0.09) & (c.z < -0.16) & (c.z > floor + wall))
    pane = abs(c.z + 0.2) <= 0.08
    c.tint((abs(c.x) > half_x - wall) & (abs(c.y) <= 0.1) & pane, "#6ec3e8")
    c.tint((abs(c.x - 0.22) <= 0.07) & (abs(c.y) > half_y - wall) & pane, "#6ec3e8")
    return c


def tree(size: int) -> Canvas:
    """A broad-leaved tree with apples on a forked trunk."""
    c = Canvas(size, (1, 0.84, 0.84))
    c.paint((np.hypot(c.x, c.y) <= 0.09 + 0.08 * np.clip(-0.38 - c.z, 0, 1) / 0.12), "#7b5433")
    c.clear(c.z > 0.2)
    for reach, height in ((-0.2, 0.02), (0.2, 0.06)):
        c.paint(c.capsule((0, 0, -0.2), (reach, reach / 2, height), 0.06), "#7b5433")
    for x, y, z, radius, green in (
        (0.0, 0.0, 0.22, 0.28, "#4f9d3a"),
        (-0.2, -0.08, 0.06, 0.2, "#3f8a35"),
        (0.2, 0.1, 0.1, 0.21, "#5cad42"),
        (0.05, -0.2, 0.12, 0.2, "#478f38"),
        (-0.06, 0.2, 0.08, 0.2, "#3f8a35"),
    ):
        c.paint(c.ball((x, y, z), radius), green)
    for x, y, z in (
        (-0.33, -0.1, 0.0),
        (0.05, -0.36, 0.08),
        (0.33, 0.05, 0.02),
        (-0.15, -0.18, 0.3),
        (0.18, 0.12, 0.36),
        (-0.05, 0.36, 0.02),
    ):
        c.tint(c.ball((x, y, z), 0.08), "#d8382c")
    return c


def duck(size: int) -> Canvas:
    """A bath duck looking over its shoulder."""
    c = Canvas(size, (0.88, 0.62, 1))
    yellow = "#f7cf2d"
    c.paint(c.ellipsoid((0.02, 0, -0.2), (0.48, 0.3, 0.24)), yellow)
    c.paint(c.capsule((0.3, 0, -0.12), (0.46, 0, 0.08), 0.07), yellow)
    c.tint(c.z < -0.36, "#e7a91f")
    for side in (-1, 1):
        wing = c.ellipsoid((0.1, side * 0.27, -0.16), (0.24, 0.08, 0.14))
        c.paint(wing, "#eab526")
    c.paint(c.capsule((-0.18, 0, -0.1), (-0.2, 0, 0.1), 0.15), yellow)
    c.paint(c.ball((-0.2, -0.02, 0.22), 0.22), yellow)
    c.paint(c.ellipsoid((-0.38, -0.1, 0.18), (0.12, 0.12, 0.06)), "#ee7b22")
    for y, x in ((-0.2, -0.26), (0.09, -0.38)):
        c.tint(c.ball((x, y, 0.28), 0.06), "#26221f")
    return c


def donut(size: int) -> Canvas:
    """A ring of dough with pink icing and sprinkles: a body with a hole through it."""
    c = Canvas(size, (0.34, 1, 1))
    around = np.hypot(c.x, c.y) - 0.33
    ring = around**2 + c.z**2 <= 0.17**2
    c.paint(ring, "#d69a54")
    angle = np.arctan2(c.y, c.x)
    iced = c.z > 0.02 + 0.03 * np.sin(5 * angle)
    c.tint(iced, "#f27ba5")
    colours = ("#fff3c4", "#6fd0e0", "#f9e04c", "#ffffff", "#8bd450")
    for index in range(15):
        turn = 2.4 * index
        reach = 0.33 + 0.09 * np.sin(1.7 * index)
        place = (reach * np.cos(turn), reach * np.sin(turn), 0.15)
        c.tint(iced & c.ball(place, 0.055), colours[index % len(colours)])
    return c


def jellyfish(size: int) -> Canvas:
    """A thin bell with eight trailing tentacles."""
    c = Canvas(size, (1, 0.8, 0.8))
    thick = max(1.5, size / 13) * c.cell
    outer = c.ellipsoid((0, 0, 0.08), (0.4, 0.4, 0.42))
    inner = c.ellipsoid((0, 0, 0.08), (0.4 - thick, 0.4 - thick, 0.42 - thick))
    bell = outer & ~inner & (c.z > 0.02)
    c.paint(bell, "#8f6be8")
    c.tint(bell & (c.z < 0.02 + 2 * c.cell), "#f2a7d8")
    c.tint(bell & (np.sin(4 * np.arctan2(c.y, c.x)) > 0.75), "#6d8cf0")
    c.paint(c.capsule((0, 0, 0.4), (0, 0, -0.12), 0.1), "#f2a7d8")
    for index in range(8):
        turn = 2 * np.pi * (index + 0.5) / 8
        x, y = 0.36 * np.cos(turn), 0.36 * np.sin(turn)
        length = -0.5 if index % 2 else -0.34
        c.paint(c.capsule((x, y, 0.08), (0.8 * x, 0.8 * y, length), 0.045), "#7fd3ea")
    return c


def turtle(size: int) -> Canvas:
    """A sea turtle under way: a domed shell with scutes, four flippers, a raised head."""
    c = Canvas(size, (0.44, 1, 0.98))
    skin, dark = "#7cb98a", "#3f7d63"
    for side in (-1, 1):
        for start, end, radius in (
            ((0.2, -0.17, -0.06), (0.36, -0.22, -0.08), 0.075),
            ((0.36, -0.22, -0.08), (0.44, -0.02, -0.1), 0.055),
            ((0.15, 0.24, -0.07), (0.27, 0.42, -0.1), 0.065),
        ):
            ends = [(side * x, y, z) for x, y, z in (start, end)]
            c.paint(c.capsule(ends[0], ends[1], radius), skin)
    for x, y in ((0.4, -0.13), (0.33, -0.22), (0.24, 0.37)):
        for side in (-1, 1):
            c.tint(c.ball((side * x, y, -0.04), 0.045), dark)
    c.paint(c.capsule((0, 0.34, -0.08), (0, 0.48, -0.11), 0.035), skin)
    c.paint(c.ellipsoid((0, 0.05, -0.08), (0.25, 0.32, 0.1)), "#f0dfa6")
    dome = c.ellipsoid((0, 0.05, -0.07), (0.29, 0.36, 0.25)) & (c.z > -0.07)
    c.paint(dome, "#8a5a33")
    ring = np.hypot(c.x / 0.29, (c.y - 0.05) / 0.36)
    seams = (abs(np.sin(3 * np.arctan2(c.y - 0.05, c.x))) < 0.2) & (ring > 0.42)
    c.tint(dome & ((abs(ring - 0.42) < 0.06) | seams), "#d8a95b")
    c.tint(dome & (c.z < -0.07 + 1.6 * c.cell), "#d8a95b")
    c.paint(c.capsule((0, -0.26, -0.05), (0, -0.36, 0.02), 0.07), skin)
    c.paint(c.ellipsoid((0, -0.4, 0.05), (0.09, 0.11, 0.085)), skin)
    c.tint(c.ellipsoid((0, -0.37, 0.12), (0.065, 0.08, 0.03)), dark)
    for side in (-1, 1):
        c.tint(c.ball((side * 0.075, -0.43, 0.065), 0.035), "#20242a")
    return c


def dragonfly(size: int) -> Canvas:
    """A dragonfly with its wings spread: four thin plates, a striped tail, large eyes."""
    c = Canvas(size, (0.3, 1, 1))
    plate = abs(c.z - 0.03) <= max(1.0, size / 24) * c.cell
    for center, radii, colour in (
        ((0.26, -0.13), (0.26, 0.1), "#8fd0ee"),
        ((0.24, 0.1), (0.24, 0.115), "#b5e0f2"),
    ):
        for side in (-1, 1):
            c.paint(plate & c.ellipsoid((side * center[0], center[1]), radii), colour)
            tip = c.ball((side * (center[0] + 0.7 * radii[0]), center[1] - 0.03), 0.055)
            c.tint(plate & tip, "#35507a")
    c.paint(c.capsule((0, 0.04, 0), (0, 0.46, 0), 0.055), "#2f9e6e")
    c.tint((c.y > 0.14) & (abs(c.x) < 0.1) & (np.sin(44 * c.y) > 0.3), "#173f52")
    c.paint(c.ellipsoid((0, -0.08, 0), (0.1, 0.19, 0.13)), "#2f9e6e")
    c.tint(c.ellipsoid((0, -0.08, 0.13), (0.06, 0.16, 0.07)), "#e8c84a")
    c.paint(c.ball((0, -0.34, 0), 0.1), "#2f9e6e")
    for side in (-1, 1):
        c.paint(c.ball((side * 0.085, -0.37, 0.03), 0.075), "#c2412d")
    c.paint(c.capsule((0, -0.25, 0), (0, -0.3, 0), 0.06), "#2f9e6e")
    c.clear(c.y < -0.5 + 0.2 * c.cell)
    return c
