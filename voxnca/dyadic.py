"""Numbers on a grid of whole multiples of a power of two: arithmetic without rounding errors."""

from __future__ import annotations

from torch import Tensor

VALUE_BOUND = 8.0
"""Values of a state on a grid lie within +-8: what would be more becomes 8, and less -8."""


def nearest(numbers: Tensor, num_bits: int) -> Tensor:
    """Round to the nearest multiple of 2^-num_bits, halves up."""
    levels = 2.0**num_bits
    rounded: Tensor = (numbers * levels + 0.5).floor() / levels
    return rounded


def snap(values: Tensor, num_bits: int) -> Tensor:
    """Round the values of a state, and keep to the bound."""
    return nearest(values, num_bits).clamp(-VALUE_BOUND, VALUE_BOUND)


def add_truncated(state: Tensor, change: Tensor, num_bits: int) -> Tensor:
    """Add the change, its fraction of a unit of 2^-num_bits cut off, and keep to the bound.

    Cut off, not rounded: what pulls a cell by less than a unit then leaves it as it is, so that
    a pattern that comes to rest does so exactly. Rounded to the nearest, the last unit goes to
    and fro for ever, and no state is ever seen twice.
    """
    levels = 2.0**num_bits
    moved: Tensor = state + (change * levels).trunc() / levels
    return moved.clamp(-VALUE_BOUND, VALUE_BOUND)


def is_on_grid(numbers: Tensor, num_bits: int) -> bool:
    """Tell whether all are multiples of 2^-num_bits."""
    levels = numbers.double() * 2.0**num_bits
    return bool((levels == levels.round()).all())
