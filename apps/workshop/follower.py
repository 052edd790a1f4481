"""A vine whose weights are set by hand: it follows the compass, and nothing else.

What a learned vine is held against in tests: its figures are known. In every step a cell becomes
full when it is the root, or when a face neighbour is full whose way leads through it, and empty
otherwise; so the vine grows one cell a step, and what is no longer on the way dies from the root
on.
"""

from __future__ import annotations

import torch

from voxnca import NCA, ModelConfig, ModelInfo
from voxnca.conditions import num_inputs
from voxnca.grid import ALPHA

FULL = (0.2, 0.7, 0.2, 1.0)
_OFF = 16.0
"""What closes a gate: more than any cell holds."""


def follower(num_dims: int) -> NCA:
    """Set a rule by hand that grows along the compass from root to beacon.

    Args:
        num_dims: 2 or 3.
    """
    F, C = 2 * num_dims, len(FULL)
    full = torch.tensor(FULL)
    config = ModelConfig(
        num_dims=num_dims,
        num_channels=C,
        hidden_size=2 * F + 1 + C,
        perception="faces",
        fire_rate=1.0,
        senses=("walls", "beacon", "root"),
    )
    model = NCA(config)
    first_sense = (1 + F) * C
    incoming = first_sense + num_inputs(("walls",), num_dims) + F
    root = model.hidden.in_features - 1
    sources, held = 2 * F, 2 * F + 1
    with torch.no_grad():
        for weights in model.parameters():
            weights.zero_()
        for unit in range(sources):  # what flows in through each face, and what of it is beyond 1
            face, beyond = unit % F, unit // F
            model.hidden.weight[unit, (1 + face) * C + ALPHA] = 1.0
            model.hidden.weight[unit, incoming + face] = _OFF
            model.hidden.weight[unit, root] = -_OFF  # nothing flows into the root
            model.hidden.bias[unit] = -_OFF - beyond
            model.out.weight[:, unit] = -full if beyond else full
        model.hidden.weight[sources, root] = 1.0
        model.out.weight[:, sources] = full
        model.hidden.weight[held:, :C] = torch.eye(C)  # what was there goes
        model.out.weight[:, held:] = -torch.eye(C)
    model.info = ModelInfo("follower")
    return model
