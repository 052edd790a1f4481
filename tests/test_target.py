"""Targets: cropped, anchored, premultiplied, and placed on the seed."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from voxnca import ArgumentError, Target, seed, training_space
from voxnca.config import ModelConfig


@st.composite
def pictures(draw):
    """Draw RGBA bytes with at least one solid cell, and what is empty above 0."""
    space = draw(st.lists(st.integers(1, 5), min_size=2, max_size=3))
    generator = np.random.default_rng(draw(st.integers(0, 10**6)))
    array = generator.integers(0, 256, (*space, 4), dtype=np.uint8)
    array[generator.random(space) < draw(st.floats(0, 1)), 3] = 0
    array[tuple(generator.integers(0, n) for n in space)] = 255
    return array


@given(array=pictures(), before=st.integers(0, 3), after=st.integers(0, 3))
def test_room_around_the_content_makes_no_difference(array, before, after):
    padded = np.pad(array, [(before, after)] * (array.ndim - 1) + [(0, 0)])
    bare, roomy = (Target.from_rgba8(a, name="a", notes=["b"]) for a in (array, padded))
    assert np.array_equal(bare.rgba8, roomy.rgba8)
    filled = bare.rgba8[..., 3] > 0
    for axis in range(filled.ndim):
        others = tuple(a for a in range(filled.ndim) if a != axis)
        assert filled.any(others)[[0, -1]].all()
    assert roomy.name == "a"
    assert roomy.notes == ("b",)


@given(pictures())
def test_colours_are_premultiplied_bytes_over_255(array):
    target = Target.from_rgba8(array, name="a")
    alpha = target.rgba8[..., 3:].astype(float) / 255
    expected = np.concatenate([target.rgba8[..., :3] / 255 * alpha, alpha], -1)
    np.testing.assert_allclose(target.rgba.numpy(), expected, atol=1e-6)
    assert target.rgba.dtype == torch.float32
    assert np.array_equal(target.solid.numpy(), alpha[..., 0] > 0.5)
    assert target.num_solid == (alpha > 0.5).sum() >= 1
    assert target.num_dims == array.ndim - 1
    assert target.size == target.rgba8.shape[:-1]


@given(pictures())
def test_the_anchor_is_the_solid_cell_nearest_to_the_centroid(array):
    target = Target.from_rgba8(array, name="a")
    cells = np.argwhere(target.solid.numpy())
    distance = np.linalg.norm(cells - cells.mean(0), axis=1)
    assert target.solid[target.anchor]
    assert np.linalg.norm(np.array(target.anchor) - cells.mean(0)) <= distance.min() + 1e-9


@given(array=pictures(), more=st.lists(st.integers(0, 5), min_size=3, max_size=3))
def test_placing_puts_the_anchor_on_the_seed_and_moves_nothing_else(array, more):
    target = Target.from_rgba8(array, name="a")
    space = [n + extra for n, extra in zip(training_space(target, 1), more, strict=False)]
    placed = target.place(space)
    planted = seed(ModelConfig(num_dims=target.num_dims), space)[0, ..., 3].nonzero()[0]
    assert tuple((planted - torch.tensor(target.origin(space))).tolist()) == target.anchor
    inside = tuple(slice(o, o + n) for o, n in zip(target.origin(space), target.size, strict=True))
    assert torch.equal(placed[inside], target.rgba)
    assert placed.count_nonzero() == target.rgba.count_nonzero()
    assert placed.shape == (*space, 4)


def test_the_array_given_and_the_target_are_apart():
    array = np.full((2, 2, 4), 255, np.uint8)
    target = Target.from_rgba8(array, name="a")
    array[:] = 0
    assert (target.rgba8 == 255).all()
    with pytest.raises(ValueError, match="read-only"):
        target.rgba8[0, 0] = 1


def test_a_target_larger_than_the_grid_says_what_to_do():
    target = Target.from_rgba8(np.full((9, 9, 4), 255, np.uint8), name="slab")
    for space in ((8, 20), (20, 8)):
        with pytest.raises(ArgumentError, match=r"'slab' of size \(9, 9\) does not fit .*smaller"):
            target.place(space)
    assert target.place((9, 9)).shape == (9, 9, 4)
    with pytest.raises(ArgumentError, match="must have 2 axes"):
        target.place((20, 20, 20))


@pytest.mark.parametrize("heavy_end", [slice(0, 4), slice(6, 10)])
def test_a_target_that_only_leans_out_of_the_grid_is_refused_too(heavy_end):
    array = np.zeros((1, 10, 4), np.uint8)
    array[0, [0, -1]] = array[0, heavy_end] = 255
    target = Target.from_rgba8(array, name="bat")
    assert target.place(training_space(target, 0)).shape[1] > 10
    with pytest.raises(ArgumentError, match=r"'bat' .* does not fit"):
        target.place((1, 10))


FAINT = np.full((3, 3, 4), 127, np.uint8)  # nothing above half


@pytest.mark.parametrize(
    ("array", "message"),
    [
        (np.zeros((3, 3, 4), np.uint8), "'a' is empty: no cell has alpha above 0.5; give it"),
        (FAINT, "'a' is empty"),
        (np.zeros((0, 3, 4), np.uint8), "'a' is empty"),
        (np.ones((3, 3, 4)), "array is float64; convert it to a numpy array of uint8"),
        ([[1]], "array is list; convert it"),
        (np.ones((3, 3, 3), np.uint8), r"array \(3, 3, 3\) must be \(H, W, 4\) or"),
        (np.ones((3, 4), np.uint8), r"array \(3, 4\) must be \(H, W, 4\) or"),
    ],
)
def test_bad_arrays_say_the_rule(array, message):
    with pytest.raises(ArgumentError, match=message):
        Target.from_rgba8(array, name="a")


def walls(*rows):
    """Draw a 2D target: # is solid."""
    array = np.zeros((len(rows), len(rows[0]), 4), np.uint8)
    array[[[mark == "#" for mark in row] for row in rows]] = 255
    return Target.from_rgba8(array, name="walls")


@pytest.mark.parametrize(
    ("rows", "reach"),
    [
        (["#"], 0),
        (["###", "###", "###"], 1),
        (["#..", ".#.", "..#"], 1),  # corners touch
        (["#####", "#....", "#####"], 6),
        (["#....#....#"], 5),  # over the gaps, from the middle
        (["##...#"], 5),
    ],
)
def test_reach_is_the_longest_way_through_the_body(rows, reach):
    assert walls(*rows).reach == reach


@given(pictures())
def test_a_solid_block_is_reached_as_the_king_moves(array):
    array[..., 3] = 255
    target = Target.from_rgba8(array, name="block")
    far = (max(a, n - 1 - a) for a, n in zip(target.anchor, target.size, strict=True))
    assert target.reach == max(far)
