"""Networks whose weights are set by hand, so that what they do is known: for tests."""

from __future__ import annotations

import numpy as np
import torch

import voxnca
from voxnca.grid import ALPHA, RGBA

GREEN, YELLOW = (0.2, 0.7, 0.2), (1.0, 0.8, 0.1)
"""A vine's cells, and the one at the beacon."""
SURE = 20.0
"""Far above what any cell holds: a flag times this decides whether a hidden unit is on."""
BRIGHT = 0.8
"""Of a bar's red, or green."""


def vine(num_dims: int) -> voxnca.NCA:
    """Make a vine that grows a cell a step along the compass, and lives from its root alone.

    A cell is solid when a solid neighbour has its way through it, or when it is the root. So it
    follows the beacon, heals, and withers behind a cut.
    """
    config = voxnca.ModelConfig(
        num_dims=num_dims,
        num_channels=5,
        hidden_size=4 * num_dims + 5,
        perception="faces",
        fire_rate=1.0,
        senses=("walls", "beacon", "root"),
    )
    model = voxnca.NCA(config)
    faces, sensed = 2 * num_dims, (1 + 2 * num_dims) * config.num_channels
    through, here, root = sensed + 2 * faces, sensed + 3 * faces, sensed + 3 * faces + 1
    hidden, bias, out = _nothing(model)
    color = torch.tensor([*GREEN, 1.0])
    more = torch.tensor([b - a for a, b in zip(GREEN, YELLOW, strict=True)] + [0.0])
    for face in range(faces):
        neighbour = (1 + face) * config.num_channels + ALPHA
        for unit, flags in ((face, [through + face]), (faces + face, [through + face, here])):
            hidden[unit, neighbour], bias[unit] = 1.0, -SURE * len(flags)
            hidden[unit, flags] = SURE
        out[RGBA, face], out[RGBA, faces + face] = color, more
    hidden[2 * faces, root] = 1.0
    out[RGBA, 2 * faces] = color
    _forget(hidden, out, first_unit=2 * faces + 1, channels=(0, 1, 2, ALPHA))
    return _with(model, hidden, bias, out)


def bars(size: int = 9) -> voxnca.NCA:
    """Make a 2D rule with two goals: from the seed it grows a row of cells, or a column.

    They reach to the edges of a grid of `(size, size)`, and a change of goal takes the one back
    while the other grows. Of half of each goal grows neither.
    """
    config = voxnca.ModelConfig(
        num_dims=2, num_channels=6, hidden_size=8, perception="faces", fire_rate=1.0, num_goals=2
    )
    model = voxnca.NCA(config)
    assert model.goals is not None
    hidden, bias, out = _nothing(model)
    told, seed = 4, 5
    for along, faces in enumerate(((2, 3), (0, 1))):  # a row is red and looks for red at its sides
        for unit, above, sign in ((2 * along, 0.0, 1.0), (2 * along + 1, 1.0, -1.0)):
            for face in faces:
                hidden[unit, (1 + face) * config.num_channels + along] = 1 / BRIGHT
            hidden[unit, told], bias[unit] = (SURE, -SURE)[along], -SURE * SURE - above
            out[ALPHA, unit], out[along, unit] = sign, sign * BRIGHT
    hidden[4, seed] = 1.0
    out[ALPHA, 4], out[:2, 4] = 1.0, BRIGHT
    _forget(hidden, out, first_unit=5, channels=(0, 1, ALPHA))
    with torch.no_grad():
        model.goals.copy_(torch.tensor([[SURE, 0.0], [-SURE, 0.0]]))
    model.targets = tuple(_bar(size, along) for along in (0, 1))
    return _with(model, hidden, bias, out)


def _bar(size: int, along: int) -> voxnca.Target:
    rgba = np.full((1, size, 4) if along == 0 else (size, 1, 4), 255, np.uint8)
    rgba[..., :3] = (204, 0, 0) if along == 0 else (0, 204, 0)
    rgba[size // 2 if along else 0, 0 if along else size // 2, :2] = 204
    return voxnca.Target.from_rgba8(rgba, name=("row", "column")[along])


def _nothing(model: voxnca.NCA) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Return weights of zero: of the hidden layer, of its biases, of the last layer."""
    layers = model.hidden.weight, model.hidden.bias, model.out.weight
    hidden, bias, out = (torch.zeros_like(layer) for layer in layers)
    return hidden, bias, out


def _forget(
    hidden: torch.Tensor, out: torch.Tensor, *, first_unit: int, channels: tuple[int, ...]
) -> None:
    """Take away what was in channels, so that a step sets them anew."""
    for unit, channel in enumerate(channels, first_unit):
        hidden[unit, channel], out[channel, unit] = 1.0, -1.0


def _with(
    model: voxnca.NCA, hidden: torch.Tensor, bias: torch.Tensor, out: torch.Tensor
) -> voxnca.NCA:
    with torch.no_grad():
        model.hidden.weight.copy_(hidden)
        model.hidden.bias.copy_(bias)
        model.out.weight.copy_(out)
    return model
