"""A run, its way back, and its recording: always the same bits."""

from __future__ import annotations

import copy
import json

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

import voxnca
from apps.lab.events import MAX_ADOPTED
from apps.lab.recording import Recording, digest_of
from apps.lab.recording_file import FORMAT, decode_recording, encode_recording
from apps.lab.session import Session
from voxnca import ArgumentError, FileError, VoxncaError


def rule(num_dims: int, fire_rate: float = 0.5, seed: int = 1) -> voxnca.NCA:
    """A rule under which a seed spreads in a way that is hard to repeat by chance."""
    config = voxnca.ModelConfig(
        num_dims=num_dims, num_channels=7, hidden_size=9, fire_rate=fire_rate
    )
    model = voxnca.NCA(config, seed=seed)
    with torch.no_grad():
        model.out.weight.normal_(std=0.05, generator=torch.Generator().manual_seed(seed))
        model.out.bias[3] = 0.2
    return model


def begin(num_dims: int, fire_rate: float = 0.5, **options) -> Session:
    return Session(rule(num_dims, fire_rate), space=(13, 14, 15)[:num_dims], seed=5, **options)


def steps(session: Session, count: int) -> None:
    for _ in range(count):
        session.step()


def bits(session: Session) -> tuple:
    """All there is to know of a session's state."""
    moment = session.moment()
    return session.step_index, moment.num_wounds, digest_of(session._life.past.now)


def live(session: Session, *, adopt: bool = True) -> None:
    """Live an eventful life."""
    middle = tuple(n // 2 for n in session.space)
    beside = (middle[0] - 2, *middle[1:])
    steps(session, 6)
    for shape in ("ball", "box", "half", "noise"):
        session.set_shape(shape)
        session.wound(beside, 1.7)
        steps(session, 2)
    session.stroke([middle, beside, middle], 1)
    if adopt:
        session.adopt(rule(len(session.space), seed=8))
    session.plant(middle)
    steps(session, 3)
    if adopt:
        session.adopt(rule(len(session.space), session.model.config.fire_rate, seed=9))
    steps(session, 3)


def replayed(recording: Recording) -> str:
    *_, last = decode_recording(encode_recording(recording)).replay()
    recording.check(last)
    return digest_of(last.past.now)


@pytest.fixture(params=[2, 3])
def session(request) -> Session:
    return begin(request.param)


@pytest.mark.parametrize("num_dims", [2, 3])
@pytest.mark.parametrize("fire_rate", [0.5, 1.0])
class TestReplay:
    def test_a_file_of_all_that_can_happen_gives_the_same_bits(self, num_dims, fire_rate):
        session = begin(num_dims, fire_rate)
        live(session)
        recording = session.recording()
        assert len(recording.events) == 8
        assert len(session._life.past.now.cells) > 20
        assert replayed(recording) == recording.digest == digest_of(session._life.past.now)

    def test_what_was_rewound_or_undone_never_happened(self, num_dims, fire_rate):
        session = begin(num_dims, fire_rate)
        live(session)
        session.rewind(9)
        assert len(session.recording().events) == 2
        steps(session, 2)
        session.wound((5,) * num_dims, 2)
        session.undo()
        steps(session, 3)
        recording = session.recording()
        # The wounds before step 9, and the rule that was adopted later and stayed.
        assert [type(event).__name__ for event in recording.events] == [
            "Wounded",
            "Wounded",
            "Adopted",
        ]
        assert replayed(recording) == digest_of(session._life.past.now)

    def test_a_run_goes_on_from_a_rewound_step_to_the_same_bits(self, num_dims, fire_rate):
        session = begin(num_dims, fire_rate)
        live(session, adopt=False)
        life = {session.step_index: bits(session)}
        for step in range(session.past[0], session.past[1] + 1):
            session.rewind(step)
            life[step] = bits(session)
        for step in (0, 5, 7, 13, 18):
            session.rewind(step)
            assert bits(session) == life[step]
        session.rewind(15)
        while session.step_index < max(life):
            session.step()
            assert bits(session) == life[session.step_index]


class TestUndo:
    def test_it_restores_the_exact_state_time_included(self, session):
        middle = tuple(n // 2 for n in session.space)
        touches = [
            lambda: session.plant((0,) * len(middle)),
            lambda: session.wound(middle, 2),
            lambda: session.stroke([middle, (2,) * len(middle)], 1),
        ]
        steps(session, 5)
        before = []
        for touch in touches:
            before.append(bits(session))
            touch()
            steps(session, 4)
        for expected, words in zip(before[::-1], ["stroke", "wound", "seed planted"], strict=True):
            assert words in session.undo()
            assert bits(session) == expected
        with pytest.raises(VoxncaError, match="nothing to undo; wound the creature first"):
            session.undo()

    def test_it_reaches_further_than_the_past(self, session):
        session._life.past._max_bytes = 0
        steps(session, 5)
        before = bits(session)
        session.wound((6,) * len(session.space), 2)
        steps(session, 9)
        assert session.past == (14, 14)
        session.undo()
        assert bits(session) == before
        assert session.past == (5, 5)

    def test_going_on_after_it_gives_the_bits_of_a_run_without_the_wound(self, session):
        other = begin(len(session.space))
        steps(session, 5)
        session.wound((6,) * len(session.space), 2)
        steps(session, 2)
        session.undo()
        steps(session, 4)
        steps(other, 9)
        assert bits(session) == bits(other)

    def test_touches_after_a_rewound_step_are_not_undone_twice(self, session):
        steps(session, 3)
        session.wound((6,) * len(session.space), 2)
        steps(session, 3)
        session.rewind(2)
        with pytest.raises(VoxncaError, match="nothing to undo"):
            session.undo()
        session.rewind(6)
        assert "at step 3" in session.undo()

    def test_the_oldest_of_many_cannot_be_undone_and_it_says_so(self, session):
        for _ in range(25):
            session.wound((0,) * len(session.space), 0)
        for _ in range(20):
            session.undo()
        with pytest.raises(VoxncaError, match="only the last 20 touches are kept"):
            session.undo()
        assert session.moment().num_wounds == 5

    def test_its_memory_is_bounded(self, session):
        session._life._max_bytes = 10_000
        steps(session, 6)
        for _ in range(30):
            session.wound((6,) * len(session.space), 1)
            session.step()
            assert len(session._life._touches) == 1 or session._life._undo_bytes() <= 10_000


class TestTouches:
    def test_a_stroke_is_the_balls_of_its_cells_and_one_touch(self, session):
        other = begin(len(session.space))
        cells = [(6, 7, 7)[: len(session.space)], (4, 7, 7)[: len(session.space)]]
        steps(session, 6)
        steps(other, 6)
        cut = session.stroke([*cells, *cells], 1.5)
        removed = sum(other.wound(cell, 1.5).num_removed for cell in cells)
        assert cut.num_removed == removed > 0
        assert digest_of(session._life.past.now) == digest_of(other._life.past.now)
        assert (session.moment().num_wounds, other.moment().num_wounds) == (1, 2)

    @pytest.mark.parametrize(
        ("cells", "reason"),
        [([], "stroke of 0"), ([(1, 1), (1, 1, 1)], "all be 2D"), ([(1,)], "2 or 3")],
    )
    def test_a_stroke_that_is_none_is_refused(self, session, cells, reason):
        with pytest.raises(ArgumentError, match=reason):
            session.stroke(cells, 1)
        assert session.moment().num_wounds == 0

    @pytest.mark.parametrize("shape", ["box", "half", "noise"])
    def test_each_shape_removes_what_it_says(self, session, shape):
        steps(session, 6)
        d, before = len(session.space), session.moment().cells
        center, radius = (4, *(n // 2 for n in session.space[1:])), 2.5
        session.set_shape(shape)
        cut = session.wound(center, radius)
        offset = before - np.array(center)
        in_ball = (offset**2).sum(1) <= radius**2
        kept = {tuple(cell) for cell in session.moment().cells.tolist()}
        gone = np.array([tuple(cell) not in kept for cell in before.tolist()])
        assert cut.shape == shape
        assert cut.num_removed == gone.sum() > 0
        if shape == "box":
            assert np.array_equal(gone, (np.abs(offset) <= 2).all(1))
        elif shape == "noise":
            assert not (gone & ~in_ball).any()
            assert 0.2 < gone[in_ball].mean() < 0.8
        else:
            beyond = offset @ (np.array(center) - before.mean(0))
            assert gone[beyond > 0].all()
            assert not gone[
                beyond < -0.51 * np.linalg.norm(np.array(center) - before.mean(0))
            ].any()
            assert gone[(offset == 0).all(1)].all()
        assert d == before.shape[1]

    def test_half_of_a_creature_that_is_gone_is_an_error_in_words(self, session):
        session.wound((6,) * len(session.space), 20)
        session.set_shape("half")
        with pytest.raises(VoxncaError, match="no voxel left"):
            session.wound((6,) * len(session.space), 2)

    def test_an_unknown_shape_lists_the_known(self, session):
        with pytest.raises(ArgumentError, match="use one of: ball, box, half, noise"):
            session.set_shape("star")
        assert session.shape == "ball"

    def test_a_planted_seed_is_the_seed_of_the_grid_and_grows_as_the_dense_state_does(
        self, session
    ):
        steps(session, 3)
        state = torch.from_numpy(session.state().copy())
        cell = (1, 1, 1)[: len(session.space)]
        state[(0, *cell)] = torch.tensor([0.0] * 3 + [1.0] * 4)
        session.plant(cell)
        assert np.array_equal(session.state(), state.numpy())
        grown = session.model.grow(state, 4, seed=5, first_step=3)
        steps(session, 4)
        assert np.array_equal(session.state(), grown.detach().numpy())

    def test_a_seed_is_not_planted_in_what_lives_nor_off_the_grid(self, session):
        middle = tuple(n // 2 for n in session.space)
        before = bits(session)
        for cell in [middle, (-1, *middle[1:]), session.space, (1,), (1, 1, 1, 1)]:
            with pytest.raises(ArgumentError, match=r"alive already|off the grid"):
                session.plant(cell)
        assert bits(session) == before

    def test_a_creature_that_has_died_out_says_so_and_a_seed_revives_it(self, session):
        steps(session, 4)
        assert not session.is_dead
        session.wound((6,) * len(session.space), 20)
        assert session.is_dead
        session.step()
        assert session.is_dead
        session.plant((3,) * len(session.space))
        assert not session.is_dead


class TestAdopt:
    def test_the_creature_goes_on_from_its_cells_by_the_new_rule(self, session):
        other = rule(len(session.space), seed=8)
        steps(session, 5)
        run, state = session.moment().run, torch.from_numpy(session.state().copy())
        session.adopt(other)
        assert np.array_equal(session.state(), state.numpy())
        steps(session, 4)
        expected = other.grow(state, 4, seed=5, first_step=5).detach().numpy()
        assert np.array_equal(session.state(), expected)
        assert session.moment().run == run

    def test_weights_that_change_later_elsewhere_change_nothing_here(self, session):
        other = rule(len(session.space), seed=8)
        steps(session, 5)
        session.adopt(other)
        with torch.no_grad():
            other.out.bias.fill_(9)
        steps(session, 3)
        assert replayed(session.recording()) == digest_of(session._life.past.now)

    def test_while_scrubbing_it_leaves_the_future_alone(self, session):
        steps(session, 6)
        session.rewind(2)
        session.adopt(rule(len(session.space), seed=8))
        assert session.past == (0, 6)
        session.rewind(6)
        assert session.recording().events == ()

    def test_another_architecture_is_refused(self, session):
        config = voxnca.ModelConfig(num_dims=len(session.space), num_channels=8)
        with pytest.raises(ArgumentError, match=r"8 channels, the creature .* switch to it"):
            session.adopt(voxnca.NCA(config))

    def test_learning_for_too_long_is_said_and_a_reset_mends_it(self, session):
        for seed in range(MAX_ADOPTED + 5):
            session.adopt(rule(len(session.space), seed=seed))
            session.adopt(rule(len(session.space), seed=seed))  # between steps, the last counts
            session.step()
        with pytest.raises(VoxncaError, match=r"learned on the way for too long.*then share"):
            session.recording()
        session.rewind(MAX_ADOPTED)
        assert len(session.recording().events) == MAX_ADOPTED
        session.reset()
        steps(session, 2)
        assert replayed(session.recording()) == digest_of(session._life.past.now)


class TestAim:
    def test_another_target_changes_what_is_compared_and_no_cell(self):
        session = begin(2)
        steps(session, 4)
        before = bits(session)
        assert session.moment().iou is None
        target = voxnca.load_target("heart", size=8)
        session.aim(target)
        assert bits(session) == before
        assert session.target is target
        assert session.moment().iou > 0
        assert session.moment().box[0] == target.origin(session.space)
        session.adopt(rule(2, seed=8))
        assert session.target is target
        session.aim(None)
        assert session.moment().iou is None

    def test_a_target_that_does_not_fit_is_refused(self):
        session = begin(2)
        for target in (voxnca.load_target("heart", size=30), voxnca.load_target("mushroom")):
            with pytest.raises(ArgumentError):
                session.aim(target)
        assert session.target is None


class TestState:
    def test_a_saved_state_is_a_start_to_which_a_reset_returns(self, session):
        steps(session, 6)
        state = session.state().copy()
        again = Session(session.model, state=state, seed=5)
        assert again.space == session.space
        assert np.array_equal(again.state(), state)
        steps(again, 3)
        again.reset()
        assert np.array_equal(again.state(), state)
        assert again.step_index == 0
        live(again)
        assert replayed(again.recording()) == digest_of(again._life.past.now)

    @pytest.mark.parametrize(
        ("shape", "reason"),
        [
            ((1, 9, 9, 8), "does not fit the model, which is 2D with 7 channels"),
            ((1, 9, 9, 9, 7), "does not fit"),
            ((2, 9, 9, 7), "does not fit"),
            ((9, 9, 7), "does not fit"),
            ((1, 0, 9, 7), "at least 1"),
        ],
    )
    def test_one_of_another_shape_is_refused(self, shape, reason):
        with pytest.raises(ArgumentError, match=reason):
            Session(rule(2), state=np.ones(shape, np.float32))

    def test_values_that_are_no_state_are_refused(self):
        with pytest.raises(ArgumentError, match="not finite"):
            Session(rule(2), state=np.full((1, 9, 9, 7), 1e300))
        with pytest.raises(ArgumentError, match="int64; convert"):
            Session(rule(2), state=np.ones((1, 9, 9, 7), np.int64))
        with pytest.raises(ArgumentError, match="is not the state's"):
            Session(rule(2), state=np.ones((1, 9, 9, 7), np.float32), space=(10, 10))


class TestTrouble:
    @pytest.mark.parametrize(("bias", "words"), [(float("nan"), "finite"), (1e7, "within bounds")])
    def test_a_rule_that_runs_away_leaves_the_creature_as_it_was(self, bias, words):
        session = begin(2)
        steps(session, 4)
        before = bits(session)
        bad = rule(2)
        with torch.no_grad():
            bad.out.bias[4] = bias
        session.adopt(bad)
        for _ in range(3):
            with pytest.raises(VoxncaError, match=f"no longer {words} at step 5; reset it"):
                session.step()
            assert bits(session) == before
        session.adopt(rule(2))
        steps(session, 3)
        assert replayed(session.recording()) == digest_of(session._life.past.now)


class TestFile:
    def test_a_shipped_model_is_named_and_any_other_embedded(self):
        session = Session(voxnca.load("butterfly"))
        steps(session, 2)
        fields = json.loads(encode_recording(session.recording()))
        assert fields["format"] == FORMAT
        assert fields["model"].keys() == {"name", "sha256"}
        assert len(fields["model"]["sha256"]) == 64
        session.aim(voxnca.load_target("heart", size=10))
        aimed = decode_recording(encode_recording(session.recording()))
        assert aimed.model.target.name == "heart"

    def test_a_start_from_a_target_that_was_changed_is_still_that_start(self):
        model = rule(2)
        model.target = voxnca.load_target("heart", size=10)
        session = Session(model, start="target")
        steps(session, 2)
        assert replayed(session.recording()) == digest_of(session._life.past.now)
        session.aim(voxnca.load_target("flower", size=8))
        assert replayed(session.recording()) == digest_of(session._life.past.now)

    def test_other_bits_are_told_with_what_they_can_come_from(self):
        session = begin(2)
        steps(session, 3)
        recording = session.recording()
        fields = json.loads(encode_recording(recording))
        fields["digest"] = "0" * 64
        changed = decode_recording(json.dumps(fields).encode())
        *_, last = changed.replay()
        with pytest.raises(FileError, match=r"another processor, engine or version.*replay it"):
            changed.check(last)

    @given(st.binary(max_size=200))
    def test_no_bytes_fail_otherwise_than_by_one_line(self, content):
        with pytest.raises(FileError) as caught:
            decode_recording(content)
        assert "\n" not in str(caught.value)

    @pytest.mark.parametrize(
        "content", [b"[" * 10**6, b'{"a":' * 10**5, b"9" * 10**5, b"\xff\xfe", b'{"format": NaN}']
    )
    def test_deep_or_odd_json_is_one_line(self, content):
        with pytest.raises(FileError, match="cannot be read as a recorded run"):
            decode_recording(content)

    def test_a_long_file_is_refused_unread(self):
        with pytest.raises(FileError, match="longer than 64 MB"):
            decode_recording(b" " * (2**26 + 1))


junk = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.sampled_from([-1, 10**30, 1e308, "", "ball:r=4@8,8", "noise:2", "AAAA", "\n", "seed"]),
    lambda children: st.lists(children, max_size=3) | st.dictionaries(st.text(), children),
    max_leaves=4,
)


def places(value, path=()):
    """Yield the path of everything in a JSON value."""
    yield path
    if not isinstance(value, dict | list):
        return
    for key, child in value.items() if isinstance(value, dict) else enumerate(value):
        yield from places(child, (*path, key))


def refusal(content: bytes) -> str:
    """Return why a file is refused; nothing when it is not."""
    try:
        decode_recording(content)
    except FileError as error:
        return str(error)
    return ""


@pytest.fixture(scope="module")
def fields() -> dict:
    session = begin(2, start="seed")
    live(session)
    return json.loads(encode_recording(session.recording()))


@settings(max_examples=150)
@given(data=st.data())
def test_a_file_with_anything_in_any_place_is_read_or_refused_in_one_line(fields, data):
    changed = copy.deepcopy(fields)
    path = data.draw(st.sampled_from([place for place in places(fields) if place]))
    parent = changed
    for key in path[:-1]:
        parent = parent[key]
    if data.draw(st.booleans()):
        parent[path[-1]] = data.draw(junk)
    else:
        del parent[path[-1]]
    told = refusal(json.dumps(changed).encode())
    assert "\n" not in told
    assert len(told) < 500
