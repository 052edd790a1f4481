from __future__ import annotations

from collections import Counter
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis import distance, rules
from analysis.measures.behavior import soup
from analysis.reports.difference import ANY, MAX_SHAPES, UNREAD, Difference, differences
from analysis.rules import (
    HEXAGONAL,
    MOORE,
    VON_NEUMANN,
    CountingRule,
    Neighborhood,
    Rule,
    TableRule,
)
from analysis.rules.symmetries import classes

seeds = st.integers(0, 2**32 - 1)
few = settings(max_examples=25)


def random_rule(kind: str, rng: np.random.Generator) -> Rule:
    """Draw a rule of a kind that is looked at in its own way."""
    if kind == "table":
        table = rng.integers(0, 2, 512, dtype=np.uint8)
        return TableRule(num_states=2, neighborhood=MOORE, entries=table)
    if kind == "isotropic":
        groups = classes(MOORE, 2)
        own = rng.integers(0, 2, int(groups.max()) + 1, dtype=np.uint8)
        return TableRule(num_states=2, neighborhood=MOORE, entries=own[groups])
    if kind == "three states":
        table = rng.integers(0, 3, 3**9, dtype=np.uint8)
        return TableRule(num_states=3, neighborhood=MOORE, entries=table)
    k, hood = {
        "life-like": (2, MOORE),
        "hexagonal": (2, HEXAGONAL),
        "von Neumann": (2, VON_NEUMANN),
        "generations": (4, MOORE),
        "space": (2, Neighborhood("moore", 3)),
    }[kind]
    shape = k, len(hood.cells)
    states = rng.integers(0, k, shape, dtype=np.uint8)
    return CountingRule(num_states=k, neighborhood=hood, transitions=states)


KINDS = ("table", "isotropic", "three states", "life-like", "von Neumann", "generations", "space")


OF_TWO = ("table", "isotropic", "life-like", "von Neumann", "hexagonal")


def two(kind: str, seed: int) -> tuple[Rule, Rule]:
    rng = np.random.default_rng(seed)
    return random_rule(kind, rng), random_rule(kind, rng)


def uniform(rule: Rule) -> distance.Visits:
    return distance.in_soup([1 / rule.num_states] * rule.num_states)


def filled(cells: tuple[int, ...], num_states: int) -> np.ndarray:
    """Return a neighbourhood that a shape stands for, where any will do."""
    free = 0 if num_states == 2 else 2
    return np.array([[free if cell in {ANY, UNREAD} else cell for cell in cells]], np.uint8)


def next_state(rule: Rule, cells: np.ndarray) -> int:
    whole = Neighborhood("moore", rule.num_dims).cells
    own = [whole.index(offset) for offset in rule.neighborhood.cells]
    return int(rule.next_states(cells[:, own])[0])


@few
@given(st.sampled_from(KINDS), seeds)
def test_differences_add_up_to_the_distance(kind: str, seed: int) -> None:
    one, other = two(kind, seed)
    visits = distance.in_soup([0.6, *[0.4 / (one.num_states - 1)] * (one.num_states - 1)])
    found = differences(one, other, visits)
    assert sum(d.num_neighborhoods for d in found) == distance.hamming(one, other)
    visited = distance.visited(one, other, visits)
    assert sum(d.visited for d in found) == pytest.approx(visited)


@few
@given(st.sampled_from(KINDS), seeds)
def test_every_shape_is_one_in_which_the_rules_do_what_is_said(kind: str, seed: int) -> None:
    one, other = two(kind, seed)
    for difference in differences(one, other, uniform(one)):
        assert difference.becomes_one != difference.becomes_other
        assert difference.shapes
        for shape in difference.shapes:
            cells = filled(shape.cells, one.num_states)
            own = int(cells[0, cells.shape[1] // 2])
            assert own == difference.own
            if difference.count is not None:
                assert (cells == 1).sum() - (own == 1) == difference.count
            assert next_state(one, cells) == difference.becomes_one
            assert next_state(other, cells) == difference.becomes_other


@few
@given(st.sampled_from(KINDS), seeds)
def test_what_is_visited_most_comes_first(kind: str, seed: int) -> None:
    one, other = two(kind, seed)
    found = differences(one, other, uniform(one))
    assert [d.visited for d in found] == sorted((d.visited for d in found), reverse=True)
    for difference in found:
        often = [shape.visited for shape in difference.shapes]
        assert often == sorted(often, reverse=True)
        assert len(often) <= difference.num_shapes
    assert sum(len(d.shapes) for d in found) <= max(MAX_SHAPES, len(found))


@few
@given(st.sampled_from(KINDS), seeds)
def test_the_other_way_round_the_outcomes_are_exchanged(kind: str, seed: int) -> None:
    one, other = two(kind, seed)
    ahead, back = (differences(*pair, uniform(one)) for pair in ((one, other), (other, one)))
    assert sorted(map(key, ahead)) == sorted(key(d, exchanged=True) for d in back)


def key(difference: Difference, *, exchanged: bool = False) -> tuple[int, ...]:
    outcomes = difference.becomes_one, difference.becomes_other
    a, b = reversed(outcomes) if exchanged else outcomes
    count = -1 if difference.count is None else difference.count
    return difference.own, count, a, b, difference.num_neighborhoods


@pytest.mark.parametrize("kinds", [*product(OF_TWO, repeat=2)])
def test_groups_of_two_states_are_those_of_a_naive_loop(kinds: tuple[str, str]) -> None:
    rng = np.random.default_rng(5)
    one, other = (random_rule(kind, rng) for kind in kinds)
    naive: Counter[tuple[int, int, int, int]] = Counter()
    for cells in product((0, 1), repeat=9):
        window = np.array([cells], np.uint8)
        a, b = next_state(one, window), next_state(other, window)
        if a != b:
            same = one.neighborhood == other.neighborhood
            hood = one.neighborhood if same else MOORE
            read = [cells[MOORE.cells.index(o)] for o in hood.neighbors]
            naive[cells[4], sum(read), a, b] += 1
    found = differences(one, other, uniform(one))
    told = {(d.own, d.count, d.becomes_one, d.becomes_other): d.num_neighborhoods for d in found}
    assert told == naive


def test_hexagonal_rules_have_directions_among_squares() -> None:
    hexagonal, square = rules.parse("B2/S34H"), rules.parse("B2-a/S12")
    for difference in differences(hexagonal, square, uniform(square)):
        assert difference.num_shapes == difference.num_neighborhoods
    assert distance.between(hexagonal, square, num_samples=1).family == "tables"


def test_life_and_highlife_differ_in_one_digit_of_six_shapes() -> None:
    life, high = rules.parse("B3/S23"), rules.parse("B36/S23")
    (found,) = differences(life, high, uniform(life))
    assert (found.own, found.count, found.becomes_one, found.becomes_other) == (0, 6, 0, 1)
    assert {shape.letter: shape.num_neighborhoods for shape in found.shapes} == {
        "a": 8, "c": 4, "e": 4, "i": 2, "k": 8, "n": 2,
    }  # fmt: skip


def test_visits_are_those_of_the_grids() -> None:
    life, high = rules.parse("B3/S23"), rules.parse("B36/S23")
    visits = distance.after(life, num_steps=0, filled=0.6, num_soups=1, seed=7)
    cells = soup(life, (128, 128), 0.6, np.random.default_rng(7))
    counts = sum(
        np.roll(cells, (y, x), (0, 1)).astype(int)
        for y, x in product((-1, 0, 1), repeat=2)
        if (y, x) != (0, 0)
    )
    (found,) = differences(life, high, visits)
    assert found.visited == pytest.approx(((counts == 6) & (cells == 0)).mean())


@given(seeds)
@settings(max_examples=5)
def test_a_rule_does_not_differ_from_itself(seed: int) -> None:
    rule, _ = two("table", seed)
    assert differences(rule, rule, uniform(rule)) == ()
