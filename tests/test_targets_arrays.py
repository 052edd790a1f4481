"""Arrays: every reading of a shape, and headers that lie."""

import io
import pickle
import struct

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

import voxnca
from voxnca.targets.arrays import DEFAULT_COLOUR, decode_npy
from voxnca.targets.reading import DamagedError

RED, GREEN, BLUE, CLEAR = (255, 0, 0, 255), (0, 255, 0, 255), (0, 0, 255, 255), (0,) * 4
COLOURS = np.array([[RED, GREEN, CLEAR], [BLUE, CLEAR, CLEAR]], np.uint8)


def npy(array, **options):
    buffer = io.BytesIO()
    np.save(buffer, array, **options)
    return buffer.getvalue()


def headed(header, data=b"", version=1):
    """Write a .npy file with any header."""
    text = header.encode("latin1")
    length = struct.pack("<H" if version == 1 else "<I", len(text))
    return b"\x93NUMPY" + bytes([version, 0]) + length + text + data


@given(
    hnp.arrays(np.uint8, st.tuples(*[st.integers(1, 5)] * 2, st.just(4)))
    | hnp.arrays(np.uint8, st.tuples(*[st.integers(1, 5)] * 3, st.just(4)))
)
def test_bytes_are_the_colours_themselves(rgba8):
    drawing = decode_npy(npy(rgba8))
    np.testing.assert_array_equal(drawing.rgba8, rgba8)
    assert drawing.notes == ()


@pytest.mark.parametrize("dtype", [np.int16, np.int64, ">u2", np.float16, np.float32, ">f8"])
@pytest.mark.parametrize("order", ["C", "F"])
def test_other_types_and_orders_of_numbers_give_the_same_colours(dtype, order):
    scale = 255 if np.dtype(dtype).kind == "f" else 1
    array = np.asarray(COLOURS / scale, dtype, order=order)
    np.testing.assert_array_equal(decode_npy(npy(array)).rgba8, COLOURS)


@pytest.mark.parametrize("version", [(1, 0), (2, 0), (3, 0)])
def test_every_version_of_the_header_is_read(version):
    buffer = io.BytesIO()
    np.lib.format.write_array(buffer, COLOURS, version=version)
    np.testing.assert_array_equal(decode_npy(buffer.getvalue()).rgba8, COLOURS)


@pytest.mark.parametrize("dtype", [np.bool_, np.uint8, np.int32, np.float32])
@pytest.mark.parametrize("space", [(3, 5), (2, 3, 5), (4, 4, 2)])
def test_occupancy_has_the_default_colour(dtype, space):
    solid = np.random.default_rng(0).random(space) < 0.5
    drawing = decode_npy(npy(solid.astype(dtype)))
    assert (drawing.rgba8[solid] == DEFAULT_COLOUR).all()
    assert not drawing.rgba8[~solid].any()
    assert "default colour" in drawing.notes[0]


def test_bytes_that_are_no_booleans_count_as_true():
    content = bytearray(npy(np.array([[True, False]])))
    content[-2] = 7
    assert decode_npy(bytes(content)).rgba8[0, :, 3].tolist() == [255, 0]


def test_num_dims_decides_between_colours_and_occupancy():
    array = np.ones((6, 5, 4), np.uint8)
    assert decode_npy(npy(array)).rgba8.shape == (6, 5, 4)
    assert decode_npy(npy(array), 2).rgba8.shape == (6, 5, 4)
    assert decode_npy(npy(array), 3).rgba8.shape == (6, 5, 4, 4)


def test_num_dims_decides_between_colours_and_a_state():
    array = np.ones((1, 6, 5, 4), np.float32)
    assert decode_npy(npy(array)).rgba8.shape == (6, 5, 4)
    assert decode_npy(npy(array), 2).rgba8.shape == (6, 5, 4)
    assert decode_npy(npy(array), 3).rgba8.shape == (1, 6, 5, 4)
    assert decode_npy(npy(array.repeat(2, 0))).rgba8.shape == (2, 6, 5, 4)
    assert decode_npy(npy(array.repeat(2, 0)), 2).rgba8.shape == (6, 5, 4)


@pytest.mark.parametrize("space", [(9, 7), (9, 7, 8)])
def test_a_state_is_read_as_it_is_drawn_without_its_faint_cells(space):
    state = torch.zeros(1, *space, 12)
    state[..., 5:] = -3.0
    middle = tuple(n // 2 for n in space)
    state[(0, *middle)][:4] = torch.tensor([0.4, 0.2, 0.0, 0.8])
    state[(0, *(n - 1 for n in middle))][:4] = torch.tensor([2.0, -1.0, 1.0, 1.3])
    state[(0, *(n - 2 for n in middle))][3] = 0.1
    drawing = decode_npy(npy(state.numpy()))
    expected = np.zeros((*space, 4), np.uint8)
    expected[middle] = (128, 64, 0, 204)
    expected[tuple(n - 1 for n in middle)] = (255, 0, 255, 255)
    np.testing.assert_array_equal(drawing.rgba8, expected)
    assert drawing.notes == ("The array was read as the state of a rule.",)


def test_of_several_states_the_first_is_taken_and_said():
    states = np.zeros((3, 4, 4, 8), np.float32)
    states[0, 1, 1, 3] = states[1, 2, 2, 3] = 1
    drawing = decode_npy(npy(states))
    assert np.argwhere(drawing.rgba8[..., 3]).tolist() == [[1, 1]]
    assert drawing.notes[1] == "The file holds 3 states; the first is the target."


def test_a_chiral_array_keeps_its_hand(tmp_path):
    volume = np.zeros((2, 3, 4, 4), np.uint8)
    volume[0, 0, 1:], volume[0, 1:, 0], volume[1, 0, 0] = RED, GREEN, BLUE
    volume[0, 0, 0] = 255
    np.save(tmp_path / "arms.npy", volume)
    np.testing.assert_array_equal(voxnca.load_target(tmp_path / "arms.npy").rgba8, volume)


class Bomb:
    def __reduce__(self):
        return pytest.fail, ("a pickle was opened",)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "no .npy file"),
        (b"PK\x03\x04" + bytes(30), "no .npy file"),
        (pickle.dumps(Bomb()), "no .npy file"),
        (npy(np.array([[Bomb()] * 3] * 3), allow_pickle=True), "no plain numbers"),
        (npy(np.zeros((3, 3), "f4,i4")), "no plain numbers"),
        (npy(np.zeros((3, 3), complex)), "no plain numbers"),
        (npy(np.array([["a", "b"]])), "no plain numbers"),
        (npy(np.float64(3)), "its shape"),
        (npy(np.ones(9)), "its shape"),
        (npy(np.ones((2, 2, 2, 2, 2, 2))), "its shape"),
        (npy(np.ones((3, 5, 5, 5), int)), "its shape"),
        (npy(np.ones((2, 2, 2, 2), bool)), "its shape"),
        (npy(np.ones((0, 4, 4), np.uint8)), "empty side"),
        (npy(np.ones((1, 4, 4, 0))), "empty side"),
        (npy(np.ones((8, 8, 3), np.uint8)), "alpha channel"),
        (npy(np.full((3, 3, 4), 7.5)), "from 0 to 1"),
        (npy(np.full((3, 3, 4), -1, np.int8)), "from 0 to 255"),
        (npy(np.full((3, 3, 4), 256, np.int16)), "from 0 to 255"),
        (npy(np.full((3, 3), np.nan)), "not finite"),
        (npy(np.full((1, 3, 3, 8), np.inf)), "not finite"),
        (npy(COLOURS)[:-1], "cut off"),
        (headed("{'descr': '<f8', 'fortran_order': False, 'shape': (99999, 99999), }"), "cells"),
        (
            headed("{'descr': '<f8', 'fortran_order': False, 'shape': (1, 99999999999, 4), }"),
            "cells",
        ),
        (
            headed("{'descr': '<f8', 'fortran_order': False, 'shape': (64, 64, 64, 2000000), }"),
            "cut off",
        ),
        (
            headed("{'descr': '<f8', 'fortran_order': False, 'shape': (-4, 4), }", bytes(128)),
            "numbers",
        ),
        (
            headed("{'descr': '<f8', 'fortran_order': False, 'shape': (" + "9" * 9000 + ",), }"),
            "numbers",
        ),
        (headed("{'descr': '<f8', 'fortran_order': False, 'shape': " + "(" * 60000), "numbers"),
        (headed("__import__('os').abort()"), "no plain numbers"),
        (b"\x93NUMPY\x02\x00\xff\xff\xff\xff{'descr'", "no plain numbers"),
    ],
)
def test_a_damaged_or_foreign_file_is_refused(content, reason):
    with pytest.raises(DamagedError, match=reason):
        decode_npy(content)


@pytest.mark.parametrize(("shape", "num_dims"), [((4, 4), 3), ((4, 4, 5), 2), ((1, 4, 4, 4, 8), 2)])
def test_an_array_of_another_dimension_than_asked_for_is_refused(shape, num_dims):
    with pytest.raises(DamagedError, match=f"in {num_dims}D"):
        decode_npy(npy(np.ones(shape, np.float32)), num_dims)


def test_huge_values_of_a_state_are_clipped():
    state = np.zeros((1, 3, 3, 8))
    state[0, 1, 1, :4] = 1e300
    assert decode_npy(npy(state)).rgba8[1, 1].tolist() == [255] * 4
