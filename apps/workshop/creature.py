"""A creature taught to live on levels, and the table that its runs are folded into."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

import voxnca
from analysis.approximation import ExactTable, LevelRule, Settling, Trace, fold, record
from analysis.approximation.closed_loop import overlap
from voxnca.wounds import ball

RUN_STEPS = 200
"""By then all runs repeat themselves, mostly by a fifth of it."""
_LOOK_EVERY = 50
_MARGIN = 3


@dataclass(frozen=True)
class Creature:
    """What is grown, and how it is taught.

    Attributes:
        target, size: of the target.
        num_wounds: the table is exact on the run from the seed and on so many wounds.
        radii: of the wounds, one of each round each solid cell.
        num_steps: of settling.
    """

    target: str
    size: int
    num_wounds: int
    radii: tuple[int, ...]
    num_steps: int
    num_channels: int = 8
    hidden_size: int = 96
    levels_per_unit: int = 8

    @property
    def label(self) -> str:
        """Name it in files and tables."""
        return f"{self.target}-{self.size}"


def settled(creature: Creature, folder: Path) -> LevelRule:
    """Train a creature and settle it, once: what is done is kept in a folder."""
    path = folder / f"{creature.label}-settled.safetensors"
    if not path.exists():
        voxnca.save(_settle(_trained(creature, folder), creature), path)
    return LevelRule(voxnca.load(path), creature.levels_per_unit)


def _trained(creature: Creature, folder: Path) -> voxnca.NCA:
    path = folder / f"{creature.label}.safetensors"
    if not path.exists():
        target = voxnca.load_target(creature.target, size=creature.size)
        config = voxnca.ModelConfig(
            num_dims=target.num_dims,
            num_channels=creature.num_channels,
            hidden_size=creature.hidden_size,
            fire_rate=1.0,
        )
        training = voxnca.train(voxnca.NCA(config), target, voxnca.TrainConfig())
        for step in training:
            if step.quality:
                print(f"{creature.label}: {step.index} of {training.num_steps}", flush=True)
        voxnca.save(training.best(), path)
    return voxnca.load(path)


def _settle(model: voxnca.NCA, creature: Creature) -> voxnca.NCA:
    """Settle a model, and return the weights with which it did best on the way."""
    settling = Settling(model, num_steps=creature.num_steps, margin_cells=_MARGIN)
    best, weights = -1.0, deepcopy(model.state_dict())
    for step in settling:
        late = step.index > 0.4 * creature.num_steps
        if late and step.index % _LOOK_EVERY == 0 and (score := _score(settling.rule)) >= best:
            best, weights = score, deepcopy(model.state_dict())
            print(f"{creature.label}: {step.index} settled, score {score:.3f}", flush=True)
    model.load_state_dict(weights)
    return model


def _score(rule: LevelRule) -> float:
    """Return the IoU that it comes to rest at, less a little for a long way there; then heals."""
    run = [*rule.run(seed_state(rule), RUN_STEPS)]
    solid = body(rule)
    grown = _iou(run[-1], solid) - len(run) / (10 * RUN_STEPS)
    healed = [_iou([*rule.run(w, 64)][-1], solid) for w in _wounds(rule, run[-1], (2,))[::12]]
    return grown + float(np.mean(healed))


def seed_state(rule: LevelRule) -> Tensor:
    """Return the seed on the creature's grid."""
    return voxnca.seed(rule.model.config, body(rule).shape)


def body(rule: LevelRule) -> NDArray[np.bool_]:
    """Return the target's solid cells on the creature's grid."""
    target = rule.model.target
    assert target is not None
    placed = target.place(voxnca.training_space(target, _MARGIN))
    solid: NDArray[np.bool_] = (placed[..., 3] > 0.5).numpy()
    return solid


def palette(rule: LevelRule) -> NDArray[np.float32]:
    """Return the target's colours."""
    target = rule.model.target
    assert target is not None
    colors: NDArray[np.float32] = torch.unique(target.rgba[target.solid][:, :3], dim=0).numpy()
    return colors


def _iou(state: Tensor, solid: NDArray[np.bool_]) -> float:
    return overlap((state[0, ..., 3] > 0.5).numpy(), solid)


def _wounds(rule: LevelRule, grown: Tensor, radii: tuple[int, ...]) -> list[Tensor]:
    cells = np.argwhere(body(rule)).tolist()
    return [ball(grown, center=cell, radius_cells=r) for cell in cells for r in radii]


def traced(rule: LevelRule, creature: Creature, num_held_out: int) -> Trace:
    """Trace the run from the seed, then those after wounds, the held-out ones last."""
    start = seed_state(rule)
    grown = [*rule.run(start, RUN_STEPS)][-1]
    wounds = _wounds(rule, grown, creature.radii)
    order = np.random.default_rng(0).permutation(len(wounds))
    chosen = [wounds[n] for n in order[: creature.num_wounds + num_held_out]]
    return record(rule, [start, *chosen], num_steps=RUN_STEPS)


def folded(trace: Trace, num_runs: int) -> ExactTable:
    """Fold the first runs of a trace."""
    *_, table = fold(trace, tuple(range(num_runs)), palette(trace.rule))
    assert isinstance(table, ExactTable)
    return table
