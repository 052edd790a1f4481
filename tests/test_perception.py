"""Perception equals what its definition says, cell by cell."""

from itertools import product

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from voxnca import NCA, ArgumentError, ModelConfig
from voxnca.config import BORDERS, PERCEPTIONS
from voxnca.engines.dense import perceive
from voxnca.perception import kernels, num_kernels


def weight(name: str, axis: int, offset: tuple[int, ...]) -> float:
    """Weigh a neighbour by the definition of a perception's kernel along `axis`."""
    d = len(offset)
    smooth = np.prod([2 - abs(o) for o in offset])
    if name == "difference":
        return offset[axis] / 2 if sum(map(abs, offset)) == abs(offset[axis]) else 0.0
    if name == "neighbour_sum":
        return float(any(offset))
    if name == "laplacian":
        return (smooth - (0 if any(offset) else 4**d)) / (2 * (4**d - 2**d))
    if name == "faces":
        along, side = divmod(axis, 2)
        return float(sum(map(abs, offset)) == 1 and offset[along] == 2 * side - 1)
    across = smooth / (2 - abs(offset[axis]))
    return offset[axis] * across / {2: 8, 3: 32}[d]


def sense(grid: np.ndarray, cell: tuple[int, ...], border: str) -> np.ndarray:
    """Read a cell `(C,)` that may lie outside the grid `(*space, C)`."""
    sizes = grid.shape[:-1]
    if border == "replicate":
        cell = tuple(min(max(i, 0), n - 1) for i, n in zip(cell, sizes, strict=True))
    if border == "circular":
        cell = tuple(i % n for i, n in zip(cell, sizes, strict=True))
    outside = any(not 0 <= i < n for i, n in zip(cell, sizes, strict=True))
    return np.zeros(grid.shape[-1]) if outside else grid[cell]


def naive(grid: np.ndarray, perception: str, border: str) -> np.ndarray:
    """Perceive `(*space, C)` by loops over cells, kernels and neighbours: `(*space, K * C)`."""
    d = grid.ndim - 1
    counts = {"sobel": d, "difference": d, "learned": d, "faces": 2 * d}
    names = perception.split("+")
    parts = [(name, axis) for name in names for axis in range(counts.get(name, 1))]
    out = np.zeros((*grid.shape[:-1], 1 + len(parts), grid.shape[-1]))
    for cell in np.ndindex(*grid.shape[:-1]):
        out[cell][0] = grid[cell]
        for offset in product((-1, 0, 1), repeat=d):
            seen = sense(grid, tuple(np.add(cell, offset)), border)
            for k, (name, axis) in enumerate(parts, start=1):
                out[cell][k] += weight(name, axis, offset) * seen
    return out.reshape(*grid.shape[:-1], -1)


perceptions = st.lists(st.sampled_from(PERCEPTIONS), min_size=1, max_size=2, unique=True).map(
    "+".join
)


@settings(max_examples=40)
@given(
    space=st.lists(st.integers(1, 4), min_size=2, max_size=3),
    perception=perceptions,
    border=st.sampled_from(BORDERS),
    num_channels=st.integers(4, 5),
    seed=st.integers(0, 1000),
)
def test_perception_is_the_weighted_sum_of_its_definition(
    space, perception, border, num_channels, seed
):
    config = ModelConfig(
        num_dims=len(space), num_channels=num_channels, perception=perception, border=border
    )
    grid = np.random.default_rng(seed).normal(size=(*space, num_channels))
    exact = kernels(perception, len(space), dtype=torch.float64)
    rule = NCA(config).double().rule()._replace(kernels=exact)
    perceived = perceive(torch.from_numpy(grid)[None], rule)[0]
    assert perceived.detach().numpy() == pytest.approx(naive(grid, perception, border))


@pytest.mark.parametrize("num_dims", [2, 3])
def test_kernels_cancel_on_a_constant_but_the_identity_the_sum_and_the_faces(num_dims):
    for name in PERCEPTIONS:
        identity, *others = kernels(name, num_dims)
        total = {"neighbour_sum": 3**num_dims - 1, "faces": 1}.get(name, 0)
        assert identity.sum() == identity.flatten()[3**num_dims // 2] == 1
        assert all(abs(float(kernel.sum()) - total) < 1e-6 for kernel in others)


@pytest.mark.parametrize("num_dims", [2, 3])
def test_gradients_of_a_ramp_are_its_slope_along_its_axis(num_dims):
    ramp = torch.meshgrid(*[torch.arange(-1.0, 2.0)] * num_dims, indexing="ij")
    for name in ("sobel", "difference"):
        gradients = kernels(name, num_dims)[1:]
        for axis, along in enumerate(ramp):
            felt = [float((kernel * along).sum()) for kernel in gradients]
            assert felt == [1.0 if other == axis else 0.0 for other in range(num_dims)]
        assert all(float(kernel.abs().sum()) == 1 for kernel in gradients)


def test_concatenation_keeps_the_order_and_one_identity():
    joined = kernels("neighbour_sum+difference+laplacian", 3)
    assert num_kernels("neighbour_sum+difference+laplacian", 3) == 1 + 1 + 3 + 1
    for name, rows in (("neighbour_sum", [1]), ("difference", [2, 3, 4]), ("laplacian", [5])):
        assert torch.equal(joined[rows], kernels(name, 3)[1:])
    assert torch.equal(joined[:1], kernels("sobel", 3)[:1])


def test_an_unknown_perception_lists_the_known_ones():
    with pytest.raises(ArgumentError, match=r"sobl.*use one of: sobel, difference"):
        kernels("sobl", 2)


def test_learned_kernels_take_their_place_among_fixed_ones():
    model = NCA(ModelConfig(num_dims=2, perception="difference+learned+laplacian"))
    assert model.kernels is not None
    with torch.no_grad():
        model.kernels.fill_(7.0)
    rule = model.all_kernels()
    assert rule.shape == (1 + 2 + 2 + 1, 3, 3)
    assert torch.equal((rule == 7).flatten(1).all(1).nonzero()[:, 0], torch.tensor([3, 4]))
