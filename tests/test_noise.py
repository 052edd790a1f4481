"""The firing mask is MurmurHash3, the same bits in every language, wherever the grid ends."""

import struct

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from voxnca.noise import fires, hash32

words = st.tuples(*[st.integers(-(2**31), 2**32 - 1)] * 6)


def murmur3(seed, content):
    """Hash bytes as Austin Appleby's MurmurHash3_x86_32 does, whole blocks only."""

    def rotate(word, by):
        return (word << by | word >> (32 - by)) & 0xFFFFFFFF

    state = seed
    for (block,) in struct.iter_unpack("<I", content):
        mixed = rotate(block * 0xCC9E2D51 & 0xFFFFFFFF, 15) * 0x1B873593 & 0xFFFFFFFF
        state = (rotate(state ^ mixed, 13) * 5 + 0xE6546B64) & 0xFFFFFFFF
    state ^= len(content)
    for shift, factor in ((16, 0x85EBCA6B), (13, 0xC2B2AE35)):
        state = (state ^ state >> shift) * factor & 0xFFFFFFFF
    return state ^ state >> 16


def test_known_vectors():
    assert hash32(0, 0, 0, 0, 0, 0) == 0xEE9D294A
    assert hash32(1, 2, 3, -4, 5, -6) == 0x3ECAB1B3


@given(words)
def test_the_hash_is_murmur3_of_five_words(event):
    seed, *rest = (word & 0xFFFFFFFF for word in event)
    assert hash32(*event) == murmur3(seed, struct.pack("<5I", *rest))


@given(st.lists(words, min_size=1, max_size=5))
def test_ints_arrays_and_tensors_hash_alike(events):
    columns = np.array(events, dtype=np.int64).T
    expected = [hash32(*event) for event in events]
    assert hash32(*columns).tolist() == expected
    assert hash32(*torch.from_numpy(columns)).tolist() == expected


@pytest.mark.parametrize("fire_rate", [0.1, 0.5, 0.9])
@pytest.mark.parametrize("space", [(60, 60), (15, 16, 15)])
def test_cells_fire_as_often_as_the_rate_says_and_anew_each_step(fire_rate, space):
    cells = torch.ones(1, *space).nonzero()
    first, second = (fires(cells, space, step=n, seed=3, fire_rate=fire_rate) for n in (0, 1))
    spread = 4 * (fire_rate * (1 - fire_rate) / len(cells)) ** 0.5
    assert first.double().mean() == pytest.approx(fire_rate, abs=spread)
    both = (first & second).double().mean()
    assert both == pytest.approx(fire_rate**2, abs=2 * spread)


def test_every_cell_fires_at_rate_one():
    cells = torch.ones(1, 40, 40).nonzero()
    assert fires(cells, (40, 40), step=0, seed=0, fire_rate=1.0).all()


@given(
    space=st.lists(st.integers(1, 9), min_size=2, max_size=3),
    step=st.integers(0, 10**6),
    seed=st.integers(0, 2**32 - 1),
    sample=st.integers(0, 10**6),
)
def test_a_cell_draws_by_its_signed_offset_from_the_middle(space, step, seed, sample):
    cells = torch.ones(1, *space).nonzero()
    cells[:, 0] = sample
    drawn = fires(cells, space, step=step, seed=seed, fire_rate=0.5)
    for (_, *cell), fired in zip(cells.tolist(), drawn.tolist(), strict=True):
        z, y, x = ([0] * (3 - len(space))) + [i - n // 2 for i, n in zip(cell, space, strict=True)]
        assert fired == (hash32(seed, sample, step, z, y, x) < 2**31)
