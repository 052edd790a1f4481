"""Discrete states: their numbers, one-hot channels, and colours."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from voxnca.errors import ArgumentError

Colors = tuple[tuple[int, int, int], ...]
"""Of each state of a discrete rule, straight sRGB, 0 to 255; state 0 is the background."""


def one_hot(states: Tensor, num_states: int) -> Tensor:
    """Turn states into channels.

    Args:
        states: whole numbers `(...)`, 0 to `num_states - 1`.
        num_states: k.

    Returns:
        float32 `(..., k)`, 1 in the channel of the state.
    """
    return torch.nn.functional.one_hot(states.long(), num_states).float()


def states_of(state: Tensor) -> Tensor:
    """Turn channels into states: the largest, the first of several.

    A cell of zeros, which is what a wound leaves, is in state 0.

    Args:
        state: `(..., k)`.

    Returns:
        uint8 `(...)`.
    """
    return state.argmax(-1).to(torch.uint8)


def default_colors(num_states: int) -> Colors:
    """Return colours for states that have none: greys, state 0 black."""
    shades = [round(255 * state / (num_states - 1)) for state in range(num_states)]
    return tuple((shade, shade, shade) for shade in shades)


def check_colors(colors: Sequence[Sequence[int]], num_states: int) -> Colors:
    """Return colours when there is one a state.

    Raises:
        ArgumentError: otherwise, or for one that is not three whole numbers from 0 to 255.
    """
    tidy = tuple(tuple(color) for color in colors)
    fits = all(len(c) == 3 and all(isinstance(v, int) and 0 <= v <= 255 for v in c) for c in tidy)
    if not fits or len(tidy) != num_states:
        raise ArgumentError(
            f"colors={colors!r} must be {num_states} triples of whole numbers from 0 to 255"
        )
    return tuple((c[0], c[1], c[2]) for c in tidy)


def painted(state: Tensor, colors: Colors) -> Tensor:
    """Return the colours of discrete states: straight alpha, in [0, 1].

    Args:
        state: `(..., k)`.
        colors: one a state.

    Returns:
        float32 `(..., 4)`; a cell in state 0 is transparent black.
    """
    rgba = torch.tensor([(*color, 255) for color in colors], dtype=torch.float32) / 255
    rgba[0] = 0.0
    return rgba.to(state.device)[states_of(state).long()]
