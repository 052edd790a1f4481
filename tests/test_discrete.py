"""A discrete rule: every cell in one of k states, a step an argmax of what it perceives."""

from unittest.mock import patch

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

import voxnca
from voxnca import NCA, ArgumentError, LearnedRule, ModelConfig, ModelInfo, Rows, wounds
from voxnca.config import BORDERS, PERCEPTIONS
from voxnca.engines import ENGINES, Surroundings, discrete, enter
from voxnca.perception import kernels
from voxnca.states import one_hot, states_of

rules = st.fixed_dictionaries(
    {
        "num_dims": st.sampled_from([2, 3]),
        "num_states": st.integers(2, 5),
        "perception": st.lists(st.sampled_from(PERCEPTIONS), min_size=1, max_size=2).map("+".join),
        "border": st.sampled_from(BORDERS),
    }
)
seeds = st.integers(0, 2**16)


def lively(seed=0, **fields):
    """Make a rule of random weights, float64 so that no two ways of summing part at a tie."""
    model = NCA(ModelConfig(**{"hidden_size": 6, **fields})).double()
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for weight in model.parameters():
            weight.add_(torch.randn(weight.shape, generator=generator).double())
    return model


def soup(model, seed=0, space=None):
    """Make two grids of random states: uint8 `(2, *space)`."""
    sizes = space or (5, 4, 3)[: model.config.num_dims]
    rng = np.random.default_rng(seed)
    return rng.integers(0, model.config.num_states, (2, *sizes), dtype=np.uint8)


def as_state(states, model):
    return one_hot(torch.from_numpy(states.copy()), model.config.num_states)


def run(model, states, num_steps=1, **options):
    """Step states by the model: uint8 `(B, *space)`."""
    return states_of(model.grow(as_state(states, model), num_steps, **options)).numpy()


def by_hand(model, states):
    """Step one grid cell by cell, as the design says it."""
    d, k = model.config.num_dims, model.config.num_states
    mode = {"zero": "constant", "replicate": "edge", "circular": "wrap"}[model.config.border]
    around = np.pad(states, 1, mode=mode)
    masks = model.all_kernels().detach().double().numpy()
    weights = [p.detach().numpy() for p in (*model.hidden.parameters(), *model.out.parameters())]
    after = np.empty_like(states)
    for cell in np.ndindex(states.shape):
        window = around[tuple(slice(i, i + 3) for i in cell)]
        channels = [(window == state).astype(float) for state in range(k)]
        perceived = np.array([[(m * c).sum() for c in channels] for m in masks]).ravel()
        hidden = np.maximum(weights[0] @ perceived + weights[1], 0)
        own = np.eye(k)[states[cell]]
        after[cell] = (own + weights[2] @ hidden + weights[3]).argmax()
    assert masks.shape[1:] == (3,) * d
    return after


@settings(deadline=None, max_examples=30)
@given(rules, seeds)
def test_a_step_is_the_argmax_of_what_each_cell_perceives(fields, seed):
    model = lively(seed, **fields)
    states = soup(model, seed)
    assert np.array_equal(run(model, states), [by_hand(model, grid) for grid in states])


@settings(deadline=None, max_examples=20)
@given(rules, seeds)
def test_every_name_means_the_same_engine(fields, seed):
    model = lively(seed, **fields)
    states = soup(model, seed)
    ends = [run(model, states, 3, engine=engine) for engine in ENGINES]
    assert np.array_equal(ends[0], ends[1])
    assert np.array_equal(ends[0], ends[2])
    logits = model.logits(as_state(states, model))
    assert np.array_equal(run(model, states), states_of(logits).numpy())


@settings(deadline=None, max_examples=20)
@given(rules, seeds, st.tuples(*[st.integers(-4, 4)] * 3))
def test_on_a_torus_what_is_shifted_before_is_shifted_after(fields, seed, by):
    model = lively(seed, **{**fields, "border": "circular"})
    states, d = soup(model, seed), model.config.num_dims
    axes = tuple(range(1, d + 1))
    shifted = run(model, np.roll(states, by[:d], axes), 2)
    assert np.array_equal(shifted, np.roll(run(model, states, 2), by[:d], axes))


@settings(deadline=None, max_examples=20)
@given(rules, seeds)
def test_a_cell_feels_a_change_only_as_far_as_there_were_steps(fields, seed):
    model = lively(seed, **{**fields, "border": "zero"})
    states = soup(model, seed, (7, 7, 7)[: model.config.num_dims])
    changed = states.copy()
    corner = (slice(None), *[0] * model.config.num_dims)
    changed[corner] = (changed[corner] + 1) % model.config.num_states
    before, after = run(model, states, 2), run(model, changed, 2)
    for cell in np.ndindex(states.shape[1:]):
        if max(cell) > 2:
            assert (before[(slice(None), *cell)] == after[(slice(None), *cell)]).all()


@pytest.mark.parametrize("border", BORDERS)
@pytest.mark.parametrize("cells_at_once", [1, 12, 30])
def test_a_grid_is_stepped_in_slabs_as_if_it_were_whole(border, cells_at_once):
    model = lively(3, num_dims=2, num_states=3, border=border)
    states = soup(model, 3, (11, 6))
    whole = run(model, states, 3)
    with patch.object(discrete, "_CELLS_AT_ONCE", cells_at_once):
        assert np.array_equal(run(model, states, 3), whole)


def test_an_untrained_rule_does_nothing():
    model = NCA(ModelConfig(num_states=4))
    states = soup(model)
    assert np.array_equal(run(model, states, 3), states)


@pytest.mark.parametrize("num_dims", [2, 3])
def test_the_seed_is_one_cell_in_state_1(num_dims):
    config = ModelConfig(num_dims=num_dims, num_states=3)
    state = voxnca.seed(config, (5, 6, 7)[:num_dims], batch_size=2)
    states = states_of(state)
    assert torch.equal(state, one_hot(states, 3))
    assert states.nonzero().tolist() == [[b, 2, 3, 3][: num_dims + 1] for b in (0, 1)]
    assert states.sum() == 2
    rows = voxnca.seed_rows(config, (5, 6, 7)[:num_dims])
    one = NCA(config).rollout(rows, space=(5, 6, 7)[:num_dims])
    assert torch.equal(one.state(), state[:1])


@settings(deadline=None, max_examples=20)
@given(rules, seeds)
def test_a_run_goes_on_from_its_rows_and_holds_no_empty_cell_in_them(fields, seed):
    model = lively(seed, **fields)
    states = soup(model, seed)
    first = model.rollout(as_state(states, model).double()).step(1)
    coordinates, values = first.rows
    assert (states_of(values) > 0).all()
    assert torch.equal(first.solid_cells, coordinates)
    assert len(coordinates) == voxnca.solid(first.state(), discrete=True).sum()
    second = model.rollout(Rows(coordinates, values), space=first.space, batch_size=2).step(1)
    assert np.array_equal(states_of(second.state()), run(model, states, 2))


@pytest.mark.parametrize("sample", [None, 1])
def test_a_wound_clears_to_state_0_and_touches_nothing_else(sample):
    model = lively(num_dims=2, num_states=3)
    states = soup(model, 1, (9, 9))
    rollout = model.rollout(as_state(states, model))
    ball = wounds.Ball((4, 4), 2)
    inside = ball.contains(torch.ones(9, 9).nonzero()).reshape(9, 9).numpy()
    expected = states.copy()
    expected[(slice(None) if sample is None else sample, inside)] = 0
    removed = rollout.wound(ball, sample=sample)
    assert np.array_equal(states_of(rollout.state()), expected)
    assert removed == (states > 0).sum() - (expected > 0).sum()
    cut = wounds.apply(as_state(states, model), ball, sample=sample)
    assert torch.equal(model.rollout(cut).state(), rollout.state())
    assert not voxnca.to_rgba(cut, colors=model.colors)[1, 4, 4].any()


@settings(deadline=None, max_examples=10)
@given(rules, seeds)
def test_logits_have_gradients_to_all_that_goes_into_them(fields, seed):
    model = lively(seed, **fields)
    state = as_state(soup(model, seed), model).double().requires_grad_()
    inputs = (state, *model.parameters())
    gradients = torch.autograd.grad(model.logits(state).square().sum(), inputs)
    assert all(gradient.isfinite().all() and gradient.any() for gradient in gradients)


def test_beyond_a_zero_border_cells_are_in_state_0():
    model = lively(5, num_dims=2, num_states=3, perception="neighbour_sum", border="zero")
    states = soup(model, 5, (4, 4))
    padded = np.pad(states, [(0, 0), (3, 3), (3, 3)])
    assert np.array_equal(run(model, states), run(model, padded)[:, 3:-3, 3:-3])
    assert kernels("neighbour_sum", 2)[1].sum() == 8


def test_colours_are_of_the_state_and_state_0_is_clear():
    model = lively(num_dims=2, num_states=4)
    states = soup(model)
    colors = ((9, 9, 9), (255, 0, 0), (0, 51, 0), (1, 2, 3))
    rgba = 255 * voxnca.to_rgba(as_state(states, model), colors=colors)
    for state, color in enumerate(colors):
        expected = (*color, 255) if state else (0, 0, 0, 0)
        assert np.allclose(rgba[states == state], expected)
    with pytest.raises(ArgumentError, match="4 triples"):
        voxnca.to_rgba(as_state(states, model), colors=colors[:3])


def test_a_model_file_holds_it_whole(tmp_path):
    model = lively(7, num_dims=2, num_states=3, perception="learned").float()
    learned = LearnedRule("Brian's Brain", "/2/3", 0, 19683)
    colors = ((0, 0, 0), (255, 255, 255), (48, 96, 255))
    model.info = ModelInfo(name="brain", colors=colors, learned_rule=learned)
    voxnca.save(model, tmp_path / "brain.safetensors")
    again = voxnca.load(tmp_path / "brain.safetensors")
    assert (again.config, again.info) == (model.config, model.info)
    assert again.colors == colors
    for name, weight in model.state_dict().items():
        assert torch.equal(weight, again.state_dict()[name])
    model.info = ModelInfo(colors=colors[:2])
    voxnca.save(model, tmp_path / "brain.safetensors")
    with pytest.raises(voxnca.FileError, match=r"damaged model file \(colors="):
        voxnca.load(tmp_path / "brain.safetensors")


def test_a_config_of_before_there_were_states_is_read():
    fields = ModelConfig(num_dims=2).to_json()
    del fields["num_states"]
    assert ModelConfig.from_json(fields) == ModelConfig(num_dims=2, num_states=0)
    discrete_config = ModelConfig(num_states=5)
    assert (discrete_config.num_channels, discrete_config.fire_rate) == (5, 1.0)
    assert ModelConfig.from_json(discrete_config.to_json()) == discrete_config


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"num_states": 1}, "num_states=1 must be a whole number from 2 to 256"),
        ({"num_states": 257}, "num_states=257 must be"),
        ({"num_states": 2.0}, "num_states=2.0 must be"),
        ({"num_states": 3, "num_channels": 4}, "num_channels=4 must be 3 for num_states=3"),
        ({"num_states": 3, "fire_rate": 0.7}, "fire_rate=0.7 must be 1 for num_states=3"),
    ],
)
def test_a_discrete_rule_has_only_the_channels_of_its_states(fields, words):
    with pytest.raises(ArgumentError, match=words):
        ModelConfig(**fields)


def test_what_makes_no_sense_of_a_discrete_rule_is_refused():
    model, target = NCA(ModelConfig(num_states=3)), voxnca.load_target("mushroom", size=8)
    for refused in (lambda: voxnca.evaluate(model, target), lambda: voxnca.train(model, target)):
        with pytest.raises(ArgumentError, match="num_states=3: a discrete rule grows no target"):
            refused()
    with pytest.raises(ArgumentError, match="model grows and has no logits"):
        NCA(ModelConfig()).logits(voxnca.seed(ModelConfig(), (3, 3, 3)))
    state, free = voxnca.seed(model.config, (3, 3, 3)), torch.ones(1, 3, 3, 3, dtype=torch.bool)
    with pytest.raises(ArgumentError, match="surroundings are for rules that grow"):
        enter(state, model.rule(), "auto", Surroundings(free=free))
    with pytest.raises(ArgumentError, match="engine='x' is unknown"):
        model.rollout(state, engine="x")
