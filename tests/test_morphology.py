"""Form against closed forms and scipy."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy import ndimage

import voxnca
from analysis import morphology, thickness, topology
from voxnca import ArgumentError

sides = st.lists(st.integers(1, 6), min_size=2, max_size=3)
solids = hnp.arrays(bool, hnp.array_shapes(min_dims=2, max_dims=3, max_side=6))


@given(sides, st.integers(0, 3))
def test_a_box_has_the_volume_and_surface_of_a_box(box, margin):
    form = morphology.measure(np.pad(np.ones(box, bool), margin))
    volume = int(np.prod(box))
    assert form.volume == volume
    assert form.surface == sum(2 * volume // side for side in box)
    assert form.components == form.face_components == form.euler == 1
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
    assert form.face_components == ndimage.label(solid)[1]
    assert form.components == ndimage.label(solid, np.ones((3,) * solid.ndim))[1]
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
    assert morphology.measure(solid).symmetry == (3 / 5, 2 / 6)


def test_a_pattern_of_known_form_has_its_known_figures():
    solid = np.zeros((6, 5, 5), bool)
    solid[:5] = True
    solid[1:4, 1:4, 1:4] = False
    solid[5, 2, 2] = True
    form = morphology.measure(solid)
    assert form == morphology.Morphology(
        volume=5**3 - 3**3 + 1,
        surface=6 * 25 + 6 * 9 + 4,
        components=1,
        face_components=1,
        holes=0,
        cavities=1,
        euler=2,
        thickness=form.thickness,
        thinnest=1,
        symmetry=(form.symmetry[0], 1.0, 1.0),
    )
    assert form.thickness == pytest.approx(1, abs=0.01)
    assert form.symmetry[0] < 1


def test_nothing_has_no_form():
    assert morphology.measure(np.zeros((4, 4, 4), bool)) == morphology.Morphology(
        volume=0,
        surface=0,
        components=0,
        face_components=0,
        holes=0,
        cavities=0,
        euler=0,
        thickness=0.0,
        thinnest=0,
        symmetry=(1.0, 1.0, 1.0),
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
def test_its_figures_are_those_of_the_parts_it_is_made_of(solid):
    form = morphology.measure(solid)
    assert form.holes == topology.count_holes(solid)
    assert form.cavities == topology.count_cavities(solid)
    assert form.euler == topology.euler_characteristic(solid)
    assert form.thickness == pytest.approx(thickness.mean_thickness(solid))
    assert form.thinnest == thickness.thinnest(solid)
