"""Morphs: each pair of goals is grown, changed and compared as if by hand."""

import pytest
import torch

import voxnca
from voxnca import NCA, ArgumentError, ModelConfig, common_space, load_target, morphs
from voxnca.evaluation import default_grow_steps
from voxnca.quality import iou

TARGETS = tuple(load_target(name, size=8) for name in ("heart", "flower", "gecko"))


def lively(**config):
    model = NCA(
        ModelConfig(num_dims=2, num_channels=6, hidden_size=12, num_goals=3, **config), seed=5
    )
    with torch.no_grad():
        model.out.weight.normal_(std=0.08, generator=torch.Generator().manual_seed(13))
        model.out.bias[3] = 0.02
    model.targets = TARGETS
    return model


@pytest.mark.parametrize("senses", [(), ("walls",)])
def test_each_pair_is_what_growing_it_by_hand_gives(senses):
    model = lively(fire_rate=1.0, senses=senses)
    space = common_space(TARGETS)
    given = {"environment": voxnca.Environment()} if senses else {}
    measured = morphs(model, num_steps=9)
    assert measured.shape == (3, 3)
    grow_steps = max(default_grow_steps(target, 1.0) for target in TARGETS)
    for a in range(3):
        grown = model.grow(voxnca.seed(model.config, space), grow_steps, goal=a, **given)
        for b, target in enumerate(TARGETS):
            state = model.grow(grown, 9, goal=b, **given)
            wanted = float(iou(state, target.place(space)))
            assert float(measured[a, b]) == pytest.approx(wanted, abs=1e-6)
    assert len(measured.unique()) > 3


def test_a_rule_that_does_nothing_stays_a_seed():
    model = NCA(ModelConfig(num_dims=2, num_channels=6, num_goals=3))
    model.targets = TARGETS
    wanted = torch.tensor([1 / target.num_solid for target in TARGETS])
    torch.testing.assert_close(morphs(model, num_steps=0), wanted.expand(3, 3))


def test_every_pair_has_a_firing_mask_of_its_own():
    model = lively()
    model.targets = TARGETS[:1] * 3
    with torch.no_grad():
        model.goals[:] = model.goals[0]
    assert len(morphs(model, num_steps=20).unique()) > 1


@pytest.mark.parametrize(
    ("config", "num_targets", "says"),
    [
        ({}, 1, "num_goals=0: the rule has no goals"),
        ({"num_goals": 3}, 2, "the rule has 2 targets for 3 goals; set model.targets"),
        ({"num_goals": 3, "senses": ("beacon",)}, 3, "measure it by voxnca steer"),
    ],
)
def test_what_cannot_morph_is_refused(config, num_targets, says):
    model = NCA(ModelConfig(num_dims=2, **config))
    model.targets = TARGETS[:num_targets]
    with pytest.raises(ArgumentError, match=says):
        morphs(model)
