"""What a cell senses of its 3^d neighbourhood: fixed kernels for any number of dimensions.

Each kernel is an outer product of three-tap filters, one for each axis, as the Sobel operator
of the growing-NCA paper (Mordvintsev et al. 2020) generalised to d axes.
"""

from __future__ import annotations

from functools import reduce

import torch
from torch import Tensor

from voxnca.config import PERCEPTIONS, ModelConfig

__all__ = ["PERCEPTIONS", "kernels", "learned_at_birth", "num_kernels", "part_sizes"]

CENTRE = (0.0, 1.0, 0.0)
DIFFERENCE = (-1.0, 0.0, 1.0)
SMOOTH = (1.0, 2.0, 1.0)
ONES = (1.0, 1.0, 1.0)
BEFORE, BEHIND = (1.0, 0.0, 0.0), (0.0, 0.0, 1.0)


def kernels(perception: str, num_dims: int, *, dtype: torch.dtype = torch.float32) -> Tensor:
    """Build the kernels of a perception by name; names joined by `+` concatenate.

    Args:
        perception: `sobel`, `difference`, `neighbour_sum`, `laplacian`, `faces` (each face
            neighbour by itself) or `learned` (given as at birth, when it equals `sobel`), or
            several with `+` between them.
        num_dims: d, 2 or 3.
        dtype: of the result.

    Returns:
        `(K, *(3,) * d)`: the identity first, once, then each named part in order; a part with
        one kernel an axis lists them in index order (z, y, x), one with two first the neighbour
        before, then the one behind.

    Raises:
        ArgumentError: for an unknown name.
    """
    ModelConfig(num_dims=num_dims, perception=perception)
    parts = [_outer([CENTRE] * num_dims)[None]]
    parts += [_part(name, num_dims) for name in perception.split("+")]
    return torch.cat(parts).to(dtype)


def num_kernels(perception: str, num_dims: int) -> int:
    """Return K, the number of kernels with the identity."""
    return len(kernels(perception, num_dims))


def part_sizes(perception: str, num_dims: int) -> list[int]:
    """Return how many kernels each named part of a perception has, the identity left out."""
    return [len(_part(name, num_dims)) for name in perception.split("+")]


def learned_at_birth(num_dims: int) -> Tensor:
    """Return the trainable kernels of `learned` before training: `(d, *(3,) * d)`, Sobel."""
    return _part("learned", num_dims).float()


def _part(name: str, num_dims: int) -> Tensor:
    if name == "difference":
        return torch.stack(_per_axis(DIFFERENCE, CENTRE, num_dims)) / 2
    if name == "neighbour_sum":
        return (_outer([ONES] * num_dims) - _outer([CENTRE] * num_dims))[None]
    if name == "laplacian":
        smooth = _outer([SMOOTH] * num_dims)
        balanced = smooth - smooth.sum() * _outer([CENTRE] * num_dims)
        return (balanced / balanced.abs().sum())[None]
    if name == "faces":
        pairs = zip(
            _per_axis(BEFORE, CENTRE, num_dims), _per_axis(BEHIND, CENTRE, num_dims), strict=True
        )
        return torch.stack([kernel for pair in pairs for kernel in pair])
    sobel = torch.stack(_per_axis(DIFFERENCE, SMOOTH, num_dims))
    return sobel / sobel[0].abs().sum()


def _per_axis(along: tuple[float, ...], across: tuple[float, ...], num_dims: int) -> list[Tensor]:
    return [
        _outer([along if axis == other else across for other in range(num_dims)])
        for axis in range(num_dims)
    ]


def _outer(filters: list[tuple[float, ...]]) -> Tensor:
    vectors = [torch.tensor(f, dtype=torch.float64) for f in filters]
    return reduce(lambda product, vector: product[..., None] * vector, vectors)
