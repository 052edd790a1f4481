"""Form against closed forms and scipy, and against targets; and over runs."""

import json
import tracemalloc
from dataclasses import asdict

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy import ndimage

import voxnca
from analysis import morphology, thickness, topology
from voxnca import ArgumentError, quality

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


@given(st.data())
@pytest.mark.parametrize("name", ["heart", "mushroom"])
def test_a_difference_is_counted_where_quality_compares(name, data):
    target = voxnca.load_target(name, size=8)
    space = tuple(2 * n + data.draw(st.integers(1, 3)) for n in target.size)
    solid = data.draw(hnp.arrays(bool, space))
    placed = target.place(space)
    wanted = voxnca.solid(placed).numpy()
    difference = morphology.compare(solid, target)
    assert difference.missing == np.count_nonzero(wanted & ~solid)
    assert difference.extra == np.count_nonzero(solid & ~wanted)
    state = torch.from_numpy(solid)[None, ..., None].float().expand(-1, *space, 4)
    assert difference.iou == pytest.approx(float(quality.iou(state, placed)))


def test_what_is_the_target_differs_nowhere():
    target = voxnca.load_target("mushroom")
    space = voxnca.training_space(target)
    placed = voxnca.solid(target.place(space))
    assert morphology.compare(placed, target) == morphology.Difference(1.0, 0, 0)
    nothing = morphology.compare(torch.zeros_like(placed), target)
    assert nothing == morphology.Difference(0.0, target.num_solid, 0)


def test_a_grid_that_does_not_hold_the_target_is_refused():
    with pytest.raises(ArgumentError, match="does not fit a grid"):
        morphology.compare(np.zeros((4, 4), bool), voxnca.load_target("heart"))


@pytest.fixture(scope="module", params=[2, 3])
def model(request):
    """A rule under which a seed spreads."""
    rule = voxnca.NCA(
        voxnca.ModelConfig(num_dims=request.param, num_channels=7, hidden_size=8), seed=1
    )
    with torch.no_grad():
        rule.out.weight.normal_(std=0.2, generator=torch.Generator().manual_seed(2))
        rule.out.bias[3] = 0.4
    return rule


@pytest.mark.parametrize("engine", ["dense", "sparse"])
def test_a_trajectory_is_of_the_states_that_grow_gives(model, engine):
    target = voxnca.load_target("heart" if model.config.num_dims == 2 else "mushroom", size=8)
    start = voxnca.seed(model.config, (15, 16, 17)[: model.config.num_dims], batch_size=2)
    run = model.rollout(start, seed=7, engine=engine)
    seen = morphology.trajectory((run.step(n) for n in (0, 1, 2, 4)), target, sample=1)
    grown = [
        (n, voxnca.solid(model.grow(start, n, seed=7, engine=engine))[1]) for n in (0, 1, 3, 7)
    ]
    assert seen == morphology.trajectory(grown, target)
    assert [moment.step for moment in seen] == [0, 1, 3, 7]
    assert len({moment.form.volume for moment in seen}) > 2
    assert [moment.form for moment in seen] == [morphology.measure(solid) for _, solid in grown]
    assert [moment.difference for moment in seen] == [
        morphology.compare(solid, target) for _, solid in grown
    ]


def test_a_trajectory_can_be_written_as_json(model):
    start = voxnca.seed(model.config, (9,) * model.config.num_dims)
    (moment,) = morphology.trajectory([model.rollout(start)])
    fields = json.loads(json.dumps(asdict(moment)))
    assert fields["step"] == 0
    assert fields["difference"] is None
    assert fields["form"] == {
        **dict.fromkeys(("volume", "components", "face_components", "euler", "thinnest"), 1),
        "surface": 2 * model.config.num_dims,
        "holes": 0,
        "cavities": 0,
        "thickness": 1.0,
        "symmetry": [1.0] * model.config.num_dims,
    }


def test_a_small_pattern_in_a_large_grid_costs_little(model, monkeypatch):
    def refuse(_):
        raise AssertionError("the grid was made whole")

    monkeypatch.setattr(voxnca.Rollout, "state", refuse)
    space = (1200,) * model.config.num_dims
    run = model.rollout(voxnca.seed_rows(model.config, space), space=space).step(3)
    tracemalloc.start()
    moment = morphology.observe(run)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert moment.form.volume > 1
    assert peak < 2**20


def test_a_pattern_that_died_is_observed_too(model):
    space = (9,) * model.config.num_dims
    run = model.rollout(voxnca.seed(model.config, space))
    run.wound(voxnca.wounds.Ball((4,) * len(space), 3))
    assert morphology.observe(run.step(2)).form == morphology.measure(np.zeros(space, bool))


@pytest.mark.parametrize("sample", [-1, 2])
def test_a_foreign_sample_is_refused(model, sample):
    start = voxnca.seed(model.config, (9,) * model.config.num_dims, batch_size=2)
    with pytest.raises(ArgumentError, match=f"sample={sample} must be from 0 to 1"):
        morphology.observe(model.rollout(start), sample=sample)
