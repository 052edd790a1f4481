"""The small picture that ships beside a model: what it really grows."""

from __future__ import annotations

from pathlib import Path

import torch

from analysis import distill
from apps.thumbnails import rule_thumbnail
from voxnca import NCA, ArgumentError, seed, training_space
from voxnca.atomic import write_bytes
from voxnca.export.colours import to_rgba8
from voxnca.export.thumbnails import encode_thumbnail


def write_thumbnail(model: NCA, path: Path) -> None:
    """Grow a model from its seed for T steps and write a small .png of it.

    A discrete one runs from a soup.

    Raises:
        ArgumentError: for a model without a target or T, or a discrete one without a table.
        FileError: when the file cannot be written.
    """
    if model.is_discrete:
        write_bytes(path, rule_thumbnail(distill.to_table(model).rule))
        return
    if model.target is None or model.info.grow_steps is None:
        raise ArgumentError("model has no target or no grow_steps; train it by voxnca.train")
    state = seed(model.config, training_space(model.target))
    with torch.no_grad():
        grown = model.grow(state, num_steps=model.info.grow_steps, seed=0)
    write_bytes(path, encode_thumbnail(to_rgba8(grown)))
