"""Small rules with a pattern that rests: what the tests of certificates are tried on."""

from __future__ import annotations

import torch

from voxnca import NCA, ModelConfig

LEAK = 0.25


def latched(
    num_dims: int,
    *,
    border: str = "zero",
    leak: float = LEAK,
    seed: int = 0,
    bias_std: float,
    weight_std: float,
) -> NCA:
    """Return a rule whose alpha is pulled to 1 where it is well above 0.3, and to 0 elsewhere.

    Args:
        num_dims: 2 or 3.
        border: what lies outside the grid.
        leak: of the rule.
        seed: of the weights, which are small but for those that pull.
        bias_std: of the hidden layer's biases.
        weight_std: of the last layer's weights.
    """
    config = ModelConfig(
        num_dims=num_dims, num_channels=6, hidden_size=10, fire_rate=1.0, leak=leak, border=border
    )
    rule = NCA(config, seed=seed)
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        rule.hidden.bias.normal_(std=bias_std, generator=generator)
        rule.out.weight.normal_(std=weight_std, generator=generator)
        rule.out.bias.normal_(std=0.005, generator=generator)
        rule.hidden.weight[:2] = 0.0
        rule.hidden.weight[:2, 3] = 1.0
        rule.hidden.bias[:2] = torch.tensor([-0.3, -0.8])  # between them alpha is pulled to 1
        rule.out.weight[:, 0] = torch.tensor([0.1, 0.2, 0.1, 2.0, 0.3, -0.2]) * LEAK
        rule.out.weight[:, 1] = -rule.out.weight[:, 0]
        rule.out.weight[3, 2:] *= 0.2
        rule.out.bias[3] = 0.0
    return rule
