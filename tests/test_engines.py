"""The step: dense is the paper's, cell by cell, and sparse is dense."""

import sys
import tracemalloc
from contextlib import nullcontext
from itertools import product
from math import prod
from unittest.mock import patch

import numpy as np
import pytest
import torch
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import voxnca
from apps.setting import Setting
from voxnca import NCA, ArgumentError, ModelConfig, Rows, engines, seed, seed_rows
from voxnca.config import BORDERS, PERCEPTIONS
from voxnca.engines import ENGINES, Firing, Surroundings, enter
from voxnca.engines.kernels.layout import lay_out
from voxnca.engines.kernels.rollout import Draw
from voxnca.noise import hash32
from voxnca.wounds import Ball

ONE_BY_ONE = ("dense", "sparse", "gathered")
"""All there are; `gathered` is what `sparse` falls back to."""
FAST = ONE_BY_ONE[1:]
GROWING = [name for name in voxnca.model_names() if not voxnca.load(name).is_discrete]


def choosing(engine):
    """Make `sparse` mean the compiled engine or its stand-in; return a context and a name."""
    if engine == "gathered":
        return patch.object(engines, "compiled_engine", lambda: None), "sparse"
    return nullcontext(), engine


def grow(model, state, num_steps, *, engine, **options):
    """Grow by any of the engines."""
    context, name = choosing(engine)
    with context:
        return model.grow(state, num_steps, engine=name, **options)


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
leaks = st.sampled_from([0.0, 1 / 32, 0.4])
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
            dx = weights[2] @ hidden + weights[3] - rule.leak * state[cell]
            updated[cell] = state[cell] + fired(cell) * dx
    kept = [alive(updated, cell) for cell in np.ndindex(*space)]
    return updated * np.reshape(kept, (*space, 1))


@settings(max_examples=40)
@given(
    space=st.lists(st.integers(1, 4), min_size=2, max_size=3).map(tuple),
    border=st.sampled_from(BORDERS),
    perception=st.sampled_from(PERCEPTIONS),
    fire_rate=rates,
    leak=leaks,
    rng=rngs,
)
def test_dense_is_the_step_of_one_cell_after_another(
    space, border, perception, fire_rate, leak, rng
):
    model = lively(
        rng=rng,
        num_dims=len(space),
        border=border,
        perception=perception,
        fire_rate=fire_rate,
        leak=leak,
    )
    state = scatter(space, rng=rng, batch_size=1)
    expected = naive_step(state[0].numpy(), model.rule(), Firing(seed=5, step=7, first_sample=9))
    stepped = grow(model, state, 1, seed=5, first_step=7, first_sample=9, engine="dense")
    assert stepped[0].detach().numpy() == pytest.approx(expected, abs=1e-12)


def surround(space, batch_size, num_channels, num_static, *, rng, each=True):
    """Give cells walls, static inputs and an embedding; of each sample and cell, or of all."""
    generator = np.random.default_rng(rng)
    shape = (batch_size, *space) if each else (1,) * (1 + len(space))

    def given(width):
        return torch.from_numpy(generator.normal(size=(*shape, width)))

    free = torch.from_numpy(generator.random((batch_size if each else 1, *space)) < 0.8)
    static = given(num_static) if num_static else None
    return Surroundings(free, static, given(num_channels))


def differentiate(model, state, engine, num_steps, surroundings=None, extra=None):
    """Return the states after some steps, and the gradients of a random sum of them.

    Gradients are those of the entry state, of static inputs and the embedding, and of the
    weights; `extra` are the columns that the hidden layer has for static inputs.
    """
    entered = state.clone().requires_grad_()
    leaves = [entered, *model.parameters()]
    rule, given = model.rule(), surroundings or Surroundings()
    if extra is not None:
        extra = extra.clone().requires_grad_()
        rule = rule._replace(hidden_weight=torch.cat([rule.hidden_weight, extra], 1))
        leaves.append(extra)
    if surroundings:
        parts = [None if t is None else t.clone().requires_grad_() for t in given[1:]]
        given = Surroundings(given.free, *parts)
        leaves += [part for part in parts if part is not None]
    model.zero_grad()
    context, name = choosing(engine)
    with context:
        field = enter(entered, rule, name, given)
    field.step(Firing(seed=3, step=11, first_sample=0), num_steps)
    grown = field.state()
    weights = scatter(grown.shape[1:-1], rng=1, share=1.0, num_channels=grown.shape[-1])[:1]
    ((grown * weights).sum() + 0 * entered.sum()).backward()
    nothing = torch.zeros(())
    return grown.detach(), [nothing if leaf.grad is None else leaf.grad for leaf in leaves]


def assert_same(ours, reference):
    """Compare states and gradients: 1e-12, and 1e-10 of the largest."""
    torch.testing.assert_close(ours[0], reference[0], rtol=1e-12, atol=1e-12)
    assert torch.equal(ours[0].any(-1), reference[0].any(-1))
    for gradient, expected in zip(ours[1], reference[1], strict=True):
        size = float(expected.abs().max()) if expected.numel() else 0.0
        torch.testing.assert_close(gradient, expected, rtol=0, atol=1e-10 * (1 + size))


@settings(max_examples=80)
@given(
    space=spaces,
    border=st.sampled_from(BORDERS),
    perception=st.sampled_from([*PERCEPTIONS, "difference+learned", "sobel+laplacian+sobel"]),
    fire_rate=rates,
    share=st.sampled_from([0.0, 0.05, 0.3, 1.0]),
    num_steps=st.integers(1, 3),
    batch_size=st.integers(1, 3),
    num_channels=st.sampled_from([4, 6, 16, 19, 33]),
    hidden_size=st.sampled_from([1, 8, 17]),
    given_to=st.sampled_from(["nothing", "each", "all"]),
    num_static=st.integers(0, 3),
    leak=leaks,
    rng=rngs,
)
@pytest.mark.parametrize("engine", FAST)
def test_sparse_is_dense_with_the_same_gradients(
    engine,
    space,
    border,
    perception,
    fire_rate,
    share,
    num_steps,
    batch_size,
    num_channels,
    hidden_size,
    given_to,
    num_static,
    leak,
    rng,
):
    model = lively(
        rng=rng,
        num_dims=len(space),
        border=border,
        perception=perception,
        fire_rate=fire_rate,
        num_channels=num_channels,
        hidden_size=hidden_size,
        leak=leak,
    )
    state = scatter(space, rng=rng, share=share, batch_size=batch_size, num_channels=num_channels)
    assume((state[..., 3] - 0.1).abs().min() > 1e-9)
    surroundings = extra = None
    if given_to != "nothing":
        surroundings = surround(
            space, batch_size, num_channels, num_static, rng=rng, each=given_to == "each"
        )
        if num_static:
            extra = torch.full((hidden_size, num_static), 0.3, dtype=torch.float64)
    ours, reference = (
        differentiate(model, state, name, num_steps, surroundings, extra)
        for name in (engine, "dense")
    )
    assume((reference[0][..., 3] - 0.1).abs().min() > 1e-9)
    assert_same(ours, reference)


def skew_a_tap(rule, *, all_taps):
    """Lay out a rule with one tap a little off."""
    net = lay_out(rule, all_taps=all_taps)
    net.taps[0] += 1e-6
    return net


def raise_the_threshold(rule, *, all_taps):
    """Lay out a rule under which less is alive after a step."""
    return lay_out(rule, all_taps=all_taps)._replace(threshold=np.float64(0.3))


@pytest.mark.parametrize(
    "broken",
    [
        patch("voxnca.engines.sparse.lay_out", skew_a_tap),
        patch("voxnca.engines.sparse.lay_out", raise_the_threshold),
        patch("voxnca.engines.batch.Draw", lambda seed, *rest: Draw(seed + 1, *rest)),
    ],
    ids=["a tap", "the post-mask", "the firing hash"],
)
def test_the_comparison_notices_a_broken_engine(broken):
    model, state = lively(num_dims=2), scatter((6, 6))
    assert_same(*(differentiate(model, state, name, 2) for name in ("sparse", "dense")))
    with broken, pytest.raises(AssertionError):
        assert_same(*(differentiate(model, state, name, 2) for name in ("sparse", "dense")))


def steps_to_compare(space):
    """Return how many steps of a grid the dense engine can take while a test waits."""
    return min(40, 40 * 24**3 // prod(space))


def as_shown(model):
    """Return a grid, a seed and what is told of goal, walls and beacon, as for a visitor."""
    setting = Setting.usual(
        model, goal=model.config.num_goals - 1 if model.config.num_goals else None
    )
    told = setting.conditions
    state = seed(model.config, setting.space, at=told.root)
    return setting.space, state, {"goal": told.goal or None, "environment": told.environment}


@pytest.mark.parametrize("name", GROWING)
@torch.no_grad()
def test_shipped_models_grow_alike(name):
    model = voxnca.load(name).double()
    space, state, told = as_shown(model)
    num_steps = steps_to_compare(space)
    assert num_steps >= 5
    reference = grow(model, state, num_steps, seed=1, engine="dense", **told)
    for engine in FAST:
        ours = grow(model, state, num_steps, seed=1, engine=engine, **told)
        torch.testing.assert_close(ours, reference, rtol=0, atol=1e-9)
        assert torch.equal(ours.any(-1), reference.any(-1))


@pytest.mark.parametrize("name", GROWING)
@torch.no_grad()
def test_in_float32_shipped_models_grow_alike_until_a_cell_flips(name, record_property):
    model = voxnca.load(name)
    space, state, told = as_shown(model)
    dense, sparse = (
        model.rollout(state, seed=1, engine=engine, **told) for engine in ("dense", "sparse")
    )
    first_flip = None
    while first_flip is None and dense.step_index < steps_to_compare(space):
        before, ours = dense.step().state(), sparse.step().state()
        if torch.equal(before.any(-1), ours.any(-1)):
            torch.testing.assert_close(ours, before, rtol=1e-3, atol=1e-3)
        else:
            first_flip = dense.step_index
    record_property("first step in which a cell flips", first_flip)
    print(f"{name}: first flip at step {first_flip}")  # noqa: T201
    assert first_flip is None or first_flip > 8


def test_a_learned_tap_of_zero_has_its_gradient():
    model = lively(num_dims=2, perception="learned")
    with torch.no_grad():
        model.kernels[:, 0, 0] = 0
    state = scatter((5, 5))
    dense, *others = (differentiate(model, state, engine, 2)[1][1] for engine in ONE_BY_ONE)
    for other in others:
        torch.testing.assert_close(other, dense)
        assert other[:, 0, 0].abs().min() > 0


@pytest.mark.parametrize("border", BORDERS)
@pytest.mark.parametrize("space", [(12, 13), (7, 8, 9)])
def test_sparse_stays_dense_over_a_run_with_a_wound(space, border):
    model = lively(num_dims=len(space), border=border, scale=0.15)
    states = []
    for engine in ONE_BY_ONE:
        context, chosen = choosing(engine)
        with context:
            run = model.rollout(scatter(space, share=0.05), seed=1, engine=chosen).step(4)
        removed = run.wound(Ball((4,) * len(space), 2.5), sample=1)
        states.append((removed, run.step(4).state().detach()))
    for removed, state in states:
        assert removed == states[0][0] > 0
        torch.testing.assert_close(state, states[0][1], rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("engine", ONE_BY_ONE)
def test_a_dead_grid_stays_dead(engine):
    model = lively(num_dims=3)
    state = scatter((3, 4, 5))
    state[..., 3] = -1.0
    assert not grow(model, state, 3, engine=engine).any()
    assert not grow(model, torch.zeros_like(state), 3, engine=engine).any()


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
    grown = grow(model, seed(model.config, (13,) * num_dims), num_steps, engine=engine)
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
    state = grow(model, scatter(space, rng=rng), 1, engine=engine)  # no strays: they count once
    whole = grow(model, state, first + then, seed=rng, first_step=5, engine=engine)
    half = grow(model, state, first, seed=rng, first_step=5, engine=engine)
    both = grow(model, half, then, seed=rng, first_step=5 + first, engine=engine)
    torch.testing.assert_close(both, whole, rtol=1e-12, atol=1e-12)


@settings(max_examples=20)
@given(space=spaces, rng=rngs)
@pytest.mark.parametrize("engine", ONE_BY_ONE)
def test_a_batch_is_each_sample_alone(engine, space, rng):
    model = lively(rng=rng, num_dims=len(space))
    states = scatter(space, rng=rng, batch_size=3)
    together = grow(model, states, 2, seed=rng, first_sample=40, engine=engine)
    for row, state in enumerate(states):
        alone = grow(model, state[None], 2, seed=rng, first_sample=40 + row, engine=engine)
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
    moved = grow(model, state.roll(shift[:num_dims], axes), 2, engine=engine)
    grown = grow(model, state, 2, engine=engine).roll(shift[:num_dims], axes)
    torch.testing.assert_close(moved, grown, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("num_dims", [2, 3])
def test_a_circular_grid_has_no_middle(num_dims):
    model = lively(num_dims=num_dims, fire_rate=1.0, border="circular")
    state, axes = scatter((5,) * num_dims, share=0.1), list(range(1, num_dims + 1))
    for engine in ONE_BY_ONE:
        moved = grow(model, state.roll([3] * num_dims, axes), 3, engine=engine)
        grown = grow(model, state, 3, engine=engine).roll([3] * num_dims, axes)
        torch.testing.assert_close(moved, grown, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("num_dims", [2, 3])
def test_the_same_seed_gives_the_same_bits_and_another_seed_others(engine, num_dims):
    model = lively(num_dims=num_dims).float()
    state = seed(model.config, (11,) * num_dims)
    first, again = (grow(model, state, 6, seed=8, engine=engine) for _ in range(2))
    assert torch.equal(first, again)
    assert not torch.equal(first, grow(model, state, 6, seed=9, engine=engine))


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
    grown = grow(model, seed(model.config, small), 4, seed=rng, engine=engine)
    wide = grow(model, seed(model.config, large), 4, seed=rng, engine=engine)
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
        lambda s: grow(model, s, 2, engine=engine), entered, eps=1e-7, atol=1e-5
    )


def test_an_unknown_engine_lists_the_known_ones():
    model = lively()
    with pytest.raises(ArgumentError, match=r"engine='fast'.*auto, dense, sparse"):
        model.grow(scatter((3, 3, 3)), 1, engine="fast")


def test_a_second_derivative_is_refused():
    model = lively(num_dims=2)
    grown = model.grow(scatter((4, 4)), 2, engine="sparse").sum()
    with pytest.raises(ArgumentError, match="no second derivative; grow with engine='dense'"):
        torch.autograd.grad(grown, [model.out.weight], create_graph=True)


def test_weights_that_change_before_the_backward_pass_are_noticed():
    model = lively(num_dims=2)
    grown = model.grow(scatter((4, 4)), 2).sum()
    with torch.no_grad():
        model.hidden.weight += 1
    with pytest.raises(RuntimeError, match="modified by an inplace operation"):
        grown.backward()


def test_a_rollout_is_differentiated_as_often_as_one_likes_and_from_where_one_likes():
    model, state = lively(num_dims=2), scatter((6, 6)).requires_grad_()
    slopes = {}
    for engine in ("dense", "sparse"):
        run = model.rollout(state, engine=engine)
        early = run.step(2).state().square().sum()
        run.wound(Ball((2, 2), 1.5))
        late = run.step(2).state().square().sum()
        slopes[engine] = [
            torch.autograd.grad(of, state, retain_graph=True)[0] for of in (early, late, early)
        ]
    for ours, reference in zip(slopes["sparse"], slopes["dense"], strict=True):
        torch.testing.assert_close(ours, reference)
    assert torch.equal(slopes["sparse"][0], slopes["sparse"][2])


@torch.no_grad()
def test_watching_after_the_weights_have_changed_follows_them():
    model = lively(num_dims=2)
    run = model.rollout(scatter((6, 6)))
    run.step(1)
    model.out.bias += 0.1
    expected = model.grow(run.state(), 1, first_step=1, engine="dense")
    torch.testing.assert_close(run.step(1).state(), expected)


def test_any_number_of_threads_gives_the_same_bits():
    model, state = lively(num_dims=3), scatter((5, 6, 7), batch_size=5)
    before, bits = voxnca.get_num_threads(), []
    try:
        for num_threads in (1, 2, 7):
            voxnca.set_num_threads(num_threads)
            assert voxnca.get_num_threads() == torch.get_num_threads() == num_threads
            bits.append(differentiate(model, state, "sparse", 3))
    finally:
        voxnca.set_num_threads(before)
    for grown, gradients in bits[1:]:
        assert torch.equal(grown, bits[0][0])
        for ours, first in zip(gradients[:1], bits[0][1][:1], strict=True):
            assert torch.equal(ours, first)


@pytest.mark.parametrize("value", [0, -1, 1.5, True, 2000])
def test_a_wrong_number_of_threads_says_the_rule(value):
    with pytest.raises(ArgumentError, match=r"num_threads=.* must be a whole number from 1 to"):
        voxnca.set_num_threads(value)


@pytest.mark.parametrize("engine", ONE_BY_ONE)
@pytest.mark.parametrize("num_dims", [2, 3])
def test_rows_enter_as_the_state_they_are_of(engine, num_dims):
    model = lively(num_dims=num_dims).float()
    space = (11,) * num_dims
    context, name = choosing(engine)
    with context:
        run = model.rollout(seed_rows(model.config, space), space=space, engine=name)
    assert torch.equal(run.state(), seed(model.config, space))
    expected = grow(model, seed(model.config, space), 5, engine=engine)
    assert torch.equal(run.step(5).state(), expected)


@torch.no_grad()
def test_a_creature_in_a_vast_grid_takes_no_more_memory_than_its_cells():
    model = voxnca.load("mushroom")
    space = (1200, 1200, 1200)  # 1.7 thousand million cells
    run = model.rollout(seed_rows(model.config, space), space=space).step(1)
    tracemalloc.start()
    run.step(30)
    assert len(run.rows.coordinates) > 2000
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 100e6


@pytest.mark.parametrize(
    ("coordinates", "values", "message"),
    [
        (torch.zeros(1, 2, dtype=torch.int64), torch.ones(1, 6), "must be coordinates"),
        (torch.zeros(2, 3, dtype=torch.int64), torch.ones(2, 6), "hold a cell twice"),
        (torch.full((1, 3), 5), torch.ones(1, 6), "outside"),
        (torch.zeros(1, 3), torch.ones(1, 6), "pass int64 coordinates"),
    ],
)
def test_wrong_rows_say_the_rule(coordinates, values, message):
    model = lively(num_dims=2)
    with pytest.raises(ArgumentError, match=message):
        model.rollout(Rows(coordinates, values), space=(5, 5))


def test_without_numba_plain_torch_serves_and_says_so_once(monkeypatch):
    model, state = lively(num_dims=2), scatter((4, 4))
    expected = model.grow(state, 2, engine="dense")
    monkeypatch.setitem(sys.modules, "voxnca.engines.sparse", None)
    engines.compiled_engine.cache_clear()
    try:
        with pytest.warns(UserWarning, match="compiled engine cannot be used"):
            grown = model.grow(state, 2)
        torch.testing.assert_close(model.grow(state, 2), grown)  # no second warning
    finally:
        engines.compiled_engine.cache_clear()
    torch.testing.assert_close(grown, expected)
