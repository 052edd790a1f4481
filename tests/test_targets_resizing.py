"""Shrinking volumes: colours, coverage, and parts thinner than a voxel."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import ndimage

from voxnca.targets.resizing import resize

COLOUR = (200, 100, 50, 255)


def volume(solid):
    return np.where(solid[..., None], np.array(COLOUR, np.uint8), np.uint8(0))


def shrunk(solid, size):
    rgba8 = resize(volume(solid), size)
    kept = rgba8[..., 3] > 0
    assert (rgba8[kept] == COLOUR).all()
    assert not rgba8[~kept].any()
    return kept


def naive_average(rgba8, space):
    """Average premultiplied over 60 points a side in each new pixel, for sizes that divide 60."""
    old = rgba8.astype(float) / 255
    old[..., :3] *= old[..., 3:]
    fine = old
    for axis, n in enumerate(space):
        fine = fine.repeat(60 // old.shape[axis], axis)
        fine = fine.reshape(*fine.shape[:axis], n, -1, *fine.shape[axis + 1 :]).mean(axis + 1)
    return fine


@given(st.sampled_from([(6, 10), (12, 12), (10, 4)]), st.sampled_from([5, 4, 3]), st.integers(0, 9))
def test_pixels_are_averages_over_their_area(space, size, seed):
    rgba8 = np.random.default_rng(seed).integers(0, 256, (*space, 4)).astype(np.uint8)
    result = resize(rgba8, size)
    new = result.shape[:-1]
    if any(60 % n for n in new):
        return
    expected = naive_average(rgba8, new)
    got = result.astype(float) / 255
    np.testing.assert_allclose(got[..., 3], expected[..., 3], atol=0.5 / 255 + 1e-6)
    got[..., :3] *= expected[..., 3:]
    np.testing.assert_allclose(got[..., :3], expected[..., :3], atol=0.5 / 255 + 1e-6)


@pytest.mark.parametrize("size", [8, 16, 32])
def test_a_ball_keeps_its_volume_and_its_form(size):
    grid = np.indices((64,) * 3) - 31.5
    ball = (grid**2).sum(0) < 32**2
    kept = shrunk(ball, size)
    assert kept.sum() == pytest.approx(ball.sum() * (size / 64) ** 3, rel=0.05)
    blocks = ball.reshape(*[n for _ in range(3) for n in (size, 64 // size)]).mean((1, 3, 5))
    np.testing.assert_array_equal(kept, blocks >= 0.5)  # no bumps at its poles


def test_by_a_whole_factor_blocks_of_one_colour_come_out_exact():
    small = np.random.default_rng(1).random((5, 6, 7)) < 0.5
    kept = shrunk(small.repeat(3, 0).repeat(3, 1).repeat(3, 2), 7)
    np.testing.assert_array_equal(kept, small)


@settings(max_examples=25)
@given(st.integers(5, 40))
def test_a_house_of_thin_walls_stays_closed(size):
    house = np.zeros((48, 48, 48), bool)
    house[3:40, 2:46, 4:45] = True
    house[4:39, 3:45, 5:44] = False
    kept = shrunk(house, size)
    assert ndimage.label(kept)[1] == 1
    assert ndimage.label(~np.pad(kept, 1))[1] == 2  # outside and the room


@settings(max_examples=25)
@given(st.integers(12, 40), st.integers(20, 34))
def test_a_thin_pole_stays_whole_and_on_its_block(size, height):
    block = np.zeros((48, 48, 48), bool)
    block[:height, 8:40, 8:40] = True
    block[height:, 23, 23] = True
    kept = shrunk(block, size)
    assert kept.any((1, 2)).all()
    assert ndimage.label(kept)[1] == 1


def test_a_mixed_voxel_has_the_mean_colour_of_what_is_solid():
    rgba8 = np.zeros((2, 2, 4, 4), np.uint8)
    rgba8[:, :, 0] = (255, 0, 0, 255)
    rgba8[0, :, 1] = (0, 0, 255, 255)
    rgba8[:, :, 2:] = (9, 9, 9, 255)
    assert resize(rgba8, 2)[0, 0].tolist() == [[170, 0, 85, 255], [9, 9, 9, 255]]
