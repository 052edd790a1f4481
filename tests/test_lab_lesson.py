"""A lesson is what the engine does in that cell, and its example is a cell worth a look."""

import json
import math
from itertools import product

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

import voxnca
from apps.lab.example import pick_cell
from apps.lab.lesson import Lesson, explain
from voxnca import NCA, ArgumentError, ModelConfig, Rows, seed_rows
from voxnca.config import BORDERS, PERCEPTIONS
from voxnca.engines import dense
from voxnca.grid import ALPHA
from voxnca.noise import fires, limit

spaces = st.lists(st.integers(1, 5), min_size=2, max_size=3).map(tuple)
rngs = st.integers(0, 10**6)
perceptions = st.lists(st.sampled_from(PERCEPTIONS), min_size=1, max_size=2, unique=True)


def lively(rng, **fields):
    """Make a rule of random weights and biases, float64, under which cells live and die."""
    model = NCA(ModelConfig(**{"num_channels": 6, "hidden_size": 8, **fields})).double()
    generator = torch.Generator().manual_seed(rng)
    with torch.no_grad():
        for weight in model.parameters():
            weight.add_(0.3 * torch.randn(weight.shape, generator=generator).double())
    return model


def scatter(space, rng, *, share=0.4, num_channels=6):
    """Make a state of live cells and dead ones that hold values (strays)."""
    generator = np.random.default_rng(rng)
    values = generator.normal(size=(1, *space, num_channels))
    values[generator.random(values.shape[:-1]) > share] = 0
    return torch.from_numpy(values)


def lessons(model, run, **options):
    """Explain every cell of a small grid."""
    cells = list(product(*map(range, run.space)))
    rows = run.rows
    return {
        cell: explain(model, rows, run.space, cell, step_index=run.step_index, **options)
        for cell in cells
    }


@settings(max_examples=60)
@given(
    spaces,
    st.sampled_from([1.0, 0.5]),
    st.sampled_from(BORDERS),
    perceptions.map("+".join),
    st.sampled_from(["dense", "sparse"]),
    st.integers(0, 2),
    st.sampled_from([0.0, 0.25]),
    rngs,
)
def test_a_lesson_tells_of_every_cell_what_the_engine_does(
    space, fire_rate, border, perception, engine, num_before, leak, rng
):
    model = lively(
        rng,
        num_dims=len(space),
        fire_rate=fire_rate,
        border=border,
        perception=perception,
        leak=leak,
    )
    with torch.no_grad():
        run = model.rollout(scatter(space, rng), seed=rng, engine=engine, first_step=7)
        run.step(num_before)
        before, told = run.state()[0], lessons(model, run, seed=rng)
        cells = torch.tensor([(0, *cell) for cell in told])
        fired = fires(cells, space, step=run.step_index, seed=rng, fire_rate=fire_rate)
        after = run.step().state()[0]
    pre, post = (dense.alive(state[None], border)[0] for state in (before, after))
    sensed = dense.perceive(before[None], model.rule())[0]
    for (cell, lesson), fires_there in zip(told.items(), fired.tolist(), strict=True):
        assert np.allclose(lesson.before, before[cell], atol=1e-12)
        assert np.allclose(lesson.after, after[cell], atol=1e-9)
        assert np.allclose([s.values for s in lesson.senses], sensed[cell].detach().view(-1, 6))
        assert lesson.draw.fires == fires_there == (lesson.draw.number < lesson.draw.limit)
        assert (lesson.pre.alive, lesson.post.alive) == (bool(pre[cell]), bool(post[cell]))


def test_a_lesson_about_an_integer_twin_is_exact():
    twin = voxnca.to_integer(lively(3, num_dims=2, leak=0.25, fire_rate=1.0))
    run = twin.rollout(scatter((5, 5), 3, share=0.9))
    told = lessons(twin, run, seed=0)
    after = run.step().state()[0]
    assert after.any()
    assert all(lesson.after == tuple(after[cell].tolist()) for cell, lesson in told.items())


def test_the_parts_of_a_lesson_follow_from_one_another():
    model = lively(5, num_dims=2)
    run = model.rollout(scatter((5, 5), 5, share=0.9), seed=5, engine="dense")
    for lesson in lessons(model, run, seed=5).values():
        assert lesson.hidden == tuple(max(0.0, x) for x in lesson.sums)
        assert lesson.num_on == sum(x > 0 for x in lesson.sums)
        expected = np.array(lesson.before) + lesson.draw.fires * np.array(lesson.dx)
        assert np.allclose(lesson.updated, expected * lesson.pre.alive)
        assert np.allclose(lesson.after, np.array(lesson.updated) * lesson.post.alive)
        for gate, own in ((lesson.pre, lesson.before), (lesson.post, lesson.updated)):
            assert gate.alphas[4] == own[ALPHA]
            assert gate.largest == max(a for a in gate.alphas if a is not None)
            assert gate.alive == (gate.largest > 0.1)


def test_what_lies_outside_a_grid_of_border_zero_is_no_cell():
    rows = seed_rows(ModelConfig(num_dims=2), (5, 4))
    corner = explain(NCA(ModelConfig(num_dims=2)), rows, (5, 4), (0, 3), seed=0, step_index=0)
    assert [a is None for a in corner.post.alphas] == [True] * 3 + [False, False, True] * 2
    assert not corner.pre.alive


def test_senses_are_named_in_the_order_of_the_kernels():
    model = NCA(ModelConfig(num_dims=3, perception="laplacian+sobel"))
    state = torch.zeros(1, 5, 5, 5, 16)
    state[..., 0] = torch.arange(5.0)  # red grows along x
    state[..., 1] = torch.arange(5.0)[:, None, None]  # green along z
    rows = model.rollout(state).rows
    lesson = explain(model, rows, (5, 5, 5), (2, 2, 2), seed=0, step_index=0)
    told = {(s.kernel, s.axis): s.values[:2] for s in lesson.senses}
    assert list(told)[:2] == [("identity", ""), ("laplacian", "")]
    assert told["sobel", "x"] == pytest.approx((1.0, 0.0))
    assert told["sobel", "y"] == pytest.approx((0.0, 0.0))
    assert told["sobel", "z"] == pytest.approx((0.0, 1.0))


def test_an_untrained_rule_changes_nothing():
    model = NCA(ModelConfig(num_dims=3, fire_rate=1.0))
    rows = seed_rows(model.config, (9, 9, 9))
    lesson = explain(model, rows, (9, 9, 9), (4, 4, 4), seed=0, step_index=0)
    assert lesson.untrained
    assert not any(lesson.dx)
    assert any(lesson.hidden)
    assert lesson.after == lesson.before


def test_a_huge_grid_is_explained_as_a_small_one():
    model = lively(1, num_dims=3)
    cells = scatter((3, 3, 3), 1, share=0.8)[0]
    places = cells.any(-1).nonzero()
    small, huge = (
        explain(
            model,
            Rows(torch.nn.functional.pad(places + n // 2, (1, 0)), cells[tuple(places.T)]),
            (n, n, n),
            (n // 2 + 1,) * 3,
            seed=2,
            step_index=3,
        )
        for n in (9, 1200)
    )
    assert small.after == huge.after
    assert small.draw == huge.draw
    assert small.draw.limit == limit(0.5)


def test_a_trained_cell_is_compared_with_what_its_target_has_there():
    model = voxnca.load("heart")
    space = voxnca.training_space(model.target)
    placed = model.target.place(space)
    rows = model.target.rows(space, model.config.num_channels)
    for cell in [(0,) * len(space), tuple(n // 2 for n in space)]:
        lesson = explain(model, rows, space, cell, seed=0, step_index=0)
        assert np.allclose(lesson.wanted, placed[cell])
        assert lesson.error == pytest.approx(
            sum((a - w) ** 2 for a, w in zip(lesson.after, lesson.wanted, strict=False))
        )


def test_the_page_is_sent_json_even_when_a_state_is_not_finite():
    model = lively(3, num_dims=2)
    state = scatter((4, 4), 3, share=1.0)
    state[0, 1, 1, 4] = math.inf
    rows = model.rollout(state, engine="dense").rows
    sent = explain(model, rows, (4, 4), (2, 2), seed=0, step_index=0).to_json()
    again = json.loads(json.dumps(sent, allow_nan=False))
    assert again == sent
    assert None in again["sums"] + again["dx"]
    assert again["draw"]["limit"] == 2**31
    assert set(Lesson.__dataclass_fields__) < set(again)


@pytest.mark.parametrize("cell", [(0, 5), (-1, 0), (1, 1, 1)])
def test_a_cell_that_is_not_in_the_grid_is_refused(cell):
    model = NCA(ModelConfig(num_dims=2))
    with pytest.raises(ArgumentError, match="is not in a grid of"):
        explain(model, seed_rows(model.config, (5, 5)), (5, 5), cell, seed=0, step_index=0)


@given(spaces, rngs)
def test_an_example_is_a_solid_cell_of_the_surface(space, rng):
    state = scatter(space, rng, share=0.8)[0]
    places = torch.ones(space).nonzero()
    rows = Rows(torch.nn.functional.pad(places, (1, 0)), state[tuple(places.T)])
    solid = {tuple(c) for c in (state[..., ALPHA] > 0.5).nonzero().tolist()}
    examples = [pick_cell(rows, nth=n) for n in range(len(solid))]
    assert set(examples) == solid
    if solid:
        steps = [s for s in product((-1, 0, 1), repeat=len(space)) if sum(map(abs, s)) == 1]
        around = {tuple(np.add(examples[0], step).tolist()) for step in steps}
        assert around - solid
        assert pick_cell(rows, nth=len(solid)) == examples[0]


def test_an_example_lies_where_colours_meet():
    state = torch.zeros(7, 7, 4)
    state[1:6, 1:6] = torch.tensor([1.0, 0.0, 0.0, 1.0])
    state[1, 3] = torch.tensor([0.0, 0.0, 1.0, 1.0])  # one blue cell at the upper edge
    places = state.any(-1).nonzero()
    rows = Rows(torch.nn.functional.pad(places, (1, 0)), state[tuple(places.T)])
    assert pick_cell(rows) in {(1, 2), (1, 3), (1, 4)}


def test_nothing_alive_is_no_example():
    assert pick_cell(Rows(torch.zeros(0, 3).long(), torch.zeros(0, 8))) is None
    assert pick_cell(seed_rows(ModelConfig(num_dims=2), (9, 7))) == (4, 3)
