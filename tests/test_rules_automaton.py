"""Every engine is the definition; patterns on the plane live as on a torus that is large enough."""

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from scipy import ndimage

from analysis.rules import evolution
from analysis.rules.automaton import Automaton, step
from analysis.rules.bounds import Bounds
from analysis.rules.counting import CountingRule
from analysis.rules.evolution import evolve
from analysis.rules.neighborhood import (
    HEXAGONAL,
    MOORE,
    MOORE_3D,
    VON_NEUMANN,
    VON_NEUMANN_3D,
)
from analysis.rules.pattern import Pattern
from analysis.rules.tabulated import TableRule
from analysis.rules.tree import ORDERS, TreeRule
from voxnca import ArgumentError

NEIGHBORHOODS = (MOORE, VON_NEUMANN, HEXAGONAL, MOORE_3D, VON_NEUMANN_3D)
WIDTHS = (1, 2, 3, 5, 61, 62, 63, 64, 65, 126, 127, 128, 129)
"""Round the edges of words."""
LIFE = CountingRule.of_counts([3], [2, 3])
GLIDER = np.array([[0, 1, 0], [0, 0, 1], [1, 1, 1]], dtype=np.uint8)
SEEDS = st.integers(0, 2**32 - 1)


def defined_step(rule, cells, border):
    """A step by the definition: each neighbourhood is gathered, and the rule is asked."""
    padded = np.pad(cells, 1, mode={"torus": "wrap", "dead": "constant"}[border])
    windows = [
        padded[tuple(slice(1 + o, 1 + o + n) for o, n in zip(offset, cells.shape, strict=True))]
        for offset in rule.neighborhood.cells
    ]
    contexts = np.stack([window.ravel() for window in windows], axis=1)
    return rule.next_states(contexts).reshape(cells.shape)


def counting(random, neighborhood, num_states):
    shape = (num_states, len(neighborhood.neighbors) + 1)
    transitions = random.integers(0, num_states, shape, dtype=np.uint8)
    return CountingRule(num_states=num_states, neighborhood=neighborhood, transitions=transitions)


def tabulated(random, neighborhood, num_states):
    entries = random.integers(0, num_states, num_states ** len(neighborhood.cells), dtype=np.uint8)
    return TableRule(num_states=num_states, neighborhood=neighborhood, entries=entries)


def tree(random, neighborhood, num_states):
    """Random nodes, three on each level but the last, which is the root."""
    nodes = [random.integers(0, num_states, (3, num_states))]
    num_levels = len(neighborhood.cells)
    for level in range(1, num_levels):
        num_nodes = 1 if level == num_levels - 1 else 3
        nodes.append(3 * (level - 1) + random.integers(0, 3, (num_nodes, num_states)))
    nodes = np.concatenate(nodes).astype(np.int32)
    return TreeRule(num_states=num_states, neighborhood=neighborhood, nodes=nodes)


@st.composite
def rules(draw):
    """A random rule of any kind, and a generator of random numbers."""
    random = np.random.default_rng(draw(SEEDS))
    neighborhood = draw(st.sampled_from(NEIGHBORHOODS))
    kinds = {"counting": counting}
    if len(neighborhood.cells) <= 9:
        kinds["table"] = tabulated
    if neighborhood in ORDERS:
        kinds["tree"] = tree
    kind = draw(st.sampled_from(sorted(kinds)))
    most = {"table": 4 if len(neighborhood.cells) <= 7 else 3}.get(kind, 256)
    num_states = draw(st.sampled_from([n for n in (2, 2, 3, 4, 7, 256) if n <= most]))
    return kinds[kind](random, neighborhood, num_states), random


def spaces(draw, num_dims):
    sides = st.integers(1, 5)
    return (*(draw(sides) for _ in range(num_dims - 1)), draw(st.sampled_from(WIDTHS)))


@st.composite
def worlds(draw):
    """A rule, cells on a grid that may be thin, and a border."""
    rule, random = draw(rules())
    space = spaces(draw, rule.num_dims)
    cells = random.integers(0, rule.num_states, space, dtype=np.uint8)
    return rule, cells, draw(st.sampled_from(("torus", "dead")))


@settings(max_examples=150)
@given(world=worlds())
def test_every_engine_steps_as_the_definition_says(world):
    rule, cells, border = world
    run = Automaton(rule, cells, border=border)
    for _ in range(2):
        cells = defined_step(rule, cells, border)
        assert np.array_equal(run.step().cells, cells)
    counts = np.bincount(cells.ravel(), minlength=rule.num_states)
    assert np.array_equal(run.population, counts)


@pytest.mark.parametrize("border", ["torus", "dead"])
@pytest.mark.parametrize(
    ("kind", "neighborhood", "num_states", "engine"),
    [
        (counting, MOORE, 2, "Adders"),
        (counting, MOORE_3D, 2, "Adders"),
        (counting, HEXAGONAL, 2, "Gates"),
        (counting, VON_NEUMANN_3D, 2, "Gates"),
        (tabulated, MOORE, 2, "Gates"),
        (tree, MOORE, 2, "Gates"),
        (counting, MOORE, 4, "Sums"),
        (counting, MOORE_3D, 3, "Sums"),
        (tabulated, MOORE, 3, "Lookup"),
        (tabulated, VON_NEUMANN_3D, 3, "Lookup"),
        (tree, VON_NEUMANN, 4, "Lookup"),
        (tree, MOORE, 7, "Walk"),
    ],
)
def test_each_kind_of_rule_has_an_engine_that_is_right_on_large_grids(
    kind, neighborhood, num_states, engine, border
):
    random = np.random.default_rng(0)
    rule = kind(random, neighborhood, num_states)
    space = (70, 131) if rule.num_dims == 2 else (7, 40, 67)
    cells = random.integers(0, num_states, space, dtype=np.uint8)
    run = Automaton(rule, cells, border=border)
    assert type(run._engine).__name__ == engine
    for _ in range(3):
        cells = defined_step(rule, cells, border)
    assert np.array_equal(run.step(3).cells, cells)


def test_equal_rules_of_different_neighbourhoods_are_not_taken_for_one_another():
    cells = np.random.default_rng(0).integers(0, 3, (9, 9), dtype=np.uint8)
    same = np.broadcast_to(np.arange(3), (3, 3))  # every state stays
    for neighborhood in (VON_NEUMANN, MOORE, VON_NEUMANN):
        above = np.arange(len(neighborhood.neighbors))[:, None].repeat(3, axis=1)
        nodes = np.concatenate([same[:1], above]).astype(np.int32)
        rule = TreeRule(num_states=3, neighborhood=neighborhood, nodes=nodes)
        assert np.array_equal(step(rule, cells), cells)


@settings(max_examples=40)
@given(seed=SEEDS, space=st.sampled_from([(9, 40), (3, 65), (6, 7, 9)]), torus=st.booleans())
def test_counts_are_those_of_a_convolution(seed, space, torus):
    random = np.random.default_rng(seed)
    whole = MOORE if len(space) == 2 else MOORE_3D
    rule = counting(random, whole, 2)
    cells = random.integers(0, 2, space, dtype=np.uint8)
    kernel = np.ones((3,) * len(space), dtype=np.uint8)
    kernel[(1,) * len(space)] = 0
    counts = ndimage.convolve(cells, kernel, mode="wrap" if torus else "constant")
    stepped = step(rule, cells, border="torus" if torus else "dead")
    assert np.array_equal(stepped, rule.transitions[cells, counts])


@given(world=worlds(), first=st.integers(0, 5), then=st.integers(0, 5))
def test_steps_add_up_and_nothing_that_is_passed_changes(world, first, then):
    rule, cells, border = world
    before = cells.copy()
    whole = step(rule, cells, first + then, border=border)
    assert np.array_equal(
        step(rule, step(rule, cells, first, border=border), then, border=border), whole
    )
    run = Automaton(rule, cells, border=border).step(first).step(then)
    assert np.array_equal(run.cells, whole)
    assert run.step_index == first + then
    assert np.array_equal(cells, before)


def test_steps_that_are_taken_in_parts_are_as_many(monkeypatch):
    cells = np.random.default_rng(0).integers(0, 2, (20, 30))
    whole = step(LIFE, cells, 7)
    run = Automaton(LIFE, cells)
    monkeypatch.setattr(type(run._engine), "PACE", 3 * cells.size)
    assert np.array_equal(run.step(7).cells, whole)


@given(world=worlds(), data=st.data())
def test_a_torus_has_no_place_of_its_own(world, data):
    rule, cells, _ = world
    shift = [data.draw(st.integers(0, n - 1)) for n in cells.shape]
    axes = tuple(range(cells.ndim))
    moved = step(rule, np.roll(cells, shift, axes), 3, border="torus")
    assert np.array_equal(moved, np.roll(step(rule, cells, 3, border="torus"), shift, axes))


@given(
    seed=SEEDS,
    neighborhood=st.sampled_from([MOORE, VON_NEUMANN, MOORE_3D, VON_NEUMANN_3D]),
    num_states=st.sampled_from([2, 4]),
    border=st.sampled_from(["torus", "dead"]),
    data=st.data(),
)
def test_rules_that_count_have_no_direction(seed, neighborhood, num_states, border, data):
    random, d = np.random.default_rng(seed), neighborhood.num_dims
    rule = counting(random, neighborhood, num_states)
    cells = random.integers(0, num_states, (5, 6, 7)[-d:], dtype=np.uint8)
    axes, flipped = data.draw(st.permutations(range(d))), data.draw(st.integers(0, d - 1))

    def turned(cells):
        return np.flip(cells.transpose(axes), flipped)

    stepped = step(rule, cells, 2, border=border)
    assert np.array_equal(step(rule, turned(cells), 2, border=border), turned(stepped))


@given(world=worlds(), data=st.data())
def test_single_cells_and_masks_are_set_as_in_an_array(world, data):
    rule, cells, border = world
    run = Automaton(rule, cells, border=border)
    place = tuple(data.draw(st.integers(0, n - 1)) for n in cells.shape)
    state = data.draw(st.integers(0, rule.num_states - 1))
    mask = np.random.default_rng(data.draw(SEEDS)).random(cells.shape) < 0.3
    expected = cells.copy()
    expected[place] = state
    run.put(place, state)
    assert np.array_equal(run.cells, expected)
    assert np.array_equal(run.step().cells, step(rule, expected, border=border))
    expected = np.where(mask, 0, run.cells).astype(np.uint8)
    run.clear(mask)
    assert np.array_equal(run.cells, expected)
    assert np.array_equal(run.step().cells, step(rule, expected, border=border))
    run.place(cells)
    assert np.array_equal(run.step(2).cells, step(rule, cells, 2, border=border))


def test_a_glider_goes_one_down_and_one_right_in_four_steps():
    later = evolve(LIFE, Pattern(GLIDER), 4)
    assert later.origin == (1, 1)
    assert np.array_equal(later.cells, GLIDER)


def test_a_glider_gets_far_at_little_cost():
    later = evolve(LIFE, Pattern(GLIDER, origin=(-7, 3)), 10_000)
    assert later.origin == (2493, 2503)
    assert np.array_equal(later.cells, GLIDER)


@settings(max_examples=40)
@given(
    rule=rules(),
    num_steps=st.integers(0, 12),
    background=st.sampled_from([0, 0, 1]),
    data=st.data(),
)
@example(
    rule=(CountingRule.of_counts([0, 3], [2, 3]), np.random.default_rng(0)),
    num_steps=3,
    background=0,
    data=None,
)
def test_a_pattern_lives_on_the_plane_as_on_a_large_torus(rule, num_steps, background, data):
    rule, random = rule
    d = rule.num_dims
    space = spaces(data.draw, d) if data else (3, 4)
    space = tuple(min(n, 6) for n in space)
    cells = random.integers(0, rule.num_states, space, dtype=np.uint8)
    origin = tuple(random.integers(-9, 9, d).tolist())
    later = evolve(rule, Pattern(cells, origin, background=background), num_steps)

    around = np.pad(cells, num_steps + 1, constant_values=background)
    expected = step(rule, around, num_steps, border="torus")
    assert later.background == expected[(0,) * d]
    drawn = np.full_like(expected, later.background)
    starts = [o - p + num_steps + 1 for o, p in zip(later.origin, origin, strict=True)]
    if later.cells.size:
        drawn[tuple(slice(s, s + n) for s, n in zip(starts, later.cells.shape, strict=True))] = (
            later.cells
        )
    assert np.array_equal(drawn, expected)
    for axis in range(d if later.cells.size else 0):
        for edge in (0, -1):
            assert (later.cells.take(edge, axis) != later.background).any()


def test_long_runs_on_the_plane_are_short_runs_one_after_the_other():
    methuselah = Pattern(np.array([[0, 1, 1], [1, 1, 0], [0, 1, 0]], dtype=np.uint8))
    whole, parts = evolve(LIFE, methuselah, 1103), methuselah
    for num_steps in (1, 100, 501, 501):
        parts = evolve(LIFE, parts, num_steps)
    assert whole.cells.sum() == 116  # the census of the R-pentomino
    assert whole.origin == parts.origin
    assert np.array_equal(whole.cells, parts.cells)


def test_what_is_born_of_nothing_dies_of_itself():
    flashing = CountingRule.of_counts([0, 3], [2, 3])
    lone = Pattern(np.ones((1, 1), np.uint8))
    assert [evolve(flashing, lone, n).background for n in range(4)] == [0, 1, 0, 1]
    nothing = evolve(flashing, Pattern(np.zeros((2, 2), np.uint8)), 101)
    assert (nothing.background, nothing.cells.size, nothing.origin) == (1, 0, (0, 0))


@pytest.mark.parametrize("border", ["torus", "dead"])
@pytest.mark.parametrize("space", [(6, 9), (5, 4)])
def test_bounds_lie_round_the_plane_s_cell_0(border, space):
    rule = LIFE.within(Bounds(border, space))
    random = np.random.default_rng(1)
    cells = random.integers(0, 2, (20, 20), dtype=np.uint8)
    later = evolve(rule, Pattern(cells, origin=(-10, -10)), 2)
    top, left = 10 - space[0] // 2, 10 - space[1] // 2
    expected = step(LIFE, cells[top : top + space[0], left : left + space[1]], 2, border=border)
    drawn = np.zeros(space, np.uint8)
    y, x = later.origin[0] + space[0] // 2, later.origin[1] + space[1] // 2
    drawn[y : y + later.cells.shape[0], x : x + later.cells.shape[1]] = later.cells
    assert np.array_equal(drawn, expected)
    assert expected.any()
    assert np.array_equal(
        Automaton(rule, expected).step().cells, step(LIFE, expected, border=border)
    )


def test_a_pattern_that_spreads_too_far_is_refused_before_memory_is_gone(monkeypatch):
    assert evolution.MAX_CELLS == 2**28
    monkeypatch.setattr(evolution, "MAX_CELLS", 2**16)
    far = np.zeros((1, 5_000), np.uint8)
    far[0, [0, -1]] = 1
    spreading = CountingRule.of_counts([1], range(9))
    assert evolve(spreading, Pattern(far), 4).cells.shape == (9, 5_008)
    with pytest.raises(
        ArgumentError, match=r"box of 1[1357] x 50\d\d cells, more than 2\^28; take"
    ):
        evolve(spreading, Pattern(far), 1_000)


def test_what_does_not_fit_is_refused_in_one_line():
    cells = np.zeros((4, 5), np.uint8)
    run = Automaton(LIFE, cells)
    wrong = {
        "must be 2D": lambda: Automaton(LIFE, np.zeros((2, 2, 2), np.uint8)),
        "whole numbers": lambda: Automaton(LIFE, cells.astype(float)),
        "state=2 is not one of the rule's; use 0 to 1": lambda: Automaton(LIFE, cells + 2),
        "state=-1": lambda: Automaton(LIFE, cells.astype(int) - 1),
        "whole sizes": lambda: Automaton(LIFE, np.zeros((0, 3), np.uint8)),
        "border='mirror' is unknown": lambda: Automaton(LIFE, cells, border="mirror"),
        "rule.within": lambda: Automaton(LIFE.within(Bounds("torus", (5, 4))), cells),
        "num_steps=-1": lambda: run.step(-1),
        "num_steps=1.5": lambda: step(LIFE, cells, 1.5),
        r"cell=\(4, 0\) is not in the grid": lambda: run.put((4, 0), 1),
        r"cell=\(0, -1\) is not": lambda: run.put((0, -1), 1),
        "state=7": lambda: run.put((0, 0), 7),
        r"mask \(4, 4\) must have": lambda: run.clear(np.zeros((4, 4), bool)),
        "mask is uint8; it must be bool": lambda: run.clear(cells),
        r"cells \(4, 4\) must have": lambda: run.place(cells[:, :4]),
        "pattern .* must be 2D": lambda: evolve(LIFE, Pattern(np.zeros((1, 1, 1), np.uint8)), 1),
        "state=3": lambda: evolve(LIFE, Pattern(cells, background=3), 1),
    }
    for message, call in wrong.items():
        with pytest.raises(ArgumentError, match=message) as caught:
            call()
        assert "\n" not in str(caught.value)
