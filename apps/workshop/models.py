"""Train the shipped models: `make models`, or `python -m apps.workshop.models NAME...`.

Each has a fixed seed and runs on one thread, so that the same machine makes the same file again.
"""

from __future__ import annotations

import sys
import time
from dataclasses import dataclass

import torch

import voxnca
from apps.commands.listing import describe
from apps.commands.options import TrainOptions
from apps.commands.recipe import model_config, train_config


@dataclass(frozen=True)
class Recipe:
    """How one shipped model is made: what `voxnca train TARGET` is told.

    Attributes:
        target: name of the shape.
        size: its longest side.
        options: of the training run.
    """

    target: str
    size: int
    options: TrainOptions


RECIPES = {
    "mushroom": Recipe("mushroom", 24, TrainOptions(num_steps=1800)),
    "house": Recipe("house", 16, TrainOptions(num_steps=1800)),
    "butterfly": Recipe("butterfly", 32, TrainOptions(num_steps=4000)),
}


def make(name: str) -> None:
    """Train one model and write it to the shipped data.

    Raises:
        VoxncaError: when training diverges or the file cannot be written.
    """
    recipe = RECIPES[name]
    options = recipe.options
    target = voxnca.load_target(recipe.target, size=recipe.size)
    model = voxnca.NCA(model_config(target.num_dims, options), seed=options.seed)
    training = voxnca.train(model, target, train_config(options))
    started = time.process_time()
    for step in training:
        if step.quality is not None:
            spent = time.process_time() - started
            figures = f"{describe(step.quality)}, healed {step.quality.healed:.3f}"
            print(f"{name}: step {step.index}, {spent:.0f} CPU-s: {figures}", flush=True)
    voxnca.save(training.best(), voxnca.data_path() / "models" / f"{name}.safetensors")


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
