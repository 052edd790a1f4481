"""The sample pool."""

import torch
from hypothesis import given
from hypothesis import strategies as st

from voxnca.pool import SamplePool


def numbered(size):
    """Make a pool whose sample n holds the number n, and n as its only mark."""
    states = torch.arange(float(size)).reshape(size, 1, 1, 1).repeat(1, 2, 2, 4)
    return SamplePool(states, torch.arange(size)[:, None])


@given(size=st.integers(1, 20), count=st.integers(1, 20), seed=st.integers(0, 1000))
def test_a_draw_is_of_different_samples_and_a_copy(size, count, seed):
    pool = numbered(size)
    places, states, marks = pool.draw(count, torch.Generator().manual_seed(seed))
    assert len(places.unique()) == len(places) == min(size, count)
    assert torch.equal(states[:, 0, 0, 0], places.float())
    assert torch.equal(marks[:, 0], places)
    states += 100
    marks += 100
    assert torch.equal(pool.states, numbered(size).states)
    assert torch.equal(pool.marks, numbered(size).marks)


def test_the_same_generator_draws_the_same_and_every_sample_is_drawn():
    pool = numbered(8)
    draws = [pool.draw(3, torch.Generator().manual_seed(n))[0] for n in (1, 1, *range(2, 40))]
    assert torch.equal(draws[0], draws[1])
    assert len(torch.cat(draws).unique()) == 8


def test_what_is_put_back_is_drawn_again_without_its_history():
    pool = numbered(4)
    weight = torch.ones(1, requires_grad=True)
    pool.put_back(
        torch.tensor([2, 0]),
        weight * torch.stack([numbered(9).states[n] for n in (7, 8)]),
        torch.tensor([[17], [18]]),
    )
    assert pool.states[:, 0, 0, 0].tolist() == [8, 1, 7, 3]
    assert pool.marks[:, 0].tolist() == [18, 1, 17, 3]
    assert not pool.states.requires_grad


def test_a_new_pool_holds_copies_of_the_seed():
    seed = torch.rand(1, 3, 3, 5)
    pool = SamplePool.of_seeds(seed, 4)
    pool.put_back(torch.tensor([0]), torch.zeros(1, 3, 3, 5))
    assert len(pool) == 4
    assert torch.equal(pool.states[1:], seed.expand(3, 3, 3, 5))
