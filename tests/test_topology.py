"""Components, holes and cavities against known shapes, and against homology done by the book."""

from itertools import pairwise, product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from analysis.topology import (
    count_cavities,
    count_components,
    count_holes,
    euler_characteristic,
)
from voxnca import ArgumentError

solids = hnp.arrays(bool, hnp.array_shapes(min_dims=2, max_dims=3, max_side=6))
small_solids = hnp.arrays(bool, hnp.array_shapes(min_dims=2, max_dims=3, max_side=3))


def shell(size):
    solid = np.ones((size,) * 3, bool)
    solid[1:-1, 1:-1, 1:-1] = False
    return solid


def cells(shape, *filled):
    solid = np.zeros(shape, bool)
    solid[tuple(np.transpose(filled))] = True
    return solid


def torus(*, hollow=False):
    z, y, x = np.indices((9, 21, 21)) - np.array([4, 10, 10])[:, None, None, None]
    tube = np.hypot(np.hypot(y, x) - 6, z)
    return (tube <= 3.5) & ((tube > 1.5) | (not hollow))


def frame():
    """A cube's twelve edges."""
    return (np.indices((5, 5, 5)) % 4 == 0).sum(0) >= 2


def pierced_at_a_corner():
    solid = shell(3)
    solid[0, 0, 0] = False
    return solid


def nested():
    solid = shell(7)
    solid[2:5, 2:5, 2:5] = shell(3)
    return solid


def figure_of_eight():
    solid = np.ones((3, 5), bool)
    solid[1, [1, 3]] = False
    return solid


SHAPES = {
    # components, by faces, holes, cavities, Euler characteristic
    "nothing": (np.zeros((3, 3, 3), bool), (0, 0, 0, 0, 0)),
    "a cube": (np.ones((4, 4, 4), bool), (1, 1, 0, 0, 1)),
    "a hollow cube": (shell(5), (1, 1, 0, 1, 2)),
    "a hollow cube without a corner": (pierced_at_a_corner(), (1, 1, 0, 1, 2)),
    "a hollow cube in another": (nested(), (2, 2, 0, 2, 4)),
    "a torus": (torus(), (1, 1, 1, 0, 0)),
    "a hollow torus": (torus(hollow=True), (1, 1, 2, 1, 0)),
    "a cube's edges": (frame(), (1, 1, 5, 0, -4)),
    "cubes that touch at a corner": (cells((2, 2, 2), (0, 0, 0), (1, 1, 1)), (1, 2, 0, 0, 1)),
    "cubes that touch at an edge": (cells((2, 2, 2), (0, 0, 0), (0, 1, 1)), (1, 2, 0, 0, 1)),
    "cubes apart": (cells((3, 1, 1), (0, 0, 0), (2, 0, 0)), (2, 2, 0, 0, 2)),
    "a square": (np.ones((3, 4), bool), (1, 1, 0, 0, 1)),
    "a ring": (shell(3)[1], (1, 1, 1, 0, 0)),
    "a figure of eight": (figure_of_eight(), (1, 1, 2, 0, -1)),
    "a diamond": (cells((3, 3), (0, 1), (1, 0), (1, 2), (2, 1)), (1, 4, 1, 0, 0)),
    "no pixel": (np.zeros((2, 2), bool), (0, 0, 0, 0, 0)),
}


def figures(solid):
    return (
        count_components(solid),
        count_components(solid, by_faces=True),
        count_holes(solid),
        count_cavities(solid),
        euler_characteristic(solid),
    )


@pytest.mark.parametrize("name", SHAPES)
def test_known_shapes_have_their_known_figures(name):
    solid, expected = SHAPES[name]
    assert figures(solid) == expected


def complex_of(solid):
    """Return the vertices, edges, faces and cubes of the closed cells, by dimension.

    An element stands at doubled coordinates: odd along the axes in which it extends.
    """
    found = {
        tuple(2 * n + offset for n, offset in zip(cell, offsets, strict=True))
        for cell in np.argwhere(solid).tolist()
        for offsets in product((0, 1, 2), repeat=solid.ndim)
    }
    by_dimension = [[] for _ in range(solid.ndim + 1)]
    for element in sorted(found):
        by_dimension[sum(n % 2 for n in element)].append(element)
    return by_dimension


def boundary_rank(lower, upper):
    """Return the rank of the boundary operator from elements to those one dimension lower."""
    rows = {element: row for row, element in enumerate(lower)}
    matrix = np.zeros((len(lower), len(upper)))
    for column, element in enumerate(upper):
        sign = 1
        for axis, n in enumerate(element):
            if n % 2:
                for side in (-1, 1):
                    matrix[rows[*element[:axis], n + side, *element[axis + 1 :]], column] = (
                        sign * side
                    )
                sign = -sign
    return int(np.linalg.matrix_rank(matrix)) if matrix.size else 0


@settings(max_examples=40)
@given(small_solids)
def test_they_are_the_betti_numbers_of_the_closed_cells(solid):
    elements = complex_of(solid)
    ranks = [0, *(boundary_rank(*pair) for pair in pairwise(elements)), 0]
    betti = [len(e) - ranks[k] - ranks[k + 1] for k, e in enumerate(elements)]
    counted = [count_components(solid), count_holes(solid), count_cavities(solid)]
    assert counted == betti[:3]
    assert not any(betti[solid.ndim :])


@given(solids)
def test_euler_is_the_alternating_count_of_elements_and_of_holes(solid):
    euler = euler_characteristic(solid)
    assert euler == sum((-1) ** k * len(e) for k, e in enumerate(complex_of(solid)))
    assert euler == count_components(solid) - count_holes(solid) + count_cavities(solid)


@given(solids)
def test_holes_of_a_flat_pattern_are_the_regions_it_encloses(solid):
    if solid.ndim == 2:
        assert count_holes(solid) == count_components(~np.pad(solid, 1), by_faces=True) - 1


@given(solids, st.data())
def test_place_and_hand_and_order_of_the_axes_do_not_matter(solid, data):
    margins = data.draw(st.lists(st.integers(0, 3), min_size=2 * solid.ndim, max_size=6))
    moved = np.pad(solid, np.array(margins[: 2 * solid.ndim]).reshape(-1, 2))
    turned = np.transpose(moved, data.draw(st.permutations(range(solid.ndim))))
    flipped = np.flip(turned, data.draw(st.sets(st.integers(0, solid.ndim - 1)).map(tuple)))
    assert figures(flipped) == figures(solid)


@given(solids, solids.filter(np.any))
def test_figures_of_patterns_apart_add_up(one, other):
    if one.ndim != other.ndim:
        return
    longest = np.maximum(one.shape, other.shape)
    both = np.zeros((2 * longest[0] + 1, *longest[1:]), bool)
    both[tuple(slice(n) for n in one.shape)] = one
    both[longest[0] + 1 :][tuple(slice(n) for n in other.shape)] = other
    assert figures(both) == tuple(np.add(figures(one), figures(other)))


@given(solids)
def test_parts_touch_nowhere(solid):
    parts = count_components(solid)
    assert parts <= count_components(solid, by_faces=True)
    # Walk from each part's first cell over everything within one step.
    left, found = {tuple(cell) for cell in np.argwhere(solid).tolist()}, 0
    while left:
        found += 1
        edge = [left.pop()]
        while edge:
            cell = edge.pop()
            near = {other for other in left if np.abs(np.subtract(cell, other)).max() <= 1}
            left -= near
            edge += near
    assert parts == found


@pytest.mark.parametrize(
    "figure", [count_components, count_holes, count_cavities, euler_characteristic]
)
def test_other_arrays_are_refused(figure):
    with pytest.raises(ArgumentError, match=r"solid int64 \(2, 2\) must be bool"):
        figure(np.ones((2, 2), np.int64))
