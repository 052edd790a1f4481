"""Ways by faces against scipy's shortest paths and labels."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy import ndimage
from scipy.sparse import coo_array
from scipy.sparse.csgraph import shortest_path

from voxnca import ArgumentError
from voxnca.ways import distances, face_steps, follow, reached, way


@st.composite
def grids(draw):
    """Draw a grid, which cells are passable, and one of these."""
    passable = draw(hnp.arrays(bool, hnp.array_shapes(min_dims=2, max_dims=3, max_side=6)))
    start = tuple(draw(st.integers(0, n - 1)) for n in passable.shape)
    passable[start] = True
    return passable, start


def scipy_distances(passable, start):
    number = np.arange(passable.size).reshape(passable.shape)
    pairs = [np.empty((2, 0), int)]
    for axis in range(passable.ndim):
        cells = np.moveaxis(np.where(passable, number, -1), axis, 0)
        both = np.stack([cells[:-1].ravel(), cells[1:].ravel()])
        pairs.append(both[:, (both >= 0).all(0)])
    first, second = np.concatenate(pairs, axis=1)
    graph = coo_array((np.ones(len(first)), (first, second)), (passable.size,) * 2)
    steps = shortest_path(graph, directed=False, unweighted=True, indices=int(number[start]))
    return np.where(np.isfinite(steps), steps, -1).reshape(passable.shape)


@given(grids())
def test_distances_are_those_of_scipy(grid):
    passable, start = grid
    found = distances(passable, start)
    assert found.dtype == np.int32
    np.testing.assert_array_equal(found, scipy_distances(passable, start))


@given(grids())
def test_reached_are_the_cells_of_one_component_corners_included(grid):
    passable, start = grid
    labels, _ = ndimage.label(passable, np.ones((3,) * passable.ndim))
    np.testing.assert_array_equal(reached(passable, start), labels == labels[start])


@given(grids(), st.data())
def test_a_way_goes_by_faces_through_passable_cells_and_is_as_short_as_can_be(grid, data):
    passable, start = grid
    steps = distances(passable, start)
    end = data.draw(st.sampled_from(list(map(tuple, np.argwhere(steps >= 0)))))
    cells = way(steps, end)
    assert len(cells) == steps[end] + 1
    assert (tuple(cells[0]), tuple(cells[-1])) == (start, end)
    assert passable[tuple(cells.T)].all()
    assert (np.abs(np.diff(cells, axis=0)).sum(1) == 1).all()


def test_the_order_of_faces_is_down_and_up_for_each_axis():
    assert face_steps(2).tolist() == [[-1, 0], [1, 0], [0, -1], [0, 1]]
    assert face_steps(3)[5].tolist() == [0, 0, 1]


def test_following_ends_where_no_direction_is_or_a_circle_closes():
    directions = np.array([[3, 1], [-1, 2]], np.int8)
    assert follow(directions, (0, 0)).tolist() == [[0, 0], [0, 1], [1, 1], [1, 0]]
    directions[1, 0] = 0
    assert follow(directions, (0, 1)).tolist() == [[0, 1], [1, 1], [1, 0], [0, 0]]


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: distances(np.ones((3, 3)), (0, 0)), "pass a numpy array of bool"),
        (lambda: distances(np.ones(3, bool), (0,)), "it must be"),
        (lambda: distances(np.ones((0, 3), bool), (0, 0)), "it must be"),
        (lambda: distances(np.zeros((3, 3), bool), (0, 0)), r"start=\(0, 0\) is blocked"),
        (lambda: distances(np.ones((3, 3), bool), (0, 3)), "off the grid"),
        (lambda: distances(np.ones((3, 3), bool), (-1, 0)), "off the grid"),
        (lambda: distances(np.ones((3, 3), bool), (0, 0, 0)), "must be 2 whole numbers"),
        (lambda: distances(np.ones((3, 3), bool), (0.0, 1.0)), "must be 2 whole numbers"),
        (lambda: way(np.array([[0, -1]], np.int32), (0, 1)), r"end=\(0, 1\)"),
        (lambda: follow(np.zeros((2, 2), np.int8), (0, 0)), "lead off the grid"),
    ],
)
def test_what_is_wrong_is_said(call, message):
    with pytest.raises(ArgumentError, match=message):
        call()
