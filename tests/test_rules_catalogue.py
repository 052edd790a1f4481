from __future__ import annotations

import re

import pytest

from analysis.rules.catalogue import entries, entry, find, names, similar
from analysis.rules.many_states import wireworld
from analysis.rules.named import Entry
from analysis.rules.palette import colors_of, default_colors
from analysis.rules.parsing import parse
from voxnca import ArgumentError


def test_there_are_enough_rules_of_every_kind() -> None:
    rules = [entry.rule for entry in entries()]
    assert len(rules) >= 36
    assert sum(rule.num_dims == 3 for rule in rules) >= 5
    assert {"moore", "von-neumann", "hexagonal"} == {rule.neighborhood.name for rule in rules}


@pytest.mark.parametrize("entry", entries(), ids=lambda entry: entry.name)
def test_every_rule_is_found_by_its_names_and_by_what_it_does(entry: Entry) -> None:
    for name in (entry.name, *entry.aliases):
        for spelt in (name, name.upper(), re.sub(r"[ '-]", "", name.replace("&", "and"))):
            assert parse(spelt) is entry.rule
    assert find(entry.rule) is entry
    assert entry.rule.name == entry.name
    assert find(parse(f"{entry.name}:T8")) is entry
    if entry.written:
        assert parse(entry.written) == entry.rule
        assert find(parse(entry.written)) is entry
        assert parse(entry.written).name == ""


@pytest.mark.parametrize("entry", entries(), ids=lambda entry: entry.name)
def test_every_rule_says_what_it_does_and_where_it_is_from(entry: Entry) -> None:
    for sentence in (entry.what, entry.source):
        assert sentence.endswith(".")
        assert 10 < len(sentence) < 160
    assert len(entry.what) < 90


def test_no_name_stands_for_two_rules() -> None:
    spelt = [
        re.sub("[^a-z0-9]", "", name.lower().replace("&", "and"))
        for entry in entries()
        for name in (entry.name, *entry.aliases)
    ]
    assert len(set(spelt)) == len(spelt)
    assert len({entry.rule for entry in entries()}) == len(entries())


def test_what_is_not_in_the_catalogue() -> None:
    assert find(parse("B017/S1")) is None
    with pytest.raises(ArgumentError, match="did you mean HighLife"):
        entry("Higlife")
    assert similar("wirewold") == ("Wireworld",)
    assert similar("x" * 10_000_000) == ()


@pytest.mark.parametrize("ages", [False, True])
@pytest.mark.parametrize("num_states", [2, 3, 4, 9, 25, 64])
def test_states_have_colours_that_differ(num_states: int, ages: bool) -> None:
    colors = default_colors(num_states, ages=ages)
    assert len(colors) == len(set(colors)) == num_states
    assert sum(colors[0]) < 75
    assert all(0 <= channel <= 255 for color in colors for channel in color)
    assert all(sum(color) > 150 for color in colors[1:])


def test_ages_fade() -> None:
    light = [sum(color) for color in default_colors(12, ages=True)[1:]]
    assert light == sorted(light, reverse=True)


def test_rules_of_every_number_of_states_have_colours() -> None:
    for num_states in range(2, 257):
        assert len(default_colors(num_states)) == num_states
        assert len(set(default_colors(num_states))) == num_states
        assert len(set(default_colors(num_states, ages=True))) == num_states


def test_a_rule_has_its_own_colours_or_the_usual_ones() -> None:
    assert colors_of(parse("Wireworld"))[2] == (230, 60, 50)
    assert colors_of(parse("345/2/4")) == default_colors(4, ages=True)
    assert colors_of(parse("Life")) == default_colors(2)
    assert colors_of(wireworld()) == default_colors(4) != default_colors(4, ages=True)


def test_names_are_listed() -> None:
    assert "Brian's Brain" in names()
