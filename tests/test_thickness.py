"""Thickness against plates, balls and a search through every ball."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from analysis import thickness
from analysis.thickness import local_thickness, mean_thickness, thin_share, thinnest
from voxnca import ArgumentError

sides = st.lists(st.integers(1, 6), min_size=2, max_size=3)
solids = hnp.arrays(bool, hnp.array_shapes(min_dims=2, max_dims=3, max_side=6))
small_solids = hnp.arrays(bool, hnp.array_shapes(min_dims=2, max_dims=3, max_side=4))


def ball(diameter, num_dims):
    middle = (diameter - 1) / 2
    return np.square(np.indices((diameter,) * num_dims) - middle).sum(0) <= (diameter / 2) ** 2


@given(st.integers(1, 9), st.integers(2, 3), st.data())
def test_a_plate_is_as_thick_as_it_has_layers(layers, num_dims, data):
    axis = data.draw(st.integers(0, num_dims - 1))
    solid = np.ones([layers if n == axis else layers + 20 for n in range(num_dims)], bool)
    middle = tuple(slice(None) if n == axis else layers // 2 + 10 for n in range(num_dims))
    assert (local_thickness(solid)[middle] == layers).all()


@pytest.mark.parametrize("num_dims", [2, 3])
@pytest.mark.parametrize("diameter", [8, 15, 24])
def test_a_ball_is_as_thick_as_its_diameter(diameter, num_dims):
    assert mean_thickness(ball(diameter, num_dims)) == pytest.approx(diameter, abs=1)


@pytest.mark.parametrize("thick", [1, 2, 3])
def test_a_thread_is_thin_however_it_runs(thick):
    ring = np.ones((12, 12), bool)
    ring[thick:-thick, thick:-thick] = False
    assert mean_thickness(ring) == pytest.approx(thick, rel=0 if thick < 3 else 0.04)
    assert mean_thickness(np.eye(6, dtype=bool)) == 1


def widest_ball(padded, cell):
    """Return the local thickness of a cell: try every ball, in half cells, by the definition."""
    points = np.array(list(product(*(range(2 * n - 1) for n in padded.shape))))
    lower, upper = points // 2, (points + 1) // 2
    corners = [np.where(pick, upper, lower) for pick in product((0, 1), repeat=padded.ndim)]
    empty = ~np.any([padded[tuple(corner.T)] for corner in corners], axis=0)
    reach = np.square(points[:, None] - points[empty]).sum(-1).min(1)
    inside = np.square(points - 2 * np.array(cell)).sum(1) < reach
    return np.sqrt(reach[inside].max()) - 1


@settings(max_examples=25)
@given(small_solids.filter(np.any), st.data())
def test_no_wider_ball_holds_a_cell(solid, data):
    cell = data.draw(st.sampled_from(np.argwhere(solid).tolist()))
    measured = local_thickness(solid)[tuple(cell)]
    assert measured == pytest.approx(widest_ball(np.pad(solid, 1), np.add(cell, 1)))


@given(solids, st.data())
def test_the_thickness_of_a_pattern_is_the_mean_of_its_cells_wherever_it_lies(solid, data):
    local = local_thickness(solid)
    np.testing.assert_array_equal(local >= 1, solid)
    np.testing.assert_array_equal(local == 0, ~solid)
    mean = local[solid].mean() if solid.any() else 0
    order = data.draw(st.permutations(range(solid.ndim)))
    turned = np.pad(np.transpose(np.flip(solid, 0), order), 2)
    assert mean_thickness(turned) == pytest.approx(mean)
    assert thinnest(turned) == thinnest(solid)


@given(sides, st.integers(0, 3))
def test_a_box_is_as_thin_as_its_shortest_side(box, margin):
    solid = np.pad(np.ones(box, bool), margin)
    assert thinnest(solid) == min(box)
    assert thin_share(solid) == (1.0 if min(box) == 1 else 0.0)


@given(solids.filter(np.any))
def test_the_thinnest_part_is_found_by_trying_every_side(solid):
    tight = thickness.crop(solid)
    fits = [
        side for side in range(1, min(tight.shape) + 1) if thickness._is_beside_cubes(tight, side)
    ]
    assert thinnest(solid) == max(fits, default=1)


@given(solids, st.integers(1, 3))
def test_cubes_are_found_wherever_they_lie(solid, side):
    expected = np.zeros(np.add(solid.shape, 2), bool)
    for corner in np.ndindex(*np.maximum(0, np.subtract(solid.shape, side - 1))):
        cube = tuple(slice(n, n + side) for n in corner)
        if solid[cube].all():
            expected[tuple(slice(n, n + side + 2) for n in corner)] = True
    inner = (slice(1, -1),) * solid.ndim
    np.testing.assert_array_equal(thickness._beside_cubes(solid, side), expected[inner])


@pytest.mark.parametrize("thick", [1, 2, 3, 4, 5, 6, 7])
def test_a_house_is_as_thin_as_its_walls(thick):
    solid = np.ones((16, 16, 16), bool)
    solid[(slice(thick, -thick),) * 3] = False
    assert thinnest(solid) == thick
    assert (thin_share(solid) > 0.9) == (thick == 1)


def test_the_rounded_edges_of_a_ball_are_not_thin():
    assert thinnest(ball(21, 3)) >= 3
    assert thin_share(ball(21, 3)) == 0


@pytest.mark.parametrize("shape", [(3, 3), (3, 3, 3)])
def test_nothing_is_not_thick(shape):
    empty = np.zeros(shape, bool)
    assert thinnest(empty) == mean_thickness(empty) == thin_share(empty) == 0
    assert not local_thickness(empty).any()


@pytest.mark.parametrize("figure", [local_thickness, mean_thickness, thinnest, thin_share])
def test_other_arrays_are_refused(figure):
    with pytest.raises(ArgumentError, match=r"pass voxnca.solid\(state\)\[0\]"):
        figure(np.ones((2, 2)))
