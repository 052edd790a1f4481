"""The integer twin: the same bits by any road, and by integers alone."""

from dataclasses import replace
from itertools import product
from unittest.mock import patch

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

import voxnca
from voxnca import NCA, ArgumentError, FileError, ModelConfig, engines, to_integer
from voxnca.dyadic import add_truncated, snap
from voxnca.integer import check_exact
from voxnca.noise import fires

STATE_BITS = 12
ROADS = ("dense", "sparse")


def as_whole(numbers, num_bits):
    """Return numbers on a grid as int64 multiples of its unit."""
    levels = numbers.detach().double().numpy() * 2.0**num_bits
    assert (levels == np.round(levels)).all()
    return levels.astype(np.int64)


class Machine:
    """The rule in int64 from end to end: shifts, sums and products, nothing that rounds."""

    def __init__(self, twin):
        self.bits = twin.config.state_bits
        self.kernels = as_whole(twin.all_kernels(), 8)
        self.hidden = as_whole(twin.hidden.weight, 8)
        self.hidden_bias = as_whole(twin.hidden.bias, 12)
        self.out = as_whole(twin.out.weight, 10)
        self.out_bias = as_whole(twin.out.bias, 12)
        self.leak = round(twin.config.leak * 2**10)
        self.fire_rate = twin.config.fire_rate

    def run(self, state, num_steps, seed=0, first_step=0):
        """Step one state, int64 `(*space, C)`."""
        for step in range(first_step, first_step + num_steps):
            state = self.step(state, step, seed)
        return state

    def step(self, state, step, seed):
        """Step once."""
        space = state.shape[:-1]
        offsets = list(product(range(3), repeat=len(space)))
        padded = np.pad(state, [(1, 1)] * len(space) + [(0, 0)])
        parts = [
            padded[tuple(slice(o, o + n) for o, n in zip(at, space, strict=True))] for at in offsets
        ]
        felt = [
            sum(int(kernel[at]) * part for at, part in zip(offsets, parts, strict=True))
            for kernel in self.kernels
        ]
        hidden = np.concatenate(felt, -1) @ self.hidden.T
        hidden += self.hidden_bias << (self.bits + 8 + 8 - 12)
        out = np.maximum(hidden, 0) @ self.out.T + (self.out_bias << (self.bits + 8 + 8 + 10 - 12))
        spare = 8 + 8 + 10
        out -= (state * self.leak) << (spare - 10)
        cells = np.argwhere(np.ones((1, *space)))
        fired = fires(
            torch.from_numpy(cells), space, step=step, seed=seed, fire_rate=self.fire_rate
        )
        out *= fired.numpy().reshape(*space, 1)
        updated = np.clip(
            state + np.sign(out) * (np.abs(out) >> spare), -(8 << self.bits), 8 << self.bits
        )
        updated *= self.alive(state)
        return updated * self.alive(updated)

    def alive(self, state):
        """Dilate what is above a tenth."""
        mature = np.pad(10 * state[..., 3] > 1 << self.bits, 1)
        space = state.shape[:-1]
        near = [
            mature[tuple(slice(o, o + n) for o, n in zip(at, space, strict=True))]
            for at in product(range(3), repeat=len(space))
        ]
        return np.any(near, 0)[..., None]


def twin_of(num_dims, *, fire_rate=1.0, leak=1 / 32, rng=3, **fields):
    """Return the twin of a rule of random weights that goes on for ever."""
    model = NCA(
        ModelConfig(
            num_dims=num_dims,
            num_channels=8,
            hidden_size=24,
            fire_rate=fire_rate,
            leak=leak,
            **fields,
        )
    )
    generator = torch.Generator().manual_seed(rng)
    with torch.no_grad():
        for weight in model.parameters():
            weight.add_(0.15 * torch.randn(weight.shape, generator=generator))
        model.out.bias[3] = 0.1
    return to_integer(model, STATE_BITS)


@pytest.mark.parametrize("fire_rate", [1.0, 0.5])
@pytest.mark.parametrize(("num_dims", "space"), [(2, (11, 12)), (3, (6, 7, 6))])
def test_integers_alone_give_the_same_bits_for_a_thousand_steps(num_dims, space, fire_rate):
    twin = twin_of(num_dims, fire_rate=fire_rate)
    machine = Machine(twin)
    state = voxnca.seed(twin.config, space)
    whole = as_whole(state[0], STATE_BITS)
    runs = [twin.rollout(state, seed=9, engine=engine) for engine in ROADS]
    for first in range(0, 1000, 250):
        whole = machine.run(whole, 250, 9, first)
        for run in runs:
            ours = as_whole(run.step(250).state()[0], STATE_BITS)
            assert (ours == whole).all()
    assert (whole[..., 3] > 0).any()


def test_a_shipped_model_s_twin_is_the_same_by_integers():
    twin = to_integer(voxnca.load("duck"))
    state = voxnca.seed(twin.config, (18, 18, 18))
    ours = as_whole(twin.grow(state, 24)[0], 12)
    assert (ours == Machine(twin).run(as_whole(state[0], 12), 24)).all()


@settings(max_examples=20)
@given(
    num_dims=st.sampled_from([2, 3]), leak=st.sampled_from([0.0, 1 / 32]), rng=st.integers(0, 99)
)
def test_any_road_and_any_batch_gives_the_same_bits(num_dims, leak, rng):
    twin = twin_of(num_dims, leak=leak, rng=rng, perception="difference")
    generator = torch.Generator().manual_seed(rng)
    batch = torch.randn(3, *[6] * num_dims, 8, generator=generator)
    together = twin.grow(batch, 7)
    assert torch.equal(together, twin.grow(batch, 7, engine="dense"))
    with patch.object(engines, "compiled_engine", lambda: None):
        assert torch.equal(together, twin.grow(batch, 7))
    for row in range(3):
        assert torch.equal(together[row], twin.grow(batch[row : row + 1], 7)[0])
    before = voxnca.get_num_threads()
    try:
        voxnca.set_num_threads(3 - before if before in (1, 2) else 1)
        assert torch.equal(together, twin.grow(batch, 7))
    finally:
        voxnca.set_num_threads(before)


def test_values_stay_within_the_bound_however_hard_they_are_pushed():
    model = NCA(ModelConfig(num_dims=2, num_channels=4, hidden_size=4, fire_rate=1.0))
    with torch.no_grad():
        model.hidden.bias.fill_(1.0)
        model.out.weight.copy_(torch.tensor([[3.0], [-3.0], [0.0], [3.0]]).expand(4, 4))
    twin = to_integer(model)
    for engine in ROADS:
        grown = twin.grow(voxnca.seed(twin.config, (7, 7)), 9, engine=engine)
        assert (grown.amin(), grown.amax()) == (-8, 8)


def test_rounding_takes_halves_up_and_keeps_to_the_bound():
    values = torch.tensor([0.5, -0.5, 1.49, 1000, -1000], dtype=torch.float64) / 16
    assert (snap(values, 4) * 16).tolist() == [1, 0, 1, 128, -128]


def test_a_change_is_cut_off_towards_zero_and_kept_within_the_bound():
    state = torch.tensor([1, 1, 1, 120, -120], dtype=torch.float64) / 16
    change = torch.tensor([0.99, -0.99, -1.5, 20, -20], dtype=torch.float64) / 16
    assert (add_truncated(state, change, 4) * 16).tolist() == [1, 1, 0, 128, -128]


def test_it_is_saved_and_read_as_it_is(tmp_path):
    twin = twin_of(3)
    voxnca.save(twin, tmp_path / "twin.safetensors")
    again = voxnca.load(tmp_path / "twin.safetensors")
    assert again.config == twin.config
    state = voxnca.seed(twin.config, (7, 7, 7))
    assert torch.equal(again.grow(state, 12), twin.grow(state, 12))


def test_a_file_whose_weights_are_off_the_grid_is_damaged(tmp_path):
    twin = twin_of(2)
    with torch.no_grad():
        twin.out.weight[0, 0] += 2**-11
    voxnca.save(twin, tmp_path / "twin.safetensors")
    with pytest.raises(FileError, match=r"out\.weight is not a multiple of 2"):
        voxnca.load(tmp_path / "twin.safetensors")


def test_rounded_weights_are_near_and_the_pattern_is_the_parent_s():
    parent = voxnca.load("mushroom")
    twin = to_integer(parent)
    assert float((twin.hidden.weight - parent.hidden.weight.detach()).abs().max()) <= 2**-9
    measured, before = voxnca.evaluate(twin), parent.info.quality
    assert twin.info.quality is None
    assert measured.grown.iou > before.grown.iou - 0.01
    assert measured.regrown_iou > before.regrown_iou - 0.02


def test_weights_too_large_for_53_bits_are_refused():
    model = NCA(ModelConfig(num_dims=3, hidden_size=8))
    with torch.no_grad():
        model.hidden.weight.fill_(2000.0)
        model.out.weight.fill_(2000.0)
    with pytest.raises(ArgumentError, match=r"state_bits=20: sums of the out layer may take 7\d"):
        to_integer(model, 20)


def test_the_proof_of_no_overflow_notices_a_changed_weight():
    twin = twin_of(2)
    assert max(bits.total for bits in check_exact(twin).values()) < 53
    with torch.no_grad():
        twin.hidden.weight[0, 0] = 2.0**30
    with pytest.raises(ArgumentError, match="must take fewer than 53"):
        check_exact(twin)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: to_integer(NCA(ModelConfig()), 3), "state_bits=3 must be a whole number from 4"),
        (lambda: to_integer(voxnca.load("shapes")), "without num_states, num_goals and senses"),
        (lambda: to_integer(voxnca.load("learned-life")), "without num_states, num_goals"),
        (lambda: to_integer(twin_of(2)), "state_bits=12 already; pass the rule it was made from"),
        (
            lambda: check_exact(NCA(ModelConfig())),
            "state_bits=None: the rule is not an integer twin",
        ),
        (
            lambda: to_integer(NCA(ModelConfig(perception="laplacian"))),
            "perception='laplacian' weighs cells by what is no multiple",
        ),
        (
            lambda: voxnca.train(twin_of(2), voxnca.load_target("heart", size=8)),
            "state_bits=12: an integer twin cannot be trained",
        ),
        (
            lambda: twin_of(2).grow(torch.zeros(1, 5, 5, 8, requires_grad=True), 1),
            "state requires gradients, but state_bits=12",
        ),
    ],
)
def test_what_has_no_twin_is_told_so(make, message):
    with pytest.raises(ArgumentError, match=message):
        make()


def test_a_leak_between_two_multiples_is_rounded():
    model = NCA(ModelConfig(leak=0.0333))
    assert to_integer(model).config == replace(model.config, state_bits=12, leak=34 / 1024)
