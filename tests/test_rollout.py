"""A rollout is grow, watched."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from voxnca import NCA, ArgumentError, ModelConfig, seed, wounds

ENGINES = ("dense", "sparse")


@pytest.fixture(scope="module", params=[2, 3])
def model(request):
    """A rule under which a seed spreads."""
    rule = NCA(ModelConfig(num_dims=request.param, num_channels=7, hidden_size=8), seed=1)
    with torch.no_grad():
        rule.out.weight.normal_(std=0.2, generator=torch.Generator().manual_seed(2))
        rule.out.bias[3] = 0.4
    return rule.requires_grad_(False)


def start(model, batch_size=2):
    """Make states of two different creatures, mid-life."""
    state = seed(model.config, (15, 16, 17)[: model.config.num_dims], batch_size=batch_size)
    return model.grow(state, 4, seed=7, engine="dense")


def whole(run):
    """Put a rollout's rows where they say they are."""
    state = torch.zeros(run.batch_size, *run.space, run.rows.values.shape[1])
    state[tuple(run.rows.coordinates.T)] = run.rows.values
    return state


@settings(max_examples=15)
@given(parts=st.lists(st.integers(0, 3), max_size=4), run_seed=st.integers(0, 2**32 - 1))
@pytest.mark.parametrize("engine", ENGINES)
def test_steps_by_parts_are_grow(model, engine, parts, run_seed):
    state = start(model)
    run = model.rollout(state, seed=run_seed, engine=engine, first_step=2, first_sample=3)
    for part in parts:
        run.step(part)
    grown = model.grow(
        state, sum(parts), seed=run_seed, engine=engine, first_step=2, first_sample=3
    )
    assert torch.equal(run.state(), grown)
    assert run.step_index == 2 + sum(parts)


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("num_steps", [0, 1, 5])
def test_rows_hold_each_cell_once_and_nothing_else_lives(model, engine, num_steps):
    run = model.rollout(start(model), engine=engine).step(num_steps)
    assert run.rows.coordinates.dtype == torch.int64
    assert len(run.rows.coordinates.unique(dim=0)) == len(run.rows.coordinates) > 0
    assert torch.equal(whole(run), run.state())


@pytest.mark.parametrize("engine", ENGINES)
def test_no_step_changes_no_bit_not_even_of_strays(model, engine):
    state = start(model)
    state[(0,) * (state.ndim - 1)] = torch.arange(7.0) - 3  # alpha 0, but not empty
    run = model.rollout(state, engine=engine)
    assert torch.equal(run.state(), state)
    assert torch.equal(whole(run), state)


@pytest.mark.parametrize("engine", ENGINES)
def test_the_state_given_is_not_changed(model, engine):
    state = start(model)
    before = state.clone()
    ball = wounds.Ball((7,) * model.config.num_dims, 2)
    model.rollout(state, engine=engine).step(2).wound(ball)
    run = model.rollout(state, engine=engine)
    run.wound(ball)
    run.step(2)
    assert torch.equal(state, before)


@pytest.mark.parametrize("sample", [None, 0, 1])
@pytest.mark.parametrize("engine", ENGINES)
def test_a_wound_counts_the_solid_cells_it_removes_from_the_sample(model, engine, sample):
    ball = wounds.Ball((7,) * model.config.num_dims, 2.5)
    run = model.rollout(start(model), engine=engine).step(3)
    before = run.state()
    removed = run.wound(ball, sample=sample)
    assert torch.equal(run.state(), wounds.apply(before, ball, sample=sample))
    assert torch.equal(whole(run), run.state())
    assert removed == int((before[..., 3] > 0.5).sum() - (run.state()[..., 3] > 0.5).sum()) > 0


@pytest.mark.parametrize("engine", ENGINES)
def test_going_on_after_a_wound_is_growing_from_the_wounded_state(model, engine):
    ball = wounds.Ball((7,) * model.config.num_dims, 2.5)
    run = model.rollout(start(model), seed=5, engine=engine).step(3)
    run.wound(ball)
    wounded = run.state()
    grown = model.grow(wounded, 3, seed=5, first_step=3, engine=engine)
    torch.testing.assert_close(run.step(3).state(), grown, rtol=1e-5, atol=1e-6)


def test_a_large_empty_grid_makes_no_difference_to_the_rows(model):
    d = model.config.num_dims
    small, large = (
        model.rollout(seed(model.config, (n,) * d)).step(4) for n in (12, 40)
    )  # both even: the seed lies 14 cells further in
    assert torch.equal(small.rows.coordinates[:, 1:] + 14, large.rows.coordinates[:, 1:])
    assert torch.equal(small.rows.values, large.rows.values)


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"first_step": -1}, "first_step=-1 must be a whole number >= 0"),
        ({"first_sample": 0.5}, "first_sample=0.5 must be a whole number >= 0"),
        ({"seed": 2**32}, "seed=4294967296 must be a whole number from 0"),
    ],
)
def test_bad_options_say_the_rule(model, fields, message):
    with pytest.raises(ArgumentError, match=message):
        model.rollout(start(model), **fields)


def test_bad_counts_and_samples_say_the_rule(model):
    run = model.rollout(start(model))
    with pytest.raises(ArgumentError, match="num_steps=-1 must be a whole number >= 0"):
        run.step(-1)
    with pytest.raises(ArgumentError, match="sample=2 must be from 0 to 1"):
        run.wound(wounds.Noise(0.5), sample=2)
