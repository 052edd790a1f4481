"""Every shipped pattern does what its comments say."""

import re

import numpy as np
import pytest

from analysis.rules.automaton import Automaton
from analysis.rules.evolution import cropped, evolve
from analysis.rules.files.rle import write_rle
from analysis.rules.parsing import parse
from analysis.rules.pattern import Pattern
from analysis.rules.patterns import pattern_names, shipped_pattern
from voxnca import ArgumentError, data_path

HEAD, COPPER = 1, 3


def later(name, num_steps):
    pattern = shipped_pattern(name)
    return evolve(parse(pattern.rule), pattern, num_steps)


@pytest.mark.parametrize("name", pattern_names())
def test_a_pattern_names_its_rule_its_author_and_what_it_does(name):
    pattern = shipped_pattern(name)
    rule = parse(pattern.rule)
    assert rule.num_dims == pattern.cells.ndim
    assert pattern.cells.max() < rule.num_states
    assert pattern.name
    author, what, *_ = pattern.comments
    assert re.fullmatch(r"Author: .*\D(19|20)\d\d", author)
    assert what.endswith(".")


@pytest.mark.parametrize("name", pattern_names())
def test_a_pattern_s_file_is_as_we_write_it(name):
    pattern = shipped_pattern(name)
    suffix = ".rle" if pattern.cells.ndim == 2 else ".rle3"
    text = (data_path() / "patterns" / f"{name}{suffix}").read_text(encoding="utf-8")
    assert write_rle(pattern) == text


def test_there_are_at_least_sixteen_and_others_are_told():
    assert len(pattern_names()) >= 16
    with pytest.raises(ArgumentError, match="did you mean glider"):
        shipped_pattern("Glider")


@pytest.mark.parametrize(
    ("name", "period", "shift"),
    [
        ("glider", 4, (1, 1)),
        ("lightweight-spaceship", 4, (0, -2)),
        ("pulsar", 3, (0, 0)),
        ("pentadecathlon", 15, (0, 0)),
        ("seeds-ship", 1, (1, 0)),
        ("brians-brain-ship", 1, (0, 1)),
        ("day-and-night-oscillator", 16, (0, 0)),
        ("4555-glider", 4, (1, 1, 0)),
        ("4555-oscillator", 4, (0, 0, 0)),
        ("5766-glider", 4, (0, 1, 1)),
        ("5766-blinker", 2, (0, 0, 0)),
    ],
)
def test_oscillators_and_ships_are_the_same_after_a_period_and_no_sooner(name, period, shift):
    pattern = cropped(shipped_pattern(name))
    moves = []
    for num_steps in range(1, period + 1):
        then = later(name, num_steps)
        if np.array_equal(then.cells, pattern.cells):
            move = np.subtract(then.origin, pattern.origin)
            moves.append((num_steps, tuple(move.tolist())))
    assert [steps for steps, _ in moves] == [period]
    (_, move) = moves[0]
    assert sorted(map(abs, move)) == sorted(map(abs, shift))
    if len(shift) == 2:
        assert move == shift


def test_the_day_and_night_oscillator_is_one_of_holes_too():
    pattern = shipped_pattern("day-and-night-oscillator")
    holes = Pattern(1 - pattern.cells, background=1)
    then = evolve(parse(pattern.rule), holes, 16)
    assert then.background == 1
    assert np.array_equal(then.cells, 1 - pattern.cells)
    assert then.origin == (0, 0)


def test_the_gun_sends_a_glider_every_thirty_steps():
    gun, glider = shipped_pattern("gosper-glider-gun"), shipped_pattern("glider")
    for count in (1, 2, 4):
        then = later("gosper-glider-gun", 30 * count)
        assert np.array_equal(then.cells[:9, :36], gun.cells)
        assert then.cells.sum() == gun.cells.sum() + count * glider.cells.sum()
    assert later("gosper-glider-gun", 29).cells.sum() != gun.cells.sum() + glider.cells.sum()


@pytest.mark.parametrize(
    ("name", "steps", "cells"), [("r-pentomino", 1103, 116), ("acorn", 5206, 633)]
)
def test_methuselahs_settle_when_they_are_known_to(name, steps, cells):
    rule, before = parse("B3/S23"), later(name, steps - 1)
    assert before.cells.sum() != cells
    for more in (1, 3, 31):
        assert evolve(rule, before, more).cells.sum() == cells


def test_the_replicator_is_there_twice_after_twelve_steps():
    one, two = shipped_pattern("highlife-replicator"), later("highlife-replicator", 12)
    corners = [two.cells[:5, -5:], two.cells[-5:, :5], two.cells[:5, :5], two.cells[-5:, -5:]]
    copies = [np.array_equal(corner, one.cells) for corner in corners]
    assert copies.count(True) == 2
    assert two.cells.sum() == 2 * one.cells.sum()


def heads_at(pattern, places, num_steps):
    """Run Wireworld and return at which steps there is a head at each of some places."""
    padded = np.pad(pattern.cells, 1)
    automaton = Automaton(parse(pattern.rule), padded, border="dead")
    found = {place: [] for place in places}
    for step in range(num_steps):
        cells = automaton.cells
        for y, x in places:
            if cells[y + 1, x + 1] == HEAD:
                found[y, x].append(step)
        automaton.step()
    return [found[place] for place in places]


def ends(pattern):
    """Return where wires leave to the right."""
    width = pattern.cells.shape[1]
    return [(int(y), width - 1) for y in np.flatnonzero(pattern.cells[:, -1])]


def test_the_clock_sends_an_electron_every_twelve_steps():
    clock = shipped_pattern("wireworld-clock")
    (heads,) = heads_at(clock, ends(clock), 100)
    assert len(heads) >= 6
    assert set(np.diff(heads)) == {12}


def test_of_the_diodes_one_passes_and_one_blocks():
    diodes = shipped_pattern("wireworld-diodes")
    passed, blocked = heads_at(diodes, ends(diodes), 100)
    assert len(passed) >= 6
    assert set(np.diff(passed)) == {12}
    assert blocked == []


@pytest.mark.parametrize(
    ("gate", "passes"),
    [("or", [True, True, True]), ("xor", [True, True, False]), ("and-not", [True, False, False])],
)
def test_gates_have_their_truth_tables(gate, passes):
    """Each is there thrice: with a clock on one wire, on the other, and on both."""
    pattern = shipped_pattern(f"wireworld-{gate}")
    outputs = heads_at(pattern, ends(pattern), 120)
    for heads, through in zip(outputs, passes, strict=True):
        assert (len(heads) >= 6) == through
        assert len(heads) >= 6 or heads == []
        assert set(np.diff(heads)) <= {12}


@pytest.mark.parametrize("gate", ["or", "xor", "and-not"])
def test_gates_send_nothing_back(gate):
    """A wire without a clock has no electron at its free end, ever."""
    pattern = shipped_pattern(f"wireworld-{gate}")
    cells = np.pad(pattern.cells, 1)
    free = [
        (y, x)
        for y, x in np.argwhere(pattern.cells == COPPER).tolist()
        if (cells[y : y + 3, x : x + 3] > 0).sum() == 2 and x < pattern.cells.shape[1] - 1
    ]
    assert len(free) == 2
    assert heads_at(pattern, [tuple(place) for place in free], 120) == [[], []]
