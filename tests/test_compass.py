"""The compass: its field against dense solvers and closed forms, its ways against the shortest."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy import ndimage

from voxnca import ArgumentError
from voxnca.conditions.compass import SCREENING, directions, field
from voxnca.layouts import held_out_layouts
from voxnca.ways import distances, face_steps, follow


@st.composite
def rooms(draw, max_side=6):
    """Draw a grid's blocked cells, and a free one for the beacon."""
    blocked = draw(hnp.arrays(bool, hnp.array_shapes(min_dims=2, max_dims=3, max_side=max_side)))
    beacon = tuple(draw(st.integers(0, n - 1)) for n in blocked.shape)
    blocked[beacon] = False
    return blocked, beacon


def potential_by_jacobi(blocked, beacon, num_sweeps=400):
    """Let the substance spread, cell by cell, until nothing changes any more."""
    free = np.argwhere(~blocked).tolist()
    near = {
        tuple(cell): [
            other for step in face_steps(blocked.ndim) if (other := tuple(cell + step)) in known
        ]
        for known in [set(map(tuple, free))]
        for cell in np.array(free)
    }
    potential = dict.fromkeys(near, 0.0) | {beacon: 1.0}
    for _ in range(num_sweeps):
        potential = {
            cell: sum(potential[other] for other in others) / (len(others) + SCREENING)
            for cell, others in near.items()
        } | {beacon: 1.0}
    return potential


@settings(max_examples=25)
@given(rooms(max_side=4))
def test_the_field_is_the_steady_state_of_the_diffusion(room):
    blocked, beacon = room
    found = field(blocked, beacon)
    expected = potential_by_jacobi(blocked, beacon, num_sweeps=150)
    for cell in np.ndindex(blocked.shape):
        assert np.exp(found[cell]) == pytest.approx(expected.get(cell, 0.0), rel=1e-9)


@pytest.mark.parametrize("length", [2, 7, 3000])
def test_the_field_of_a_corridor_is_the_closed_form_however_long_it_is(length):
    """A hyperbolic cosine that is level at the closed end; 3000 steps away p is 1e-3700."""
    found = field(np.zeros((1, length), bool), (0, 0))[0]
    rate = np.arccosh(1 + SCREENING / 2)
    to_end = length - 0.5 - np.arange(length)
    logs = rate * to_end + np.log1p(np.exp(-2 * rate * to_end))
    np.testing.assert_allclose(found, logs - logs[0], rtol=1e-12, atol=1e-12)


@given(rooms())
def test_ascent_from_wherever_a_way_leads_ends_at_the_beacon(room):
    blocked, beacon = room
    signal = field(blocked, beacon)
    compass = directions(signal, blocked, beacon)
    labels, _ = ndimage.label(~blocked)
    reachable = labels == labels[beacon]
    assert compass.dtype == np.int8
    np.testing.assert_array_equal(np.isfinite(signal), reachable)
    wanted = reachable.copy()
    wanted[beacon] = False
    np.testing.assert_array_equal(compass >= 0, wanted)
    for cell in np.argwhere(reachable):
        cells = follow(compass, cell)
        assert tuple(cells[-1]) == beacon
        assert (np.diff(signal[tuple(cells.T)]) > 0).all()


def test_a_maze_of_a_thousand_steps_is_found_through():
    blocked = np.zeros((45, 45), bool)
    blocked[1::2] = True
    blocked[1::4, -1] = blocked[3::4, 0] = False
    compass = directions(field(blocked, (44, 44)), blocked, (44, 44))
    steps = distances(~blocked, (0, 0))[44, 44]
    assert steps > 1000
    assert len(follow(compass, (0, 0))) == steps + 1


@pytest.mark.parametrize(("space", "count"), [((32, 32), 60), ((20, 20, 20), 25)])
def test_ways_by_the_compass_are_nearly_the_shortest(space, count):
    ratios = []
    for layout in held_out_layouts(space, count):
        compass = directions(field(layout.blocked, layout.beacon), layout.blocked, layout.beacon)
        cells = follow(compass, layout.root)
        assert tuple(cells[-1]) == layout.beacon
        ratios.append((len(cells) - 1) / layout.difficulty.steps)
    assert np.median(ratios) == 1
    assert np.mean(ratios) < 1.005
    assert max(ratios) < 1.2


@pytest.mark.parametrize("num_dims", [2, 3])
def test_of_ways_that_are_equal_by_symmetry_the_first_face_is_taken_however_sums_are_rounded(
    num_dims,
):
    blocked = np.zeros((9,) * num_dims, bool)
    beacon = (4,) * num_dims
    noise = np.random.default_rng(0).normal(scale=1e-11, size=blocked.shape)
    compass = directions(field(blocked, beacon) + noise, blocked, beacon)
    offsets = np.indices(blocked.shape) - 4
    axis = np.abs(offsets).argmax(0)  # the longest way left, of equal ones the first
    above = np.take_along_axis(offsets, axis[None], 0)[0] < 0
    expected = 2 * axis + above
    expected[beacon] = -1
    np.testing.assert_array_equal(compass, expected)


def test_a_straight_signal_knows_no_walls_and_is_trapped_behind_one():
    blocked = np.zeros((7, 7), bool)
    blocked[1:6, 3] = True
    signal = field(blocked, (3, 6), signal="straight")
    assert signal[0, 2] == -5
    assert np.isneginf(signal[3, 3])
    straight = directions(signal, blocked, (3, 6))
    diffused = directions(field(blocked, (3, 6)), blocked, (3, 6))
    assert tuple(follow(straight, (3, 0))[-1]) != (3, 6)
    assert tuple(follow(diffused, (3, 0))[-1]) == (3, 6)
    assert (straight[blocked] == -1).all()


@given(rooms())
def test_a_straight_signal_leads_to_the_free_neighbour_that_is_nearest_as_the_crow_flies(room):
    blocked, beacon = room
    compass = directions(field(blocked, beacon, signal="straight"), blocked, beacon)
    for cell in np.argwhere(~blocked):
        near = cell + face_steps(blocked.ndim)
        inside = ((near >= 0) & (near < blocked.shape)).all(1)
        free = [i for i in np.flatnonzero(inside) if not blocked[tuple(near[i])]]
        if tuple(cell) == beacon or not free:
            assert compass[tuple(cell)] == -1
        else:
            ways = np.linalg.norm(near - beacon, axis=1)
            assert ways[compass[tuple(cell)]] == pytest.approx(min(ways[free]))


@pytest.mark.parametrize(
    ("beacon", "signal", "message"),
    [
        ((1, 1), "diffusion", r"beacon=\(1, 1\) is blocked"),
        ((1, 3), "straight", r"beacon=\(1, 3\) is off the grid"),
        ((0, 0), "smell", "signal='smell' is unknown"),
    ],
)
def test_what_is_wrong_is_said(beacon, signal, message):
    blocked = np.zeros((3, 3), bool)
    blocked[1, 1] = True
    with pytest.raises(ArgumentError, match=message):
        field(blocked, beacon, signal=signal)
