from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.domains import Counted, Domain, Whole, domain_of, whole_of
from analysis.operands import as_rule, as_rules, counting_form
from analysis.rules.catalogue import entry
from analysis.rules.counting import CountingRule
from analysis.rules.neighborhood import (
    HEXAGONAL,
    MOORE,
    MOORE_3D,
    VON_NEUMANN,
    VON_NEUMANN_3D,
    Neighborhood,
)
from analysis.rules.parsing import parse
from analysis.rules.rule import contexts
from analysis.rules.symmetries import own_entries
from analysis.rules.tabulated import TableRule
from voxnca import ArgumentError

seeds = st.integers(0, 2**32)
HOODS = (MOORE, VON_NEUMANN, HEXAGONAL)


def counting(seed: int, hood: Neighborhood, k: int = 2) -> CountingRule:
    table = np.random.default_rng(seed).integers(0, k, (k, len(hood.cells)), dtype=np.uint8)
    return CountingRule(num_states=k, neighborhood=hood, transitions=table)


@given(seeds, st.sampled_from(HOODS), st.sampled_from(HOODS), st.integers(2, 3))
def test_counts_and_neighbourhoods_tell_the_same_difference(
    seed: int, first: Neighborhood, second: Neighborhood, k: int
) -> None:
    one, other = counting(seed, first, k), counting(seed + 1, second, k)
    domain = domain_of([one, other])
    assert isinstance(domain, Counted)
    differs = domain.entries(one) != domain.entries(other)
    assert domain.count(differs) == (one.table != other.table).sum()
    assert domain.shares @ differs == pytest.approx((one.table != other.table).mean())


@given(seeds, st.sampled_from(HOODS), st.sampled_from(HOODS))
def test_cells_are_found_in_the_entry_that_says_what_becomes_of_them(
    seed: int, first: Neighborhood, second: Neighborhood
) -> None:
    one, other = counting(seed, first), counting(seed + 1, second)
    cells = np.random.default_rng(seed).integers(0, 2, (5, 7), dtype=np.uint8)
    for domain in (domain_of([one, other]), whole_of([one, other])):
        for rule in (one, other):
            expected = naive_step(rule.table, cells)
            np.testing.assert_array_equal(domain.entries(rule)[domain.codes(cells)], expected)


@pytest.mark.parametrize("hood", HOODS)
def test_cells_see_in_all_directions_what_lies_there(hood: Neighborhood) -> None:
    rng = np.random.default_rng(0)
    entries = rng.integers(0, 2, 2 ** len(hood.cells), dtype=np.uint8)
    rule = TableRule(num_states=2, neighborhood=hood, entries=entries)
    cells = rng.integers(0, 2, (6, 7), dtype=np.uint8)
    domain = domain_of([rule])
    found = domain.entries(rule)[domain.codes(cells)]
    np.testing.assert_array_equal(found, naive_step(rule.table, cells))


def naive_step(table: np.ndarray, cells: np.ndarray) -> np.ndarray:
    height, width = cells.shape
    after = np.zeros_like(cells)
    for y, x in np.ndindex(height, width):
        seen = [cells[(y + i) % height, (x + j) % width] for i in (-1, 0, 1) for j in (-1, 0, 1)]
        after[y, x] = table[int("".join(map(str, seen)), 2)]
    return after


@pytest.mark.parametrize(
    "domain",
    [Whole(3, VON_NEUMANN), Counted(3, MOORE, VON_NEUMANN), Counted(2, MOORE_3D, VON_NEUMANN_3D)],
)
def test_weights_are_of_sum_one_and_even_where_states_are(domain: Domain) -> None:
    k = domain.num_states
    assert domain.shares.sum() == pytest.approx(1)
    np.testing.assert_allclose(domain.product(np.full(k, 1 / k)), domain.shares, atol=1e-15)
    assert domain.count(np.ones(len(domain.shares), dtype=bool)) == domain.num_neighborhoods
    uneven = np.arange(1, k + 1) / np.arange(1, k + 1).sum()
    assert domain.product(uneven).sum() == pytest.approx(1)


def test_a_product_measure_is_a_product() -> None:
    densities = np.array([0.2, 0.5, 0.3])
    cells = contexts(0, 3**5, 3, 5)
    expected = densities[cells].prod(axis=1)
    np.testing.assert_allclose(Whole(3, VON_NEUMANN).product(densities), expected)
    rule = counting(0, VON_NEUMANN, 3)
    by_count = domain_of([rule]).product(densities) @ (domain_of([rule]).entries(rule) == 1)
    assert by_count == pytest.approx(expected @ (own_entries(rule) == 1))


@given(seeds, st.sampled_from(HOODS), st.integers(2, 3))
def test_a_table_that_counts_is_known_as_such(seed: int, hood: Neighborhood, k: int) -> None:
    rule = counting(seed, hood, k)
    found = as_rule(rule.table)
    assert isinstance(found, CountingRule)
    assert found == rule
    changed = rule.table.copy()
    changed[1] = (changed[1] + 1) % k  # one live neighbour, in a corner
    assert counting_form(as_rule(changed)) is None
    np.testing.assert_array_equal(as_rule(changed).table, changed)


def test_a_table_is_measured_in_the_cells_it_depends_on() -> None:
    for hood in HOODS:
        entries = np.random.default_rng(0).integers(0, 2, 2 ** len(hood.cells), dtype=np.uint8)
        rule = TableRule(num_states=2, neighborhood=hood, entries=entries)
        assert as_rule(rule.table).neighborhood == hood
        assert as_rule(rule.table) == rule


def test_what_has_a_table_is_taken_and_bounds_are_left() -> None:
    life = parse("Life")
    assert as_rule(SimpleNamespace(table=life.table)) == life
    assert as_rule(entry("4555")) == parse("4555")
    assert as_rule(parse("B3/S23:T9,8")) == life


@pytest.mark.parametrize("table", [np.zeros(500, np.uint8), np.zeros((2, 256)), np.zeros(512)])
def test_what_is_no_table_is_refused(table: np.ndarray) -> None:
    with pytest.raises(ArgumentError, match="table"):
        as_rule(table)


@pytest.mark.parametrize(("one", "other"), [("Life", "Wireworld"), ("Life", "4555")])
def test_rules_that_have_nothing_in_common_are_refused(one: str, other: str) -> None:
    with pytest.raises(ArgumentError, match="only rules that agree in it"):
        as_rules(parse(one), parse(other))


def test_rules_that_are_too_large_are_refused() -> None:
    with pytest.raises(ArgumentError, match=r"2\^24"):
        Whole(2, MOORE_3D)
