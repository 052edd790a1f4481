from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.rules.counting import CountingRule
from analysis.rules.group import symmetry_group
from analysis.rules.hensel import arrangements
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
from analysis.rules.symmetries import (
    agreement,
    classes,
    complement,
    is_isotropic,
    isotropic_fraction,
    outer_classes,
    own_entries,
    totalistic_fraction,
)
from analysis.rules.tabulated import TableRule
from voxnca import ArgumentError

HOODS = (MOORE, VON_NEUMANN, HEXAGONAL, MOORE_3D, VON_NEUMANN_3D)
LIFE_LIKE = ["Life", "HighLife", "Seeds", "Day & Night", "Maze", "AntiLife"]


def table(entries: np.ndarray, num_states: int = 2) -> TableRule:
    return TableRule(num_states=num_states, neighborhood=MOORE, entries=entries)


def random_entries(seed: int, size: int = 512) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 2, size).astype(np.uint8)


@pytest.mark.parametrize(("hood", "order"), list(zip(HOODS, (8, 8, 12, 48, 48), strict=True)))
def test_a_neighbourhood_has_the_symmetries_of_its_figure(hood: Neighborhood, order: int) -> None:
    group = symmetry_group(hood)
    maps = {tuple(row) for row in group.tolist()}
    assert len(maps) == order
    assert tuple(range(len(hood.cells))) in maps
    products = {tuple(row) for a in group for row in a[group].tolist()}
    assert products == maps
    center = hood.cells.index((0,) * hood.num_dims)
    assert (group[:, center] == center).all()


def test_the_square_s_group_is_numpy_s_turns_and_mirrors() -> None:
    cells = np.arange(9).reshape(3, 3)
    seen = {
        tuple(np.rot90(side, turns).ravel().tolist())
        for side in (cells, cells.T)
        for turns in range(4)
    }
    assert {tuple(row) for row in symmetry_group(MOORE).tolist()} == seen


@pytest.mark.parametrize(
    ("hood", "num_states", "number", "outer"),
    [
        (MOORE, 2, 102, 18),
        (VON_NEUMANN, 2, 12, 10),
        (HEXAGONAL, 2, 26, 14),
        (VON_NEUMANN_3D, 2, 20, 14),
        (MOORE, 3, 2862, 135),
    ],
)
def test_there_are_as_many_classes_as_burnside_counts(
    hood: Neighborhood, num_states: int, number: int, outer: int
) -> None:
    group = symmetry_group(hood)
    fixed = [num_states ** num_cycles(order.tolist()) for order in group]
    assert sum(fixed) == number * len(group)
    for found, expected in ((classes, number), (outer_classes, outer)):
        assert sorted(set(found(hood, num_states).tolist())) == list(range(expected))


def num_cycles(order: list[int]) -> int:
    left, cycles = set(order), 0
    while left:
        place, cycles = left.pop(), cycles + 1
        while (place := order[place]) in left:
            left.remove(place)
    return cycles


def test_the_classes_of_life_are_hensel_s_letters() -> None:
    for codes in arrangements().values():
        for center in (0, 16):
            (number,) = set(classes()[[code | center for code in codes]].tolist())
            assert (classes() == number).sum() == len(codes)


@pytest.mark.parametrize("name", [*LIFE_LIKE, "tLife", "Just Friends"])
def test_rules_without_directions(name: str) -> None:
    rule = table(parse(name).table)
    assert is_isotropic(rule)
    assert (totalistic_fraction(rule) == 1) == (name in LIFE_LIKE)


def test_fractions_of_rules_that_count_are_one() -> None:
    for text in ("Wireworld", "345/2/4", "B2/S34H", "B13/S024V"):
        rule = parse(text)
        assert isinstance(rule, CountingRule)
        entries = own_entries(rule)
        hood, k = rule.neighborhood, rule.num_states
        assert agreement(entries, classes(hood, k)) == 1
        assert agreement(entries, outer_classes(hood, k)) == 1
        assert isotropic_fraction(rule) == totalistic_fraction(rule) == 1


@given(st.integers(0, 2**32))
def test_fractions_are_what_a_naive_count_says(seed: int) -> None:
    entries = random_entries(seed)
    cells = contexts(0, 512, 2, 9)
    for found, of in (
        (isotropic_fraction, lambda c: min(tuple(c[o].tolist()) for o in symmetry_group(MOORE))),
        (totalistic_fraction, lambda c: (int(c[4]), int(c.sum()))),
    ):
        groups: dict[object, list[int]] = {}
        for cell, entry in zip(cells, entries.tolist(), strict=True):
            groups.setdefault(of(cell), []).append(entry)
        wrong = sum(min(sum(group), len(group) - sum(group)) for group in groups.values())
        assert found(table(entries)) == pytest.approx(1 - wrong / 512)


def test_one_entry_changed_is_one_entry_further() -> None:
    entries = parse("Life").table.copy()
    entries[0b111100000] ^= 1
    assert isotropic_fraction(table(entries)) == totalistic_fraction(table(entries)) == 511 / 512


def test_a_random_table_is_224_entries_from_the_nearest_rule_that_counts() -> None:
    fractions = [totalistic_fraction(table(random_entries(seed))) for seed in range(200)]
    assert 512 * (1 - np.mean(fractions)) == pytest.approx(224, abs=3)


def test_complements_known_to_the_community() -> None:
    assert complement(parse("Life")) == parse("AntiLife")
    assert complement(parse("Day & Night")) == parse("Day & Night")
    assert str(complement(parse("B3/S23:T9,8"))) == "B0123478/S01234678:T9,8"


@given(st.integers(0, 2**32), st.sampled_from([(MOORE, 512), (HEXAGONAL, 128), (VON_NEUMANN, 32)]))
def test_a_complement_runs_inverted(seed: int, hood: tuple[Neighborhood, int]) -> None:
    rule = TableRule(num_states=2, neighborhood=hood[0], entries=random_entries(seed, size=hood[1]))
    inverse = complement(rule)
    cells = contexts(0, hood[1], 2, len(hood[0].cells))
    np.testing.assert_array_equal(inverse.next_states(1 - cells), 1 - rule.next_states(cells))
    assert complement(inverse) == rule


def test_what_is_too_large_or_has_no_complement_is_refused() -> None:
    with pytest.raises(ArgumentError, match=r"2\^24"):
        classes(MOORE, 7)
    with pytest.raises(ArgumentError, match="num_states=3"):
        complement(parse("/2/3"))


@pytest.mark.parametrize(("name", "ones"), [("Life", 140), ("HighLife", 168), ("Seeds", 28)])
def test_ones_in_the_tables_of_known_rules(name: str, ones: int) -> None:
    assert parse(name).table.sum() == ones


@pytest.mark.parametrize(
    ("one", "other", "distance"),
    [
        ("Life", "HighLife", 28),
        ("Life", "Seeds", 168),
        ("Life", "Day & Night", 172),
        ("HighLife", "Seeds", 196),
    ],
)
def test_distances_between_known_rules(one: str, other: str, distance: int) -> None:
    assert (parse(one).table != parse(other).table).sum() == distance


def test_wireworld_is_built_from_its_definition() -> None:
    assert np.bincount(parse("Wireworld").table).tolist() == [65536, 37908, 65536, 93164]
