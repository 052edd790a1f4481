"""Form against closed forms and scipy."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy import ndimage

import voxnca
from analysis import morphology
from voxnca import ArgumentError

sides = st.lists(st.integers(1, 6), min_size=2, max_size=3)
solids = hnp.arrays(bool, hnp.array_shapes(min_dims=2, max_dims=3, max_side=6))


@given(sides, st.integers(0, 3))
def test_a_box_has_the_volume_and_surface_of_a_box(box, margin):
    form = morphology.measure(np.pad(np.ones(box, bool), margin))
    volume = int(np.prod(box))
    assert form.volume == volume
    assert form.surface == sum(2 * volume // side for side in box)
    assert form.components == 1
    assert form.symmetry == (1.0,) * len(box)


@pytest.mark.parametrize("size", [3, 5, 8])
def test_a_shell_has_an_inner_surface_too(size):
    solid = np.ones((size,) * 3, bool)
    solid[1:-1, 1:-1, 1:-1] = False
    form = morphology.measure(solid)
    assert form.volume == size**3 - (size - 2) ** 3
    assert form.surface == 6 * size**2 + 6 * (size - 2) ** 2


@given(solids)
def test_figures_agree_with_scipy_and_a_difference_along_each_axis(solid):
    form = morphology.measure(solid)
    steps = [np.abs(np.diff(np.pad(solid, 1).astype(int), axis=a)) for a in range(solid.ndim)]
    assert form.surface == sum(int(step.sum()) for step in steps)
    assert form.components == ndimage.label(solid)[1]
    assert form.volume == np.count_nonzero(solid)


@given(solids, st.data())
def test_symmetry_does_not_depend_on_the_place_or_the_hand(solid, data):
    axis = data.draw(st.integers(0, solid.ndim - 1))
    iou = morphology.mirror_iou(solid, axis)
    assert 0 <= iou <= 1
    assert iou == morphology.mirror_iou(np.flip(solid, axis), axis)
    assert iou == morphology.mirror_iou(
        np.pad(solid, ((3, 1),) + ((0, 2),) * (solid.ndim - 1)), axis
    )


def test_an_l_is_symmetric_across_no_axis():
    solid = np.zeros((3, 2), bool)
    solid[:, 0] = solid[2, 1] = True
    assert morphology.measure(solid) == morphology.Morphology(4, 10, 1, (3 / 5, 2 / 6))


def test_nothing_has_no_parts():
    assert morphology.measure(np.zeros((4, 4, 4), bool)) == morphology.Morphology(
        0, 0, 0, (1.0, 1.0, 1.0)
    )


def test_states_and_targets_can_be_measured():
    target = voxnca.load_target("mushroom")
    state = torch.zeros(1, 40, 40, 40, 8)
    state[0, ..., :4] = target.place((40, 40, 40))
    form = morphology.measure(voxnca.solid(state)[0])
    assert form == morphology.measure(target.solid)
    assert form.volume == target.num_solid


@pytest.mark.parametrize(
    "solid", [np.ones((2, 2)), np.ones(3, bool), np.ones((2, 2, 2, 2), bool), "no"]
)
def test_other_arrays_are_refused(solid):
    with pytest.raises(ArgumentError, match=r"pass voxnca.solid\(state\)\[0\]"):
        morphology.measure(solid)


def test_a_foreign_axis_is_refused():
    with pytest.raises(ArgumentError, match="axis=2"):
        morphology.mirror_iou(np.ones((2, 2), bool), 2)


@given(solids)
def test_parts_touch_nowhere(solid):
    parts = morphology.count_parts(solid)
    assert parts <= morphology.measure(solid).components
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


@given(sides, st.integers(0, 3))
def test_a_box_is_as_thick_as_its_shortest_side(box, margin):
    solid = np.pad(np.ones(box, bool), margin)
    assert morphology.thinnest(solid) == min(box)
    assert morphology.thin_share(solid) == (1.0 if min(box) == 1 else 0.0)


@given(solids, st.integers(1, 3))
def test_cubes_are_found_wherever_they_lie(solid, side):
    expected = np.zeros(np.add(solid.shape, 2), bool)
    for corner in np.ndindex(*np.maximum(0, np.subtract(solid.shape, side - 1))):
        cube = tuple(slice(n, n + side) for n in corner)
        if solid[cube].all():
            expected[tuple(slice(n, n + side + 2) for n in corner)] = True
    inner = (slice(1, -1),) * solid.ndim
    np.testing.assert_array_equal(morphology._beside_cubes(solid, side), expected[inner])


@pytest.mark.parametrize("thickness", [1, 2, 3])
def test_a_house_is_as_thick_as_its_walls(thickness):
    solid = np.ones((16, 16, 16), bool)
    solid[(slice(thickness, -thickness),) * 3] = False
    assert morphology.thinnest(solid) == thickness
    assert (morphology.thin_share(solid) > 0.9) == (thickness == 1)


def test_the_rounded_edges_of_a_ball_are_not_thin():
    ball = (np.square(np.indices((21,) * 3) - 10).sum(0)) <= 10.4**2
    assert morphology.thinnest(ball) >= 3
    assert morphology.thin_share(ball) == 0


def test_nothing_is_not_thick():
    empty = np.zeros((3, 3), bool)
    assert morphology.count_parts(empty) == morphology.thinnest(empty) == 0
    assert morphology.thin_share(empty) == 0
