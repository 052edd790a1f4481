from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis import distance
from analysis.distance.family import family_of
from analysis.distance.nulls import draws
from analysis.rules import CountingRule, parse
from analysis.rules.symmetries import is_isotropic
from voxnca import ArgumentError

seeds = st.integers(0, 2**32)


def random_table(seed: int) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 2, 512, dtype=np.uint8)


def test_a_random_table_is_half_a_table_away() -> None:
    found = distance.null("uniform", random_table(0), random_table(1), num_samples=400)
    assert found.family == "tables"
    assert found.mean == pytest.approx(256, abs=3)
    assert found.quantiles == tuple(sorted(found.quantiles))
    spread = found.quantiles[-1] - found.quantiles[0]
    assert spread == pytest.approx(2 * 1.645 * np.sqrt(512) / 2, rel=0.2)


def test_a_random_table_is_224_from_the_nearest_rule_that_counts() -> None:
    found = distance.projection_null("uniform", parse("Life"), num_samples=300)
    if isinstance(parse("Life"), CountingRule):
        assert found.family == "tables"
    assert found.mean == pytest.approx(224, abs=3)
    assert found.chance == 0
    sparse = distance.projection_null("shuffled", parse("Life"), num_samples=50)
    assert 100 < sparse.mean <= 140
    free = distance.projection_null("uniform", parse("Life"), project=distance.to_isotropic)
    assert 150 < free.mean < found.mean


@pytest.mark.parametrize(
    ("one", "other", "family"),
    [
        (parse("Life"), parse("B3/S23V"), "counts"),
        (parse("Life"), parse("tLife"), "isotropic"),
        (parse("Life"), random_table(0), "tables"),
        (parse("4555"), parse("Crystal Growth"), "counts"),
    ],
)
def test_random_rules_are_of_the_kind_of_both(one, other, family: str) -> None:
    for kind in distance.KINDS:
        found = distance.null(kind, one, other, num_samples=3)
        assert (found.kind, found.family, found.num_samples) == (kind, family, 3)
        assert distance.null(kind, one, other, num_samples=3) == found
        if kind != "flips":
            assert distance.null(kind, one, other, num_samples=3, seed=1) != found


@given(seeds)
@settings(max_examples=10)
def test_random_rules_keep_what_they_are_to_keep(seed: int) -> None:
    one, other = parse("Life"), parse("HighLife")
    for rules in ((one, other), (one, parse("tLife"))):
        family = family_of(*rules)
        near, far = map(family.values, rules)
        for kind in distance.KINDS:
            (drawn,) = draws(kind, *rules, family, 1, seed)
            values = family.values(drawn)
            assert family.rule(values) == drawn
            assert is_isotropic(drawn)
            if kind == "shuffled":
                assert sorted(values) == sorted(far)
            if kind == "flips":
                assert (values != near).sum() == (far != near).sum()


def test_flips_go_to_other_states() -> None:
    wireworld, other = parse("Wireworld"), parse("345/2/4")
    family = family_of(wireworld, other)
    wanted = distance.transitions(wireworld, other)
    for drawn in draws("flips", wireworld, other, family, 20, 0):
        assert distance.transitions(wireworld, drawn) == wanted


def test_chance_is_the_share_of_those_at_least_as_near() -> None:
    life, highlife = parse("Life"), parse("HighLife")
    family = family_of(life, highlife)
    far = [
        distance.hamming(life, rule) for rule in draws("shuffled", life, highlife, family, 60, 5)
    ]
    found = distance.null("shuffled", life, highlife, num_samples=60, seed=5)
    assert found.mean == pytest.approx(np.mean(far))
    assert found.chance == np.mean([d <= 28 for d in far])
    assert distance.null("flips", life, highlife, figure=distance.transitions).chance == 1


def test_nulls_of_nothing_are_refused() -> None:
    life = parse("Life")
    with pytest.raises(ArgumentError, match="uniform, shuffled, flips"):
        distance.null("normal", life, life)
    with pytest.raises(ArgumentError, match="num_samples"):
        distance.null("uniform", life, life, num_samples=0)
    with pytest.raises(ArgumentError, match="flips"):
        distance.projection_null("flips", life)


def test_all_distances_between_two_rules() -> None:
    found = distance.between(parse("Life"), parse("HighLife").table, seed=1, num_samples=20)
    assert (found.one, found.other, found.family) == ("B3/S23", "B36/S23", "counts")
    assert found.hamming.value == 28
    assert found.hamming_share == 28 / 512
    assert found.transitions is not None
    assert found.transitions.value == 1
    assert 0.001 < found.visited.value < 0.006
    for figure in vars(found).values():
        if isinstance(figure, distance.Figure):
            assert [null.kind for null in figure.nulls] == list(distance.KINDS)
            assert all(0 <= null.chance <= 1 for null in figure.nulls)
    read = json.loads(json.dumps(found.to_json(), allow_nan=False))
    assert read["hamming"]["nulls"][0]["num_samples"] == 20
    assert read["one"] == "B3/S23"


def test_figures_that_rules_do_not_have_are_none() -> None:
    found = distance.between(parse("B2ce/S1"), random_table(0), num_samples=5)
    assert found.transitions is found.levenshtein is found.tree_edit is None
    assert found.family == "tables"


def test_the_nearest_named_rules() -> None:
    first, second, *_ = distance.nearest(parse("Life").table, 4)
    assert (first.name, first.hamming) == ("Life", 0)
    assert second.hamming == distance.hamming(parse("Life"), parse(second.name))
    assert first.chance <= second.chance < 0.2
    json.dumps(second.to_json())


def test_a_name_for_a_random_table_is_worth_nothing() -> None:
    chances = [distance.nearest(random_table(s), 1, num_samples=100)[0].chance for s in range(8)]
    assert np.mean(chances) > 0.2


def test_a_learned_rule_with_few_faults_has_its_name() -> None:
    faulty = parse("Life").table.copy()
    faulty[[3, 77, 400]] ^= 1
    (found,) = distance.nearest(faulty, 1)
    assert (found.name, found.hamming, found.chance) == ("Life", 3, 0)


@pytest.mark.parametrize("name", ["Wireworld", "4555", "Crystal Growth", "2/3/9"])
def test_named_rules_of_any_kind(name: str) -> None:
    found = distance.nearest(parse(name), 3, num_samples=20)
    assert 1 <= len(found) <= 3
    assert [f.share for f in found] == sorted(f.share for f in found)


def test_where_nothing_is_named_there_is_no_name() -> None:
    assert distance.nearest(parse("2/3/200")) == ()
    with pytest.raises(ArgumentError, match="n=0"):
        distance.nearest(parse("Life"), 0)
