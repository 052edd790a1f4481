"""Train the models whose healing is proven, and write their certificates: `make certificates`.

Each is trained by `voxnca train TARGET --size SIZE --certifiable`, nothing else chosen, on one
thread; then its certificate is made by `voxnca certify`. What is trained is kept in
`build/provable`, so that an interrupted run goes on where it was.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from pathlib import Path

import torch

import voxnca
from apps.commands.assignment import Assignment
from apps.commands.listing import describe
from apps.items import Reading
from apps.options import Task, TrainOptions
from apps.workshop.thumbnails import write_thumbnail

BUILD = Path(__file__).resolve().parents[2] / "build" / "provable"


@dataclass(frozen=True)
class Case:
    """A model whose healing is proven.

    Attributes:
        name: of the model that ships.
        target: name of the shape.
        size: its longest side.
        seed: of the training run.
        preset: of the recipe.
    """

    name: str
    target: str
    size: int
    seed: int = 0
    preset: str = "default"

    @property
    def path(self) -> Path:
        """Where the trained model is kept."""
        return BUILD / f"{self.target}-{self.size}-{self.preset}-{self.seed}.safetensors"


CASES = (
    Case("proven", "heart", 14),
    Case("proven-32", "butterfly", 24),
    Case("proven-3d", "mushroom", 10),
)


def train(case: Case) -> None:
    """Train a model, unless it is kept."""
    if case.path.exists():
        return
    BUILD.mkdir(parents=True, exist_ok=True)
    options = TrainOptions(seed=case.seed, preset=case.preset)
    reading = Reading(size=case.size)
    training = Assignment([case.target], options, reading, Task.CERTIFIABLE).begin()
    for step in training:
        if step.quality:
            print(f"{case.path.stem} {step.index}: {describe(step.quality)}", flush=True)
    voxnca.save(training.best(), case.path)


def ship(case: Case) -> None:
    """Copy a model to the shipped data."""
    model = voxnca.load(case.path)
    models = voxnca.data_path() / "models"
    voxnca.save(model, models / f"{case.name}.safetensors")
    write_thumbnail(model, models / f"{case.name}.png")


def main() -> None:
    """Train and ship all cases, or those named."""
    parser = argparse.ArgumentParser(description=__doc__)
    known = {case.name: case for case in CASES}
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"default: {', '.join(known)}")
    options = parser.parse_args()
    unknown = set(options.names) - set(known)
    if unknown:
        parser.error(f"unknown: {', '.join(sorted(unknown))}; known: {', '.join(known)}")
    torch.set_num_threads(1)
    voxnca.set_num_threads(1)
    for name in options.names or known:
        train(known[name])
        ship(known[name])


if __name__ == "__main__":
    main()
