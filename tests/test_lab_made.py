"""Hand-made rules in the lab: the session is one and the same, and what only they can do."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import voxnca
from analysis import rules
from analysis.rules import Automaton, CountingRule, Pattern
from analysis.rules.bounds import Bounds
from analysis.rules.neighborhood import MOORE_3D
from apps.lab.cell_run import CellRun, FrozenCells
from apps.lab.census import MAX_POINTS, Census
from apps.lab.comparison import Comparison, Rival
from apps.lab.hand import Hand
from apps.lab.lab import Lab
from apps.lab.layout import Layout
from apps.lab.line import joined
from apps.lab.look import EXCESS, MISSING, Look
from apps.lab.past import NOTHING
from apps.lab.session import Session
from voxnca import ArgumentError, VoxncaError

LIFE = CountingRule.of_counts([3], [2, 3])
BRAIN = CountingRule.of_counts([2], [], num_states=3)
CUBES = CountingRule.of_counts([5], [4, 5], neighborhood=MOORE_3D)
GLIDER = Pattern(np.array([[0, 1, 0], [0, 0, 1], [1, 1, 1]], np.uint8), name="glider")


def glider(space=(12, 12), border="torus") -> Session:
    return Session(LIFE, layout=Layout.of_pattern(LIFE, GLIDER, space=space, border=border))


def cells_where(mask: np.ndarray) -> set[tuple[int, ...]]:
    return set(map(tuple, np.argwhere(mask).tolist()))


def cells_of(session: Session) -> list[list[int]]:
    return session.moment().cells.tolist()


@pytest.mark.parametrize("rule", [LIFE, BRAIN, CUBES])
class TestOneSession:
    def test_steps_as_the_automaton_does(self, rule):
        session = Session(rule, space=(10,) * rule.num_dims, seed=3)
        automaton = Automaton(rule, session.made.layout.cells)
        for _ in range(3):
            session.step()
            assert cells_of(session) == np.argwhere(automaton.step().cells).tolist()
        assert session.step_index == 3

    def test_begins_again_from_the_same_cells(self, rule):
        session = Session(rule, space=(10,) * rule.num_dims)
        first = cells_of(session)
        session.step()
        session.reset()
        assert (session.step_index, cells_of(session)) == (0, first)

    def test_a_wound_empties_its_cells_and_can_be_undone(self, rule):
        session = Session(rule, space=(10,) * rule.num_dims)
        before, center = cells_of(session), (5,) * rule.num_dims
        cut = session.wound(center, 2)
        near = [c for c in before if sum((a - 5) ** 2 for a in c) <= 4]
        assert cut.num_removed == len(near) > 0
        assert cells_of(session) == [c for c in before if c not in near]
        assert "radius 2" in session.undo()
        assert cells_of(session) == before

    def test_colours_are_those_of_the_states(self, rule):
        session = Session(rule, space=(10,) * rule.num_dims)
        moment, run = session.moment(), session.made
        states = run.layout.cells[tuple(moment.cells.T)]
        assert np.array_equal(moment.colors, run.colors[states])
        assert set(states.tolist()) == set(range(1, 2 if rule.ages else rule.num_states))

    def test_a_frozen_state_is_the_same_to_the_bit(self, rule):
        session = Session(rule, space=(5, 7, 3)[: rule.num_dims])
        cells = session.made.layout.cells
        kept = FrozenCells.of_cells(cells, 0, NOTHING, session.made.colors)
        assert np.array_equal(kept.cells, cells)
        assert not kept.is_dead

    def test_many_steps_due_are_taken_at_once_and_every_step_can_be_shown_again(self, rule):
        session = Session(rule, space=(10,) * rule.num_dims, clock=lambda: 0.0)
        one_by_one = Session(rule, space=(10,) * rule.num_dims)
        session.set_speed(100)
        assert session.advance(0.25) == 25
        assert len(session.made.past) < 25
        for step in range(25):
            session.rewind(step)
            assert (session.step_index, cells_of(session)) == (step, cells_of(one_by_one))
            one_by_one.step()
        session.rewind(9)
        session.step()
        assert session.past == (0, 10)

    def test_a_touch_between_two_kept_states_can_be_undone(self, rule):
        session = Session(rule, space=(10,) * rule.num_dims, clock=lambda: 0.0)
        session.set_speed(100)
        session.advance(0.25)
        session.rewind(10)
        before = cells_of(session)
        session.wound((5,) * rule.num_dims, 3)
        session.undo()
        assert (session.step_index, cells_of(session)) == (10, before)


class TestOnlyOneOfThem:
    def test_what_a_network_does_a_table_refuses_in_one_line(self):
        session = glider()
        for work in (
            lambda: session.model,
            lambda: session.plant((1, 1)),
            lambda: session.adopt(voxnca.NCA(voxnca.ModelConfig(num_dims=2))),
            session.recording,
            session.state,
        ):
            with pytest.raises(VoxncaError, match=r"is a hand-made rule; choose a model"):
                work()
        assert session.target is None

    def test_what_a_table_does_a_network_refuses_in_one_line(self, small_model):
        session = Session(small_model)
        for work in (lambda: session.draw([(1, 1)], 1), session.pattern):
            with pytest.raises(VoxncaError, match="choose a hand-made one"):
                work()

    def test_a_look_inside_is_refused(self):
        with pytest.raises(ArgumentError, match="needs a learned rule"):
            glider().set_look(Look(show="hidden"))

    def test_a_cut_is_not(self):
        session = Session(CUBES, space=(8, 8, 8))
        session.set_look(Look(cut_axis=0, cut="slice", cut_at=0.0))
        moment = session.moment()
        assert set(moment.cells[:, 0].tolist()) == {0}
        assert moment.num_solid == np.count_nonzero(session.made.layout.cells)

    def test_a_start_of_networks_is_refused(self):
        with pytest.raises(ArgumentError, match="is a hand-made rule and has no such start"):
            Session(LIFE, start="target")


class TestLayout:
    def test_a_soup_has_its_density_and_every_state(self):
        wireworld = rules.entry("Wireworld").rule
        layout = Layout.soup(wireworld, density=0.6, space=(100, 100), seed=1)
        counts = np.bincount(layout.cells.ravel(), minlength=4)
        assert counts[1:] == pytest.approx([2000, 2000, 2000], rel=0.1)
        assert Layout.soup(BRAIN, density=0, space=(9, 9)).cells.any() == np.False_
        assert Layout.soup(LIFE, density=1, space=(9, 9)).cells.all()

    def test_cells_that_age_begin_newborn(self):
        assert set(np.unique(Layout.soup(BRAIN).cells).tolist()) == {0, 1}

    @pytest.mark.parametrize("name", ["Life", "Diamoeba", "Bombers", "445", "Amoeba 3D"])
    def test_by_default_it_does_not_die_out(self, name):
        session = Session(rules.entry(name).rule)
        session.step(40)
        assert session.made.automaton.cells.astype(bool).mean() > 0.002

    def test_the_same_seed_is_the_same_soup(self):
        one, same, other = (Layout.soup(LIFE, seed=seed).cells for seed in (1, 1, 2))
        assert np.array_equal(one, same)
        assert not np.array_equal(one, other)

    def test_a_rule_with_bounds_brings_its_grid(self):
        bounded = LIFE.within(Bounds("torus", (9, 11)))
        layout = Layout.soup(bounded)
        assert (layout.cells.shape, layout.border) == ((9, 11), "torus")
        assert Layout.of_pattern(bounded, GLIDER).border == "torus"
        with pytest.raises(ArgumentError, match="brings its own grid"):
            Layout.soup(bounded, space=(5, 5))

    def test_a_pattern_is_in_the_middle_and_what_leaves_is_gone(self):
        layout = Layout.of_pattern(LIFE, GLIDER)
        assert layout.border == "dead"
        found = np.argwhere(layout.cells)
        assert abs(found.mean(0) - np.array(layout.cells.shape) / 2).max() < 1.5
        assert layout.words == "glider"

    def test_where_nothing_is_born_of_nothing_a_pattern_shows_the_rule(self):
        for name in ("Wireworld", "Life"):
            session = Session(rules.entry(name).rule)
            assert (session.made.layout.density is None) == (name == "Wireworld")
            assert len(session.space) == 2

    def test_a_large_pattern_gets_a_grid_that_holds_it(self):
        wide = Pattern(np.ones((3, 500), np.uint8))
        assert Layout.of_pattern(LIFE, wide).cells.shape[1] > 500

    @pytest.mark.parametrize(
        ("make", "message"),
        [
            (lambda: Layout.soup(LIFE, density=1.5), "density=1.5"),
            (lambda: Layout.soup(LIFE, density=float("nan")), "density=nan"),
            (lambda: Layout.soup(LIFE, space=(10**5, 4)), "can be shown"),
            (lambda: Layout.soup(LIFE, space=(4, 4, 4)), "space"),
            (lambda: Layout.soup(LIFE, border="klein"), "border='klein'"),
            (lambda: Layout.of_pattern(CUBES, GLIDER), "2D and the rule"),
            (
                lambda: Layout.of_pattern(LIFE, Pattern(np.full((2, 2), 3, np.uint8))),
                "cells in state 3",
            ),
        ],
    )
    def test_what_does_not_fit_is_refused_in_one_line(self, make, message):
        with pytest.raises(ArgumentError, match=message) as refusal:
            make()
        assert "\n" not in str(refusal.value)


class TestDrawing:
    def test_a_click_sets_a_cell_and_the_next_clears_it(self):
        lab = Lab(glider())
        lab.pause()
        lab.draw([(0, 0)])
        assert [0, 0] in cells_of(lab.session)
        lab.draw([(0, 0)])
        assert [0, 0] not in cells_of(lab.session)

    def test_a_stroke_goes_on_as_it_began_without_gaps_and_is_one_touch(self):
        lab = Lab(glider())
        before = cells_of(lab.session)
        lab.draw([(0, 0), (0, 3)])
        lab.draw([(3, 6)], goes_on=True)
        drawn = [[0, 0], [0, 1], [0, 2], [0, 3], [1, 4], [2, 5], [3, 6]]
        assert all(cell in cells_of(lab.session) for cell in drawn)
        lab.undo()
        assert cells_of(lab.session) == before

    def test_a_stroke_that_begins_on_a_live_cell_clears(self):
        lab = Lab(glider())
        row = [c for c in cells_of(lab.session) if c[0] == max(r for r, _ in cells_of(lab.session))]
        lab.draw([tuple(row[0]), tuple(row[-1])])
        assert all(cell not in cells_of(lab.session) for cell in row)

    def test_the_eraser_never_sets(self):
        lab = Lab(glider())
        lab.take_in_hand("erase")
        before = len(cells_of(lab.session))
        lab.draw([(0, 0)])
        assert len(cells_of(lab.session)) == before

    def test_the_ink_is_a_state_of_the_rule(self):
        lab = Lab(Session(BRAIN, layout=Layout(np.zeros((5, 5), np.uint8), "dead", "")))
        lab.dip(2)
        lab.draw([(1, 1)])
        assert lab.session.made.state_of((1, 1)) == 2
        for state in (0, 3, True, "1"):
            with pytest.raises(ArgumentError, match="state="):
                lab.dip(state)

    @pytest.mark.parametrize("cell", [(-1, 0), (0, 12), (0,), (1, 1, 1)])
    def test_a_cell_off_the_grid_is_refused_and_nothing_changes(self, cell):
        lab = Lab(glider())
        before = cells_of(lab.session)
        with pytest.raises(ArgumentError, match="is off the grid"):
            lab.session.draw([(0, 0), cell], 1)
        assert cells_of(lab.session) == before


class TestBorder:
    def test_a_glider_leaves_a_dead_edge_and_comes_back_on_a_torus(self):
        here, round_and_back = glider(border="dead"), glider(border="torus")
        for session in (here, round_and_back):
            for _ in range(48):
                session.step()
        assert len(cells_of(round_and_back)) == 5
        assert cells_of(round_and_back) == cells_of(glider())
        assert cells_of(here) != cells_of(glider())

    def test_can_be_changed_on_the_way(self):
        session = glider(border="dead")
        session.step()
        session.fence("torus")
        assert session.step_index == 1
        for _ in range(47):
            session.step()
        assert cells_of(session) == cells_of(glider())
        with pytest.raises(ArgumentError, match="border='klein'"):
            session.fence("klein")


class TestCensus:
    def test_counts_the_cells_of_every_state(self):
        session = Session(BRAIN, space=(16, 16))
        session.step()
        step, counts = session.made.census.points[-1]
        states = session.made.automaton.cells
        assert (step, counts) == (1, tuple((states == s).sum() for s in (1, 2)))

    def test_what_is_taken_back_is_forgotten(self):
        session = glider()
        for _ in range(4):
            session.step()
        session.rewind(2)
        session.step()
        assert [step for step, _ in session.made.census.points] == [0, 1, 2, 3]

    def test_never_has_more_than_some_hundred_points_and_keeps_both_ends(self):
        census = Census()
        for step in range(10_000):
            census.add(step, (step,))
        points = census.points
        assert len(points) <= MAX_POINTS
        assert (points[0][0], points[-1][0]) == (0, 9999)
        gaps = np.diff([step for step, _ in points])
        assert gaps.max() <= 10_000 / MAX_POINTS * 4


class TestLab:
    def test_switches_from_a_creature_to_a_rule_and_back(self, small_model):
        lab = Lab(Session(small_model))
        lab.take_in_hand("plant")
        lab.open(LIFE, "Life")
        assert (lab.label, lab.hand, lab.hands[0]) == ("Life", Hand.DRAW, Hand.DRAW)
        lab.advance(0.5)
        assert lab.waiting_knobs() == []
        lab.open(small_model, "small")
        assert lab.hand is Hand.CARVE
        assert lab.session.is_learned

    def test_a_target_begins_a_new_model(self):
        lab = Lab(glider())
        lab.aim(voxnca.load_target("heart", size=8))
        assert lab.session.is_learned
        assert lab.target.name == "heart"

    def test_training_and_comparing_are_refused_in_one_line(self):
        lab = Lab(glider())
        with pytest.raises(VoxncaError, match="has no target"):
            lab.train()
        network = voxnca.NCA(voxnca.ModelConfig(num_dims=2))
        with pytest.raises(VoxncaError, match="compare like with like"):
            lab.compare(Comparison.with_model(lab.session, network, "x"))
        with pytest.raises(VoxncaError, match="is a hand-made rule"):
            lab.compare(Comparison.with_untrained(lab.session, Rival.SEED))
        with pytest.raises(ArgumentError, match="use one of: draw, erase, carve"):
            lab.take_in_hand("plant")

    def test_two_rules_live_through_the_same_and_their_differences_are_lit(self):
        high = rules.parse("B36/S23")
        lab = Lab(Session(LIFE, space=(40, 40)))
        lab.compare(Comparison.with_rule(lab.session, high, "HighLife"))
        assert lab.num_different == 0
        lab.draw([(3, 3), (3, 9)])
        lab.wound((20, 20), 4)
        assert lab.num_different == 0
        lab.session.set_speed(10)
        lab.advance(1.0)
        left, right = (s.made.automaton.cells for s in (lab.session, lab.comparison.session))
        assert lab.num_different == (left != right).sum() > 0
        _, lit = lab.shown()
        shown = zip(lit.cells.tolist(), lit.colors.tolist(), strict=True)
        colors = {tuple(cell): tuple(color) for cell, color in shown}
        assert {c for c, rgb in colors.items() if rgb == EXCESS} == cells_where(right > left)
        assert {c for c, rgb in colors.items() if rgb == MISSING} == cells_where(left > right)
        lab.rewind(0)
        assert lab.num_different == 0

    def test_a_rule_of_another_dimension_is_no_rival(self):
        with pytest.raises(ArgumentError, match="is 3D and what runs 2D"):
            Comparison.with_rule(glider(), CUBES, "4555")

    def test_a_run_can_be_saved_as_a_pattern(self):
        pattern = glider().pattern()
        assert pattern.cells.tolist() == GLIDER.cells.tolist()
        assert pattern.rule == str(LIFE)

    def test_a_clip_shows_the_states_in_their_colours(self):
        session = Session(BRAIN, space=(8, 8))
        session.step()
        cells, rgba = session.clip().states[-1].painted()
        moment = session.moment()
        assert np.array_equal(cells, moment.cells)
        assert np.array_equal(rgba[:, :3], moment.colors)
        assert session.clip().encode("gif")[:3] == b"GIF"


def test_a_line_has_no_gaps():
    way = joined([(0, 0), (5, 2), (5, 2), (4, 4)])
    assert way[0] == (0, 0)
    assert way[-1] == (4, 4)
    steps = np.abs(np.diff(way, axis=0)).max(1)
    assert set(steps.tolist()) == {1}
    assert len(set(way)) == len(way)


def test_old_states_go_when_they_take_too_much_memory():
    layout = Layout.soup(LIFE, space=(64, 64))
    run = CellRun(LIFE, layout, max_bytes=4 * (64 * 8 + 600))
    for _ in range(20):
        run.step()
    assert run.past.steps[0] > 10


def test_a_learned_rule_runs_as_the_table_it_computes_or_says_why_not():
    model = voxnca.load("learned-life")
    session = Session(model, space=(20, 20))
    assert session.rule == rules.parse("B3/S23")
    assert session.made.layout.border == "torus"
    other = voxnca.NCA(replace(model.config, border="replicate"))
    other.load_state_dict(model.state_dict())
    with pytest.raises(ArgumentError, match="border='replicate': no table has such an edge"):
        Session(other)
