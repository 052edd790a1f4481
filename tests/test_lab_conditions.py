"""Steering in the lab: what a creature is given is a touch like any other, in 2D and 3D."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

import voxnca
from analysis import rules
from apps.lab.comparison import Comparison, Rival
from apps.lab.conditions import Conditions
from apps.lab.hand import Hand
from apps.lab.hit import Hit
from apps.lab.lab import Lab
from apps.lab.lesson import explain
from apps.lab.progress import progress
from apps.lab.recording import Recording, digest_of
from apps.lab.recording_file import decode_recording, encode_recording
from apps.lab.session import Session
from apps.lab.steering import NewBeacon, NewGoal, Walls
from apps.lab.steering_fields import conditions_from_json, conditions_to_json
from apps.workshop.hand_set import bars, vine
from voxnca import ArgumentError, FileError, VoxncaError
from voxnca.layouts import held_out_layouts
from voxnca.ways import distances

DIMS = pytest.mark.parametrize("num_dims", [2, 3])
SPACE = {2: (14, 15), 3: (9, 10, 11)}
LONG = 80
"""Steps after which any vine on these grids has grown, or withered."""


def steps(session: Session, count: int = LONG) -> None:
    for _ in range(count):
        session.step()


def lab_with_vine(num_dims: int) -> Lab:
    lab = Lab(Session(vine(num_dims), space=SPACE[num_dims]))
    steps(lab.session)
    return lab


def lab_with_bars() -> Lab:
    lab = Lab(Session(bars(9), space=(9, 9)))
    steps(lab.session, 6)
    return lab


def conditions(lab: Lab) -> Conditions:
    return lab.session.learned.conditions


def body(session: Session) -> np.ndarray:
    cells = np.zeros(session.space, bool)
    cells[tuple(session.moment().solid.T)] = True
    return cells


def far_cell(lab: Lab) -> tuple[int, ...]:
    """Return a free cell far from the root, another one than the beacon's."""
    told = conditions(lab)
    away = distances(~told.blocked, told.root)
    away[told.beacon] = -1
    return tuple(np.argwhere(away == away.max())[-1].tolist())


def upon(*cells: tuple[int, ...]) -> list[Hit]:
    """Point at cells so that a wall is built in them: in 3D from above, on what lies below."""
    d = len(cells[0])
    up = (1,) + (0,) * (d - 1) if d == 3 else (0, 0)
    return [Hit(tuple(c - u for c, u in zip(cell, up, strict=True)), up) for cell in cells]


def bits(session: Session) -> tuple:
    under = session.learned.conditions
    return session.step_index, digest_of(session.learned.frozen()), conditions_to_json(under)


@DIMS
class TestVine:
    def test_it_begins_in_the_first_layout_held_out_and_reaches_the_beacon(self, num_dims):
        session = Session(vine(num_dims))
        assert session.space == {2: (32, 32), 3: (20, 20, 20)}[num_dims]
        [layout] = held_out_layouts(session.space, 1)
        told = session.learned.conditions
        assert (told.root, told.beacon) == (layout.root, layout.beacon)
        assert np.array_equal(told.blocked, layout.blocked)
        measured = progress(session.moment())
        assert measured.grown is None
        assert measured.shortest == layout.difficulty.steps
        steps(session)
        measured = progress(session.moment())
        assert measured.shortest <= measured.grown <= 1.2 * measured.shortest
        assert session.moment().box == ((0,) * num_dims, session.space)

    def test_it_follows_the_beacon_and_heals(self, num_dims):
        lab = lab_with_vine(num_dims)
        assert lab.helm.lead(far_cell(lab))
        assert progress(lab.session.moment()).grown is None
        steps(lab.session)
        before = body(lab.session)
        assert progress(lab.session.moment()).grown == before.sum() - 1
        lab.wound(lab.session.central_cell(), 1.5)
        assert progress(lab.session.moment()).grown is None
        steps(lab.session)
        assert np.array_equal(body(lab.session), before)

    def test_a_wall_takes_what_is_in_it_and_the_vine_finds_another_way(self, num_dims):
        lab = lab_with_vine(num_dims)
        told = conditions(lab)
        inner = body(lab.session)
        inner[told.root] = inner[told.beacon] = False
        cell = tuple(np.argwhere(inner)[0].tolist())
        assert lab.helm.build(upon(cell))
        assert conditions(lab).is_blocked(cell)
        assert not body(lab.session)[cell]
        for _ in range(LONG):
            lab.session.step()
            assert not (body(lab.session) & conditions(lab).blocked).any()
        assert progress(lab.session.moment()).grown is not None

    def test_walled_off_there_is_no_way(self, num_dims):
        lab = lab_with_vine(num_dims)
        root = np.array(conditions(lab).root)
        near = [root + step for step in np.concatenate([np.eye(num_dims, dtype=int)] * 2)]
        for k in range(num_dims):
            near[k] = root - np.eye(num_dims, dtype=int)[k]
        cells = [tuple(c.tolist()) for c in near if ((c >= 0) & (c < lab.session.space)).all()]
        for cell in cells:
            lab.helm.steer(Walls((cell,), stand=True))
        steps(lab.session)
        measured = progress(lab.session.moment())
        assert (measured.grown, measured.shortest) == (None, None)
        assert lab.session.moment().num_solid == 1, "the root alone is left"

    def test_neither_root_nor_beacon_is_ever_walled_in(self, num_dims):
        lab = lab_with_vine(num_dims)
        told = conditions(lab)
        for cell in (told.root, told.beacon):
            assert not lab.helm.build(upon(cell))
        assert conditions(lab) is told
        everything = tuple(product(*map(range, lab.session.space)))
        lab.helm.steer(Walls(everything, stand=True))
        assert conditions(lab).num_walls == len(everything) - 2
        assert lab.helm.clear()
        assert conditions(lab).num_walls == 0
        assert not lab.helm.clear(), "there is nothing left to clear"

    def test_the_beacon_goes_neither_into_walls_nor_onto_the_root(self, num_dims):
        lab = lab_with_vine(num_dims)
        told = conditions(lab)
        for cell in (told.walls[0], told.root):
            assert not lab.helm.lead(cell)
        assert conditions(lab) is told
        with pytest.raises(ArgumentError, match="is in a wall; choose a free cell"):
            lab.session.steer(NewBeacon(told.walls[0]))
        with pytest.raises(ArgumentError, match="off the grid"):
            lab.helm.lead(tuple(lab.session.space))
        with pytest.raises(ArgumentError, match="off the grid"):
            lab.session.steer(Walls(((-1,) * num_dims,), stand=True))
        with pytest.raises(ArgumentError, match="in a wall; plant in a free one"):
            lab.plant(told.walls[0])
        assert not lab.session.can_undo

    def test_random_layouts_begin_anew_at_their_root(self, num_dims):
        lab = lab_with_vine(num_dims)
        before = conditions(lab)
        lab.helm.shuffle(7)
        drawn = conditions(lab)
        assert lab.session.step_index == 0
        assert not np.array_equal(drawn.blocked, before.blocked)
        assert lab.session.moment().solid.tolist() == [list(drawn.root)]
        steps(lab.session)
        assert progress(lab.session.moment()).grown is not None
        lab.reset()
        assert conditions(lab) is drawn, "growing again keeps the layout"


class TestTime:
    @DIMS
    def test_undo_takes_back_steering_of_every_kind(self, num_dims):
        lab = lab_with_vine(num_dims)
        wall = tuple(np.argwhere(~conditions(lab).blocked & ~body(lab.session))[0].tolist())
        before = []
        for touch in (
            lambda: lab.helm.lead(far_cell(lab)),
            lambda: lab.wound(lab.session.central_cell(), 1),
            lambda: lab.helm.build(upon(wall)),
            lab.helm.clear,
        ):
            before.append(bits(lab.session))
            touch()
            steps(lab.session, 3)
        for then, words in zip(
            before[::-1], ["clearing", "the walls", "wound", "move of the beacon"], strict=True
        ):
            assert words in lab.undo()
            assert bits(lab.session) == then

    @DIMS
    def test_a_drag_is_one_touch_and_never_one_with_the_touch_before(self, num_dims):
        lab = lab_with_vine(num_dims)
        told, before = conditions(lab), bits(lab.session)
        lab.wound(lab.session.central_cell(), 1)
        wounded = bits(lab.session)
        free = [tuple(c) for c in np.argwhere(~told.blocked).tolist() if tuple(c) != told.root]
        assert not lab.helm.lead(told.walls[0], goes_on=False)
        for cell in free[:3]:
            lab.helm.lead(cell, goes_on=True)
        lab.undo()
        assert bits(lab.session) == wounded
        lab.undo()
        assert bits(lab.session) == before

    @DIMS
    def test_rewinding_shows_what_was_and_goes_on_from_there(self, num_dims):
        lab = lab_with_vine(num_dims)
        kept = {}
        for touch in (
            lambda: lab.helm.lead(far_cell(lab)),
            lab.helm.clear,
            lambda: lab.helm.lead(far_cell(lab)),
        ):
            touch()
            steps(lab.session, 5)
            kept[lab.session.step_index] = bits(lab.session)
            steps(lab.session, 1)  # else the next touch would be the last of that step
        for step, then in kept.items():
            lab.rewind(step)
            assert bits(lab.session) == then
        first = min(kept)
        lab.rewind(first)
        told = conditions(lab)
        steps(lab.session, 4)
        assert conditions(lab) is told
        assert lab.session.past[1] == first + 4

    @DIMS
    def test_a_recording_of_it_all_gives_the_same_bits(self, num_dims):
        lab = lab_with_vine(num_dims)
        wall = tuple(np.argwhere(~conditions(lab).blocked & ~body(lab.session))[0].tolist())
        lab.helm.lead(far_cell(lab))
        steps(lab.session, 4)
        lab.helm.build(upon(wall))
        lab.wound(lab.session.central_cell(), 1)
        steps(lab.session, 4)
        lab.helm.clear()
        steps(lab.session, 4)
        recording = lab.session.recording()
        assert len(recording.events) == 4
        assert replayed(recording) == bits(lab.session)[1:]

    def test_so_does_one_of_goals(self):
        lab = lab_with_bars()
        lab.helm.aim([0, 1])
        steps(lab.session, 2)
        lab.helm.aim([0.25, 0.75])
        steps(lab.session, 2)
        lab.helm.build(upon((4, 2)))
        steps(lab.session, 2)
        assert replayed(lab.session.recording()) == bits(lab.session)[1:]

    def test_what_a_file_says_is_checked(self):
        lab = lab_with_vine(2)
        lab.helm.lead(far_cell(lab))
        content = encode_recording(lab.session.recording())
        for old, new in (
            (b'"signal": "diffusion"', b'"signal": "smoke"'),
            (b'"kind": "beacon"', b'"kind": "walls"'),
            (b'"blocked": "', b'"blocked": "AA'),
            (b'"conditions": {', b'"conditions": {"goal": [2],'),
        ):
            assert old in content
            with pytest.raises(FileError, match="cannot be read as a recorded run"):
                decode_recording(content.replace(old, new, 1))
        with pytest.raises(ValueError, match="root in a wall"):
            conditions_from_json({"root": [0, 0], "blocked": "gA=="}, (2, 2))

    def test_files_from_before_there_were_conditions_are_read(self, small_model):
        session = Session(small_model)
        steps(session, 3)
        content = encode_recording(session.recording())
        start = content.index(b' "conditions"')
        bare = content[:start] + content[content.index(b' "num_steps"') :]
        assert replayed(decode_recording(bare)) == bits(session)[1:]


def replayed(recording: Recording) -> tuple:
    *_, last = decode_recording(encode_recording(recording)).replay()
    recording.check(last)
    return digest_of(last.frozen()), conditions_to_json(last.conditions)


class TestGoals:
    def test_the_first_is_grown_and_another_turns_it_into_that(self):
        lab = lab_with_bars()
        assert lab.target.name == "row"
        assert lab.session.moment().iou == 1
        box = lab.session.moment().box
        lab.helm.aim([0, 1])
        assert lab.target.name == "column"
        assert lab.session.moment().iou < 0.2
        steps(lab.session, 6)
        moment = lab.session.moment()
        assert moment.iou == 1
        assert moment.box == box, "the picture stands still"
        lab.helm.aim([0.6, 0.4])
        assert lab.target.name == "row", "the heaviest"

    def test_weights_that_are_none_are_refused_in_one_line(self):
        lab = lab_with_bars()
        for weights in ([1], [0.5, 0.6], [2, -1]):
            with pytest.raises(ArgumentError, match=r"^goal=.*(weights|sum)"):
                lab.helm.aim(weights)
        assert not lab.session.can_undo

    def test_training_here_is_for_rules_without_conditions(self):
        lab = lab_with_bars()
        with pytest.raises(VoxncaError, match="learns on the command line alone"):
            lab.train()
        assert not lab.aim(voxnca.load_target("heart", size=8)), "a new rule begins"
        assert not lab.model.config.is_conditioned
        assert lab.target.name == "heart"

    def test_a_rule_without_goals_stays_as_it_is(self, small_model):
        lab = Lab(Session(small_model))
        assert not lab.helm.steer(NewGoal((1.0,)))


class TestAnyRule:
    """Walls may stand round any network that grows: they only mask."""

    def test_a_wall_clears_its_cells_and_obstacles_come_at_random(self, small_model):
        lab = Lab(Session(small_model, start="target"))
        assert lab.session.learned.conditions.environment is None
        cells = lab.session.moment().solid
        cell = tuple(cells[0].tolist())
        lab.helm.build(upon(cell))
        assert lab.session.moment().num_solid == len(cells) - 1
        assert lab.session.moment().scenery.walls.tolist() == [list(cell)]
        lab.helm.shuffle(3)
        walls = conditions(lab).blocked
        assert 0 < lab.session.moment().num_solid == len(cells) - walls[tuple(cells.T)].sum()

    def test_a_model_without_a_target_has_no_obstacles_in_its_way(self):
        lab = Lab(Session(voxnca.NCA(voxnca.ModelConfig(num_dims=2))))
        with pytest.raises(ArgumentError, match="build some by hand"):
            lab.helm.shuffle(1)

    def test_a_hand_made_rule_has_none(self):
        lab = Lab(Session(rules.parse("B3/S23"), space=(9, 9)))
        with pytest.raises(VoxncaError, match="choose a model"):
            lab.helm.build(upon((1, 1)))
        with pytest.raises(VoxncaError, match="choose a model"):
            lab.helm.shuffle(1)

    def test_hands_are_those_that_the_rule_has_use_for(self, small_model):
        lab = lab_with_vine(2)
        lab.take_in_hand("beacon")
        lab.session.set_speed(77)
        lab.open(small_model)
        assert lab.hand is Hand.CARVE
        assert lab.session.speed == 77, "networks go on at the same speed"
        lab.take_in_hand("wall")
        with pytest.raises(ArgumentError, match="unknown"):
            lab.take_in_hand("beacon")


class TestBrush:
    def test_a_stroke_in_2d_has_no_gaps(self):
        lab = lab_with_bars()
        lab.helm.build(upon((0, 0)))
        lab.helm.build(upon((0, 3)), goes_on=True)
        lab.helm.build(upon((2, 3)), goes_on=True)
        assert conditions(lab).walls == ((0, 0), (0, 1), (0, 2), (0, 3), (1, 3), (2, 3))
        lab.helm.build(upon((0, 1)), clears=True)
        lab.helm.build(upon((0, 3)), clears=True, goes_on=True)
        assert conditions(lab).walls == ((0, 0), (1, 3), (2, 3))
        lab.undo()
        assert conditions(lab).num_walls == 6

    def test_a_stroke_in_3d_neither_climbs_nor_digs(self):
        lab = lab_with_vine(3)
        lab.helm.clear()
        up, front = (1, 0, 0), (0, -1, 0)
        place = next(
            (y, x)
            for y, x in product(range(1, 9), range(1, 9))
            if not body(lab.session)[:3, y - 1 : y + 2, x].any()
        )
        lab.helm.build([Hit((-1, *place), up)])
        lab.helm.build([Hit((0, *place), up), Hit((0, *place), front)], goes_on=True)
        assert conditions(lab).walls == ((0, *place),)
        lab.helm.build([Hit((0, *place), up)])
        assert conditions(lab).num_walls == 2, "another stroke may"
        lab.helm.build([Hit((1, *place), up)], clears=True)
        lab.helm.build([Hit((0, *place), up)], clears=True, goes_on=True)
        assert conditions(lab).walls == ((0, *place),)

    def test_off_the_grid_nothing_is_built(self):
        lab = lab_with_vine(3)
        assert not lab.helm.build([Hit((0, 0, 0), (-1, 0, 0))])
        assert not lab.session.can_undo


class TestBeside:
    def test_both_live_through_the_same(self):
        lab = lab_with_vine(2)
        lab.compare(Comparison.with_untrained(lab.session, Rival.SEED))
        beside = lab.comparison.session
        wall = tuple(np.argwhere(~conditions(lab).blocked)[0].tolist())
        lab.helm.lead(far_cell(lab))
        lab.helm.build(upon(wall))
        assert conditions_to_json(beside.learned.conditions) == conditions_to_json(conditions(lab))
        lab.undo()
        lab.undo()
        assert conditions_to_json(beside.learned.conditions) == conditions_to_json(conditions(lab))
        lab.helm.shuffle(5)
        assert conditions_to_json(beside.learned.conditions) == conditions_to_json(conditions(lab))
        assert [moment.step_index for moment in lab.shown()] == [0, 0]

    def test_what_only_one_of_them_has_is_undone_together_all_the_same(self, small_model):
        lab = Lab(Session(bars(9), space=small_space(small_model)))
        lab.compare(Comparison.with_model(lab.session, small_model, "small"))
        beside = lab.comparison.session
        lab.wound(lab.session.central_cell(), 0)
        lab.helm.aim([0, 1])
        assert beside.learned.conditions.goal == ()
        lab.undo()
        assert beside.learned.counts.wounds == 1
        lab.undo()
        assert beside.learned.counts.wounds == 0

    def test_a_vine_needs_a_beacon(self, small_model):
        lab = Lab(Session(small_model))
        with pytest.raises(ArgumentError, match="needs a beacon"):
            Comparison.with_model(lab.session, vine(2), "vine")


def small_space(model: voxnca.NCA) -> tuple[int, ...]:
    return Session(model).space


def test_a_clip_shows_walls_in_2d_and_the_beacon():
    lab = lab_with_vine(2)
    told = conditions(lab)
    cells, rgba = lab.session.learned.frozen().painted()
    assert len({tuple(cell) for cell in cells.tolist()}) == len(cells)
    painted = {tuple(c): tuple(v) for c, v in zip(cells.tolist(), rgba.tolist(), strict=True)}
    assert all(painted[wall] == (92, 101, 121, 255) for wall in told.walls)
    assert painted[told.beacon][0] > 250
    lab.helm.lead(far_cell(lab))
    cells, rgba = lab.session.learned.frozen().painted()
    painted = {tuple(c): tuple(v) for c, v in zip(cells.tolist(), rgba.tolist(), strict=True)}
    assert painted[conditions(lab).beacon] == (255, 206, 38, 255)
    flat = lab_with_vine(3).session.learned
    assert len(flat.frozen().painted()[0]) == len(flat.body())


@settings(max_examples=25)
@given(st.integers(2, 3), st.sampled_from(["zero", "circular", "replicate"]), st.integers(0, 9**6))
def test_a_lesson_tells_what_the_engine_does_under_a_goal_and_among_walls(num_dims, border, rng):
    generator = np.random.default_rng(rng)
    space = tuple(generator.integers(2, 5, num_dims).tolist())
    config = voxnca.ModelConfig(
        num_dims=num_dims, num_channels=6, hidden_size=8, border=border, num_goals=2,
        senses=("walls", "beacon", "root"), fire_rate=0.5,
    )  # fmt: skip
    model = voxnca.NCA(config, seed=rng).double()
    with torch.no_grad():
        for weight in model.parameters():
            weight.add_(0.3 * torch.from_numpy(generator.normal(size=weight.shape)))
    blocked = generator.random(space) < 0.3
    beacon, root = (tuple(generator.integers(0, space).tolist()) for _ in range(2))
    blocked[beacon] = blocked[root] = False
    environment = voxnca.Environment(blocked, beacon, root)
    state = torch.from_numpy(generator.normal(size=(1, *space, 6)))
    with torch.no_grad():
        run = model.rollout(
            state, seed=rng, goal=[0.3, 0.7], environment=environment, engine="dense"
        )
        told = {
            cell: explain(
                model, run.rows, space, cell, seed=rng, step_index=0, conditions=run.conditions
            )
            for cell in product(*map(range, space))
        }
        after = run.step().state()[0]
    for cell, lesson in told.items():
        assert np.allclose(lesson.after, after[cell], atol=1e-9)
        assert ("the root is here" in lesson.flags) == (cell == root)
        assert ("the beacon is here" in lesson.flags) == (cell == beacon)
        assert lesson.num_flags == 2 * num_dims + 4 * num_dims + 1 + 1
