from __future__ import annotations

import json
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis import measures
from analysis.domains import Whole
from analysis.measures import canalization, derrida, sensitivity, spectrum
from analysis.measures.spectrum import level_weights
from analysis.operands import as_rule
from analysis.rules.group import symmetry_group
from analysis.rules.neighborhood import MOORE, VON_NEUMANN
from analysis.rules.parsing import parse
from analysis.rules.rule import contexts
from analysis.rules.symmetries import complement, own_entries
from analysis.rules.tabulated import TableRule
from voxnca import ArgumentError

seeds = st.integers(0, 2**32)


def random_rule(seed: int, k: int = 2, size: int = 5) -> TableRule:
    hood = {5: VON_NEUMANN, 9: MOORE}[size]
    entries = np.random.default_rng(seed).integers(0, k, k**size, dtype=np.uint8)
    return TableRule(num_states=k, neighborhood=hood, entries=entries)


@pytest.mark.parametrize(
    ("name", "activity", "sensitivity", "own", "neighbor", "terms"),
    [
        ("Life", 0.2734375, 3.171875, 0.109375, 0.3828125, 84),
        ("HighLife", 0.328125, 4.15625, 0.21875, 0.4921875, 112),
        ("Seeds", 0.0546875, 0.984375, 0.109375, 0.109375, 28),
    ],
)
def test_reference_values(
    name: str, activity: float, sensitivity: float, own: float, neighbor: float, terms: int
) -> None:
    found = measures.of(parse(name))
    assert found.langton_lambda == activity
    assert found.average_sensitivity == sensitivity
    assert found.influences == (neighbor,) * 4 + (own,) + (neighbor,) * 4
    assert found.dnf is not None
    assert found.dnf.is_proved
    assert found.dnf.upper == terms
    assert found.isotropic_fraction == found.totalistic_fraction == 1
    assert found.num_variants == 2
    assert measures.of(parse(name).table) == found
    json.dumps(found.to_json(), allow_nan=False)


def test_reference_values_of_life_and_wireworld() -> None:
    assert measures.walsh_degree(parse("Life")) == 9
    wireworld = measures.of(parse("Wireworld"))
    assert wireworld.langton_lambda == 0.75
    assert round(wireworld.output_entropy_bits, 6) == 1.933853
    assert np.multiply(wireworld.output_shares, 4**9).tolist() == [65536, 37908, 65536, 93164]
    assert wireworld.dnf is wireworld.walsh_power is None
    assert wireworld.count_tree_leaves == 6


def test_space_is_measured_by_counts() -> None:
    found = measures.of(parse("4555"))
    ones = 65780 + 65780 + 14950  # 26 over 5 are born, 26 over 5 and over 4 survive
    assert found.langton_lambda == ones / 2**27
    assert found.cell_tree_leaves is found.dnf is None
    assert len(found.influences) == 27


@pytest.mark.parametrize("name", ["Life", "34/2/3V", "B1234/S1234V", "B2/S34H", "Crystal Growth"])
def test_counts_and_tables_give_the_same_figures(name: str) -> None:
    rule = parse(name)
    entries, k = own_entries(rule), rule.num_states
    by_counts = sensitivity._of_counts(rule)
    np.testing.assert_allclose(by_counts, sensitivity._of_entries(entries, k))
    outcomes = [canalization._outcomes(rule, i) for i in range(len(rule.neighborhood.cells))]
    for place, found in enumerate(outcomes):
        by_state = entries.reshape(k**place, k, -1)
        assert [o.tolist() for o in found] == [np.unique(by_state[:, s]).tolist() for s in range(k)]
    if k == 2:
        power = spectrum._power_of_counts(rule)
        coefficients = spectrum.walsh(rule) / len(entries)
        degrees = np.bitwise_count(np.arange(len(entries)))
        np.testing.assert_allclose(power, np.bincount(degrees, coefficients**2), atol=1e-15)
    cube = Whole(k, rule.neighborhood).rule(entries)
    weights = level_weights(cube)
    for share in (0.0, 0.1, 0.7, 1.0):
        kept = (1 - share * k / (k - 1)) ** np.arange(len(weights))
        assert derrida._changed_of_counts(rule, share) == pytest.approx(1 - kept @ weights)


@given(seeds, st.integers(2, 3))
def test_influences_are_what_a_naive_count_says(seed: int, k: int) -> None:
    rule = random_rule(seed, k)
    table = {
        tuple(c): e for c, e in zip(contexts(0, k**5, k, 5).tolist(), rule.entries, strict=True)
    }
    expected = []
    for cell in range(5):
        changed = [
            table[c] != table[(*c[:cell], state, *c[cell + 1 :])]
            for c in table
            for state in range(k)
            if state != c[cell]
        ]
        expected.append(np.mean(changed))
    found = measures.influences(rule)
    np.testing.assert_allclose(found[[1, 3, 4, 5, 7]], expected)
    assert not found[[0, 2, 6, 8]].any()
    assert measures.average_sensitivity(rule) == pytest.approx(sum(expected))


@given(seeds)
def test_the_spectrum_is_one_of_parities(seed: int) -> None:
    rule = random_rule(seed)
    signs = 1 - 2 * rule.entries.astype(int)
    cells = contexts(0, 32, 2, 5).astype(int)
    parities = (-1) ** (cells @ cells.T)
    np.testing.assert_array_equal(measures.walsh(rule), parities @ signs)
    power = measures.walsh_power(rule)
    assert power.sum() == pytest.approx(1)  # Parseval
    assert measures.average_sensitivity(rule) == pytest.approx(power @ np.arange(10))
    np.testing.assert_allclose(2 * level_weights(rule)[1:], power[1:6], atol=1e-12)


def test_parities_are_of_one_degree() -> None:
    for name, degree in (("Parity", 5), ("Fredkin", 9), ("Replicator", 8)):
        assert measures.walsh_power(parse(name))[degree] == 1
        assert measures.walsh_degree(parse(name)) == degree
    assert measures.walsh_degree(np.zeros(512, np.uint8)) == 0


@given(seeds, st.integers(2, 3))
def test_the_derrida_curve_begins_at_zero_with_the_slope_of_the_sensitivity(
    seed: int, k: int
) -> None:
    rule = random_rule(seed, k)
    start, near = measures.derrida_curve(rule, [0, 1e-7])
    assert start == pytest.approx(0, abs=1e-12)
    assert near / 1e-7 == pytest.approx(measures.average_sensitivity(rule), rel=1e-4, abs=1e-4)
    fresh = 1 - 1 / k  # where cells differ so often, the copies are independent
    shares = measures.output_shares(rule)
    assert measures.derrida_curve(rule, fresh) == pytest.approx(1 - (shares**2).sum())


@pytest.mark.parametrize("name", ["Life", "B36/S2-i34q", "Brian's Brain", "445"])
def test_the_derrida_curve_is_what_sampling_says(name: str) -> None:
    rule, rng = parse(name), np.random.default_rng(0)
    k, m = rule.num_states, len(rule.neighborhood.cells)
    cells = rng.integers(0, k, (20_000, m), dtype=np.uint8)
    for share in (0.05, 0.5):
        moved = (cells + rng.integers(1, k, cells.shape)) % k
        changed = np.where(rng.random(cells.shape) < share, moved, cells).astype(np.uint8)
        sampled = (rule.next_states(cells) != rule.next_states(changed)).mean()
        assert measures.derrida_curve(rule, share) == pytest.approx(sampled, abs=0.015)


def test_inputs_that_settle_the_outcome() -> None:
    assert measures.canalizing(parse("Life")) == ()
    assert measures.canalizing(parse("Seeds")) == (measures.Canalizing((0, 0), 1, 0),)
    assert measures.canalized_share(parse("Seeds")) == 0.5
    wireworld = measures.canalizing(parse("Wireworld"))
    assert [(c.state, c.outcome) for c in wireworld] == [(0, 0), (1, 2), (2, 3)]
    assert measures.canalized_share(np.zeros(512, np.uint8)) == 1


@given(seeds)
def test_the_share_that_is_settled_is_what_a_naive_count_says(seed: int) -> None:
    rng = np.random.default_rng(seed)
    entries = (rng.random(32) < rng.choice([0.05, 0.5])).astype(np.uint8)
    rule = as_rule(TableRule(num_states=2, neighborhood=VON_NEUMANN, entries=entries))
    cells = contexts(0, 32, 2, 5)
    settled = np.zeros(32, dtype=bool)
    for cell in range(5):
        for state in range(2):
            held = cells[:, cell] == state
            if len(set(entries[held].tolist())) == 1:
                settled |= held
    assert measures.canalized_share(rule) == pytest.approx(settled.mean())


@given(seeds)
def test_variants_measure_the_same(seed: int) -> None:
    rule = random_rule(seed)
    cube = rule.entries.reshape((2,) * 5)
    order = symmetry_group(VON_NEUMANN)[seed % 8]
    turned = cube.transpose(order).reshape(-1)
    for other in (
        TableRule(num_states=2, neighborhood=VON_NEUMANN, entries=turned),
        complement(rule),
    ):
        for measure in (
            measures.average_sensitivity,
            measures.walsh_degree,
            measures.cell_tree_leaves,
            measures.canalized_share,
            measures.num_variants,
        ):
            assert measure(other) == pytest.approx(measure(rule))
    assert 16 % measures.num_variants(rule) == 0


def test_rules_that_are_their_own_variants() -> None:
    assert measures.num_variants(parse("Day & Night")) == 1
    assert measures.num_variants(parse("Wireworld")) == 1
    assert measures.num_variants(random_rule(0, size=9)) == 16
    west = contexts(0, 512, 2, 9)[:, 3].copy()  # the shift: four directions, inverted the same
    assert measures.num_variants(west) == 4


def test_figures_of_logic_are_of_two_states() -> None:
    for measure in (measures.walsh, measures.walsh_power, measures.minimal_dnf):
        with pytest.raises(ArgumentError, match="2 states"):
            measure(parse("Wireworld"))
    with pytest.raises(ArgumentError, match="differing"):
        measures.derrida_curve(parse("Life"), 1.5)


@pytest.mark.parametrize("name", ["Life", "Wireworld", "4555"])
def test_populations_are_shares_and_the_same_by_the_same_seed(name: str) -> None:
    rule = parse(name)
    found = measures.densities(rule, num_steps=3, seed=1)
    assert found.shape == (3, 4, rule.num_states)
    np.testing.assert_allclose(found.sum(axis=-1), 1)
    np.testing.assert_allclose(1 - found[:, 0, 0], (0.1, 0.3, 0.5), atol=0.03)
    np.testing.assert_array_equal(found, measures.densities(rule, num_steps=3, seed=1))
    assert (found != measures.densities(rule, num_steps=3, seed=2)).any()


def test_damage_is_what_parities_make_of_it() -> None:
    felt = measures.damage(parse("Fredkin"), num_steps=4)
    np.testing.assert_allclose(felt, [1, 1, 9 / 25, 25 / 49, 9 / 81])  # as one cell would grow
    assert measures.damage(np.zeros(512, np.uint8), num_steps=2).tolist() == [1, 0, 0]
    stays = contexts(0, 512, 2, 9)[:, 4].copy()
    np.testing.assert_allclose(measures.damage(stays, num_steps=2), [1, 1 / 9, 1 / 25])


def test_the_first_step_of_damage_is_the_sensitivity() -> None:
    felt = [9 * measures.damage(parse("Life"), num_steps=1, seed=s)[1] for s in range(60)]
    assert np.mean(felt) == pytest.approx(measures.average_sensitivity(parse("Life")), abs=0.2)


def test_pairs_of_cells_are_in_the_order_of_the_table() -> None:
    for cells in combinations(range(5), 2):
        entries = contexts(0, 32, 2, 5)[:, cells].all(axis=1).astype(np.uint8)
        rule = TableRule(num_states=2, neighborhood=VON_NEUMANN, entries=entries)
        found = np.flatnonzero(measures.influences(rule))
        places = [MOORE.cells.index(VON_NEUMANN.cells[cell]) for cell in cells]
        assert found.tolist() == places
