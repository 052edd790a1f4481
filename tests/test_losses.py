"""Losses in closed form."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from voxnca.losses import overflow, overgrowth, rgba_loss

spaces = st.lists(st.integers(1, 5), min_size=2, max_size=3)


@given(space=spaces, error=st.floats(-2, 2), rng=st.integers(0, 1000))
def test_an_even_error_on_every_cell_is_its_square_over_the_solid_share(space, error, rng):
    target = torch.rand(*space, 4, generator=torch.Generator().manual_seed(rng))
    state = torch.zeros(2, *space, 6)
    state[..., :4] = target
    state[1, ..., :4] += error
    state[..., 4:] = 9.0  # hidden channels are free
    num_cells = target[..., 0].numel()
    perfect, off = rgba_loss(state, target, num_solid=num_cells)
    assert perfect == 0
    assert off == pytest.approx(error**2, abs=1e-5)
    assert rgba_loss(state, target, num_solid=3)[1] == pytest.approx(
        error**2 * num_cells / 3, rel=1e-4, abs=1e-5
    )


def test_a_larger_grid_is_no_excuse():
    target, state = torch.zeros(9, 9, 4), torch.zeros(1, 9, 9, 5)
    target[4, 4] = 1
    wide, far = torch.zeros(30, 30, 4), torch.zeros(1, 30, 30, 5)
    wide[4, 4] = 1
    assert rgba_loss(state, target, 1) == rgba_loss(far, wide, 1) == 1


def test_each_sample_may_have_its_own_target():
    targets = torch.rand(2, 3, 3, 4)
    assert not rgba_loss(targets, targets, 4).any()
    assert rgba_loss(targets, targets.flip(0), 4).all()


@given(space=spaces, excess=st.floats(0, 5), sign=st.sampled_from([-1, 1]))
def test_overflow_is_what_lies_beyond_the_limit(space, excess, sign):
    state = torch.full((2, *space, 6), 1.5)
    state[1] = sign * (1.5 + excess)
    num_cells = state[0, ..., 0].numel()
    within, beyond = overflow(state, num_cells)
    assert within == 0
    assert beyond == pytest.approx(excess, abs=1e-5)


@given(space=spaces, alpha=st.floats(-1, 2))
def test_overgrowth_is_the_alpha_beyond_what_is_dead_where_the_target_is_empty(space, alpha):
    target = torch.zeros(*space, 4)
    target[..., 3].flatten()[0] = 0.2  # the soft edge of a picture is not empty
    state = torch.full((2, *space, 6), alpha)
    state[0, ..., 3] = 0.05
    num_empty = target[..., 3].numel() - 1
    within, beyond = overgrowth(state, target, num_solid=5)
    assert within == 0
    assert beyond == pytest.approx(max(alpha - 0.05, 0) * num_empty / 20, abs=1e-4)
