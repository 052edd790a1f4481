"""The small picture that ships beside a model: what it really grows."""

from __future__ import annotations

from pathlib import Path

import torch

from analysis import distill
from apps.lab.opening import seeks
from apps.setting import Setting, drawn
from apps.thumbnails import rule_thumbnail
from voxnca import NCA, ArgumentError
from voxnca.atomic import write_bytes
from voxnca.export.colours import Bytes, to_rgba8
from voxnca.export.thumbnails import encode_thumbnail


def write_thumbnail(model: NCA, path: Path) -> None:
    """Grow a model from its seed for T steps and write a small .png of it.

    One with goals is shown under each of them, a vine in the first of the test layouts. A
    discrete one runs from a soup.

    Raises:
        ArgumentError: for a model without a target or T, or a discrete one without a table.
        FileError: when the file cannot be written.
    """
    if model.is_discrete:
        write_bytes(path, rule_thumbnail(distill.to_table(model).rule))
        return
    if model.info.grow_steps is None or not (model.targets or seeks(model)):
        raise ArgumentError("model has no target or no grow_steps; train it by voxnca.train")
    goals = range(model.config.num_goals) or [None]
    grids = [
        _grown(model, Setting.usual(model, goal=goal), model.info.grow_steps) for goal in goals
    ]
    write_bytes(path, encode_thumbnail(*grids))


@torch.no_grad()
def _grown(model: NCA, setting: Setting, num_steps: int) -> Bytes:
    run = setting.rollout(model, setting.rows(model))
    return to_rgba8(drawn(run.step(num_steps).state(), setting.conditions))
