"""The integer twin: a rule whose steps give the same bits on every machine.

Weights are rounded to multiples of powers of two, and what a step adds to a cell is cut off to
whole multiples of the state's unit.
Every product and every sum is then a whole number of some unit, and as long as none needs more
than the 53 bits of a float64's mantissa none is ever rounded: the order of the sums, the batch,
the number of threads, the engine and the processor make no difference, and integer arithmetic
gives the same. Since there are finitely many states and a deterministic twin's next state depends
on the present one alone, a state seen twice proves what happens for ever.

That nothing overflows is proven from the weights when a twin is made or read: values are held
within +-8 by the rule itself, so that no sum exceeds what the sizes of the weights add up to.
"""

from __future__ import annotations

from dataclasses import replace
from math import log2
from typing import NamedTuple

import torch
from torch import Tensor

from voxnca.dyadic import VALUE_BOUND, is_on_grid, nearest
from voxnca.errors import ArgumentError
from voxnca.model import NCA

HIDDEN_WEIGHT_BITS = 8
OUT_WEIGHT_BITS = 10
BIAS_BITS = 12
"""Weights are multiples of 2^-8 and 2^-10, biases of 2^-12."""
LEAK_BITS = 10
KERNEL_BITS = 8
"""Of learned kernels; those made by hand are multiples of 1/32 at the finest."""
_BITS = {
    "hidden.weight": HIDDEN_WEIGHT_BITS,
    "hidden.bias": BIAS_BITS,
    "out.weight": OUT_WEIGHT_BITS,
    "out.bias": BIAS_BITS,
    "kernels": KERNEL_BITS,
}
"""Bits behind the point, by the parameter's name."""
_MANTISSA_BITS = 53


class Bits(NamedTuple):
    """How many bits a sum takes: behind the point, and the logarithm of its largest size."""

    fraction: int
    size: float

    @property
    def total(self) -> float:
        """Bits that hold it without rounding."""
        return self.fraction + self.size


def to_integer(model: NCA, state_bits: int = 12) -> NCA:
    """Return the integer twin of a rule: rounded, exact, and the same everywhere.

    Args:
        model: a rule that grows, without goals or senses, whose kernels are multiples of a power
            of two (all but `laplacian`).
        state_bits: q, 4 to 20: values become multiples of 2^-q.

    Returns:
        A model with `config.state_bits` set, in float64, which cannot be trained. It keeps the
        targets, the name and T, not the quality: that is to be measured anew.

    Raises:
        ArgumentError: for a rule that has no twin, or whose weights are so large that a sum
            might need more than 53 bits.
    """
    config = model.config
    if config.state_bits is not None:
        raise ArgumentError(
            f"model has state_bits={config.state_bits} already; pass the rule it was made from"
        )
    twin = NCA(
        replace(
            config,
            state_bits=state_bits,
            leak=round(config.leak * 2**LEAK_BITS) / 2**LEAK_BITS,
        )
    )
    weights = {name: weight.detach().double() for name, weight in model.named_parameters()}
    twin.load_state_dict({name: nearest(weight, _BITS[name]) for name, weight in weights.items()})
    twin.targets = model.targets
    twin.info = replace(model.info, quality=None, steering=None)
    check_exact(twin)
    return twin


def check_exact(model: NCA) -> dict[str, Bits]:
    """Prove from its weights that no sum in a step of an integer twin is ever rounded.

    Returns:
        What the largest sums take, by layer: `perceived`, `hidden`, `out`.

    Raises:
        ArgumentError: for a rule that is no twin, when a weight is off its grid, or when a sum
            might need more than 53 bits.
    """
    state_bits = model.config.state_bits
    if state_bits is None:
        raise ArgumentError(
            "state_bits=None: the rule is not an integer twin; use to_integer(model)"
        )
    for name, weight in model.named_parameters():
        if not is_on_grid(weight, _BITS[name]):
            raise ArgumentError(
                f"{name} is not a multiple of 2^-{_BITS[name]} throughout; use to_integer(model)"
            )
    leak = torch.tensor(model.config.leak, dtype=torch.float64)
    if not is_on_grid(leak, LEAK_BITS):
        raise ArgumentError(
            f"leak={model.config.leak!r} must be a multiple of 2^-{LEAK_BITS}; "
            "use to_integer(model)"
        )
    bits = _sizes(model, state_bits)
    for name, taken in bits.items():
        if taken.total >= _MANTISSA_BITS:
            raise ArgumentError(
                f"state_bits={state_bits}: sums of the {name} layer may take "
                f"{taken.total:.1f} bits and must take fewer than {_MANTISSA_BITS}; "
                "use fewer state_bits, or train with weights that stay smaller"
            )
    return bits


def _sizes(model: NCA, state_bits: int) -> dict[str, Bits]:
    """Add up the sizes of all terms of each layer's sums; no order of them exceeds that."""
    kernels = model.all_kernels().detach().double().flatten(1)
    kernel_bits = _fraction_bits(kernels, model.config.perception)
    perceived = VALUE_BOUND * kernels.abs().sum(1).repeat_interleave(model.config.num_channels)
    hidden = model.hidden.weight.abs() @ perceived + model.hidden.bias.abs()
    out = model.out.weight.abs() @ hidden + model.out.bias.abs()
    after = out + (1 + model.config.leak) * VALUE_BOUND + 0.5
    fraction = state_bits + kernel_bits
    return {
        "perceived": Bits(fraction, _log2(perceived)),
        "hidden": Bits(max(fraction + HIDDEN_WEIGHT_BITS, BIAS_BITS), _log2(hidden)),
        "out": Bits(fraction + HIDDEN_WEIGHT_BITS + OUT_WEIGHT_BITS, _log2(after)),
    }


def _fraction_bits(kernels: Tensor, perception: str) -> int:
    for bits in range(KERNEL_BITS + 1):
        if is_on_grid(kernels, bits):
            return bits
    raise ArgumentError(
        f"perception={perception!r} weighs cells by what is no multiple of 2^-{KERNEL_BITS}, so "
        "that the rule has no integer twin; use a rule that perceives by sobel or difference"
    )


def _log2(sizes: Tensor) -> float:
    return log2(max(1.0, float(sizes.max())))
