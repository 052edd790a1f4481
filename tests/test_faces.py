"""Exposed faces against a loop over every cell and direction, and against closed forms."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from voxnca.errors import ArgumentError
from voxnca.faces import exposed_faces

solids = hnp.arrays(bool, hnp.array_shapes(min_dims=2, max_dims=3, max_side=5))


def naive_faces(solid: np.ndarray) -> set[tuple[tuple[int, ...], int, int]]:
    """Ask of each solid cell whether the next cell each way is solid."""
    cells = {tuple(int(i) for i in cell) for cell in np.argwhere(solid)}
    return {
        (cell, axis, side)
        for cell in cells
        for axis in range(solid.ndim)
        for side, step in ((0, -1), (1, 1))
        if (*cell[:axis], cell[axis] + step, *cell[axis + 1 :]) not in cells
    }


@given(solids, st.randoms(use_true_random=False))
def test_faces_are_those_of_a_naive_loop(solid, random):
    cells = np.argwhere(solid)
    order = list(range(len(cells)))
    random.shuffle(order)
    cells = cells[order]
    faces = exposed_faces(cells, solid.shape)
    listed = [
        (tuple(int(i) for i in cells[cell]), int(axis), int(side))
        for cell, axis, side in zip(faces.cell, faces.axis, faces.side, strict=True)
    ]
    assert len(listed) == len(set(listed)) == len(faces)
    assert set(listed) == naive_faces(solid)


@pytest.mark.parametrize("space", [(4, 4), (3, 5), (2, 3, 4), (6, 6, 6)])
def test_a_full_box_shows_its_hull_at_the_border_of_the_grid(space):
    faces = exposed_faces(np.argwhere(np.ones(space, bool)), space)
    hull = sum(2 * np.prod(space) // side for side in space)
    assert len(faces) == hull


def test_faces_of_one_cell_come_in_order_of_axis_and_side():
    faces = exposed_faces(np.array([[1, 1, 1]]), (3, 3, 3))
    assert faces.cell.tolist() == [0] * 6
    assert faces.axis.tolist() == [0, 0, 1, 1, 2, 2]
    assert faces.side.tolist() == [0, 1] * 3
    assert faces.axis.dtype == faces.side.dtype == np.int8


def test_no_cells_have_no_faces():
    assert len(exposed_faces(np.empty((0, 3), int), (4, 4, 4))) == 0


@pytest.mark.parametrize("dtype", [np.uint8, np.int16, np.int32])
def test_small_integer_types_do_not_overflow(dtype):
    largest = min(np.iinfo(dtype).max, 300)
    cells = np.array([[largest, 0, 0], [largest - 1, 0, 0]], dtype)
    assert len(exposed_faces(cells, (largest + 1, 1, 1))) == 10


@pytest.mark.parametrize(
    ("cells", "rule"),
    [
        (np.zeros((2, 2), int), "pass np.argwhere"),
        (np.zeros((2, 3)), "whole numbers"),
        (np.zeros(3, int), "pass np.argwhere"),
        (np.array([[0, 0, 4]]), "inside space"),
        (np.array([[-1, 0, 0]]), "inside space"),
    ],
)
def test_foreign_cells_are_refused(cells, rule):
    with pytest.raises(ArgumentError, match=rule):
        exposed_faces(cells, (4, 4, 4))
