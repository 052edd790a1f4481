"""The step: dense is the paper's, cell by cell, and sparse is dense."""

from itertools import product

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from voxnca import NCA, ArgumentError, ModelConfig, seed
from voxnca.config import BORDERS, PERCEPTIONS
from voxnca.engines import ENGINES, Firing
from voxnca.noise import hash32
from voxnca.wounds import Ball

ONE_BY_ONE = ("dense", "sparse")


def lively(*, rng=0, scale=0.3, **fields):
    """Make a rule of random weights and biases, float64, under which patterns rather grow."""
    model = NCA(ModelConfig(**{"num_channels": 6, "hidden_size": 8, **fields})).double()
    generator = torch.Generator().manual_seed(rng)
    with torch.no_grad():
        for weight in model.parameters():
            weight.add_(scale * torch.randn(weight.shape, generator=generator).double())
        model.out.weight[3] *= 0.1
        model.out.bias[3] = scale
    return model


def scatter(space, *, rng=0, share=0.3, batch_size=2, num_channels=6):
    """Make a state of live cells and, as often, dead ones that hold values (strays)."""
    generator = np.random.default_rng(rng)
    values = generator.normal(size=(batch_size, *space, num_channels))
    values[generator.random(values.shape[:-1]) > share] = 0
    return torch.from_numpy(values)


spaces = st.lists(st.integers(1, 5), min_size=2, max_size=3).map(tuple)
rates = st.sampled_from([1.0, 0.5])
rngs = st.integers(0, 10**6)


def neighbours(cell, space, border):
    """Yield offset and cell of what lies around, with the border applied; None is nothing."""
    for offset in product((-1, 0, 1), repeat=len(space)):
        at = [i + o for i, o in zip(cell, offset, strict=True)]
        if border == "circular":
            at = [i % n for i, n in zip(at, space, strict=True)]
        if border == "replicate":
            at = [min(max(i, 0), n - 1) for i, n in zip(at, space, strict=True)]
        inside = all(0 <= i < n for i, n in zip(at, space, strict=True))
        yield offset, tuple(at) if inside else None


def naive_step(state, rule, firing):
    """Step one state `(*space, C)` as DESIGN writes it, one cell after another."""
    space = state.shape[:-1]
    weights = [w.detach().numpy() for w in rule[1:5]]
    kernels = rule.kernels.detach().numpy()

    def alive(grid, cell):
        around = (at for _, at in neighbours(cell, space, rule.border) if at is not None)
        return any(grid[at][3] > 0.1 for at in around)

    def fired(cell):
        z, y, x = [0] * (3 - len(space)) + [i - n // 2 for i, n in zip(cell, space, strict=True)]
        drawn = hash32(firing.seed, firing.first_sample, firing.step, z, y, x)
        return drawn < rule.fire_rate * 2**32

    updated = np.zeros_like(state)
    for cell in np.ndindex(*space):
        if alive(state, cell):
            felt = np.zeros((len(kernels), state.shape[-1]))
            for offset, at in neighbours(cell, space, rule.border):
                if at is not None:
                    felt += kernels[(slice(None), *np.add(offset, 1))][:, None] * state[at]
            hidden = np.maximum(weights[0] @ felt.ravel() + weights[1], 0)
            updated[cell] = state[cell] + fired(cell) * (weights[2] @ hidden + weights[3])
    kept = [alive(updated, cell) for cell in np.ndindex(*space)]
    return updated * np.reshape(kept, (*space, 1))


@settings(max_examples=40)
@given(
    space=st.lists(st.integers(1, 4), min_size=2, max_size=3).map(tuple),
    border=st.sampled_from(BORDERS),
    perception=st.sampled_from(PERCEPTIONS),
    fire_rate=rates,
    rng=rngs,
)
def test_dense_is_the_step_of_one_cell_after_another(space, border, perception, fire_rate, rng):
    model = lively(
        rng=rng, num_dims=len(space), border=border, perception=perception, fire_rate=fire_rate
    )
    state = scatter(space, rng=rng, batch_size=1)
    expected = naive_step(state[0].numpy(), model.rule(), Firing(seed=5, step=7, first_sample=9))
    stepped = model.grow(state, 1, seed=5, first_step=7, first_sample=9, engine="dense")
    assert stepped[0].detach().numpy() == pytest.approx(expected, abs=1e-12)


def differentiate(model, state, engine, num_steps):
    """Return the states after some steps, and the gradients of a random sum of them."""
    entered = state.clone().requires_grad_()
    model.zero_grad()
    grown = model.grow(entered, num_steps, seed=3, first_step=11, engine=engine)
    weights = scatter(state.shape[1:-1], rng=1, share=1.0)
    ((grown * weights).sum() + 0 * entered.sum()).backward()
    nothing = torch.zeros(())
    gradients = [nothing if p.grad is None else p.grad for p in model.parameters()]
    return grown.detach(), [entered.grad, *gradients]


@settings(max_examples=80)
@given(
    space=spaces,
    border=st.sampled_from(BORDERS),
    perception=st.sampled_from([*PERCEPTIONS, "difference+learned"]),
    fire_rate=rates,
    share=st.sampled_from([0.0, 0.05, 0.3, 1.0]),
    num_steps=st.integers(1, 3),
    rng=rngs,
)
def test_sparse_is_dense_with_the_same_gradients(
    space, border, perception, fire_rate, share, num_steps, rng
):
    model = lively(
        rng=rng, num_dims=len(space), border=border, perception=perception, fire_rate=fire_rate
    )
    state = scatter(space, rng=rng, share=share)
    (dense, expected), (sparse, gradients) = (
        differentiate(model, state, engine, num_steps) for engine in ONE_BY_ONE
    )
    torch.testing.assert_close(sparse, dense, rtol=1e-12, atol=1e-12)
    assert torch.equal(sparse.any(-1), dense.any(-1))
    for ours, reference in zip(gradients, expected, strict=True):
        size = float(reference.abs().max())
        torch.testing.assert_close(ours, reference, rtol=0, atol=1e-10 * (1 + size))


def test_a_learned_tap_of_zero_has_its_gradient():
    model = lively(num_dims=2, perception="learned")
    with torch.no_grad():
        model.kernels[:, 0, 0] = 0
    state = scatter((5, 5))
    dense, sparse = (differentiate(model, state, engine, 2)[1][1] for engine in ONE_BY_ONE)
    torch.testing.assert_close(sparse, dense)
    assert sparse[:, 0, 0].abs().min() > 0


@pytest.mark.parametrize("border", BORDERS)
@pytest.mark.parametrize("space", [(12, 13), (7, 8, 9)])
def test_sparse_stays_dense_over_a_run_with_a_wound(space, border):
    model = lively(num_dims=len(space), border=border, scale=0.15)
    states = []
    for engine in ONE_BY_ONE:
        run = model.rollout(scatter(space, share=0.05), seed=1, engine=engine).step(4)
        removed = run.wound(Ball((4,) * len(space), 2.5), sample=1)
        states.append((removed, run.step(4).state().detach()))
    assert states[0][0] == states[1][0] > 0
    torch.testing.assert_close(states[0][1], states[1][1], rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("engine", ONE_BY_ONE)
def test_a_dead_grid_stays_dead(engine):
    model = lively(num_dims=3)
    state = scatter((3, 4, 5))
    state[..., 3] = -1.0
    assert not model.grow(state, 3, engine=engine).any()
    assert not model.grow(torch.zeros_like(state), 3, engine=engine).any()


@settings(max_examples=20)
@given(
    num_dims=st.integers(2, 3),
    num_steps=st.integers(1, 4),
    num_channels=st.integers(4, 7),
    engine=st.sampled_from(ENGINES),
    rng=rngs,
)
def test_nothing_lives_beyond_n_cells_of_the_seed_after_n_steps(
    num_dims, num_steps, num_channels, engine, rng
):
    model = lively(rng=rng, num_dims=num_dims, num_channels=num_channels, scale=1.0)
    grown = model.grow(seed(model.config, (13,) * num_dims), num_steps, engine=engine)
    reach = (grown[0].any(-1).nonzero() - 6).abs()
    assert (reach <= num_steps).all()


def test_a_lively_rule_spreads_as_fast_as_it_may():
    model = lively(rng=4, num_dims=2, fire_rate=1.0)
    with torch.no_grad():
        model.out.bias.fill_(1.0)
    grown = model.grow(seed(model.config, (13, 13)), 3)
    assert (grown[0].any(-1).nonzero() - 6).abs().max() == 3


@settings(max_examples=30)
@given(space=spaces, first=st.integers(0, 3), then=st.integers(0, 3), rng=rngs)
@pytest.mark.parametrize("engine", ONE_BY_ONE)
def test_growing_on_is_growing(engine, space, first, then, rng):
    model = lively(rng=rng, num_dims=len(space))
    state = model.grow(scatter(space, rng=rng), 1, engine=engine)  # no strays: they count once
    whole = model.grow(state, first + then, seed=rng, first_step=5, engine=engine)
    half = model.grow(state, first, seed=rng, first_step=5, engine=engine)
    both = model.grow(half, then, seed=rng, first_step=5 + first, engine=engine)
    torch.testing.assert_close(both, whole, rtol=1e-12, atol=1e-12)


@settings(max_examples=20)
@given(space=spaces, rng=rngs)
@pytest.mark.parametrize("engine", ONE_BY_ONE)
def test_a_batch_is_each_sample_alone(engine, space, rng):
    model = lively(rng=rng, num_dims=len(space))
    states = scatter(space, rng=rng, batch_size=3)
    together = model.grow(states, 2, seed=rng, first_sample=40, engine=engine)
    for row, state in enumerate(states):
        alone = model.grow(state[None], 2, seed=rng, first_sample=40 + row, engine=engine)
        torch.testing.assert_close(alone[0], together[row], rtol=1e-12, atol=1e-12)


@settings(max_examples=20)
@given(
    num_dims=st.integers(2, 3),
    shift=st.lists(st.integers(-2, 2), min_size=3, max_size=3),
    perception=st.sampled_from(PERCEPTIONS),
    rng=rngs,
)
@pytest.mark.parametrize("engine", ONE_BY_ONE)
def test_translation_commutes_with_growth_away_from_borders(
    engine, num_dims, shift, perception, rng
):
    model = lively(rng=rng, num_dims=num_dims, fire_rate=1.0, perception=perception)
    state = torch.zeros(1, *[13] * num_dims, 6, dtype=torch.float64)
    middle = (slice(None), *[slice(5, 8)] * num_dims)
    state[middle] = scatter((3,) * num_dims, rng=rng, batch_size=1)
    axes = list(range(1, num_dims + 1))
    moved = model.grow(state.roll(shift[:num_dims], axes), 2, engine=engine)
    grown = model.grow(state, 2, engine=engine).roll(shift[:num_dims], axes)
    torch.testing.assert_close(moved, grown, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("num_dims", [2, 3])
def test_a_circular_grid_has_no_middle(num_dims):
    model = lively(num_dims=num_dims, fire_rate=1.0, border="circular")
    state, axes = scatter((5,) * num_dims, share=0.1), list(range(1, num_dims + 1))
    for engine in ONE_BY_ONE:
        moved = model.grow(state.roll([3] * num_dims, axes), 3, engine=engine)
        grown = model.grow(state, 3, engine=engine).roll([3] * num_dims, axes)
        torch.testing.assert_close(moved, grown, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("num_dims", [2, 3])
def test_the_same_seed_gives_the_same_bits_and_another_seed_others(engine, num_dims):
    model = lively(num_dims=num_dims).float()
    state = seed(model.config, (11,) * num_dims)
    first, again = (model.grow(state, 6, seed=8, engine=engine) for _ in range(2))
    assert torch.equal(first, again)
    assert not torch.equal(first, model.grow(state, 6, seed=9, engine=engine))


@settings(max_examples=20)
@given(
    small=st.lists(st.integers(9, 11), min_size=2, max_size=3),
    more=st.lists(st.integers(0, 5), min_size=3, max_size=3),
    rng=rngs,
)
@pytest.mark.parametrize("engine", ONE_BY_ONE)
def test_the_same_creature_in_a_larger_grid_is_the_same_run(engine, small, more, rng):
    model = lively(rng=rng, num_dims=len(small))
    large = [n + extra for n, extra in zip(small, more, strict=False)]
    grown = model.grow(seed(model.config, small), 4, seed=rng, engine=engine)
    wide = model.grow(seed(model.config, large), 4, seed=rng, engine=engine)
    corner = [b // 2 - a // 2 for a, b in zip(small, large, strict=True)]
    inner = [slice(c, c + n) for c, n in zip(corner, small, strict=True)]
    torch.testing.assert_close(wide[(0, *inner)], grown[0], rtol=1e-12, atol=1e-12)
    assert wide.count_nonzero() == grown.count_nonzero()


@pytest.mark.parametrize("engine", ONE_BY_ONE)
def test_the_gradient_of_the_entry_state_is_the_slope(engine):
    model = lively(num_dims=2)
    state = scatter((4, 4), batch_size=1)
    state[0, 0, 0] = 0.05  # alpha off the threshold
    entered = state.requires_grad_()
    assert torch.autograd.gradcheck(
        lambda s: model.grow(s, 2, engine=engine), entered, eps=1e-7, atol=1e-5
    )


def test_an_unknown_engine_lists_the_known_ones():
    model = lively()
    with pytest.raises(ArgumentError, match=r"engine='fast'.*auto, dense, sparse"):
        model.grow(scatter((3, 3, 3)), 1, engine="fast")
