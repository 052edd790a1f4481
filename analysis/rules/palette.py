"""Colours for states."""

from __future__ import annotations

from colorsys import hls_to_rgb

import numpy as np

from analysis.rules.rule import Rgb, Rule, check_num_states

BACKGROUND = (14, 17, 22)
LIVE = (124, 214, 178)
_AGES = ((255, 244, 190), (250, 170, 70), (200, 60, 80), (70, 36, 90))
"""From newborn to nearly gone."""
_GOLDEN = 0.61803398875
"""Of a turn: hues that far apart are spread evenly, however many there are."""


def colors_of(rule: Rule) -> tuple[Rgb, ...]:
    """Return the colours of a rule's states: its own, else the usual ones."""
    return rule.colors or default_colors(rule.num_states, ages=rule.ages)


def default_colors(num_states: int, *, ages: bool = False) -> tuple[Rgb, ...]:
    """Return colours for states, the background first: straight sRGB, all different.

    Args:
        num_states: 2 to 256.
        ages: whether the states after 1 are ages of a cell that dies, as in Generations: they
            fade. Else each state has a hue of its own.

    Raises:
        ArgumentError: for another number of states.
    """
    check_num_states(num_states)
    if num_states == 2:
        return (BACKGROUND, LIVE)
    shades = _fading if ages else _distinct
    return (BACKGROUND, *shades(num_states - 1))


def _fading(number: int) -> list[Rgb]:
    anchors = np.array(_AGES, dtype=float)
    places = np.linspace(0, len(anchors) - 1, number)
    channels = [np.interp(places, np.arange(len(anchors)), column) for column in anchors.T]
    return [_rgb(*color) for color in zip(*channels, strict=True)]


def _distinct(number: int) -> list[Rgb]:
    hues = [(0.46 + n * _GOLDEN) % 1 for n in range(number)]
    lightness = [(0.66, 0.52, 0.78)[n // 8 % 3] for n in range(number)]
    return [
        _rgb(*(255 * value for value in hls_to_rgb(hue, light, 0.7)))
        for hue, light in zip(hues, lightness, strict=True)
    ]


def _rgb(red: float, green: float, blue: float) -> Rgb:
    return round(red), round(green), round(blue)
