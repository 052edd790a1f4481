"""Goals and environments: what they are made of, and that both engines heed them alike."""

from itertools import product

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

import voxnca
from voxnca import NCA, ArgumentError, Environment, ModelConfig
from voxnca.conditions import Conditions, num_inputs
from voxnca.conditions.compass import directions, field
from voxnca.conditions.goals import goal_weights
from voxnca.config import BORDERS, SENSES
from voxnca.grid import solid

spaces = st.lists(st.integers(2, 6), min_size=2, max_size=3).map(tuple)
rngs = st.integers(0, 2**16)
ENGINES = ("sparse", "dense")


def lively(*, rng=0, **config):
    """Return a rule with random weights in float64, whose pattern goes on changing."""
    model = NCA(ModelConfig(num_channels=8, hidden_size=12, **config), seed=rng).double()
    generator = torch.Generator().manual_seed(rng)
    with torch.no_grad():
        model.out.weight.normal_(std=0.2, generator=generator)
        model.out.bias.normal_(std=0.1, generator=generator)
    return model


def scatter(space, *, rng=0, batch_size=2, num_channels=8):
    """Return random states in which half the cells hold something."""
    generator = torch.Generator().manual_seed(rng)
    shape = (batch_size, *space)
    held = torch.rand(*shape, 1, generator=generator) < 0.5
    return held * torch.randn(*shape, num_channels, generator=generator).double()


def environment(space, rng, *, signal="diffusion"):
    """Return random walls, and a beacon and a root in free cells."""
    generator = np.random.default_rng(rng)
    blocked = generator.random(space) < 0.3
    cells = generator.permutation(int(np.prod(space)))[:2]
    beacon, root = (tuple(int(i) for i in np.unravel_index(cell, space)) for cell in cells)
    blocked[beacon] = blocked[root] = False
    return Environment(blocked, beacon, root, signal)


def drive(model, state, engine, first, second):
    """Return states and gradients of a run whose conditions change half-way."""
    model.zero_grad()
    entered = state.clone().requires_grad_()
    run = model.rollout(entered, seed=3, engine=engine, **first).step(2)
    grown = run.steer(**second).step(2).state()
    weights = scatter(state.shape[1:-1], rng=1)
    ((grown * weights).sum() + 0 * entered.sum()).backward()
    return grown.detach(), [entered.grad, *(p.grad for p in model.parameters())]


@settings(max_examples=30)
@given(
    space=spaces,
    border=st.sampled_from(BORDERS),
    fire_rate=st.sampled_from([0.5, 1.0]),
    senses=st.sets(st.sampled_from(SENSES)),
    told=st.sampled_from(["number", "each", "blend", "cells"]),
    rng=rngs,
)
def test_engines_agree_under_conditions_that_change_in_mid_life(
    space, border, fire_rate, senses, told, rng
):
    model = lively(
        rng=rng,
        num_dims=len(space),
        border=border,
        fire_rate=fire_rate,
        num_goals=3,
        senses=tuple(senses),
    )
    goals = {
        "number": 2,
        "each": [0, 2],
        "blend": [0.25, 0.0, 0.75],
        "cells": torch.nn.functional.one_hot(torch.arange(2 * np.prod(space)) % 3, 3)
        .reshape(2, *space, 3)
        .double(),
    }
    here, there = environment(space, rng), environment(space, rng + 1)
    first = {"goal": goals[told], "environment": [here, there]}
    second = {"goal": 1, "environment": there}
    state = scatter(space, rng=rng)
    ours, reference = (drive(model, state, engine, first, second) for engine in ENGINES)
    torch.testing.assert_close(ours[0], reference[0], rtol=1e-10, atol=1e-12)
    for gradient, expected in zip(ours[1], reference[1], strict=True):
        size = 1 + float(expected.abs().max())
        torch.testing.assert_close(gradient, expected, rtol=0, atol=1e-9 * size)


def test_the_comparison_notices_a_goal_that_is_not_heeded():
    model, state = lively(num_dims=2, num_goals=2), scatter((5, 5))
    ours = drive(model, state, "sparse", {"goal": 0}, {"goal": 1})
    assert model.goals.grad.any(1).all()
    other = drive(model, state, "dense", {"goal": 0}, {"goal": 0})
    assert not torch.allclose(ours[0], other[0])


@settings(max_examples=40)
@given(
    space=spaces,
    border=st.sampled_from(BORDERS),
    engine=st.sampled_from(ENGINES),
    senses=st.sets(st.sampled_from(SENSES)),
    rng=rngs,
)
def test_a_wall_never_holds_matter(space, border, engine, senses, rng):
    model = lively(rng=rng, num_dims=len(space), border=border, senses=tuple(senses))
    run = model.rollout(scatter(space, rng=rng), engine=engine, environment=environment(space, rng))
    for later in range(3):
        walls = run.conditions.environment.walls(space)
        assert not run.state()[:, walls].any()
        assert not run.step().state()[:, walls].any()
        run.steer(environment=environment(space, rng + later))


def test_what_walls_leave_free_grows_on_when_they_go():
    model = lively(num_dims=2, fire_rate=1.0, senses=("walls",))
    with torch.no_grad():
        model.out.weight[3], model.out.bias[3] = 0.0, 0.5  # every cell matures
    wall = torch.zeros(7, 7, dtype=torch.bool)
    wall[:, 4] = True
    run = model.rollout(voxnca.seed(model.config, (7, 7)), environment=Environment(wall)).step(8)
    assert not run.state()[0, :, 5:].any()
    assert run.steer(environment=Environment()).step(8).state()[0, :, 5:].any()


def beside(cell, face):
    """Return the cell across a face `(axis, side)`."""
    axis, side = face
    return (*cell[:axis], cell[axis] + side, *cell[axis + 1 :])


def naive_senses(env, space, senses, *, wraps):
    """Read the flags off the definitions, cell by cell."""
    walls, beacon, root = env.walls(space).numpy(), env.beacon, env.root
    ways = directions(field(walls, beacon, signal=env.signal), walls, beacon)
    faces = [(axis, side) for axis in range(len(space)) for side in (-1, 1)]

    def inside(cell):
        return all(0 <= c < n for c, n in zip(cell, space, strict=True))

    def blocked(cell):
        if wraps:
            return walls[tuple(c % n for c, n in zip(cell, space, strict=True))]
        return not inside(cell) or walls[cell]

    def points_at(other, cell):
        return inside(other) and ways[other] >= 0 and beside(other, faces[ways[other]]) == cell

    flags = {
        "walls": lambda cell: [blocked(beside(cell, face)) for face in faces],
        "beacon": lambda cell: [
            *(ways[cell] == number for number in range(len(faces))),
            *(points_at(beside(cell, face), cell) for face in faces),
            cell == beacon,
        ],
        "bare_beacon": lambda cell: [cell == beacon],
        "root": lambda cell: [cell == root],
    }
    cells = product(*map(range, space))
    rows = [[flag for name in senses for flag in flags[name](cell)] for cell in cells]
    return np.array(rows).reshape(*space, -1)


@settings(max_examples=30)
@given(
    space=spaces,
    senses=st.sets(st.sampled_from(SENSES), min_size=1),
    signal=st.sampled_from(["diffusion", "straight"]),
    wraps=st.booleans(),
    rng=rngs,
)
def test_senses_are_what_they_are_defined_to_be(space, senses, signal, wraps, rng):
    names = ModelConfig(num_dims=len(space), senses=tuple(senses)).senses
    env = environment(space, rng, signal=signal)
    sensed = env.sense(names, space, wraps=wraps)
    assert sensed.shape == (*space, num_inputs(names, len(space)))
    assert np.array_equal(sensed.numpy(), naive_senses(env, space, names, wraps=wraps))


def test_a_sense_is_worked_out_once():
    env = environment((5, 6), 0)
    assert env.sense(SENSES, (5, 6)) is env.sense(SENSES, (5, 6))


def test_a_goal_in_part_of_the_cells_changes_nothing_far_from_them():
    model, state = lively(num_dims=2, num_goals=2, fire_rate=1.0), scatter((12, 12), batch_size=1)
    halves = torch.zeros(1, 12, 12, 2)
    halves[..., 0] = 1.0
    halves[:, :, 6:] = torch.tensor([0.0, 1.0])
    mixed, first, second = (model.grow(state, 2, goal=goal) for goal in (halves, 0, 1))
    assert torch.equal(mixed[:, :, :4], first[:, :, :4])
    assert torch.equal(mixed[:, :, 8:], second[:, :, 8:])
    assert not torch.equal(mixed[:, :, 8:], first[:, :, 8:])


def test_a_blend_lies_between_its_goals():
    model = lively(num_dims=2, num_goals=2)
    told = [
        Conditions(goal).surroundings(model.config, model.goals, (1, 4, 4, 8), torch.float64)
        for goal in (0, 1, [0.3, 0.7])
    ]
    first, second, blend = (surroundings.embedding for surroundings in told)
    torch.testing.assert_close(blend, 0.3 * first + 0.7 * second, rtol=0, atol=1e-7)
    assert not blend[..., :4].any()


def test_no_goal_anywhere_is_a_rule_without_goals():
    model = lively(num_dims=2, num_goals=2)
    plain = lively(num_dims=2)
    plain.load_state_dict({k: v for k, v in model.state_dict().items() if k != "goals"})
    state = scatter((5, 5))
    assert torch.equal(model.grow(state, 3, goal=[0.0, 0.0]), plain.grow(state, 3))


@pytest.mark.parametrize(
    ("goal", "says"),
    [
        (3, "goal=3 must be from 0 to 2"),
        (-1, "goal=-1 must be from 0 to 2"),
        ([0, 1, 2], r"goal=\[0, 1, 2\] must be one number, or one for each of 2 samples"),
        ([0.5, 0.6, 0.0], "sum to 1"),
        ([1.5, -0.5, 0.0], "sum to 1"),
        ([0.5, 0.5], r"goal has shape \(2,\); pass a number, or weights"),
        (torch.rand(2, 3, 3, 3), "goal has shape"),
        (True, "no truth values"),
        ("two", "goal='two' must be a goal's number"),
        (float("nan"), "goal has shape"),
    ],
)
def test_a_goal_that_is_none_is_refused(goal, says):
    with pytest.raises(ArgumentError, match=says):
        goal_weights(goal, 3, 2, (4, 4))


def test_a_rule_says_which_conditions_it_misses():
    seed = voxnca.seed(ModelConfig(num_dims=2, num_channels=8), (5, 5))
    with pytest.raises(ArgumentError, match="goal=None, but the rule has 2 goals; pass goal=0"):
        lively(num_dims=2, num_goals=2).grow(seed, 1)
    with pytest.raises(ArgumentError, match="goal=1, but the rule has no goals; leave it out"):
        lively(num_dims=2).grow(seed, 1, goal=1)
    seeing = lively(num_dims=2, senses=("walls", "beacon", "root"))
    with pytest.raises(ArgumentError, match="environment=None, but the rule senses walls, beacon"):
        seeing.grow(seed, 1)
    with pytest.raises(ArgumentError, match="beacon=None, but the rule senses beacon; pass"):
        seeing.grow(seed, 1, environment=Environment(root=(1, 1)))
    with pytest.raises(ArgumentError, match="root=None, but the rule senses root; pass"):
        seeing.grow(seed, 1, environment=Environment(beacon=(1, 1)))
    discrete = NCA(ModelConfig(num_dims=2, num_states=2))
    with pytest.raises(ArgumentError, match="a discrete one takes none"):
        discrete.grow(voxnca.seed(discrete.config, (5, 5)), 1, environment=Environment())


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"blocked": np.zeros((5, 5))}, "blocked is torch.float64; make it bool"),
        ({"blocked": np.zeros((4, 5), bool)}, r"blocked has shape \(4, 5\); make it \(5, 5\)"),
        ({"beacon": (5, 0)}, r"beacon=\(5, 0\) is off the grid"),
        ({"beacon": (1, 2, 3)}, r"beacon=\(1, 2, 3\) is off the grid"),
        ({"root": (1.5, 0)}, "root=.* must be a cell"),
        ({"root": 3}, "root=3 must be a cell"),
        ({"blocked": np.ones((5, 5), bool), "root": (0, 0)}, r"root=\(0, 0\) is blocked"),
        ({"signal": "smell"}, "signal='smell' is unknown; use one of: diffusion, straight"),
    ],
)
def test_an_environment_that_does_not_fit_is_refused(fields, says):
    model = lively(num_dims=2)
    with pytest.raises(ArgumentError, match=says):
        model.grow(scatter((5, 5)), 1, environment=Environment(**fields))


def test_as_many_environments_as_samples():
    model = lively(num_dims=2)
    with pytest.raises(ArgumentError, match="environment has 3 entries for 2 samples"):
        model.grow(scatter((5, 5)), 1, environment=[Environment()] * 3)
    with pytest.raises(ArgumentError, match=r"must be a voxnca\.Environment"):
        model.grow(scatter((5, 5)), 1, environment=[1, 2])


def test_a_refused_change_leaves_the_run_as_it_was():
    model = lively(num_dims=2, num_goals=2)
    run = model.rollout(scatter((5, 5)), goal=0).step()
    before = run.state()
    for change in ({"goal": 2}, {"environment": Environment(np.zeros((3, 3), bool))}):
        with pytest.raises(ArgumentError):
            run.steer(**change)
    assert torch.equal(run.state(), before)
    assert run.conditions.goal == 0
    assert run.conditions.environment is None


@pytest.mark.parametrize("config", [{"num_goals": 3}, {"senses": SENSES}])
def test_a_conditioned_model_is_saved_with_all_its_targets(tmp_path, config):
    model = lively(num_dims=2, **config).float()
    names = ["heart", "flower", "gecko"][: max(1, model.config.num_goals)]
    model.targets = tuple(voxnca.load_target(name, size=9) for name in names)
    voxnca.save(model, tmp_path / "model.safetensors")
    loaded = voxnca.load(tmp_path / "model.safetensors")
    assert loaded.config == model.config
    assert [target.name for target in loaded.targets] == names
    for ours, theirs in zip(model.targets, loaded.targets, strict=True):
        assert np.array_equal(ours.rgba8, theirs.rgba8)
    for name, weights in model.state_dict().items():
        assert torch.equal(weights, loaded.state_dict()[name])


def test_a_model_has_a_target_for_each_goal_or_none():
    model = NCA(ModelConfig(num_dims=2, num_goals=2))
    assert model.target is None
    model.target = voxnca.load_target("heart", size=9)
    assert [target.name for target in model.targets] == ["heart"]
    with pytest.raises(voxnca.FileError, match="1 targets for 2 goals"):
        voxnca.checkpoint.decode(voxnca.checkpoint.encode(model), "model")


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"num_goals": -1}, "num_goals=-1 must be a whole number"),
        ({"senses": ("smell",)}, "senses='smell' is unknown; use one of: walls, beacon"),
        ({"senses": "walls"}, "senses='walls' must be a tuple"),
        ({"num_states": 2, "num_goals": 2}, "a discrete rule has neither goals nor senses"),
        ({"num_channels": 4, "num_goals": 2}, "num_goals=2 needs a hidden channel"),
    ],
)
def test_conditions_that_cannot_be_are_refused(fields, says):
    with pytest.raises(ArgumentError, match=says):
        ModelConfig(num_dims=2, **fields)


def test_a_seed_may_lie_anywhere():
    config = ModelConfig(num_dims=2)
    state = voxnca.seed(config, (5, 6), at=(4, 0))
    assert solid(state)[0].nonzero().tolist() == [[4, 0]]
    rows = voxnca.seed_rows(config, (5, 6), at=(4, 0))
    assert rows.coordinates.tolist() == [[0, 4, 0]]
    for cell in ((5, 0), (0, 0, 0)):
        with pytest.raises(ArgumentError, match="is off the grid"):
            voxnca.seed(config, (5, 6), at=cell)
