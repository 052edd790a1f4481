"""Numbers on a grid of whole multiples of a power of two: arithmetic without rounding errors."""

from __future__ import annotations

from torch import Tensor

VALUE_BOUND = 8.0
"""Values of a state on a grid lie within +-8: what would be more becomes 8, and less -8."""


def snap(values: Tensor, num_bits: int) -> Tensor:
    """Round to the nearest multiple of 2^-num_bits, halves up; no further than the bound."""
    levels = 2.0**num_bits
    rounded: Tensor = (values * levels + 0.5).floor() / levels
    return rounded.clamp(-VALUE_BOUND, VALUE_BOUND)


def is_on_grid(values: Tensor, num_bits: int) -> bool:
    """Tell whether all are multiples of 2^-num_bits."""
    levels = values.double() * 2.0**num_bits
    return bool((levels == levels.round()).all())
