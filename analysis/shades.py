"""The colours of a share that is good when it is 1: told apart by those who see no green, too."""

from __future__ import annotations

HEALS, HALF, FAILS = (0, 136, 130), (244, 232, 200), (214, 76, 30)
"""Of shares of 1, a half, and 0."""


def shade(share: float) -> tuple[int, int, int]:
    """Return the colour of a share, 0 to 1."""
    low, high, part = (FAILS, HALF, 2 * share) if share < 0.5 else (HALF, HEALS, 2 * share - 1)
    red, green, blue = (round(a + (b - a) * part) for a, b in zip(low, high, strict=True))
    return red, green, blue
