"""Train the shipped models: `make models`, or `python -m apps.workshop.models NAME...`.

Each has a fixed seed and runs on one thread, so that the same machine makes the same file again.
"""

from __future__ import annotations

import sys
import time
from dataclasses import dataclass, field

import torch

import voxnca
from voxnca import ModelConfig, TrainConfig


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """How one shipped model is made."""

    target: str
    size: int
    model: ModelConfig
    train: TrainConfig = field(default_factory=TrainConfig)


def steady(num_dims: int, hidden_size: int = 96) -> ModelConfig:
    """Return the config of a deterministic rule on the cheapest perception."""
    return ModelConfig(
        num_dims=num_dims, hidden_size=hidden_size, perception="difference", fire_rate=1.0
    )


RECIPES = {
    "mushroom": Recipe(target="mushroom", size=24, model=steady(3)),
    "house": Recipe(target="house", size=24, model=steady(3)),
    "jellyfish": Recipe(target="jellyfish", size=24, model=steady(3)),
    "butterfly": Recipe(target="butterfly", size=32, model=steady(2)),
}


def make(name: str) -> None:
    """Train one model and write it to the shipped data.

    Raises:
        VoxncaError: when training diverges or the file cannot be written.
    """
    recipe = RECIPES[name]
    target = voxnca.load_target(recipe.target, size=recipe.size)
    training = voxnca.train(voxnca.NCA(recipe.model, seed=0), target, recipe.train)
    started = time.process_time()
    for step in training:
        if step.quality is not None:
            print(_line(name, step, time.process_time() - started), flush=True)
    path = voxnca.data_path() / "models" / f"{name}.safetensors"
    voxnca.save(training.best(), path)
    print(f"{name}: best score {training.best().info.quality.score:.3f} -> {path.name}")


def _line(name: str, step: voxnca.TrainStep, seconds: float) -> str:
    measured = step.quality
    assert measured is not None
    ious = " / ".join(f"{s.iou:.3f}" for s in (measured.grown, *measured.stable))
    return (
        f"{name}: step {step.index}, {seconds:.0f} CPU-s, loss {step.loss:.4f}, IoU {ious}, "
        f"after wounds {measured.regrown_iou:.3f}, healed {measured.healed:.3f}"
    )


def main() -> None:
    """Make the models named on the command line, or all."""
    torch.set_num_threads(1)
    names = sys.argv[1:] or list(RECIPES)
    unknown = set(names) - set(RECIPES)
    if unknown:
        sys.exit(f"unknown models: {', '.join(sorted(unknown))}; known: {', '.join(RECIPES)}")
    for name in names:
        make(name)


if __name__ == "__main__":
    main()
