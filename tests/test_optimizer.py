"""The optimiser: its schedule, its steps, its memory."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from voxnca import NCA, ModelConfig, OptimizerConfig
from voxnca.config import OPTIMIZERS
from voxnca.optimizer import Optimizer, schedule

SMALL = ModelConfig(num_dims=2, num_channels=5, hidden_size=6, perception="learned")


def descend(model, optimizer, steps):
    """Step on gradients that depend on the step's number alone."""
    for step in steps:
        generator = torch.Generator().manual_seed(step)
        for parameter in model.parameters():
            parameter.grad = torch.randn(parameter.shape, generator=generator) * 10**step
        optimizer.step(0.5)


@given(num_steps=st.integers(400, 3000), warmup=st.integers(0, 20), final=st.floats(0, 1))
def test_the_rate_warms_up_to_its_peak_and_falls_to_its_end(num_steps, warmup, final):
    config = OptimizerConfig(warmup_steps=warmup, final_share=final)
    rates = [schedule(step, num_steps, config) for step in range(num_steps + 1)]
    peak = max(warmup - 1, 0)
    assert rates[: peak + 1] == sorted(rates[: peak + 1])
    assert rates[peak:] == sorted(rates[peak:], reverse=True)
    assert rates[0] == pytest.approx(1 / max(warmup, 1))
    assert rates[-1] == pytest.approx(final)
    if num_steps % 2 == 0 and warmup <= num_steps // 2:
        assert rates[num_steps // 2] == pytest.approx((1 + final) / 2)


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_memory_taken_back_goes_on_with_the_same_bits(name):
    config = OptimizerConfig(name=name)
    whole, half, rest = (NCA(SMALL, seed=1) for _ in range(3))
    descend(whole, Optimizer(whole, config, 20), range(6))
    first = Optimizer(half, config, 20)
    descend(half, first, range(3))
    rest.load_state_dict(half.state_dict())
    second = Optimizer(rest, config, 20)
    second.load_tensors(first.tensors())
    descend(rest, second, range(3, 6))
    for key, weight in whole.state_dict().items():
        assert torch.equal(rest.state_dict()[key], weight)


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_the_size_of_a_gradient_does_not_matter_when_normalised(name):
    models = [NCA(SMALL, seed=1) for _ in range(2)]
    for model, size in zip(models, (1.0, 1e4), strict=True):
        optimizer = Optimizer(model, OptimizerConfig(name=name), 20)
        for parameter in model.parameters():
            gradient = torch.randn(parameter.shape, generator=torch.Generator().manual_seed(0))
            parameter.grad = size * gradient
        optimizer.step(1.0)
    for ours, theirs in zip(*(m.parameters() for m in models), strict=True):
        torch.testing.assert_close(ours, theirs)


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_every_weight_moves_against_its_gradient_at_its_rate(name):
    model = NCA(SMALL, seed=1)
    before = {key: weight.detach().clone() for key, weight in model.named_parameters()}
    for weight in model.parameters():
        weight.grad = torch.ones_like(weight)
    config = OptimizerConfig(name=name, learning_rate=1e-3, muon_learning_rate=1e-2)
    Optimizer(model, config, 20).step(0.5)
    for key, weight in model.named_parameters():
        moved = weight.detach() - before[key]
        assert (moved < 0).all()
        muon = name == "muon" and key in ("hidden.weight", "out.weight")
        if not muon:
            assert moved.abs().max() == pytest.approx(0.5e-3, rel=1e-2)


def test_memory_of_another_model_is_refused():
    model = NCA(SMALL)
    optimizer = Optimizer(model, OptimizerConfig(), 20)
    for name, shape in (("other/exp_avg", (5,)), ("out.bias/exp_avg", (6,)), ("", ())):
        with pytest.raises(ValueError, match="fits no weight"):
            optimizer.load_tensors({name: torch.zeros(shape)})


@pytest.mark.parametrize(
    ("num_dims", "grow_steps", "share"),
    [(3, 20, 1.0), (3, 30, 1.0), (3, 60, 0.5), (2, 20, 0.5), (2, 45, 0.5), (2, 90, 0.25)],
)
def test_muon_is_calmer_where_gradients_are_noisier(num_dims, grow_steps, share):
    def moved_by(num_dims, grow_steps):
        model = NCA(ModelConfig(num_dims=num_dims, hidden_size=7))
        generator = torch.Generator().manual_seed(1)
        for weight in model.parameters():
            weight.grad = torch.randn(weight.shape, generator=generator)
        model.hidden.weight.grad = None  # its shape follows from the dimension
        Optimizer(model, OptimizerConfig(normalize_gradients=False), grow_steps).step(1.0)
        return model.out.weight.detach().abs().mean()  # 0 at birth

    assert moved_by(num_dims, grow_steps) / moved_by(3, 10) == pytest.approx(share, rel=0.1)
