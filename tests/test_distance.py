from __future__ import annotations

from itertools import combinations, permutations, product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis import distance
from analysis.distance.notation import edits
from analysis.measures import Tree
from analysis.rules import CountingRule, Rule, TableRule, parse, step
from analysis.rules.group import symmetry_group
from analysis.rules.neighborhood import HEXAGONAL, MOORE, VON_NEUMANN, Neighborhood
from analysis.rules.rule import contexts
from analysis.rules.symmetries import classes, complement, outer_classes
from voxnca import ArgumentError

seeds = st.integers(0, 2**32)
few = settings(max_examples=25)
VISITS = distance.in_soup((0.7, 0.3))


def table(seed: int, k: int = 2, hood: Neighborhood = VON_NEUMANN) -> TableRule:
    size = k ** len(hood.cells)
    entries = np.random.default_rng(seed).integers(0, k, size, dtype=np.uint8)
    return TableRule(num_states=k, neighborhood=hood, entries=entries)


def counting(seed: int, k: int = 2, hood: Neighborhood = MOORE) -> CountingRule:
    shape = (k, len(hood.cells))
    transitions = np.random.default_rng(seed).integers(0, k, shape, dtype=np.uint8)
    return CountingRule(num_states=k, neighborhood=hood, transitions=transitions)


def visited(one: Rule, other: Rule) -> float:
    return distance.visited(one, other, VISITS)


def brief_density(one: Rule, other: Rule) -> float:
    return distance.density(one, other, num_steps=2)


OF_TABLES = [
    distance.hamming,
    distance.hamming_share,
    visited,
    distance.modulo_symmetry,
    distance.relabelled,
    distance.derrida,
    distance.derrida_slope,
    brief_density,
    distance.damage_spread,
]
OF_COUNTS = [*OF_TABLES, distance.transitions, distance.levenshtein, distance.tree_edit]


@pytest.mark.parametrize("figure", OF_TABLES)
@given(seed=seeds)
@settings(max_examples=8)
def test_distances_of_tables_are_metrics(figure, seed: int) -> None:
    check_metric(figure, [table(seed + i) for i in range(3)])


@pytest.mark.parametrize("figure", OF_COUNTS)
@given(seed=seeds)
@settings(max_examples=8)
def test_distances_of_rules_that_count_are_metrics(figure, seed: int) -> None:
    check_metric(figure, [counting(seed + i) for i in range(3)])


def check_metric(figure, rules: list[Rule]) -> None:
    a, b, c = rules
    assert figure(a, a) == 0
    assert figure(a, b) == pytest.approx(figure(b, a))
    assert figure(a, b) >= 0
    assert figure(a, c) <= figure(a, b) + figure(b, c) + 1e-9
    for one, other in combinations(rules, 2):
        if figure in {distance.hamming, distance.transitions, distance.tree_edit}:
            assert (figure(one, other) == 0) == (one == other)


@pytest.mark.parametrize(
    ("one", "other", "entries", "digits"),
    [
        ("Life", "HighLife", 28, 1),
        ("Life", "Seeds", 168, 4),
        ("Life", "Day & Night", 172, 8),
        ("HighLife", "Seeds", 196, 5),
    ],
)
def test_reference_values(one: str, other: str, entries: int, digits: int) -> None:
    first, second = parse(one), parse(other)
    assert distance.hamming(first, second) == entries
    assert distance.hamming(first.table, second.table) == entries
    assert distance.hamming_share(first, second) == entries / 512
    assert distance.transitions(first.table, second) == digits
    assert visited(first, second) != entries / 512
    even = distance.in_soup((0.5, 0.5))
    assert distance.visited(first, second, even) == pytest.approx(entries / 512)


def test_life_and_highlife_are_nearer_where_life_has_run() -> None:
    life, highlife = parse("Life"), parse("HighLife")
    uniform = distance.visited(life, highlife, distance.after(life, num_steps=0))
    assert uniform == pytest.approx(28 / 512, abs=0.005)
    assert 0.001 < distance.visited(life, highlife, distance.after(life)) < 0.005


def test_space_is_compared_by_counts() -> None:
    one, other = parse("B5/S4,5"), parse("B6/S5-7")
    births, survivals = 65780 + 230230, 14950 + 230230 + 657800
    assert distance.hamming(one, other) == births + survivals
    assert distance.transitions(one, other) == 5
    near, far = parse("Crystal Growth"), parse("Clouds")  # six neighbours, and 26
    assert 0 < distance.hamming_share(near, far) < 1


@given(seeds, st.sampled_from([(0.3, 0.7), (0.9, 0.1)]))
def test_visits_of_a_soup_are_a_product(seed: int, densities: tuple[float, float]) -> None:
    one, other = table(seed), table(seed + 1)
    cells = contexts(0, 32, 2, 5)
    weights = np.array(densities)[cells].prod(axis=1)
    expected = weights[one.entries != other.entries].sum()
    found = distance.visited(one, other, distance.in_soup(densities))
    assert found == pytest.approx(expected)


@pytest.mark.parametrize(("one", "other"), [("Life", "HighLife"), ("Wireworld", "345/2/4")])
def test_visits_are_where_the_next_step_differs(one: str, other: str) -> None:
    first, second = parse(one), parse(other)
    visits = distance.after(first, num_steps=5, num_soups=2, seed=3)
    differ = [step(first, grid) != step(second, grid) for grid in visits.grids]
    expected = np.mean(differ)
    assert distance.visited(first, second, visits) == pytest.approx(expected)
    changed = first.table.copy()
    changed[0] = 1  # no longer a rule that counts: its table is looked into
    if first.num_states == 2:
        assert distance.visited(changed, second, visits) > expected


def test_measured_visits_add_up() -> None:
    life, seeds_ = parse("Life"), parse("Seeds")
    one, other = (distance.after(rule, num_steps=3, num_soups=1) for rule in (life, seeds_))
    mean = (distance.visited(life, seeds_, one) + distance.visited(life, seeds_, other)) / 2
    assert distance.visited(life, seeds_, one + other) == pytest.approx(mean)


@given(seeds)
@few
def test_what_is_turned_or_inverted_is_no_further(seed: int) -> None:
    one, other = table(seed), table(seed + 1)
    expected = distance.modulo_symmetry(one, other)
    assert expected <= distance.hamming(one, other)
    order = symmetry_group(VON_NEUMANN)[seed % 8]
    entries = other.entries.reshape((2,) * 5).transpose(order).reshape(-1)
    turned = TableRule(num_states=2, neighborhood=VON_NEUMANN, entries=entries)
    for variant in (turned, complement(other), complement(turned)):
        assert distance.modulo_symmetry(one, variant) == expected
        assert distance.modulo_symmetry(other, variant) == 0


def test_life_is_antilife_inverted() -> None:
    assert distance.modulo_symmetry(parse("Life"), parse("AntiLife")) == 0
    assert distance.hamming(parse("Life"), parse("AntiLife")) > 0


@given(seeds, st.booleans())
@settings(max_examples=10)
def test_states_may_be_renamed(seed: int, fix_zero: bool) -> None:
    rule, other = table(seed, 3), table(seed + 1, 3)
    cells = contexts(0, 3**5, 3, 5)
    orders = [o for o in permutations(range(3)) if not fix_zero or o[0] == 0]
    order = np.array(orders[seed % len(orders)], dtype=np.uint8)
    entries = np.zeros(3**5, dtype=np.uint8)
    codes = order[cells].astype(int) @ 3 ** np.arange(5)[::-1]
    entries[codes] = order[rule.entries]
    renamed = TableRule(num_states=3, neighborhood=VON_NEUMANN, entries=entries)
    assert distance.relabelled(rule, renamed, fix_zero=fix_zero) == 0
    expected = distance.relabelled(rule, other, fix_zero=fix_zero)
    assert distance.relabelled(renamed, other, fix_zero=fix_zero) == expected
    assert expected <= distance.hamming(rule, other)
    assert distance.relabelled(rule, other) <= distance.relabelled(rule, other, fix_zero=True)


def test_wireworld_with_other_numbers_is_wireworld() -> None:
    wireworld = parse("Wireworld")
    order = np.array([0, 2, 3, 1], dtype=np.uint8)
    codes = order[contexts(0, 4**9, 4, 9)].astype(int) @ 4 ** np.arange(9)[::-1]
    renamed = np.zeros(4**9, dtype=np.uint8)
    renamed[codes] = order[wireworld.table]
    assert distance.hamming(wireworld, renamed) > 50_000
    assert distance.relabelled(wireworld, renamed, fix_zero=True) == 0


def test_too_many_states_are_not_renamed() -> None:
    with pytest.raises(ArgumentError, match="5! ways"):
        distance.relabelled(counting(0, 5), counting(1, 5))


@pytest.mark.parametrize(
    ("project", "of"),
    [(distance.to_counting, outer_classes), (distance.to_isotropic, classes)],
)
@given(seed=seeds, k=st.integers(2, 3))
@few
def test_no_rule_of_the_kind_is_nearer(project, of, seed: int, k: int) -> None:
    rule = table(seed, k)
    found = project(rule)
    groups = of(VON_NEUMANN, k)
    counts = [np.bincount(rule.entries[groups == g]) for g in range(groups.max() + 1)]
    missed = sum(int(count.sum() - count.max()) for count in counts)
    assert found.residual == missed * k**4
    assert found.share == pytest.approx(missed / k**5)
    assert distance.hamming(rule, found.rule) == found.residual
    again = project(found.rule)
    assert again.residual == 0
    assert again.rule == found.rule


def test_the_nearest_rule_that_counts_by_brute_force() -> None:
    rule = table(5)
    found = distance.to_counting(rule)
    others = (
        CountingRule(
            num_states=2, neighborhood=VON_NEUMANN, transitions=np.reshape(bits, (2, 5))
        ).table
        for bits in product((0, 1), repeat=10)
    )
    assert min(int((rule.table != other).sum()) for other in others) == found.residual


def test_rules_that_count_are_their_own_projections() -> None:
    for name in ("Life", "4555", "Wireworld"):
        for project in (distance.to_counting, distance.to_isotropic):
            assert project(parse(name)) == distance.Projection(parse(name), 0, 0.0)
    nearest = distance.to_counting(parse("tLife"))
    assert str(nearest.rule) == "B3/S23"
    assert nearest.residual == 6
    assert distance.to_isotropic(parse("tLife")).residual == 0


@given(st.text("ab3", max_size=5), st.text("ab3", max_size=5))
def test_edits_are_the_fewest(one: str, other: str) -> None:
    found = edits(one, other)
    longest = max(
        sum(a == b for a, b in zip(one_kept, other_kept, strict=True)) - size
        for size in range(min(len(one), len(other)) + 1)
        for one_kept in combinations(one, size)
        for other_kept in combinations(other, size)
    )
    # A pair that is kept saves an insertion and a deletion, or all but a replacement.
    best = min(
        len(one) + len(other) - 2 * size + sum(a != b for a, b in zip(kept, its, strict=True))
        for size in range(min(len(one), len(other)) + 1)
        for kept in combinations(one, size)
        for its in combinations(other, size)
    )
    assert longest <= 0
    assert found == best


def test_notations_are_compared_as_they_are_written() -> None:
    assert distance.levenshtein(parse("Life"), parse("HighLife")) == 1
    assert distance.levenshtein(parse("Life"), parse("tLife")) == 4
    for figure in (distance.transitions, distance.levenshtein, distance.tree_edit):
        with pytest.raises(ArgumentError, match=r"use distance\.hamming"):
            figure(table(0), parse("Life"))
    with pytest.raises(ArgumentError, match="not written by counts"):
        distance.levenshtein(parse("Wireworld"), parse("Wireworld"))
    with pytest.raises(ArgumentError, match="different neighbourhoods"):
        distance.transitions(parse("B3/S23"), parse("B3/S23V"))


def tree(seed: int, num_nodes: int) -> Tree:
    rng = np.random.default_rng(seed)
    below: list[list[int]] = [[] for _ in range(num_nodes)]
    for node in range(1, num_nodes):
        below[rng.integers(node)].append(node)
    labels = rng.choice(["x", "y"], num_nodes).tolist()

    def grown(node: int) -> Tree:
        return Tree(labels[node], tuple(grown(child) for child in below[node]))

    return grown(0)


@given(seeds, st.integers(1, 5), st.integers(1, 5))
def test_tree_edits_are_the_best_of_all_mappings(seed: int, size: int, its_size: int) -> None:
    one, other = tree(seed, size), tree(seed + 1, its_size)
    assert distance.tree_distance(one, other) == brute_distance(one, other)


def brute_distance(one: Tree, other: Tree) -> int:
    """Try all ways to pair nodes that keep left and right, above and below (Tai, 1979)."""
    first, second = ordered(one), ordered(other)
    best = len(first) + len(second)
    for size in range(1, min(len(first), len(second)) + 1):
        for kept in combinations(range(len(first)), size):
            for its in permutations(range(len(second)), size):
                pairs = list(zip(kept, its, strict=True))
                if all(
                    relation(first[a], first[b]) == relation(second[x], second[y])
                    for (a, x), (b, y) in combinations(pairs, 2)
                ):
                    renamed = sum(first[a][0] != second[x][0] for a, x in pairs)
                    best = min(best, len(first) + len(second) - 2 * size + renamed)
    return best


def ordered(top: Tree, path: tuple[int, ...] = ()) -> list[tuple[str, tuple[int, ...]]]:
    below = [n for i, b in enumerate(top.branches) for n in ordered(b, (*path, i))]
    return [(top.label, path), *below]


def relation(one: tuple[str, tuple[int, ...]], other: tuple[str, tuple[int, ...]]) -> str:
    a, b = one[1], other[1]
    if a == b[: len(a)]:
        return "above"
    if b == a[: len(b)]:
        return "below"
    return "left" if a < b else "right"


@given(seeds, st.tuples(*[st.integers(1, 9)] * 3))
def test_tree_edits_are_a_metric(seed: int, sizes: tuple[int, int, int]) -> None:
    one, other, third = (tree(seed + i, size) for i, size in enumerate(sizes))
    apart = distance.tree_distance
    assert (apart(one, other) == 0) == (one == other)
    assert apart(one, other) == apart(other, one)
    assert apart(one, third) <= apart(one, other) + apart(other, third)


def test_rules_that_live_alike_are_near_in_what_they_do() -> None:
    life = parse("Life")
    for figure in (distance.density, distance.damage_spread, distance.derrida):
        assert figure(life, parse("tLife")) < figure(life, parse("Replicator"))
    assert distance.derrida_slope(life, parse("HighLife")) == pytest.approx(4.15625 - 3.171875)
    assert distance.density(life, parse("Replicator"), seed=1) != distance.density(
        life, parse("Replicator"), seed=2
    )


def test_wrong_visits_are_refused() -> None:
    life = parse("Life")
    for densities in ((0.5, 0.4), (1.0,), (1.5, -0.5)):
        with pytest.raises(ArgumentError, match="densities"):
            distance.in_soup(densities)
    with pytest.raises(ArgumentError, match="3 states"):
        distance.visited(life, life, distance.in_soup((0.2, 0.3, 0.5)))
    with pytest.raises(ArgumentError, match="in 3D"):
        distance.visited(life, life, distance.after(parse("4555"), num_steps=0))
    with pytest.raises(ArgumentError, match="num_soups"):
        distance.after(life, num_soups=0)


def test_neighbourhoods_of_other_shapes_are_compared_in_the_whole() -> None:
    for one, other in permutations((MOORE, VON_NEUMANN, HEXAGONAL), 2):
        first, second = table(1, 2, one), table(2, 2, other)
        assert distance.hamming(first, second) == (first.table != second.table).sum()
