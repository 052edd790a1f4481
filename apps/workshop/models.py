"""Train the shipped models and measure the recipe: `make models`.

Every case is trained by the defaults of `voxnca train`, or by a preset where it says so, once a
seed, one thread a run. The best of a case's seeds ships, and all of them make the table of
`data/models/TRAINING.md`. What is done is kept in `build/models`, so that an interrupted run goes
on where it was; `make clean` removes it.
"""

from __future__ import annotations

import argparse
import json
import os
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from dataclasses import asdict, dataclass
from multiprocessing import get_context
from pathlib import Path
from statistics import median
from typing import Any

import torch

import voxnca
from apps.commands.listing import describe
from apps.configs import model_config, train_config
from apps.options import TrainOptions
from apps.workshop.thumbnails import write_thumbnail
from voxnca import Quality

BUILD = Path(__file__).resolve().parents[2] / "build" / "models"
DOCUMENT = "TRAINING.md"


@dataclass(frozen=True)
class Case:
    """A target that the recipe is tried on.

    Attributes:
        target: name of the shape.
        size: its longest side.
        fire_rate: of the rule.
        num_seeds: how often it is trained.
        name: of the model that ships; empty for none.
        preset: of the recipe.
    """

    target: str
    size: int
    fire_rate: float
    num_seeds: int = 3
    name: str = ""
    preset: str = "default"

    @property
    def label(self) -> str:
        """Name the case in files and on the screen."""
        label = f"{self.target}-{self.size}-{self.fire_rate:g}"
        return label if self.preset == "default" else f"{label}-{self.preset}"


CASES = (
    Case("butterfly", 24, 0.5, name="butterfly"),
    Case("heart", 24, 0.5, name="heart"),
    Case("flower", 40, 0.5, name="flower"),
    Case("gecko", 40, 0.5, name="gecko"),
    Case("gecko", 40, 1.0, num_seeds=1),
    Case("duck", 16, 1.0, name="duck"),
    Case("duck", 16, 0.5),
    Case("house", 16, 1.0, name="house"),
    Case("mushroom", 24, 1.0, name="mushroom"),
    Case("mushroom", 24, 0.5, num_seeds=2),
    Case("dragonfly", 24, 1.0),
    Case("dragonfly", 24, 0.5, num_seeds=1, name="dragonfly"),
    Case("donut", 24, 1.0, num_seeds=1),
    Case("jellyfish", 24, 1.0, num_seeds=1, preset="thorough"),
    Case("jellyfish", 24, 1.0, num_seeds=1),
    Case("tree", 32, 1.0, num_seeds=2, name="tree"),
    Case("tree", 32, 0.5, num_seeds=1),
    Case("turtle", 48, 1.0, num_seeds=1, name="turtle"),
)


@dataclass(frozen=True)
class Trial:
    """One training run, measured.

    Attributes:
        seed: of the run.
        cpu_seconds: of the run, its evaluations included.
        num_steps: training steps.
        num_voxels: solid cells of the target.
        quality: of the best model.
    """

    seed: int
    cpu_seconds: float
    num_steps: int
    num_voxels: int
    quality: Quality


def run(case: Case, seed: int) -> Trial:
    """Train a case once and keep the model and the figures in `build/models`.

    Raises:
        VoxncaError: when training diverges or a file cannot be written.
    """
    torch.set_num_threads(1)
    voxnca.set_num_threads(1)
    options = TrainOptions(preset=case.preset, seed=seed, fire_rate=case.fire_rate)
    target = voxnca.load_target(case.target, size=case.size)
    model = voxnca.NCA(model_config(target.num_dims, options), seed=seed)
    training = voxnca.train(model, target, train_config(options))
    started = time.process_time()
    for _ in training:
        pass
    spent = time.process_time() - started
    best = training.best()
    quality = best.info.quality or voxnca.evaluate(best)
    trial = Trial(seed, spent, training.num_steps, target.num_solid, quality)
    model_file, record = _files(case, seed)
    voxnca.save(best, model_file)
    record.write_text(json.dumps(asdict(trial)), encoding="utf-8")
    return trial


def _files(case: Case, seed: int) -> tuple[Path, Path]:
    stem = f"{case.label}-{seed}"
    return BUILD / f"{stem}.safetensors", BUILD / f"{stem}.json"


def read(case: Case) -> list[Trial]:
    """Return what is kept of a case."""
    records = [_files(case, seed)[1] for seed in range(case.num_seeds)]
    return [_trial(json.loads(r.read_text(encoding="utf-8"))) for r in records if r.exists()]


def _trial(fields: dict[str, Any]) -> Trial:
    return Trial(**{**fields, "quality": Quality.from_json(fields["quality"])})


def train_all(cases: Sequence[Case], num_processes: int) -> None:
    """Run what is not kept yet, one thread each: the first seed of every case, then the next."""
    BUILD.mkdir(parents=True, exist_ok=True)
    todo = [
        (case, seed)
        for seed in range(max(case.num_seeds for case in cases))
        for case in cases
        if seed < case.num_seeds and not _files(case, seed)[1].exists()
    ]
    with ProcessPoolExecutor(num_processes, mp_context=get_context("spawn")) as pool:
        runs = {pool.submit(run, *item): item for item in todo}
        for done in as_completed(runs):
            case, seed = runs[done]
            print(f"{case.label} seed {seed}: {_outcome(done)}", flush=True)


def _outcome(done: Future[Trial]) -> str:
    """Say how a run went; one that failed does not stop the others."""
    error = done.exception()
    if error is not None:
        return f"failed: {error}"
    trial = done.result()
    figures = f"{describe(trial.quality)}, healed {trial.quality.healed:.3f}"
    return f"{trial.cpu_seconds:.0f} CPU-s: {figures}"


def ship(case: Case) -> None:
    """Copy the best of a case's models to the shipped data."""
    trials = read(case)
    if case.name and trials:
        best = max(trials, key=lambda trial: trial.quality.score)
        model = voxnca.load(_files(case, best.seed)[0])
        voxnca.save(model, voxnca.data_path() / "models" / f"{case.name}.safetensors")
        write_thumbnail(model, voxnca.data_path() / "models" / f"{case.name}.png")


def document() -> str:
    """Write the table of all cases: the median of the seeds, and the worst."""
    return _HEAD + "".join(f"{line}\n" for case in CASES for line in _lines(case))


_HEAD = """# The recipe, measured

Made by `make models`. Every case is trained by `voxnca train TARGET --size SIZE` (and
`--fire-rate`, and `--preset` where it is not the default), nothing else chosen, on one thread,
once a seed, from 0 on. The figures are the
median of the seeds / the worst of them. CPU-s is the CPU time of the whole run, its evaluations
included, on an AMD EPYC with AVX-512. Grown, 500 and 2,000 are the IoU from the seed at T and at
those steps; after wounds is the mean IoU 96 steps after each of eight wounds of a quarter of the
body, and healed the share of what they took that came back; colour is the mean RGB error.

| target | voxels | fire | seeds | steps | CPU-s | grown | 500 | 2,000 | after wounds | healed | \
colour at T | at 2,000 | ships |
|---|---|---|---|---|---|---|---|---|---|---|---|---|---|
"""


def _lines(case: Case) -> Iterator[str]:
    trials = read(case)
    if not trials:
        return
    qualities = [trial.quality for trial in trials]
    first = trials[0]
    cells = [
        _target(case),
        f"{first.num_voxels:,}",
        f"{case.fire_rate:g}",
        str(len(trials)),
        str(first.num_steps),
        _both([t.cpu_seconds for t in trials], max, ".0f"),
        _both([q.grown.iou for q in qualities], min),
        _both([q.stable[1].iou for q in qualities], min),
        _both([q.stable[-1].iou for q in qualities], min),
        _both([q.regrown_iou for q in qualities], min),
        _both([q.healed for q in qualities], min),
        _both([q.grown.rgb_error for q in qualities], max),
        _both([q.stable[-1].rgb_error for q in qualities], max),
        case.name or "-",
    ]
    yield f"| {' | '.join(cells)} |"


def _target(case: Case) -> str:
    preset = "" if case.preset == "default" else f", {case.preset}"
    return f"{case.target} {case.size}{preset}"


def _both(values: Sequence[float], worst: Any, form: str = ".3f") -> str:
    return f"{median(values):{form}} / {worst(values):{form}}"


def main() -> None:
    """Train all cases, or those named, and write the models and the document."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("cases", nargs="*", metavar="CASE", help="e.g. duck-16-1; default: all")
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    options = parser.parse_args()
    labels = {case.label: case for case in CASES}
    unknown = set(options.cases) - set(labels)
    if unknown:
        parser.error(f"unknown: {', '.join(sorted(unknown))}; known: {', '.join(labels)}")
    train_all([labels[name] for name in options.cases or labels], options.processes)
    for case in CASES:
        ship(case)
    path = voxnca.data_path() / "models" / DOCUMENT
    path.write_text(document(), encoding="utf-8")


if __name__ == "__main__":
    main()
