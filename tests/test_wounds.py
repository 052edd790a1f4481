"""Wounds zero their region and leave the rest as it was, bit by bit."""

from contextlib import suppress
from itertools import product

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from voxnca import ArgumentError, wounds
from voxnca.wounds import Ball, Box, HalfSpace, Noise, parse, written

numbers = st.floats(-3, 12, allow_nan=False)


def points(num_dims):
    """Draw points of a dimension, on cells and between them."""
    return st.tuples(*[numbers] * num_dims)


def every_wound(d):
    """Draw a wound of every kind."""
    normals = points(d).filter(any)
    return st.one_of(
        st.builds(Ball, points(d), st.floats(0, 6)),
        st.builds(Box, points(d), points(d)),
        st.builds(HalfSpace, points(d), normals),
        st.builds(Noise, st.floats(0, 1), st.integers(0, 2**32 - 1)),
    )


def lies_in(wound, cell):
    """Say by definition whether a cell lies in a wound that has a place."""
    if isinstance(wound, Ball):
        squares = ((a - b) ** 2 for a, b in zip(cell, wound.center, strict=True))
        return sum(squares) <= wound.radius_cells**2
    if isinstance(wound, Box):
        return all(a <= i < b for i, a, b in zip(cell, wound.low, wound.high, strict=True))
    steps = zip(cell, wound.point, wound.normal, strict=True)
    return sum((i - p) * n for i, p, n in steps) > 0


@settings(max_examples=100)
@given(data=st.data(), space=st.lists(st.integers(1, 8), min_size=2, max_size=3))
def test_inside_is_zero_and_outside_keeps_its_bits(data, space):
    wound = data.draw(every_wound(len(space)))
    sample = data.draw(st.sampled_from([None, 0, 1]))
    state = torch.randn(2, *space, 5)
    before = state.clone()
    wounded = wounds.apply(state, wound, sample=sample)
    inside = wound.contains(torch.ones(space).nonzero()).reshape(space)
    assert torch.equal(state, before)
    for row in range(2):
        if sample in (None, row):
            assert not wounded[row][inside].any()
            assert torch.equal(wounded[row][~inside], before[row][~inside])
        else:
            assert torch.equal(wounded[row], before[row])


@settings(max_examples=100)
@given(data=st.data(), num_dims=st.integers(2, 3))
def test_a_region_is_what_its_definition_says(data, num_dims):
    whole = st.tuples(*[st.integers(-2, 8)] * num_dims)  # exact, so that edges are decided
    wound = data.draw(
        st.one_of(
            st.builds(Ball, whole, st.integers(0, 6)),
            st.builds(Box, whole, whole),
            st.builds(HalfSpace, whole, whole.filter(any)),
        )
    )
    cells = list(product(range(6), repeat=num_dims))
    expected = [lies_in(wound, cell) for cell in cells]
    assert wound.contains(torch.tensor(cells)).tolist() == expected


def test_noise_takes_its_share_anew_for_each_seed():
    cells = torch.ones(70, 70).nonzero()
    one, two = (Noise(0.3, seed).contains(cells).double() for seed in (1, 2))
    assert one.mean() == pytest.approx(0.3, abs=0.03)
    assert (one * two).mean() == pytest.approx(0.09, abs=0.03)
    assert not Noise(0.0).contains(cells).any()
    assert Noise(1.0).contains(cells).all()


def test_the_named_functions_are_apply():
    state = torch.randn(1, 6, 6, 6, 4)
    pairs = [
        (wounds.ball(state, center=(2, 3, 4), radius_cells=2), Ball((2, 3, 4), 2)),
        (wounds.box(state, low=(1, 1, 1), high=(4, 4, 3)), Box((1, 1, 1), (4, 4, 3))),
        (
            wounds.half_space(state, point=(2, 2, 2), normal=(1, 0, -1)),
            HalfSpace((2, 2, 2), (1, 0, -1)),
        ),
        (wounds.noise(state, fraction=0.4, seed=3), Noise(0.4, 3)),
    ]
    for cut, wound in pairs:
        assert torch.equal(cut, wounds.apply(state, wound))
        assert not torch.equal(cut, state)


@pytest.mark.parametrize(
    ("text", "wound"),
    [
        ("ball:r=4@8,8,8", Ball((8, 8, 8), 4)),
        ("ball:r=2.5@8,-1", Ball((8, -1), 2.5)),
        (" ball: r=1e1 @ 8, 8 ", Ball((8, 8), 10)),
        ("box:4,4,4-12,12,12", Box((4, 4, 4), (12, 12, 12))),
        ("box:-4,4--1,12", Box((-4, 4), (-1, 12))),
        ("half:1,0,-.5@8,8,8", HalfSpace((8, 8, 8), (1, 0, -0.5))),
        ("noise:0.1", Noise(0.1)),
        ("noise:0.1@7", Noise(0.1, 7)),
    ],
)
def test_a_wound_reads_as_it_is_written(text, wound):
    assert parse(text) == wound


@given(st.data(), st.integers(2, 3))
def test_a_wound_written_and_read_is_the_same_to_the_bit(data, num_dims):
    wound = data.draw(every_wound(num_dims))
    assert parse(written(wound)) == wound


@given(st.text(alphabet="balhoxnise:=@,.-0123456789r e", max_size=24))
def test_no_text_fails_otherwise_than_by_our_error(text):
    with suppress(ArgumentError):
        assert parse(text).num_dims in (None, 2, 3)


def test_an_unknown_form_lists_the_known_ones():
    with pytest.raises(ArgumentError, match=r"'bal:r=4@8,8'.*write one of: ball:r=4@8,8,8 "):
        parse("bal:r=4@8,8")


def test_a_2d_wound_does_not_fit_a_3d_state():
    with pytest.raises(ArgumentError, match="is for 2D but the state is 3D; give 3 coordinates"):
        wounds.ball(torch.zeros(1, 4, 4, 4, 4), center=(2, 2), radius_cells=1)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Ball((1, 2), -1), "radius_cells=-1 must be"),
        (lambda: Ball((1, 2), float("nan")), "radius_cells=nan must be"),
        (lambda: Ball((1,), 1), r"center=\(1,\) must be 2 or 3 finite numbers"),
        (lambda: Ball((1, float("inf")), 1), "must be 2 or 3 finite numbers"),
        (lambda: Box((1, 2), (1, 2, 3)), "must have the same number of axes"),
        (lambda: HalfSpace((1, 2), (0, 0)), "has no direction"),
        (lambda: HalfSpace((1, 2), (0, 0, 1)), "must have the same number of axes"),
        (lambda: Noise(1.5), r"fraction=1.5 must be a number in \[0, 1\]"),
        (lambda: parse("noise:2"), r"fraction=2.0 must be a number in \[0, 1\]"),
        (lambda: parse("noise:0.1@99999999999"), "seed=99999999999 must be a whole number"),
        (lambda: parse("noise:0.1@" + "9" * 5000), "is not understood"),
    ],
)
def test_bad_wounds_say_the_rule(make, message):
    with pytest.raises(ArgumentError, match=message):
        make()
