"""A network learns a hand-made rule exactly, or is told beforehand that it cannot."""

import dataclasses
import json
from math import comb

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis import distill, learning, rules, windows
from analysis.agreement import agree
from analysis.learning import config_for, learn
from analysis.perception_floor import floor_of, sufficient_perception
from analysis.rules import CountingRule, TableRule
from analysis.rules.neighborhood import MOORE
from analysis.soups import soup
from voxnca import NCA, ArgumentError, ModelConfig
from voxnca.perception import kernels
from voxnca.states import one_hot, states_of

tables = st.integers(0, 2**32).map(
    lambda seed: TableRule(
        num_states=2,
        neighborhood=MOORE,
        entries=np.random.default_rng(seed).integers(0, 2, 512, dtype=np.uint8),
    )
)
perceptions = st.lists(
    st.sampled_from(["sobel", "difference", "neighbour_sum", "laplacian"]), min_size=1, max_size=3
).map("+".join)


def lively(seed=0, **fields):
    """Make a discrete rule of random weights."""
    model = NCA(ModelConfig(**{"num_dims": 2, "hidden_size": 6, "border": "circular", **fields}))
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for weight in model.parameters():
            weight.add_(0.7 * torch.randn(weight.shape, generator=generator))
    return model


def floor_by_hand(rule, perception):
    """Group all windows by what they are perceived as, kernel by kernel, channel by channel."""
    k, d = rule.num_states, rule.num_dims
    masks = kernels(perception, d).double().flatten(1).numpy()
    groups = {}
    for states, _ in windows.every(k, d):
        channels = np.eye(k)[states]
        seen = np.round(np.einsum("km,nmc->nkc", masks, channels), 6).reshape(len(states), -1)
        for view, answer in zip(seen, windows.answers_of_rule(rule, states), strict=True):
            groups.setdefault((view + 0.0).tobytes(), []).append(int(answer))
    return sum(len(group) - max(map(group.count, set(group))) for group in groups.values())


@pytest.mark.parametrize(
    ("rule", "perception", "wrong"),
    [
        ("B3/S23", "sobel", 140),
        ("B36/S23", "sobel", 168),
        ("B3/S23", "neighbour_sum", 0),
        ("B36/S23", "sobel+neighbour_sum", 0),
        ("B3/S23V", "neighbour_sum+laplacian", 0),
        ("B3/S23", "learned", 0),
    ],
)
def test_the_floor_is_what_it_is_known_to_be(rule, perception, wrong):
    floor = floor_of(rules.parse(rule), perception)
    assert (floor.num_wrong, floor.num_neighborhoods) == (wrong, 512)
    assert json.loads(json.dumps(floor.to_json()))["num_wrong"] == wrong


@settings(deadline=None, max_examples=15)
@given(tables, perceptions)
def test_the_floor_of_a_table_is_what_grouping_its_windows_gives(rule, perception):
    assert floor_of(rule, perception).num_wrong == floor_by_hand(rule, perception)


@pytest.mark.parametrize("perception", ["sobel", "laplacian", "difference+neighbour_sum"])
@pytest.mark.parametrize("notation", ["B3/S23", "B2/S34H", "/2/3", "B3/S12V"])
def test_counting_cell_by_cell_and_by_the_table_give_the_same_floor(
    notation, perception, monkeypatch
):
    rule = rules.parse(notation)
    by_table = floor_of(rule, perception)
    monkeypatch.setattr("analysis.perception_floor.MAX_ENTRIES", 1)
    assert floor_of(rule, perception) == by_table


def test_in_space_a_direction_tells_less_than_a_count():
    rule = rules.parse("4555")
    assert floor_of(rule, "neighbour_sum").num_wrong == 0
    blind = floor_of(rule, "sobel")
    assert blind.num_neighborhoods == 2**27
    ones = sum(comb(26, n) * int(row[n]) for row in rule.transitions for n in range(27))
    assert 0 < blind.num_wrong <= ones


@pytest.mark.parametrize(
    ("rule", "perception"),
    [
        ("Life", "neighbour_sum"),
        ("Wireworld", "neighbour_sum"),
        ("5766", "neighbour_sum"),
        ("B3/S23V", "neighbour_sum+laplacian"),
        ("B2-a/S12", "sobel+neighbour_sum"),
        ("B2/S34H", "learned"),
    ],
)
def test_the_simplest_perception_that_can_is_found(rule, perception):
    assert sufficient_perception(rules.parse(rule)) == perception


@pytest.mark.parametrize(
    ("k", "d"), [(2, 2), (3, 2), (2, 3)], ids=["two states", "three states", "space"]
)
def test_classes_stand_for_all_neighbourhoods(k, d):
    states, weights = windows.classes(k, d)
    assert weights.sum() == windows.num_windows(k, d) == k**3**d
    middle = 3**d // 2
    around = np.sort(np.delete(states, middle, 1), 1)
    kinds = {(int(own), *row) for own, row in zip(states[:, middle], around.tolist(), strict=True)}
    assert len(kinds) == len(states) == k * comb(3**d - 1 + k - 1, k - 1)
    if d == 2:
        sizes = dict.fromkeys(kinds, 0)
        for part, ones in windows.every(k, d):
            assert (ones == 1).all()
            around = np.sort(np.delete(part, middle, 1), 1).tolist()
            for own, row in zip(part[:, middle], around, strict=True):
                sizes[int(own), *row] += 1
        around = np.sort(np.delete(states, middle, 1), 1).tolist()
        for own, row, weight in zip(states[:, middle], around, weights, strict=True):
            assert sizes[int(own), *row] == weight


@pytest.mark.parametrize(
    ("notation", "seed"), [("Life", 0), ("Replicator", 0), ("Wireworld", 1), ("4555", 0)]
)
def test_a_rule_is_learned_to_the_last_neighbourhood(notation, seed):
    rule = rules.parse(notation)
    run = learn(rule, seed=seed)
    steps = list(run)
    assert [step.index for step in steps] == list(range(1, len(steps) + 1))
    assert all(step.loss >= 0 for step in steps)
    assert run.is_done
    assert steps[-1].num_wrong == run.num_wrong == 0
    model = run.best()
    assert distill.num_wrong(model, rule) == 0
    assert model.info.learned_rule.num_wrong == 0
    assert model.info.learned_rule.num_neighborhoods == rule.num_states**3**rule.num_dims
    assert rules.parse(model.info.learned_rule.notation) == rule
    assert model.info.name == f"learned {rule.name}"
    told = distill.to_table(model)
    assert told.exact
    assert told.fidelity == 1
    assert told.margin >= learning.SAFE_MARGIN / 2
    assert told.rule == rule
    assert isinstance(told.rule, CountingRule)
    assert json.loads(json.dumps(told.to_json()))["exact"]
    met = agree(model, rule, 12, seed=5)
    assert (met.num_different, met.first_step, met.num_steps) == (0, None, 12)


def test_the_same_seed_learns_the_same_and_another_one_does_not():
    rule = rules.parse("Seeds")
    losses = [[step.loss for step in learn(rule, seed=s, num_steps=5)] for s in (1, 1, 2)]
    assert losses[0] == losses[1] != losses[2]
    stopped = learn(rule, seed=1, num_steps=5)
    untaught = stopped.best()
    assert untaught.info.learned_rule.num_wrong == distill.num_wrong(untaught, rule)
    assert len(list(stopped)) == 5
    assert list(stopped) == []


def test_a_try_that_gets_nowhere_begins_again_and_the_best_of_all_is_kept(monkeypatch):
    monkeypatch.setattr(learning, "TRY_STEPS", 20)
    monkeypatch.setattr(learning, "CHECK_EVERY", 10)
    run = learn(rules.parse("Replicator"), num_steps=50)
    births, counted, first = [], [], None
    for step in run:
        if first is not run.model:
            first = run.model
            births.append((step.index, step.attempt))
        counted += [] if step.num_wrong is None else [step.num_wrong]
    assert births == [(1, 1), (21, 2), (41, 3)]
    assert len(counted) == 5
    assert run.num_wrong == min(counted) == distill.num_wrong(run.best(), run.rule)


def test_what_cannot_be_expressed_is_refused_and_forced_it_stays_above_the_floor():
    rule, config = rules.parse("B3/S23"), config_for(rules.parse("B3/S23"), "sobel")
    with pytest.raises(ArgumentError, match=r"at least 140 of 512 .* use 'neighbour_sum'"):
        learn(rule, config)
    run = learn(rule, config, force=True, num_steps=50)
    assert len(list(run)) == 50
    assert distill.num_wrong(run.best(), rule) == run.num_wrong >= 140


@settings(deadline=None, max_examples=12)
@given(
    st.fixed_dictionaries(
        {
            "num_states": st.integers(2, 3),
            "perception": st.sampled_from(["neighbour_sum", "sobel", "learned"]),
            "border": st.sampled_from(["zero", "circular"]),
        }
    ),
    st.integers(0, 2**16),
)
def test_a_table_says_what_the_network_says(fields, seed):
    model = lively(seed, **fields)
    told = distill.to_table(model)
    assert told.exact
    assert told.num_checked == told.num_neighborhoods == fields["num_states"] ** 9
    assert distill.num_wrong(model, told.rule) == 0
    grid = np.random.default_rng(seed).integers(0, fields["num_states"], (9, 8), dtype=np.uint8)
    after = states_of(model.grow(one_hot(torch.from_numpy(grid), fields["num_states"])[None], 1))
    border = {"zero": "dead", "circular": "torus"}[fields["border"]]
    if told.margin > 1e-4:
        assert np.array_equal(rules.step(told.rule, grid, border=border), after[0].numpy())
        assert agree(model, told.rule, 5, space=(8, 9)).num_different == 0


@pytest.mark.parametrize("num_states", [2, 3])
def test_in_space_classes_are_checked_and_what_a_count_cannot_say_is_owned_up(num_states):
    model = lively(3, num_dims=3, num_states=num_states, perception="neighbour_sum")
    told = distill.to_table(model)
    assert told.num_neighborhoods == num_states**27
    assert told.num_checked == len(windows.classes(num_states, 3).states)
    wrong = distill.num_wrong(model, told.rule)
    assert told.fidelity == pytest.approx(1 - wrong / told.num_neighborhoods)
    assert told.exact == (wrong == 0) == (num_states == 2)
    assert "only counts" in told.checked


def test_wrong_neighbourhoods_are_counted_one_by_one():
    rule = rules.parse("Life")
    run = learn(rule, seed=0)
    list(run)
    model = run.best()
    assert distill.num_wrong(model, rules.parse("HighLife")) == 28
    assert distill.check(model, rules.parse("HighLife"), by_classes=True).num_wrong == 28
    high = rules.parse("HighLife")
    met = agree(model, high, 30, seed=1)
    cells = soup(2, met.space, seed=1)
    differ = [
        int((rules.step(rule, cells, t) != rules.step(high, cells, t)).sum()) for t in range(31)
    ]
    assert met.num_different == differ[30] > 0
    assert met.first_step == next(t for t, count in enumerate(differ) if count)
    assert json.loads(json.dumps(met.to_json()))["first_step"] == met.first_step


def test_what_has_no_exact_table_is_refused_in_one_line():
    with pytest.raises(ArgumentError, match="the model grows and has no exact table"):
        distill.to_table(NCA(ModelConfig()))
    model = NCA(ModelConfig(num_dims=3, num_states=2))
    with pytest.raises(ArgumentError, match="perception='sobel' with 2 states in 3D"):
        distill.to_table(model)
    with pytest.raises(ArgumentError, match="has 2 states in 2D and the model 2 in 3D"):
        distill.num_wrong(model, rules.parse("Life"))
    life = NCA(config_for(rules.parse("Life")))
    life.config = dataclasses.replace(life.config, border="replicate")
    with pytest.raises(ArgumentError, match="border='replicate'"):
        agree(life, rules.parse("Life"))
    with pytest.raises(ArgumentError, match="2 states in 2D and the model 3"):
        learn(rules.parse("Life"), config_for(rules.parse("Brian's Brain")))
