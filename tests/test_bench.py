"""What is measured is the same work, and the figures say what they say."""

import json

import pytest
import torch

from apps.bench import engine, memory
from apps.bench.cases import ENGINE_CASES, Case
from apps.bench.timing import alternate
from voxnca import ArgumentError, VoxncaError

TINY = Case((8, 9), 6, 8, 2, 0.4)


@pytest.mark.parametrize("case", [TINY, *ENGINE_CASES], ids=lambda case: case.name)
@torch.no_grad()
def test_a_creature_is_as_large_as_it_should_be_and_stays_so(case):
    run = case.model().rollout(case.rows(), space=case.space, batch_size=case.batch_size)
    assert torch.equal(run.state(), case.state())
    num_cells = case.batch_size * case.state()[0, ..., 0].numel()
    for _ in range(3):
        share = len(run.step(4).rows.coordinates) / num_cells
        assert case.alive_share * 0.85 < share <= case.alive_share


@pytest.mark.parametrize("case", [TINY, ENGINE_CASES[1]], ids=lambda case: case.name)
def test_all_contestants_compute_the_same(case):
    engine.check(case)


def test_a_contestant_that_computes_something_else_is_not_timed(monkeypatch):
    honest = engine.ConvolutionNCA.step
    monkeypatch.setattr(engine.ConvolutionNCA, "step", lambda *args: 1.1 * honest(*args))
    with pytest.raises(VoxncaError, match=r"is .* away from a plain NCA"):
        engine.check(TINY)


def test_contestants_take_turns():
    turns = []
    taken = alternate(
        {"a": lambda: turns.append("a"), "b": lambda: turns.append("b")}, num_rounds=2
    )
    assert turns == ["a", "b"] * 3
    assert all(seconds >= 0 for seconds in taken.values())


@pytest.mark.parametrize("as_json", [True, False])
def test_the_table_and_the_json_hold_every_figure(monkeypatch, capsys, as_json):
    monkeypatch.setattr(engine, "ENGINE_CASES", (TINY,))
    monkeypatch.setattr(engine, "GRIDS", (9, 12))
    sizes = {"convolution": 3_000_000, "sparse": 1_000_000}
    monkeypatch.setattr(engine, "peak_bytes", lambda _case, name, _steps: sizes[name])
    engine.run(num_threads=None, num_rounds=1, as_json=as_json)
    printed = capsys.readouterr().out
    if not as_json:
        assert all(word in printed for word in (TINY.name, "sparse / products", "9³", "12³"))
        return
    figures = json.loads(printed)
    (case,) = figures["cases"]
    assert case["memory_ratio"] == 3
    assert case["both_ratio"] == pytest.approx(case["both"]["convolution"] / case["both"]["sparse"])
    assert set(figures["grids_ms"]) == {"9", "12"}


def test_memory_is_measured_in_a_process_of_its_own():
    case = ENGINE_CASES[1]
    plain, sparse = (memory.peak_bytes(case, name, 8) for name in ("convolution", "sparse"))
    assert plain > 20e6
    assert sparse < plain / 3


@pytest.mark.parametrize(
    ("peer", "message"),
    [("golly", "peer='golly' is unknown; use one of: cax"), ("cax", "run: pip install cax")],
)
def test_a_peer_that_is_not_there_says_so_before_anything_is_measured(monkeypatch, peer, message):
    monkeypatch.setattr("apps.bench.peers.find_spec", lambda _name: None)
    with pytest.raises(ArgumentError, match=message):
        engine.run(num_threads=None, num_rounds=1, as_json=False, peer=peer)
