"""Layouts and obstacles: what the docstrings promise of every draw, judged by other means."""

from math import hypot
from zlib import crc32

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy import ndimage

from voxnca import ArgumentError
from voxnca.grid import center
from voxnca.layouts import (
    Difficulty,
    draw_layouts,
    draw_obstacles,
    held_out_layouts,
    held_out_obstacles,
    summarize,
)
from voxnca.layouts.difficulty import difficulty, line_cells

spaces = st.lists(st.integers(8, 16), min_size=2, max_size=3).map(tuple)
seeds = st.integers(0, 2**70)


def shortest(blocked, start, end):
    graph = nx.grid_graph(blocked.shape[::-1])
    graph.remove_nodes_from(map(tuple, np.argwhere(blocked).tolist()))
    return nx.shortest_path_length(graph, start, end)


def manhattan(start, end):
    return int(np.abs(np.subtract(start, end)).sum())


@settings(max_examples=30)
@given(spaces, seeds)
def test_every_layout_is_solvable_and_its_ways_are_neither_short_nor_endless(space, seed):
    side = sum(space) / len(space)
    for layout in draw_layouts(space, 2, seed):
        assert layout.blocked.shape == layout.space == space
        assert 0 < layout.blocked.mean() < 1
        for end, hardness in [
            (layout.beacon, layout.difficulty),
            (layout.moved, layout.moved_difficulty),
        ]:
            steps = shortest(layout.blocked, layout.root, end)
            assert side / 2 <= steps <= 2 * side
            assert hardness.steps == steps
            assert hardness.manhattan == manhattan(layout.root, end)
        assert manhattan(layout.beacon, layout.moved) >= side / 3


@pytest.mark.parametrize(("space", "count"), [((32, 32), 500), ((20, 20, 20), 500)])
def test_at_least_half_of_the_held_out_layouts_force_a_detour(space, count):
    layouts = held_out_layouts(space, count)
    for hardness in (
        summarize([layout.difficulty for layout in layouts]),
        summarize([layout.moved_difficulty for layout in layouts]),
    ):
        assert hardness.count == count
        assert 0.5 <= hardness.detour_share <= hardness.crow_share < 1
        assert 0.5 <= hardness.hidden_share < 1
        assert hardness.max_steps <= 2 * space[0]


def drawn(layouts):
    return [(each.blocked.tobytes(), each.root, each.beacon, each.moved) for each in layouts]


@given(spaces, seeds)
@settings(max_examples=10)
def test_the_same_seed_draws_the_same_and_fewer_are_the_first_of_more(space, seed):
    assert drawn(draw_layouts(space, 2, seed)) == drawn(draw_layouts(space, 4, seed))[:2]
    assert drawn(held_out_layouts(space, 1)) == drawn(held_out_layouts(space, 2))[:1]


def test_no_layout_of_the_test_split_is_drawn_for_training():
    held_out = set(drawn(held_out_layouts((12, 12), 100)))
    trained = [drawn(draw_layouts((12, 12), 100, seed)) for seed in range(12)]
    together = set().union(*trained)
    assert len(held_out) == 100
    assert len(together) == 1200
    assert not held_out & together


@pytest.mark.parametrize(("space", "sum_of"), [((32, 32), 2658150061), ((20,) * 3, 1721407346)])
def test_the_test_split_stays_what_it_was(space, sum_of):
    """Figures are compared over versions: whoever changes the split measures anew."""
    parts = drawn(held_out_layouts(space, 50))
    assert crc32(b"".join(blocked + bytes(sum(cells, ())) for blocked, *cells in parts)) == sum_of


def test_the_obstacles_of_the_test_split_stay_what_they_were():
    obstacles = held_out_obstacles(np.ones((16, 16), bool), 50)
    assert crc32(b"".join(each.tobytes() for each in obstacles)) == 1745779873


def test_a_layout_has_its_environments_before_and_after_the_beacon_moves():
    layout = held_out_layouts((12, 12), 1)[0]
    before, after = layout.environment, layout.moved_environment
    assert (before.beacon, after.beacon) == (layout.beacon, layout.moved)
    assert before.root == after.root == layout.root
    for environment in (before, after):
        np.testing.assert_array_equal(environment.walls(layout.space), layout.blocked)
        assert environment.sense(("walls", "beacon", "root"), layout.space).any()


def test_a_difficulty_is_that_of_the_way_round():
    blocked = np.zeros((5, 5), bool)
    blocked[:4, 2] = True
    found = difficulty(blocked, (0, 0), (1, 4))
    assert found == Difficulty(steps=11, manhattan=5, crow=hypot(1, 4), is_hidden=True)
    assert found.detour_ratio == 11 / 5
    assert found.crow_ratio == 11 / hypot(1, 4)
    assert found.forces_detour


def test_without_walls_nothing_is_hidden_and_no_detour_is_forced():
    found = difficulty(np.zeros((6, 6), bool), (0, 0), (5, 5))
    assert found.detour_ratio == 1
    assert not found.is_hidden
    assert found.crow_ratio == pytest.approx(2**0.5)


cells = st.lists(st.integers(0, 9), min_size=3, max_size=3).map(tuple)


@given(cells, cells)
def test_a_line_crosses_the_cells_that_its_points_lie_in(start, end):
    found = list(map(tuple, line_cells(start, end).tolist()))
    assert (found[0], found[-1]) == (start, end)
    assert len(set(found)) == len(found)
    times = np.linspace(0, 1, 4001)[:, None]
    points = np.array(start) * (1 - times) + np.array(end) * times
    inside = np.abs(points - np.rint(points)).max(1) < 0.4999
    sampled = set(map(tuple, np.rint(points[inside]).astype(int).tolist()))
    assert sampled <= set(found)
    assert found == list(map(tuple, line_cells(end, start).tolist()))[::-1]


@st.composite
def patterns(draw):
    """Draw a pattern's cells, the seed's among them."""
    shape = draw(hnp.array_shapes(min_dims=2, max_dims=3, min_side=6, max_side=12))
    random = np.random.default_rng(draw(st.integers(0, 2**32)))
    pattern = random.random(shape) < draw(st.floats(0.3, 1))
    pattern[center(shape)] = True
    return pattern


@settings(max_examples=30)
@given(patterns(), seeds)
def test_obstacles_spare_the_seed_and_cut_off_no_cell_of_the_pattern(pattern, seed):
    corners = np.ones((3,) * pattern.ndim)
    seed_cell = center(pattern.shape)
    before, _ = ndimage.label(pattern, corners)
    for blocked in draw_obstacles(pattern, 2, seed):
        assert blocked.shape == pattern.shape
        assert not blocked[seed_cell]
        assert (blocked & pattern).sum() <= 0.15 * pattern.sum()
        after, _ = ndimage.label(pattern & ~blocked, corners)
        still = before == before[seed_cell]
        np.testing.assert_array_equal(after == after[seed_cell], still & ~blocked)


@pytest.mark.parametrize("num_dims", [2, 3])
def test_obstacles_cover_their_share_of_a_body(num_dims):
    pattern = np.zeros((17,) * num_dims, bool)
    pattern[(slice(2, 15),) * num_dims] = True
    obstacles = held_out_obstacles(pattern, 40)
    shares = np.array([(each & pattern).sum() / pattern.sum() for each in obstacles])
    assert shares.min() >= 0.035
    assert shares.max() <= 0.15
    assert 0.07 < shares.mean() < 0.13


def test_no_obstacles_of_the_test_split_are_drawn_for_training():
    pattern = np.ones((12, 12), bool)
    held_out = {each.tobytes() for each in held_out_obstacles(pattern, 50)}
    trained = {each.tobytes() for seed in range(10) for each in draw_obstacles(pattern, 50, seed)}
    assert len(held_out) == 50
    assert not held_out & trained


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: draw_layouts((7, 20), 1, 0), r"space=\(7, 20\) is too small"),
        (lambda: draw_layouts((20,), 1, 0), "must have 3 axes"),
        (lambda: draw_layouts(20, 1, 0), "must have 3 axes"),
        (lambda: draw_layouts((20, 20), -1, 0), "count=-1 must be"),
        (lambda: draw_layouts((20, 20), 1, -1), "seed=-1 must be"),
        (lambda: draw_layouts((20, 20), 1, 0.5), "seed=0.5 must be"),
        (lambda: draw_layouts((20, 20), True, 0), "count=True must be"),
        (lambda: draw_obstacles(np.zeros((9, 9), bool), 1, 0), "the seed="),
        (lambda: draw_obstacles(np.zeros((9, 9)), 1, 0), "pattern is float64"),
        (lambda: difficulty(np.zeros((9, 9), bool), (0, 0), (0, 0)), "beacon="),
    ],
)
def test_what_is_wrong_is_said(call, message):
    with pytest.raises(ArgumentError, match=message):
        call()
