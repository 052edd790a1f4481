"""Connected components against scipy."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis.extra import numpy as hnp
from scipy import ndimage

from voxnca.components import label_components

solids = hnp.arrays(bool, hnp.array_shapes(min_dims=2, max_dims=3, max_side=7))


@given(solids)
def test_labels_are_those_of_scipy(solid):
    labels, count = label_components(solid)
    expected, expected_count = ndimage.label(solid)
    assert count == expected_count
    np.testing.assert_array_equal(labels, expected)


@pytest.mark.parametrize("seed", range(3))
def test_labels_of_winding_corridors_are_those_of_scipy(seed):
    solid = np.random.default_rng(seed).random((60, 70)) < 0.6
    labels, count = label_components(solid)
    expected, expected_count = ndimage.label(solid)
    assert count == expected_count
    np.testing.assert_array_equal(labels, expected)


def test_cells_that_share_a_corner_only_are_apart():
    assert label_components(np.eye(4, dtype=bool))[1] == 4
