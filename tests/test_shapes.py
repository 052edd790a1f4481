"""Built-in shapes: each of its declared size, coloured, and in one piece, at any size."""

import numpy as np
import pytest
from scipy import ndimage

from voxnca import ArgumentError, load_target, target_names
from voxnca.targets.shapes import make_shape

SIZES = [*range(8, 25), 32, 40]
every_shape = pytest.mark.parametrize("name", target_names())


def test_there_are_several_of_each_dimension():
    for num_dims in (2, 3):
        names = target_names(num_dims)
        assert len(names) >= 3
        assert all(make_shape(name, 8).num_dims == num_dims for name in names)
    assert target_names() == target_names(2) + target_names(3)


@every_shape
def test_the_longest_side_is_the_size_asked_for(name):
    assert {size: max(make_shape(name, size).size) for size in SIZES} == {n: n for n in SIZES}


@every_shape
def test_every_size_is_coloured_solid_and_in_one_piece(name):
    for size in SIZES:
        rgba8 = make_shape(name, size).rgba8
        filled = rgba8[..., 3] > 0
        assert set(np.unique(rgba8[..., 3])) <= {0, 255}
        assert len(np.unique(rgba8[filled], axis=0)) >= 2, size
        corners = np.ones((3,) * filled.ndim)  # cells sense each other over corners
        assert ndimage.label(filled, corners)[1] == 1, size


@every_shape
def test_a_shape_is_the_same_each_time(name):
    first, again = make_shape(name, 12), make_shape(name, 12)
    assert np.array_equal(first.rgba8, again.rgba8)
    assert np.array_equal(first.rgba8, load_target(name, size=12).rgba8)
    assert first.name == name


@every_shape
def test_a_shape_keeps_its_proportions(name):
    small, large = make_shape(name, 20), make_shape(name, 40)
    for one, two in zip(small.size, large.size, strict=True):
        assert two == pytest.approx(2 * one, abs=3)


def test_names_and_sizes_that_do_not_exist_say_which_do():
    with pytest.raises(ArgumentError, match=r"'mushrom' is unknown; use one of: .*mushroom"):
        make_shape("mushrom")
    for size in (7, 129, 8.0, True):
        with pytest.raises(ArgumentError, match=f"size={size} must be a whole number from 8"):
            make_shape("heart", size)
    with pytest.raises(ArgumentError, match="num_dims=4 is unknown; use 2 or 3"):
        target_names(4)
