from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.rules.bounds import Bounds
from analysis.rules.counting import CountingRule
from analysis.rules.diagram import Diagram, asking_order
from analysis.rules.neighborhood import (
    HEXAGONAL,
    MOORE,
    MOORE_3D,
    VON_NEUMANN,
    VON_NEUMANN_3D,
    Neighborhood,
)
from analysis.rules.parsing import parse
from analysis.rules.rule import Rule
from analysis.rules.symmetries import own_entries
from analysis.rules.tabulated import TableRule
from analysis.rules.tree import ORDERS, TreeRule

seeds = st.integers(0, 2**32)


def as_table(rule: Rule) -> TableRule:
    return TableRule(
        num_states=rule.num_states,
        neighborhood=rule.neighborhood,
        bounds=rule.bounds,
        entries=own_entries(rule),
    )


def as_tree(diagram: Diagram, neighborhood: Neighborhood, rng: np.random.Generator) -> TreeRule:
    """A tree of a rule with every node twice, in any order, and some that nothing leads to."""
    num_levels = len(neighborhood.cells)
    nodes: list[list[int]] = []
    places = None
    for level in reversed(diagram[-num_levels:]):
        rows = np.repeat(level, 2, axis=0)
        if places is not None:
            rows = places[2 * rows + rng.integers(0, 2, rows.shape)]
        order = rng.permutation(len(rows))
        places = np.empty(len(rows), dtype=np.int64)
        places[order] = len(nodes) + np.arange(len(rows))
        nodes += rows[order].tolist()
    nodes.append(nodes[-1])
    return TreeRule(
        num_states=diagram[0].shape[1],
        neighborhood=neighborhood,
        nodes=np.array(nodes, dtype=np.int32),
    )


def test_trees_ask_in_golly_s_order() -> None:
    for hood, order in ORDERS.items():
        assert asking_order(hood) == order


@pytest.mark.parametrize("text", ["Life", "B13/S024V", "B2/S34H", "Wireworld", "B1,3/S0-6V"])
def test_a_rule_is_equal_to_its_table(text: str) -> None:
    rule = parse(text)
    assert as_table(rule) == rule
    assert hash(as_table(rule)) == hash(rule)


@pytest.mark.parametrize("text", ["Life", "tLife", "B13/S024V", "Wireworld", "Bombers", "2/3/256"])
def test_a_rule_is_equal_to_its_tree(text: str) -> None:
    rule = parse(text)
    tree = as_tree(rule.diagram, rule.neighborhood, np.random.default_rng(0))
    sample = np.random.default_rng(1).integers(
        0, rule.num_states, (500, len(rule.neighborhood.cells)), dtype=np.uint8
    )
    np.testing.assert_array_equal(tree.next_states(sample), rule.next_states(sample))
    assert tree == rule
    assert hash(tree) == hash(rule)


@given(seeds, seeds, st.sampled_from([MOORE, VON_NEUMANN, HEXAGONAL]))
def test_tables_are_equal_when_their_entries_are(one: int, other: int, hood: Neighborhood) -> None:
    first = np.random.default_rng(one).integers(0, 2, 2 ** len(hood.cells)).astype(np.uint8)
    second = first.copy()
    second[other % len(second)] ^= 1
    rules = [TableRule(num_states=2, neighborhood=hood, entries=e) for e in (first, second)]
    assert rules[0] != rules[1]
    assert rules[0] == TableRule(num_states=2, neighborhood=hood, entries=first)


@given(seeds)
def test_the_diagram_says_what_the_rule_says(seed: int) -> None:
    rng = np.random.default_rng(seed)
    hood = (MOORE, VON_NEUMANN, HEXAGONAL)[seed % 3]
    entries = rng.integers(0, 3, 3 ** len(hood.cells)).astype(np.uint8)
    rule = TableRule(num_states=3, neighborhood=hood, entries=entries)
    sample = rng.integers(0, 3, (50, 9), dtype=np.uint8)
    nodes = np.zeros(50, dtype=np.int64)
    for level, offset in zip(rule.diagram, asking_order(MOORE), strict=True):
        nodes = level[nodes, sample[:, MOORE.cells.index(offset)]]
    own = [MOORE.cells.index(offset) for offset in hood.cells]
    np.testing.assert_array_equal(nodes, rule.next_states(sample[:, own]))


def test_rules_of_two_neighbourhoods_can_be_equal() -> None:
    """Where a rule counts, every neighbour counts; these two count nothing."""
    for hoods in ((MOORE, VON_NEUMANN, HEXAGONAL), (MOORE_3D, VON_NEUMANN_3D)):
        still = [
            CountingRule.of_counts((), range(len(h.cells)), num_states=5, neighborhood=h)
            for h in hoods
        ]
        lively = [CountingRule.of_counts((2,), (), num_states=5, neighborhood=h) for h in hoods]
        assert all(a == b and hash(a) == hash(b) for a, b in product(still, still))
        assert not any(a == b for a, b in product(still, lively))
        assert sum(a == b for a, b in product(lively, lively)) == len(hoods)


def test_a_table_over_few_cells_is_equal_to_one_over_all() -> None:
    rule = parse("B13/S024V")
    whole = TableRule(num_states=2, neighborhood=MOORE, entries=rule.table)
    assert whole == rule


def test_bounds_and_states_count_names_and_colours_do_not() -> None:
    life = parse("B3/S23")
    assert life == parse("Life") == life.named("x", ((0, 0, 0), (1, 1, 1)))
    assert life != life.within(Bounds("torus", (9, 9)))
    assert life.within(Bounds("torus", (9, 9))) != life.within(Bounds("dead", (9, 9)))
    assert life != parse("23/3/3")
    assert life != parse("3DB3/S2,3")
    assert life != "B3/S23"
    assert len({life, parse("Life"), parse("HighLife")}) == 2


def test_rules_with_too_many_entries_for_a_table_are_told_apart() -> None:
    assert parse("345/24/25") == parse("Bombers")
    assert parse("345/24/25") != parse("345/24/26")
    assert parse("345/24/25") != parse("345/2/25")
    assert parse("4555") == parse("3D4,5/5")
    assert parse("4555") != parse("5766")
