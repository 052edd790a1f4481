"""The past of a creature: exact, in order, bounded."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

import voxnca
from apps.lab.past import OVERHEAD_BYTES, Counts, Frozen, Past
from voxnca import ArgumentError, Rows


def frozen(step_index: int, num_cells: int = 3) -> Frozen:
    cells = torch.arange(num_cells)[:, None].expand(-1, 2)
    rows = Rows(
        torch.nn.functional.pad(cells, (1, 0)), torch.full((num_cells, 4), 1.0 + step_index)
    )
    return Frozen.of_rows(rows, (100, 100), step_index)


class TestFrozen:
    @given(
        hnp.arrays(
            np.float32, (6, 5), elements=st.floats(-9, 9, width=32) | st.sampled_from([0.0, -0.0])
        ),
        st.sampled_from([(40_000, 7), (60, 70)]),
    )
    def test_rows_come_back_to_the_bit_but_for_those_that_hold_nothing(self, values, space):
        cells = torch.tensor([[0, space[0] - 1 - i, i] for i in range(6)])
        state = Frozen.of_rows(Rows(cells, torch.from_numpy(values)), space, 3)
        held = values.view(np.int32).any(1)
        assert torch.equal(state.rows.coordinates, cells[held])
        assert state.rows.values.numpy().tobytes() == values[held].tobytes()

    def test_it_is_a_copy_and_gives_copies(self):
        values = torch.ones(1, 4)
        state = Frozen.of_rows(Rows(torch.tensor([[0, 1, 1]]), values), (9, 9), 0)
        values.zero_()
        state.rows.values.zero_()
        assert state.rows.values.all()

    def test_the_dead_hold_no_live_cell(self):
        cells = torch.tensor([[0, 1, 1]])
        alive, dead = torch.full((1, 4), 0.11), torch.full((1, 4), 0.1)
        assert not Frozen.of_rows(Rows(cells, alive), (9, 9), 0).is_dead
        assert Frozen.of_rows(Rows(cells, dead), (9, 9), 0).is_dead


class TestPast:
    def test_shows_any_step_and_keeps_the_later_ones(self):
        past = Past(frozen(0))
        for step in range(1, 9):
            past.add(frozen(step))
        for step in (3, 8, 0, 5):
            assert past.show(step).step_index == past.now.step_index == step
            assert past.steps == (0, 8)
        assert past.is_rewound

    def test_going_on_drops_what_came_after(self):
        past = Past(frozen(0))
        for step in range(1, 9):
            past.add(frozen(step))
        past.show(3)
        past.add(frozen(4, num_cells=7))
        assert past.steps == (0, 4)
        assert len(past.now.cells) == 7
        assert not past.is_rewound

    def test_of_a_step_the_last_state_is_shown(self):
        past = Past(frozen(0))
        past.add(frozen(1))
        touched = frozen(1, num_cells=2)
        past.add(touched)
        past.add(frozen(2))
        assert past.show(1) is touched
        assert [state.step_index for state in past.between(0, 9)] == [0, 1, 2]
        assert past.between(1, 1) == [touched]

    @given(st.lists(st.integers(0, 300), min_size=1, max_size=40), st.integers(0, 40_000))
    def test_memory_is_bounded_and_counted_whatever_the_length(self, sizes, max_bytes):
        past = Past(frozen(0), max_bytes)
        for step, size in enumerate(sizes, 1):
            past.add(frozen(step, size))
            assert past.num_bytes == sum(state.num_bytes for state in past._states)
            assert past.num_bytes <= max_bytes or len(past) == 1
            assert past.now.step_index == past.steps[1] == step

    def test_the_dead_fill_no_memory_either(self):
        past = Past(frozen(0, 0), max_bytes=10 * OVERHEAD_BYTES)
        for step in range(1, 100):
            past.add(frozen(step, 0))
        assert len(past) == 10

    @pytest.mark.parametrize("step", [-1, 3, 10**9, 1.0, True, None])
    def test_a_step_that_is_not_kept_is_refused(self, step):
        past = Past(frozen(1))
        past.add(frozen(2))
        with pytest.raises(ArgumentError, match=r"step=.* (choose one from 1 to 2|whole number)"):
            past.show(step)
        assert past.now.step_index == 2

    def test_returning_to_a_state_that_was_dropped_leaves_that_alone(self):
        first = frozen(0)
        past = Past(first, max_bytes=0)
        for step in range(1, 5):
            past.add(frozen(step))
        past.return_to(first)
        assert (past.now, past.steps, past.num_bytes) == (first, (0, 0), first.num_bytes)


def test_what_had_happened_is_kept_with_the_state():
    counts = Counts(events=1, touches=2, wounds=3, rule=4)
    rows = voxnca.seed_rows(voxnca.ModelConfig(num_dims=2), (9, 9))
    assert Frozen.of_rows(rows, (9, 9), 0, counts).counts == counts
