"""Colours as people write them: `#rrggbb`, straight sRGB."""

from __future__ import annotations

import re

from voxnca import ArgumentError

Rgb = tuple[int, int, int]

PALETTE = {
    "black": "#26232f",
    "slate": "#5d6475",
    "silver": "#b4bac8",
    "white": "#f5f2ea",
    "brown": "#6b4530",
    "tan": "#c49a6c",
    "skin": "#f2c9a1",
    "red": "#d8433b",
    "orange": "#f0862e",
    "yellow": "#f5c93b",
    "lime": "#9ccc4a",
    "green": "#3f9a4a",
    "teal": "#2f9c95",
    "blue": "#3f6fd1",
    "violet": "#8457c4",
    "pink": "#ec7fa9",
}
"""Colours to begin with, by name."""


def parse_colour(text: object) -> Rgb:
    """Return the three bytes of `#rrggbb`.

    Raises:
        ArgumentError: for anything else.
    """
    if not isinstance(text, str) or not re.fullmatch(r"#[0-9a-fA-F]{6}", text):
        raise ArgumentError(f"colour={text!r} must be '#rrggbb', six hexadecimal digits")
    red, green, blue = bytes.fromhex(text[1:])
    return red, green, blue


def write_colour(rgb: Rgb) -> str:
    """Return `#rrggbb`."""
    return f"#{bytes(rgb).hex()}"
