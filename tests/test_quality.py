"""Quality in closed form, and against loops."""

import json
import math

import numpy as np
import pytest
import torch
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from voxnca import ArgumentError, Quality, load_target, training_space
from voxnca.quality import (
    Healing,
    Snapshot,
    iou,
    iou_of_cells,
    rgb_error,
    standard_wound,
    wound_centers,
)

masks = hnp.arrays(bool, hnp.array_shapes(min_dims=2, max_dims=3, max_side=6))


def solid_where(mask):
    """Make a state `(1, *space, 4)` that is solid where a mask holds."""
    return torch.from_numpy(mask)[None, ..., None].expand(1, *mask.shape, 4) * 0.51


@given(st.data())
def test_iou_is_the_shared_part_of_the_union(data):
    ours = data.draw(masks)
    wanted = data.draw(hnp.arrays(bool, ours.shape))
    either = (ours | wanted).sum()
    expected = (ours & wanted).sum() / either if either else 1.0
    assert float(iou(solid_where(ours), solid_where(wanted)[0])) == pytest.approx(expected)


@given(name=st.sampled_from(["heart", "duck"]), rng=st.integers(0, 1000), more=st.integers(0, 9))
def test_iou_of_cells_is_iou_on_any_grid(name, rng, more):
    target = load_target(name, size=8)
    space = tuple(n + more for n in training_space(target))
    mask = np.random.default_rng(rng).random(space) < 0.2
    mask |= (target.place(space)[..., 3] > 0.5).numpy() & (
        np.random.default_rng(rng).random() < 0.5
    )
    cells = torch.from_numpy(mask).nonzero()
    expected = float(iou(solid_where(mask), target.place(space)))
    assert iou_of_cells(cells, target, space) == pytest.approx(expected)


def test_iou_of_no_cells_is_zero():
    target = load_target("heart", size=8)
    assert iou_of_cells(torch.zeros(0, 2, dtype=torch.int64), target, (20, 20)) == 0


def test_rgb_error_is_clamped_and_only_on_the_solid_cells_of_the_target():
    target = torch.zeros(2, 2, 4)
    target[0] = torch.tensor([0.5, 0.5, 0.5, 1.0])
    state = torch.zeros(2, 2, 2, 8)
    state[0, 0, :, :3] = torch.tensor([0.5, 0.8, -3.0])  # off by 0, 0.3 and, clamped, 0.5
    state[0, 1] = 7.0  # beside the target: free
    state[1, 0, :, :3] = 0.5
    assert rgb_error(state, target).tolist() == pytest.approx([0.8 / 3, 0.0])


@given(mask=masks, rng=st.integers(0, 1000))
def test_the_standard_wound_is_the_smallest_ball_that_takes_a_quarter(mask, rng):
    assume(mask.any())
    cells = np.argwhere(mask)
    center = cells[rng % len(cells)]
    ball = standard_wound(torch.from_numpy(mask), center.tolist())
    hit = ball.contains(torch.from_numpy(cells)).numpy()
    assert ball.center == tuple(center)
    assert hit.sum() >= len(cells) / 4
    inner = ((cells - center) ** 2).sum(1) < ball.radius_cells**2 - 1e-6
    assert inner.sum() < len(cells) / 4


def test_an_empty_pattern_has_nothing_to_wound():
    with pytest.raises(ArgumentError, match="no solid voxel to wound"):
        standard_wound(torch.zeros(3, 3, dtype=torch.bool), (1, 1))


@given(mask=masks, count=st.integers(1, 12), seed=st.integers(0, 100))
def test_wounds_lie_on_different_solid_voxels_while_they_last(mask, count, seed):
    assume(mask.any())
    solid = torch.from_numpy(mask)
    centers = wound_centers(solid, count, seed)
    assert centers.shape == (count, mask.ndim)
    assert all(solid[tuple(center)] for center in centers.tolist())
    assert len(centers.unique(dim=0)) == min(count, int(mask.sum()))
    assert torch.equal(centers, wound_centers(solid, count, seed))


def healing(before, wounded, healed):
    """Make the record of a wound."""
    return Healing((1, 2, 3), 2.5, before, wounded, healed)


@pytest.mark.parametrize(
    ("record", "share"),
    [
        (healing(1.0, 0.6, 1.0), 1.0),
        (healing(1.0, 0.6, 0.8), 0.5),
        (healing(1.0, 0.6, 0.6), 0.0),
        (healing(1.0, 0.6, 0.4), -0.5),
        (healing(0.6, 0.6, 0.9), 0.0),
    ],
)
def test_healed_is_the_share_of_the_loss_that_came_back(record, share):
    assert record.healed == pytest.approx(share)


def quality(grown=0.9, late=0.8, healed=(0.7, 0.9), rgb=0.1):
    """Make a quality with some figures."""
    return Quality(
        Snapshot(30, grown, 0.05, 0.02),
        (Snapshot(90, 0.95, 0.04, 0.01), Snapshot(500, late, rgb, 0.03)),
        tuple(healing(1.0, 0.5, value) for value in healed),
    )


def test_means_and_worst_of_the_wounds():
    measured = quality(healed=(0.7, 0.9))
    assert measured.regrown_iou == pytest.approx(0.8)
    assert measured.worst_iou == 0.7
    assert measured.healed == pytest.approx(0.6)


def test_the_score_is_that_of_the_weakest_side_less_the_worst_colour():
    assert quality(late=0.5).score == pytest.approx(0.4)
    assert quality(grown=0.4).score == pytest.approx(0.3)
    assert quality(healed=(0.1, 0.3)).score == pytest.approx(0.1)
    assert quality(rgb=0.3).score == pytest.approx(0.5)


def test_a_figure_that_is_not_a_number_scores_below_all():
    assert quality(rgb=math.nan).score < quality(grown=0.0, rgb=1.0).score
    assert quality(late=math.nan).score < quality(grown=0.0, rgb=1.0).score


def test_json_there_and_back_is_the_same_quality():
    assert Quality.from_json(json.loads(json.dumps(quality().to_json()))) == quality()


def paths(value, path=()):
    """Yield the path of every entry in nested JSON."""
    items = value.items() if isinstance(value, dict) else enumerate(value)
    for key, entry in items:
        yield (*path, key)
        if isinstance(entry, dict | list | tuple):
            yield from paths(entry, (*path, key))


@pytest.mark.parametrize("wrong", [None, "x", [], {}])
def test_a_wrong_value_anywhere_is_refused(wrong):
    for path in paths(quality().to_json()):
        fields = json.loads(json.dumps(quality().to_json()))
        inner = fields
        for key in path[:-1]:
            inner = inner[key]
        inner[path[-1]] = wrong
        with pytest.raises(ArgumentError, match="quality is not as voxnca writes it"):
            Quality.from_json(fields)
