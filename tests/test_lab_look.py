"""What a look shows of a state, held against plain numpy and scipy over the whole grid."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy import ndimage

import voxnca
from apps.lab import look as palette
from apps.lab.look import CUTS, LEGENDS, SHOWS, Look
from apps.lab.moment import Moment, observe
from apps.lab.session import Session
from voxnca import ArgumentError, quality
from voxnca.grid import Rows

SPACES = st.lists(st.integers(2, 7), min_size=2, max_size=3).map(tuple)
SEEDS = st.integers(0, 2**32 - 1)


def random_state(space: tuple[int, ...], seed: int, num_channels: int = 8) -> np.ndarray:
    """Make a state `(*space, C)` of which some cells are solid, some mature, most empty."""
    rng = np.random.default_rng(seed)
    state = rng.normal(0, 1, (*space, num_channels)).astype(np.float32)
    state[..., 3] = rng.choice([0.0, 0.05, 0.3, 0.8, 1.1], space, p=[0.5, 0.1, 0.1, 0.2, 0.1])
    state[rng.random(space) < 0.5] = 0
    return state


def look_at(state: np.ndarray, look: Look, **options: object) -> Moment:
    cells = np.argwhere(state.any(-1))
    coordinates = torch.nn.functional.pad(torch.from_numpy(cells), (1, 0))
    rows = Rows(coordinates, torch.from_numpy(state[tuple(cells.T)]))
    return observe(rows, look, space=state.shape[:-1], **options)


def random_target(space: tuple[int, ...], seed: int) -> voxnca.Target:
    """Make a target that fits anywhere: it is one cell shorter than the grid's half."""
    size = tuple(max(1, n // 2 - 1) for n in space)
    rgba = np.random.default_rng(seed).integers(0, 256, (*size, 4)).astype(np.uint8)
    rgba.reshape(-1, 4)[0, 3] = 255
    return voxnca.Target.from_rgba8(rgba, name="noise")


def cells_of(moment: Moment, color: tuple[int, int, int]) -> list[list[int]]:
    return moment.cells[(moment.colors == color).all(1)].tolist()


class TestCut:
    @given(SPACES, SEEDS, st.floats(0, 1), st.sampled_from(SHOWS), st.integers(0, 2))
    def test_clip_leaves_exactly_the_cells_on_one_side(self, space, seed, at, show, axis):
        state, d = random_state(space, seed), len(space)
        options = {"target": random_target(space, seed)}
        whole = look_at(state, Look(show), **options)
        clipped = look_at(state, Look(show, cut_axis=axis % d, cut_at=at), **options)
        layer = round(at * (space[axis % d] - 1))
        # Of y, and of rows, the near side is the low one; of x and of z the high one.
        low_stays = axis % d != d - 2
        for row, cell in enumerate(whole.cells.tolist()):
            stays = cell[axis % d] <= layer if low_stays else cell[axis % d] >= layer
            found = np.flatnonzero((clipped.cells == cell).all(1))
            assert len(found) == stays
            assert (clipped.colors[found] == whole.colors[row]).all()

    @given(SPACES, SEEDS, st.sampled_from(SHOWS))
    def test_slices_are_layers_that_make_up_the_whole(self, space, seed, show):
        state = random_state(space, seed)
        options = {"target": random_target(space, seed)}
        whole = look_at(state, Look(show), **options).cells
        for axis, side in enumerate(space):
            seen = []
            for layer in range(side):
                look = Look(show, cut_axis=axis, cut_at=layer / (side - 1), cut="slice")
                cells = look_at(state, look, **options).cells
                assert (cells[:, axis] == layer).all()
                seen += cells.tolist()
            assert sorted(seen) == whole.tolist()

    @given(SPACES, SEEDS, st.floats(0, 1), st.sampled_from(CUTS))
    def test_cuts_the_fog_too(self, space, seed, at, cut):
        state = random_state(space, seed)
        look = Look("alpha", cut_axis=0, cut_at=at, cut=cut)
        shown = np.round(255 * state[..., 3].clip(0, 1)).astype(np.uint8)
        kept = look.keeps(np.argwhere(np.ones(space)), space).reshape(space)
        fog = look_at(state, look).fog
        expected = np.where(kept, shown, 0)
        region = tuple(slice(o, o + n) for o, n in zip(fog.low, fog.alpha.shape, strict=True))
        assert np.array_equal(fog.alpha, expected[region])
        assert fog.alpha.astype(int).sum() == expected.astype(int).sum()


class TestAnyLook:
    @given(SPACES, SEEDS, st.sampled_from(SHOWS), st.sampled_from(CUTS))
    def test_leaves_iou_and_solid_cells_as_they_are(self, space, seed, show, cut):
        state, target = random_state(space, seed), random_target(space, seed)
        moment = look_at(state, Look(show, cut_axis=0, cut=cut), target=target)
        expected = quality.iou(torch.from_numpy(state)[None], target.place(space))
        assert moment.iou == pytest.approx(float(expected))
        assert moment.solid.tolist() == np.argwhere(state[..., 3] > 0.5).tolist()
        assert moment.num_solid == (state[..., 3] > 0.5).sum()

    @pytest.mark.parametrize("show", SHOWS)
    @pytest.mark.parametrize("num_dims", [2, 3])
    def test_of_nothing_is_empty(self, show, num_dims):
        space = (7,) * num_dims
        target = random_target(space, 0)
        moment = look_at(np.zeros((*space, 8), np.float32), Look(show), target=target)
        wanted = target.num_solid if show == "difference" else 0
        assert len(moment.cells) == len(moment.colors) == wanted
        assert moment.num_solid == 0

    @given(SPACES, SEEDS, st.sampled_from(SHOWS))
    def test_shows_what_is_left_of_a_rule_that_ran_into_infinity(self, space, seed, show):
        state = random_state(space, seed)
        rng = np.random.default_rng(seed)
        wild = rng.choice([np.nan, np.inf, -np.inf, 0], state.shape, p=[0.2, 0.1, 0.1, 0.6])
        state += wild.astype(np.float32)
        moment = look_at(state, Look(show), target=random_target(space, seed))
        assert len(moment.cells) == len(moment.colors)

    @pytest.mark.parametrize("show", SHOWS)
    def test_has_a_legend_in_which_no_colour_stands_twice(self, show):
        legend = Look(show).legend
        colors = [swatch.color for swatch in legend if swatch.color]
        assert all(swatch.words for swatch in legend)
        assert len(set(colors)) == len(colors)


class TestHidden:
    @given(st.lists(st.floats(-1e4, 1e4, width=32), min_size=2, max_size=2), st.integers(0, 2))
    def test_is_brighter_the_higher_and_mid_grey_at_0(self, values, place):
        state = np.zeros((1, 3, 8), np.float32)
        state[..., 3] = 1
        state[0, :2, 5 + place] = values
        colors = look_at(state, Look("hidden", channel=5)).colors.astype(int)
        assert (colors[2] == 128).all()
        low, high = np.argsort(values)
        assert colors[low, place] <= colors[high, place]
        assert (np.delete(colors, place, axis=1) == 128).all()

    def test_tells_the_values_of_trained_rules_apart(self):
        state = np.zeros((1, 21, 8), np.float32)
        state[..., 3] = 1
        state[0, :, 4] = np.linspace(-1, 1, 21)
        red = look_at(state, Look("hidden")).colors[:, 0].astype(int)
        assert (np.diff(red) > 0).all()
        assert np.ptp(red) > 200

    def test_shows_channels_that_do_not_exist_as_0(self):
        state = np.ones((2, 2, 6), np.float32)
        colors = look_at(state, Look("hidden", channel=5)).colors
        assert (colors[:, 0] > 200).all()
        assert (colors[:, 1:] == 128).all()

    @given(SPACES, SEEDS)
    def test_shows_the_live_cells_that_hold_something(self, space, seed):
        state = random_state(space, seed)
        alive = ndimage.binary_dilation(state[..., 3] > 0.1, np.ones((3,) * len(space)))
        expected = np.argwhere(alive & state.any(-1)).tolist()
        assert look_at(state, Look("hidden")).cells.tolist() == expected


class TestAlive:
    @given(SPACES, SEEDS, st.sampled_from(["zero", "replicate", "circular"]))
    def test_is_the_dilation_less_the_mature(self, space, seed, border):
        state = random_state(space, seed)
        mature = state[..., 3] > 0.1
        window = np.ones((3,) * len(space))
        padded = np.pad(mature, 1, mode={"circular": "wrap"}.get(border, "constant"))
        middle = (slice(1, -1),) * len(space)
        alive = ndimage.binary_dilation(padded, window)[middle]
        moment = look_at(state, Look("alive"), border=border)
        assert moment.cells.tolist() == np.argwhere(alive).tolist()
        assert cells_of(moment, palette.MATURE) == np.argwhere(mature).tolist()
        assert cells_of(moment, palette.KEPT) == np.argwhere(alive & ~mature).tolist()


class TestDifference:
    @given(SPACES, SEEDS)
    def test_is_that_of_two_sets_of_cells(self, space, seed):
        state, target = random_state(space, seed), random_target(space, seed)
        wanted = target.place(space).numpy()
        moment = look_at(state, Look("difference"), target=target)
        ours, theirs = ({*map(tuple, np.argwhere(a[..., 3] > 0.5))} for a in (state, wanted))
        assert {*map(tuple, moment.cells)} == ours | theirs
        assert {*map(tuple, cells_of(moment, palette.MISSING))} == theirs - ours
        assert {*map(tuple, cells_of(moment, palette.EXCESS))} == ours - theirs

    @given(SPACES, SEEDS)
    def test_shades_shared_cells_by_their_colour_error(self, space, seed):
        state, target = random_state(space, seed), random_target(space, seed)
        wanted = target.place(space).numpy()
        state[..., :3] *= 0.3
        moment = look_at(state, Look("difference"), target=target)
        for cell, color in zip(moment.cells, moment.colors.astype(float), strict=True):
            mine, asked = state[tuple(cell)], wanted[tuple(cell)]
            if mine[3] > 0.5 and asked[3] > 0.5:
                error = abs(np.clip(mine[:3], 0, 1) - asked[:3]).mean()
                share = min(error / 0.25, 1)
                expected = (1 - share) * np.array(palette.RIGHT) + share * np.array(palette.WRONG)
                assert np.allclose(color, expected, atol=0.51)

    def test_of_the_target_itself_is_neutral(self):
        target = voxnca.load_target("mushroom", size=10)
        space = voxnca.training_space(target)
        moment = look_at(target.place(space).numpy(), Look("difference"), target=target)
        assert (moment.colors == palette.RIGHT).all()
        assert moment.iou == 1

    def test_without_a_target_says_what_to_do(self):
        with pytest.raises(ArgumentError, match="needs a target; use another look"):
            look_at(np.ones((2, 2, 4), np.float32), Look("difference"))


# Machado, Oliveira and Fernandes 2009, severity 1, for linear RGB.
BLINDNESS = {
    "none": np.eye(3),
    "protan": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216],
               [-0.003882, -0.048116, 1.051998]],
    "deutan": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413],
               [-0.011820, 0.042940, 0.968881]],
    "tritan": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602],
               [0.004733, 0.691367, 0.303900]],
}  # fmt: skip
TO_XYZ = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])


def lab(color: tuple[int, int, int], blindness: str) -> np.ndarray:
    """Return CIE L*a*b* of an sRGB colour as somebody with a colour blindness sees it."""
    srgb = np.array(color) / 255
    linear = np.where(srgb <= 0.04045, srgb / 12.92, ((srgb + 0.055) / 1.055) ** 2.4)
    seen = TO_XYZ @ (np.array(BLINDNESS[blindness]) @ linear).clip(0, 1)
    x, y, z = np.cbrt(seen / np.array([0.9505, 1, 1.089]))
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


@pytest.mark.parametrize("blindness", BLINDNESS)
@pytest.mark.parametrize("show", ["alive", "difference"])
def test_colours_are_told_apart_with_any_colour_blindness(blindness, show):
    colors = [lab(color, blindness) for color, _ in LEGENDS[show] if color]
    for k, one in enumerate(colors):
        for other in colors[:k]:
            assert np.linalg.norm(one - other) > 25


class TestChecks:
    @pytest.mark.parametrize(
        ("field", "value"),
        [
            *(("show", v) for v in ("color", None, 1)),
            *(("channel", v) for v in (3, -1, 4.0, True, None)),
            *(("cut_axis", v) for v in (3, -1, 1.0, True, "x")),
            *(("cut_at", v) for v in (-0.1, 1.1, float("nan"), True, None, "half")),
            *(("cut", v) for v in ("knife", None)),
        ],
    )
    def test_a_value_that_breaks_its_rule_is_refused_by_name(self, field, value):
        with pytest.raises(ArgumentError, match=f"^{field}="):
            Look(**{field: value})

    @pytest.mark.parametrize(
        ("look", "message"),
        [
            (Look(cut_axis=2), "no axis of a 2D creature; use 0 to 1"),
            (Look("hidden", channel=8), "channel=8 must be below 8"),
            (Look("difference"), "needs a model with a target"),
        ],
    )
    def test_a_look_that_the_model_does_not_have_is_refused(self, look, message):
        session = Session(voxnca.NCA(voxnca.ModelConfig(num_dims=2, num_channels=8)))
        version = session.version
        with pytest.raises(ArgumentError, match=message):
            session.set_look(look)
        assert (session.look, session.version) == (Look(), version)


class TestSession:
    def test_shows_what_was_chosen_and_counts_a_version(self, small_model):
        session = Session(small_model)
        version = session.version
        session.set_look(Look("difference", cut_axis=1, cut="slice"))
        assert session.version == version + 1
        assert session.look == Look("difference", cut_axis=1, cut="slice")
        moment = session.moment()
        assert (moment.cells[:, 1] == session.look.layer(session.space)).all()
        assert cells_of(moment, palette.MISSING)

    def test_keeps_of_a_look_what_another_rule_has(self, small_model):
        bare = voxnca.NCA(voxnca.ModelConfig(num_dims=3, num_channels=6))
        session = Session(bare, space=(8, 8, 8))
        session.set_look(Look("hidden", channel=5, cut_axis=2, cut_at=0.25))
        session.switch(small_model)
        assert session.look == Look("hidden", channel=5, cut_at=0.25)
        session.set_look(Look("difference", cut_at=0.25))
        session.switch(bare)
        assert session.look == Look(cut_at=0.25)
        session.moment()

    def test_hurts_the_middle_of_the_creature_whatever_is_shown(self, small_model):
        plain, cut = Session(small_model, start="target"), Session(small_model, start="target")
        cut.set_look(Look("difference", cut_axis=0, cut_at=1.0))
        assert plain.wound_center(1) == cut.wound_center(1)


def test_every_look_of_two_and_three_dimensions_may_be_cut_anywhere():
    for d in (2, 3):
        state = random_state((6,) * d, 1)
        target = random_target((6,) * d, 1)
        for show in SHOWS:
            for axis in range(d):
                for cut in CUTS:
                    for at in (0, 0.5, 1):
                        look = replace(Look(show), cut_axis=axis, cut=cut, cut_at=at)
                        moment = look_at(state, look, target=target)
                        assert len(moment.cells) == len(moment.colors)
