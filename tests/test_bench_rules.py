"""What is measured of hand-made rules is the same work, and the figures say what they say."""

import json
import shutil
import sys
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from analysis.rules.automaton import step
from analysis.rules.bounds import Bounds
from analysis.rules.evolution import cropped, evolve
from analysis.rules.pattern import Pattern
from apps.bench import choosing, rule_peers, rules
from apps.bench.rule_cases import LIFE, RULE_CASES
from apps.bench.rule_peers import Golly, Peer, peers, run_cellpylib
from voxnca import ArgumentError, VoxncaError

TINY = replace(LIFE, space=(11, 13), num_steps=3)


def peer(**changes):
    soup = TINY.soup()

    def stepped(num_steps):
        return step(TINY.rule(), soup, num_steps)

    known = Peer("Rival", "python3", 1_000, (2, 6), lambda _: None, stepped, stepped)
    return replace(known, **changes)


@pytest.fixture
def takes(monkeypatch):
    """Let every call take as many seconds as a test says, by its name."""

    def fix(**seconds):
        def alternate(works, *, num_rounds):
            for work in works.values():
                work()
            return {name: seconds[name] for name in works}

        monkeypatch.setattr(rules, "alternate", alternate)

    return fix


@pytest.mark.parametrize("case", RULE_CASES, ids=lambda case: case.name)
def test_all_rules_are_stepped_alike_by_voxnca_and_numpy(case):
    small = replace(case, space=(9, 10, 11)[-len(case.space) :])
    rules.check(small)
    assert set(np.unique(small.soup())) == set(range(case.rule().num_states))
    assert case.rule().num_dims == len(case.space)


def test_a_contestant_that_computes_something_else_is_not_timed(monkeypatch):
    monkeypatch.setattr(rules, "roll", lambda rule, cells: cells[::-1])
    with pytest.raises(VoxncaError, match="voxnca and numpy disagree"):
        rules.check(TINY)
    with pytest.raises(VoxncaError, match="Rival and voxnca disagree"):
        rules.check_peer(peer(result=lambda _: TINY.soup()))


def test_a_contestant_that_computes_the_same_is_timed():
    rules.check(TINY)
    rules.check_peer(peer())


def test_speed_is_cells_by_time(takes):
    takes(ours=0.5, numpy=0.25)
    speed = rules.measure(TINY, 1)
    assert speed.ours == pytest.approx(11 * 13 * 3 / 0.5 / 1e6)
    assert speed.theirs == pytest.approx(11 * 13 / 0.25 / 1e6)
    assert speed.ratio == pytest.approx(1.5)


def test_how_long_another_engine_takes_to_start_does_not_count(takes):
    takes(ours=1.0, fewer=10.0, more=12.0)
    speed = rules.measure_peer(peer(), 1)
    assert speed.theirs == pytest.approx(1_000 * (6 - 2) / 2.0 / 1e6)
    assert speed.ours == pytest.approx(LIFE.num_cells * LIFE.num_steps / 1e6)


@pytest.mark.parametrize("as_json", [True, False])
def test_the_table_and_the_json_hold_every_figure(monkeypatch, capsys, takes, as_json):
    takes(ours=0.5, numpy=0.25, fewer=1.0, more=2.0)
    monkeypatch.setattr(rules, "RULE_CASES", (TINY,))
    monkeypatch.setattr(rules, "LIFE", TINY)
    absent = peer(name="Absent", needs="no-such-program-or-package")
    monkeypatch.setattr(rules, "peers", lambda _: (peer(), absent))
    rules.run(num_rounds=1, as_json=as_json)
    printed = capsys.readouterr().out
    if not as_json:
        assert all(word in printed for word in (TINY.name, "Rival", "not installed: Absent"))
        return
    figures = json.loads(printed)
    (rule,), (rival,) = figures["rules"], figures["peers"]
    assert rule["name"] == TINY.name
    assert rule["ratio"] == pytest.approx(rule["ours"] / rule["theirs"])
    assert rival["theirs"] == pytest.approx(1_000 * 4 / 1.0 / 1e6)
    assert figures["missing"] == ["Absent"]


@pytest.mark.parametrize("border", [None, "torus", "dead"])
def test_golly_steps_a_soup_as_voxnca_does(tmp_path, border):
    if shutil.which("bgolly") is None:
        pytest.fail("bgolly is not installed; run: apt-get install golly")
    soup = TINY.soup()
    rule = LIFE.rule().within(Bounds(border, soup.shape) if border else None)
    golly = Golly(soup, rule, tmp_path)
    origin = tuple(-(n // 2) for n in soup.shape)
    for num_steps in (1, 7):
        expected = evolve(rule, Pattern(soup, origin), num_steps).cells
        assert np.array_equal(golly.result(num_steps), expected)


def test_golly_s_failure_is_told(tmp_path, monkeypatch):
    monkeypatch.setattr(rule_peers.shutil, "which", lambda _: "/bin/false")
    with pytest.raises(VoxncaError, match="bgolly fails with exit code 1"):
        Golly(TINY.soup(), LIFE.rule(), tmp_path).run(3)


def test_cellpylib_is_asked_for_life_on_a_torus(monkeypatch):
    def evolve2d(history, *, timesteps, neighbourhood, apply_rule):
        assert (neighbourhood, apply_rule, len(history)) == ("Moore", "Conway's", 1)
        states = [history[-1]]
        for _ in range(timesteps - 1):  # the first is the soup itself
            states.append(step(LIFE.rule(), states[-1]).astype(int))
        return np.array(states)

    library = SimpleNamespace(evolve2d=evolve2d, game_of_life_rule="Conway's")
    monkeypatch.setitem(sys.modules, "cellpylib", library)
    expected = cropped(Pattern(step(LIFE.rule(), TINY.soup(), 4))).cells
    assert np.array_equal(run_cellpylib(TINY.soup(), 4), expected)


def test_peers_say_what_voxnca_should_make_of_their_soup(tmp_path, monkeypatch):
    monkeypatch.setattr(rule_peers, "LIFE", TINY)
    cellpylib, plane, torus = peers(tmp_path)
    on_torus = cropped(Pattern(step(LIFE.rule(), TINY.soup(), 5))).cells
    for one in (cellpylib, torus):
        assert np.array_equal(one.expected(5), on_torus)
    assert np.array_equal(plane.expected(5), evolve(LIFE.rule(), Pattern(TINY.soup()), 5).cells)
    assert all(one.num_cells == TINY.num_cells for one in (cellpylib, plane, torus))


def test_the_bench_is_chosen_by_its_name(monkeypatch):
    asked = []
    monkeypatch.setattr(choosing.rules, "run", lambda **options: asked.append(("rules", options)))
    monkeypatch.setattr(choosing.engine, "run", lambda **options: asked.append(("engine", options)))
    common = {"num_rounds": 2, "as_json": True}
    choosing.run("rules", num_threads=None, peer=None, **common)
    choosing.run("engine", num_threads=1, peer="cax", **common)
    assert asked == [("rules", common), ("engine", {"num_threads": 1, "peer": "cax", **common})]
    with pytest.raises(ArgumentError, match="'all' cannot be measured; use one of: engine, rules"):
        choosing.run("all", num_threads=None, peer=None, **common)
    with pytest.raises(ArgumentError, match="--threads and --peer are for voxnca bench engine"):
        choosing.run("rules", num_threads=2, peer=None, **common)
