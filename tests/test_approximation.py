"""Tables of symbols: what they must reproduce, what they must not claim."""

import json
from collections import Counter, defaultdict
from itertools import product

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

import voxnca
from analysis import rules
from analysis.approximation import approximate
from analysis.approximation import numbering as numbering_module
from analysis.approximation.answers import CountingTree, Either, Network, Stay
from analysis.approximation.closed_loop import advance, differing, follow, overlap
from analysis.approximation.nearest import Nearest
from analysis.approximation.numbering import Numbering
from analysis.approximation.quantizer import Quantizer, fit
from analysis.approximation.run import Run, plan
from analysis.approximation.score import score
from analysis.approximation.symbol_table import SymbolTable
from analysis.approximation.transitions import Transitions, contexts, read

SPACE = {2: (9, 10), 3: (7, 6, 7)}


def spreading(num_dims, fire_rate=1.0, border="zero"):
    """A rule of three states: alpha becomes 1 wherever cells live, and red what alpha was."""
    config = voxnca.ModelConfig(
        num_dims=num_dims, num_channels=4, hidden_size=3, fire_rate=fire_rate, border=border
    )
    model = voxnca.NCA(config)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.zero_()
        model.hidden.bias[0] = 1  # always 1
        model.hidden.weight[1, 3] = 1  # alpha
        model.hidden.weight[2, 0] = 1  # red
        model.out.weight[3] = torch.tensor([1.0, -1.0, 0.0])
        model.out.weight[0] = torch.tensor([0.0, 1.0, -1.0])
    model.info = voxnca.ModelInfo("spreading", grow_steps=3)
    return model


@pytest.fixture(scope="module", params=[(2, 1.0), (2, 0.5), (3, 1.0)], ids=str)
def approximation(request):
    num_dims, fire_rate = request.param
    return approximate(
        spreading(num_dims, fire_rate),
        num_symbols=8,
        space=SPACE[num_dims],
        num_wounds=4,
        heal_steps=6,
    )


def test_a_rule_of_few_states_is_reproduced_exactly(approximation):
    assert approximation.num_symbols == 3  # empty, new, old
    assert (approximation.determinism, approximation.entropy_bits) == (1, 0)
    scores = {s.answer: s for s in approximation.scores}
    assert scores["table"].accuracy_answered == 1
    assert scores["table"].answered == approximation.coverage
    assert scores["network on centroids"].accuracy == 1
    assert scores["table, then network"].accuracy_changing == 1
    for loop in approximation.closed_loops:
        if "network" in loop.answer:
            assert set(loop.differing) == {0.0}
            assert set(loop.iou_network) == {1.0}


def test_nothing_changes_is_the_baseline(approximation):
    assert approximation.scores[0].answer == "nothing changes"
    assert approximation.baseline == approximation.scores[0].accuracy < 1
    assert approximation.scores[0].accuracy_changing == 0
    still = next(loop for loop in approximation.closed_loops if loop.answer == "nothing changes")
    assert still.start == "seed"
    assert still.iou_network[-1] < 0.1


def test_what_is_reported_is_fit_for_json(approximation):
    text = json.dumps(approximation.to_json(), allow_nan=False)
    assert json.loads(text)["coverage"] == approximation.coverage
    assert not {"table", "quantizer"} & set(json.loads(text))


def test_a_table_that_does_not_grow_alone_is_not_called_the_rule(approximation):
    alone = [loop for loop in approximation.closed_loops if loop.answer == "table"]
    grows = all(min(loop.iou_network) >= 0.95 and loop.differing[-1] <= 0.05 for loop in alone)
    assert approximation.is_the_rule == grows
    assert ("may not be called" in approximation.sentence) != grows


def test_a_run_in_which_nothing_changes_has_the_baseline_1(small_model):
    run = Run("seed", small_model, voxnca.seed(small_model.config, (7, 8)), 0, 3, 0)
    seen = read([run], fit([run], 4, seed=0))
    assert len(seen.contexts) == 3 * 9
    assert score("stay", Stay(2), seen).accuracy == 1


@pytest.mark.parametrize(("fire_rate", "num_held_out"), [(1.0, 2), (0.5, 3)])
def test_held_out_runs_are_not_among_the_fitted(fire_rate, num_held_out):
    runs = plan(spreading(2, fire_rate), (9, 10), grow_steps=4, num_wounds=8, heal_steps=5, seed=3)
    assert len(runs.held_out) == num_held_out
    assert runs.growth in (runs.held_out if fire_rate < 1 else runs.fitted)
    starts = [(run.start.numpy().tobytes(), run.firing_seed) for run in runs.fitted]
    for run in runs.held_out:
        assert (run.start.numpy().tobytes(), run.firing_seed) not in starts


def test_the_fit_does_not_see_what_is_held_out(monkeypatch):
    model = spreading(2, 0.5)
    asked = []
    states = Run.states
    monkeypatch.setattr(Run, "states", lambda run: asked.append(run) or states(run))
    runs = plan(model, (9, 10), grow_steps=4, num_wounds=4, heal_steps=5, seed=3)
    SymbolTable.fit(read(runs.fitted, fit(runs.fitted, 3, seed=0)))
    assert set(asked) == set(runs.fitted)


@pytest.mark.parametrize("num_dims", [2, 3])
def test_a_table_of_all_that_was_seen_repeats_a_deterministic_run(num_dims):
    model = spreading(num_dims)
    run = Run("seed", model, voxnca.seed(model.config, SPACE[num_dims]), 0, 6, 0)
    quantizer = fit([run], 8, seed=0)
    loop = follow("table", SymbolTable.fit(read([run], quantizer)), run, quantizer)
    assert set(loop.differing) == {0.0}
    assert len(loop.differing) == 7


def test_a_table_of_all_contexts_is_the_rule():
    life = rules.parse("B3/S23")
    rows = np.array(list(product((0, 1), repeat=9)), dtype=np.uint16)
    table = SymbolTable.fit(Transitions(rows, life.table.astype(np.uint16), 2))
    tree = CountingTree.fit(Transitions(rows, life.table.astype(np.uint16), 2), 2, seed=0)
    cells = np.random.default_rng(0).integers(2, size=(20, 21)).astype(np.uint16)
    assert table.num_entries == 512
    for answer in (table, tree):
        ours = cells
        for _ in range(8):
            ours = advance(answer, ours, "circular")
        assert (ours == rules.step(life, cells, 8)).all()


@given(
    hnp.arrays(
        np.uint16, hnp.array_shapes(min_dims=2, max_dims=3, max_side=4), elements=st.integers(0, 2)
    ),
    st.sampled_from(["zero", "replicate", "circular"]),
)
@settings(max_examples=40)
def test_contexts_are_read_cell_by_cell(cells, border):
    rows, seen = contexts(cells, border)
    found = iter(rows)
    for place in np.ndindex(cells.shape):
        around = []
        for offset in product((-1, 0, 1), repeat=cells.ndim):
            index = np.add(place, offset)
            inside = ((index >= 0) & (index < cells.shape)).all()
            if border == "circular":
                index = index % cells.shape
            if border == "replicate":
                index = index.clip(0, np.subtract(cells.shape, 1))
            around.append(int(cells[tuple(index)]) if inside or border != "zero" else 0)
        assert seen[place] == any(around)
        if seen[place]:
            assert next(found).tolist() == around


rows_of_three = hnp.arrays(
    np.uint16, st.tuples(st.integers(1, 40), st.just(3)), elements=st.integers(0, 3)
)


@given(rows_of_three, rows_of_three)
def test_rows_are_found_by_their_numbers(rows, others):
    numbering = Numbering.of(rows)
    known = {tuple(row): n for n, row in enumerate(numbering.rows.tolist())}
    assert set(known) == {tuple(row) for row in rows.tolist()}
    wanted = [known.get(tuple(row), -1) for row in others.tolist()]
    assert numbering.find(others).tolist() == wanted


def test_rows_with_the_same_sum_are_told_apart(monkeypatch):
    sums = numbering_module._sums
    weak = lambda rows, key: sums(rows, key) % np.uint64(3 if key == 20 else 2**63)  # noqa: E731
    monkeypatch.setattr(numbering_module, "_sums", weak)
    rows = np.arange(30, dtype=np.uint16).reshape(-1, 3)
    numbering = Numbering.of(rows)
    assert sorted(numbering.find(rows)) == list(range(10))
    assert (numbering.find(rows + np.uint16(1)) == -1).all()


@given(rows_of_three, st.data())
def test_a_table_says_what_followed_most_often(rows, data):
    outcomes = data.draw(hnp.arrays(np.uint16, len(rows), elements=st.integers(0, 2)))
    table = SymbolTable.fit(Transitions(rows, outcomes, 2))
    followed = defaultdict(Counter)
    for row, outcome in zip(rows.tolist(), outcomes.tolist(), strict=True):
        followed[tuple(row)][outcome] += 1
    for row, answer in zip(rows.tolist(), table.answer(rows).tolist(), strict=True):
        counts = followed[tuple(row)]
        assert counts[answer] == max(counts.values())
    single = [len(counts) == 1 for counts in followed.values()]
    assert table.determinism == pytest.approx(np.mean(single))
    bits = [-n * np.log2(n / c.total()) for c in followed.values() for n in c.values()]
    assert table.entropy_bits == pytest.approx(sum(bits) / len(rows), abs=1e-12)


def test_the_second_answers_what_the_first_cannot():
    known = np.ones((1, 9), dtype=np.uint16)
    table = SymbolTable.fit(Transitions(known, np.array([7], np.uint16), 2))
    other = np.full((1, 9), 2, dtype=np.uint16)
    both = np.concatenate([known, other])
    assert table.answer(both).tolist() == [7, -1]
    assert Either(table, Stay(2)).answer(both).tolist() == [7, 2]


def test_what_a_table_has_not_seen_stays_as_it_is_and_what_is_nearest_is_asked_else():
    cells = np.full((4, 4), 2, dtype=np.uint16)
    known = contexts(cells, "circular")[0][:1]
    table = SymbolTable.fit(Transitions(known, np.array([1], np.uint16), 2))
    assert (advance(table, cells, "circular") == 1).all()
    other = cells.copy()
    other[1, 1] = 3
    assert (advance(table, other, "circular") == np.where(_near(1, 1), other, 1)).all()
    states = np.array([[0, 0], [1, 0], [2, 0], [2.5, 0]], dtype=np.float32)
    other[3, 3] = 0
    asked = advance(Nearest(table, states, 2), other, "circular")
    assert (asked == np.where(other == 0, 0, 1)).all()


def _near(row, column):
    rows, columns = np.indices((4, 4))
    return (abs(rows - row) <= 1) & (abs(columns - column) <= 1)


@pytest.mark.parametrize("num_dims", [2, 3])
def test_a_network_told_the_exact_states_answers_as_it_steps(num_dims):
    """Where a neighbourhood is all that matters, one cell of it is one cell of the grid."""
    torch.manual_seed(1)
    config = voxnca.ModelConfig(num_dims=num_dims, num_channels=5, hidden_size=6, fire_rate=1.0)
    model = voxnca.NCA(config)
    torch.nn.init.normal_(model.out.weight, std=0.1)
    state = torch.rand(1, *SPACE[num_dims], 5) + 0.5  # all is alive, and stays so
    after = model.grow(state, 1)[0].detach().numpy()
    before = state[0].numpy().reshape(-1, 5)
    centroids = np.concatenate([np.zeros((1, 5)), before, after.reshape(-1, 5)])
    quantizer = Quantizer(centroids.astype(np.float32))
    rows, seen = contexts(quantizer.symbols(state[0].numpy()), "zero")
    assert seen.all()
    assert (Network(model, quantizer).answer(rows) == quantizer.symbols(after).ravel()).all()


def test_symbols_stand_for_the_nearest_centroid():
    random = np.random.default_rng(0)
    quantizer = Quantizer(
        np.concatenate([np.zeros((1, 4)), random.normal(size=(5, 4))]).astype("f4")
    )
    states = random.normal(size=(6, 7, 4)).astype("f4")
    states[0] = 0
    distance = ((states[..., None, :] - quantizer.centroids[1:]) ** 2).sum(-1)
    symbols = quantizer.symbols(states)
    assert (symbols[0] == 0).all()
    assert (symbols[1:] == 1 + distance[1:].argmin(-1)).all()
    assert (quantizer.symbols(quantizer.states(symbols)) == symbols).all()


def test_differences_leave_out_what_is_empty_in_both():
    assert differing(np.array([0, 0, 1, 2]), np.array([0, 1, 1, 3])) == pytest.approx(2 / 3)
    assert differing(np.zeros(4), np.zeros(4)) == 0
    assert overlap(np.array([True, True, False]), np.array([True, False, False])) == 0.5
    assert overlap(np.zeros(3, bool), np.zeros(3, bool)) == 1


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"num_symbols": 1}, "num_symbols=1 must be from 2 to 4096"),
        ({"num_wounds": 1}, "num_wounds=1 must be at least 2: one is held out"),
        ({"space": None}, "model has no target; pass space"),
    ],
)
def test_what_cannot_be_is_refused(options, message):
    with pytest.raises(voxnca.ArgumentError, match=message):
        approximate(spreading(2), **({"space": (9, 10)} | options))
