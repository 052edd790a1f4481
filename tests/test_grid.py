"""The conventions: seed, colours, checks, the training grid."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from voxnca import (
    NCA,
    ArgumentError,
    ModelConfig,
    Target,
    common_space,
    seed,
    solid,
    to_rgba,
    training_space,
)

spaces = st.lists(st.integers(1, 9), min_size=2, max_size=3)


@given(space=spaces, num_channels=st.integers(4, 8), batch_size=st.integers(1, 3))
def test_a_seed_is_one_cell_in_the_middle_of_each_sample(space, num_channels, batch_size):
    config = ModelConfig(num_dims=len(space), num_channels=num_channels)
    state = seed(config, space, batch_size=batch_size)
    assert state.shape == (batch_size, *space, num_channels)
    assert state.dtype == torch.float32
    middle = tuple(n // 2 for n in space)
    for sample in state:
        assert sample[middle].tolist() == [0, 0, 0] + [1] * (num_channels - 3)
    assert state.count_nonzero() == batch_size * (num_channels - 3)


@given(space=spaces, rng=st.integers(0, 1000))
def test_colours_lie_in_range_and_undo_the_premultiplication(space, rng):
    generator = np.random.default_rng(rng)
    state = torch.from_numpy(generator.normal(0.5, 1.0, (2, *space, 6)))
    rgba = to_rgba(state)
    assert rgba.shape == (2, *space, 4)
    assert ((rgba >= 0) & (rgba <= 1)).all()
    assert not rgba[state[..., 3] <= 0].any()
    shown = state[..., 3:4].clamp(0, 1)
    inside = ((state[..., :3] >= 0) & (state[..., :3] <= shown)).all(-1) & (shown[..., 0] > 1e-3)
    torch.testing.assert_close((rgba[..., :3] * shown)[inside], state[..., :3][inside])


def test_a_red_pixel_at_half_alpha_is_red():
    assert to_rgba(torch.tensor([[[[0.5, 0.0, 0.25, 0.5]]]])).flatten().tolist() == [1, 0, 0.5, 0.5]


def test_solid_is_alpha_above_a_half():
    state = torch.zeros(1, 1, 3, 4)
    state[0, 0, :, 3] = torch.tensor([0.49, 0.5, 0.51])
    assert solid(state).flatten().tolist() == [False, False, True]


@given(st.data(), st.integers(0, 5))
def test_the_training_grid_is_the_smallest_that_leaves_the_margin(data, margin):
    size = data.draw(st.lists(st.integers(1, 6), min_size=2, max_size=3))
    filled = np.zeros((*size, 4), np.uint8)
    cells = data.draw(st.lists(st.tuples(*[st.integers(0, n - 1) for n in size]), min_size=1))
    filled[tuple(np.transpose(cells))] = 255
    target = Target.from_rgba8(filled, name="cells")
    space = training_space(target, margin)

    def free(n, axis):
        before = n // 2 - target.anchor[axis]
        return min(before, n - before - target.size[axis])

    for axis, n in enumerate(space):
        assert free(n, axis) >= margin
        assert n == 1 or free(n - 1, axis) < margin
    assert torch.equal(target.place(space)[..., 3].sum(), target.rgba[..., 3].sum())


def test_the_common_grid_is_the_smallest_with_a_margin_round_each_of_several():
    shapes = [np.array([[1, 1, 1, 1, 0]]), np.ones((4, 1))]
    targets = [
        Target.from_rgba8(np.uint8(255 * shape)[..., None].repeat(4, -1), name="bar")
        for shape in shapes
    ]

    def has_room(space):
        for target in targets:
            ends = zip(space, target.origin(space), target.size, strict=True)
            if not all(o >= 1 and s - o - n >= 1 for s, o, n in ends):
                return False
        return True

    space = common_space(targets, 1)
    assert has_room(space)
    assert space == (7, 7)
    assert not has_room((7, 6))
    assert not has_room((6, 7))
    assert common_space(targets[:1], 3) == training_space(targets[0], 3)


@pytest.mark.parametrize(
    ("space", "message"),
    [
        ((8, 8), r"must have 3 axes; pass \(D, H, W\)"),
        (8, "must have 3 axes"),
        ((8, 0, 8), "must hold whole sizes of at least 1"),
        ((8, 2.0, 8), "must hold whole sizes of at least 1"),
        ((2000, 2000, 2000), "use a smaller grid"),
    ],
)
def test_bad_spaces_say_the_rule(space, message):
    with pytest.raises(ArgumentError, match=message):
        seed(ModelConfig(num_dims=3), space)


@pytest.mark.parametrize("batch_size", [0, True, 1.5])
def test_bad_batch_sizes_say_the_rule(batch_size):
    with pytest.raises(ArgumentError, match=f"batch_size={batch_size} must be a whole number"):
        seed(ModelConfig(num_dims=2), (4, 4), batch_size=batch_size)


@pytest.mark.parametrize(
    ("state", "message"),
    [
        (torch.zeros(1, 4, 4, 16), r"state \(1, 4, 4, 16\) must have the shape \(B, D, H, W, 16\)"),
        (torch.zeros(1, 4, 4, 4, 15), r"must have the shape \(B, D, H, W, 16\)"),
        (torch.zeros(0, 4, 4, 4, 16), r"must have the shape \(B, D, H, W, 16\)"),
        (torch.zeros(1, 4, 4, 4, 16, dtype=torch.int64), r"convert it by state.float\(\)"),
        ("state", "state str must have the shape"),
    ],
)
def test_bad_states_say_the_shape(state, message):
    with pytest.raises(ArgumentError, match=message):
        NCA(ModelConfig(num_dims=3)).grow(state, 1)


def test_colours_of_a_state_without_its_batch_axis_say_how_to_add_it():
    with pytest.raises(ArgumentError, match=r"add the batch axis by state\[None\]"):
        to_rgba(torch.zeros(4, 4, 16))
