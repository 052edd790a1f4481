"""Rules on levels, their traces, and tables that repeat them exactly."""

from copy import deepcopy
from itertools import pairwise

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

import voxnca
from analysis.approximation import settling
from analysis.approximation.closed_loop import advance
from analysis.approximation.exact_table import ExactTable, fold, looks
from analysis.approximation.folding import Folding
from analysis.approximation.golly_table import write_golly_table
from analysis.approximation.levels import LevelRule
from analysis.approximation.numbering import Numbering
from analysis.approximation.settling import Settling
from analysis.approximation.trace import record
from analysis.approximation.transitions import contexts
from analysis.rules import Pattern, golly, read_pattern
from analysis.rules.files.rulefile import load_rule

SPACE = {2: (8, 9), 3: (5, 6, 5)}
PALETTE = np.array([[0.0, 0.0, 0.0], [1.0, 0.5, 0.0]], dtype=np.float32)


def restless(num_dims, seed=7, levels_per_unit=2):
    """A rule drawn at random: on two levels a unit its few cells soon repeat themselves."""
    config = voxnca.ModelConfig(num_dims=num_dims, num_channels=5, hidden_size=8, fire_rate=1.0)
    model = voxnca.NCA(config, seed=seed)
    generator = torch.Generator().manual_seed(seed)
    torch.nn.init.normal_(model.out.weight, std=0.6, generator=generator)
    model.target = voxnca.load_target("heart" if num_dims == 2 else "duck", size=8)
    return LevelRule(model, levels_per_unit)


@pytest.fixture(scope="module", params=[2, 3])
def trace(request):
    rule = restless(request.param)
    start = voxnca.seed(rule.model.config, SPACE[request.param])
    wounded = [*rule.run(start, 6)][-1].clone()
    wounded[:, :, :3] = 0
    return record(rule, [start, wounded], num_steps=12)


@pytest.fixture(scope="module")
def table(trace):
    return [*fold(trace, (0, 1), PALETTE)][-1]


def test_states_lie_on_levels_and_within_the_limit(trace):
    rule = trace.rule
    x = torch.linspace(-3, 3, 5 * 40).reshape(1, 1, 40, 5)
    levels = rule.round(x) * rule.levels_per_unit
    assert (levels == levels.round()).all()
    assert rule.round(x).abs().max() <= rule.limit
    assert rule.round(x)[..., :4].min() == 0
    inside = x.clamp(-rule.limit, rule.limit)[..., 4:]
    assert (rule.round(x)[..., 4:] - inside).abs().max() <= 0.5 / rule.levels_per_unit
    assert (rule.round(rule.round(x)) == rule.round(x)).all()


def test_rounding_lets_the_gradient_pass():
    rule = restless(2)
    x = torch.rand(1, 2, 3, 5, requires_grad=True)
    rule.round(x).sum().backward()
    assert (x.grad == 1).all()


@pytest.mark.parametrize("num_dims", [2, 3])
def test_a_cell_sees_its_neighbourhood_and_no_farther(num_dims):
    rule = restless(num_dims)
    shape, generator = (60, *[7] * num_dims, 5), torch.Generator().manual_seed(0)
    state, other = (rule.round(torch.rand(shape, generator=generator) * 3 - 1.5) for _ in "ab")
    for some in (state, other):  # few cells, near or far, that keep others alive
        some[..., 3] *= torch.rand(shape[:-1], generator=generator) < 1 / 3**num_dims
    with torch.no_grad():
        rule.model.out.bias[3] = -1.0
    near = (slice(None), *[slice(2, 5)] * num_dims)
    other[near] = state[near]
    middle = (slice(None), *[3] * num_dims)
    with torch.no_grad():
        assert (rule.step(state)[middle] == rule.step(other)[middle]).all()
        assert rule.step(state)[middle].any()
        assert not (rule.step(state) == rule.step(other)).all()


def test_a_trace_holds_the_states_themselves(trace):
    assert not trace.levels[0].any()
    assert len(np.unique(trace.levels, axis=0)) == trace.num_symbols
    for run in trace.runs:
        for before, after in pairwise(run):
            state = torch.from_numpy(trace.states[before])[None]
            with torch.no_grad():
                stepped = trace.rule.step(state)[0].numpy()
            assert (stepped == trace.states[after]).all()


def test_a_run_ends_when_a_state_comes_again():
    rule = restless(2, levels_per_unit=1)
    with torch.no_grad():  # the hidden channel changes its sign at every step
        for parameter in rule.model.parameters():
            parameter.zero_()
        rule.model.hidden.weight[:2, 4] = torch.tensor([1.0, -1.0])
        rule.model.out.weight[4, :2] = torch.tensor([-2.0, 2.0])
    start = voxnca.seed(rule.model.config, (3, 3))
    assert [float(s[0, 1, 1, 4]) for s in rule.run(start, 9)] == [1, -1, 1]
    assert record(rule, [start], num_steps=9).repeats == (True,)
    assert record(rule, [start], num_steps=1).repeats == (False,)


def test_an_exact_table_repeats_every_run_it_was_read_from(trace, table):
    assert table.table.determinism == 1
    assert table.num_symbols < trace.num_symbols
    for run in trace.runs:
        ours = table.symbols(run[0])
        for theirs in run[1:]:
            ours = advance(table, ours, "zero")
            assert (ours == table.symbols(theirs)).all()


def test_a_folded_symbol_looks_as_it_did(trace, table):
    kinds = looks(trace, PALETTE)
    shown = np.concatenate([[[0, 0, 0, 0]], np.insert(PALETTE, 3, 1, axis=1)])
    assert (table.colors[table.classes] == shown[kinds]).all()
    assert (table.classes == 0).tolist() == [n == 0 for n in range(trace.num_symbols)]


contexts_and_outcomes = st.integers(1, 60).flatmap(
    lambda n: st.tuples(
        hnp.arrays(np.uint16, (n, 3), elements=st.integers(0, 9)),
        hnp.arrays(np.uint16, n, elements=st.integers(0, 9)),
    )
)


@given(contexts_and_outcomes)
@settings(max_examples=60)
def test_folding_never_contradicts_the_table(drawn):
    contexts, outcomes = Numbering.of(drawn[0]).rows, drawn[1]
    kinds = np.array([0, 0, 0, 0, 1, 1, 1, 2, 2, 2])
    folding = Folding(contexts, outcomes[: len(contexts)], kinds, np.eye(10, dtype=np.float32))
    sizes = [*folding.fold()]
    classes = folding.classes()
    said = {}
    for context, outcome in zip(classes[contexts], classes[outcomes[: len(contexts)]], strict=True):
        assert said.setdefault(tuple(context), outcome) == outcome
    known = np.unique(np.concatenate([contexts.ravel(), outcomes[: len(contexts)]]))
    for one in known:
        assert (kinds[known][classes[known] == classes[one]] == kinds[one]).all()
        assert (classes[one] == 0) == (one == 0)
    assert len(set(classes[known]) | {0}) == (sizes[-1] if sizes else 1)


def test_a_merge_that_fails_changes_nothing():
    contexts = np.array([[1, 1, 1], [2, 2, 2], [3, 1, 1], [3, 2, 2]], dtype=np.uint16)
    outcomes = np.array([1, 1, 1, 5], dtype=np.uint16)
    folding = Folding(contexts, outcomes, np.array([0, 1, 1, 1, 1, 2]), np.eye(6, dtype=np.float32))
    before = deepcopy((folding._table, folding._rows, folding._uses, folding._parent))
    assert not folding.merge(1, 2)  # [3, 1, 1] and [3, 2, 2] would be one
    assert (folding._table, folding._rows, folding._uses, folding._parent) == before
    assert folding.merge(1, 3)
    folding = Folding(contexts[:2], np.array([0, 3]), np.zeros(4, int), np.eye(4, dtype=np.float32))
    assert not folding.merge(1, 2)  # nor is what dies what lives, though it looks empty


def test_golly_reads_what_changes_and_nothing_else(table):
    if table.num_dims == 3:
        with pytest.raises(voxnca.ArgumentError, match="3D"):
            write_golly_table(table, "Creature")
        return
    text = write_golly_table(table, "Creature")
    lines = [line for line in text.splitlines() if line.count(",") == 9]
    contexts, outcomes = table.changes
    assert len(lines) == len(contexts) > 0
    places = [(1, 1), (0, 1), (0, 2), (1, 2), (2, 2), (2, 1), (2, 0), (1, 0), (0, 0)]
    wanted = []
    for context, outcome in zip(contexts, outcomes, strict=True):
        around = context.reshape(3, 3)
        wanted.append(",".join(str(around[place]) for place in places) + f",{outcome}")
        assert around[1, 1] != outcome
    assert set(lines) == set(wanted)


def test_golly_and_our_reader_of_its_files_grow_what_the_table_grows(table, trace, tmp_path):
    if table.num_dims == 3:  # Golly's tables are of the plane
        return
    path = tmp_path / "Creature.rule"
    path.write_text(write_golly_table(table, path.stem), encoding="utf-8")
    rule = load_rule(path)
    assert rule.num_states == table.num_symbols
    run = [table.symbols(symbols).astype(np.uint8) for symbols in trace.runs[0]]
    for before, after in pairwise(run):
        rows, seen = contexts(before, "zero")
        assert (rule.next_states(rows.astype(np.uint8)) == after[seen]).all()
    if golly.is_available():
        grown = golly.run_file(path, Pattern(run[0]), 3)
        assert (crop(grown.cells) == crop(run[3])).all()


@pytest.mark.parametrize(("name", "size"), [("heart", 12), ("butterfly", 12)])
def test_the_tables_that_ship_grow_their_creature_from_one_cell(name, size):
    folder = voxnca.data_path() / "models" / "tables"
    stem = f"Grow{name.title()}{size}"
    rule, seed = load_rule(folder / f"{stem}.rule"), read_pattern(folder / f"{stem}.rle")
    assert (seed.cells > 0).sum() == 1
    target = voxnca.load_target(name, size=size)
    space = voxnca.training_space(target)
    cells = np.zeros(space, dtype=np.uint8)
    cells[tuple(n // 2 for n in space)] = seed.cells.max()
    for _ in range(60):
        rows, seen = contexts(cells, "zero")
        cells[seen] = rule.next_states(rows.astype(np.uint8))
    grown = np.array(rule.colors)[cells]
    solid = (grown != 48).any(-1) & (cells > 0)
    placed = target.place(space).numpy()
    assert (solid == (placed[..., 3] > 0.5)).all()
    assert abs(grown[solid] - placed[solid][:, :3] * 255).mean() < 10


def crop(cells):
    found = np.argwhere(cells)
    return cells[tuple(slice(a, b + 1) for a, b in zip(found.min(0), found.max(0), strict=True))]


def test_settling_is_repeatable_and_wants_a_rule_that_draws_no_lots(small_model):
    losses = []
    for _ in range(2):
        model = restless(2).model
        run = Settling(model, num_steps=2)
        losses.append([step.loss for step in run])
        assert run.rule.model is model
    assert losses[0] == losses[1]
    assert len(losses[0]) == 2
    drawing = voxnca.NCA(voxnca.ModelConfig(num_dims=2))
    drawing.target = small_model.target
    with pytest.raises(voxnca.ArgumentError, match="draws lots"):
        Settling(drawing)


def test_a_pull_that_rounding_takes_back_with_room_to_spare_is_rest():
    rule = restless(2, levels_per_unit=8)
    states = [torch.zeros(1, 3, 3, 5) for _ in range(8)]
    for pull, unrest in ((0.3, 0.0), (-0.3, 0.0), (0.45, 0.1), (-2.35, 2.0)):
        proposed = [torch.full((1, 3, 3, 5), pull / 8) for _ in range(7)]
        found = settling._unrest(rule, proposed, states, num_solid=9)
        assert float(found) == pytest.approx(5 * unrest / 8, abs=1e-6)


def test_what_cannot_be_is_refused():
    rule = restless(2)
    with pytest.raises(voxnca.ArgumentError, match="levels_per_unit=0 must be at least 1"):
        LevelRule(rule.model, 0)
    with pytest.raises(voxnca.ArgumentError, match="limit=0 must be above 0"):
        LevelRule(rule.model, 1, limit=0)


def test_the_table_is_what_the_iterator_ends_with(table):
    assert isinstance(table, ExactTable)
