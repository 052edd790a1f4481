"""Train the shipped models that are driven, and their controls, and measure them: `make models`.

Every model is what `voxnca train` makes of its defaults, on one thread; a control is the same
recipe without walls. What is done is kept in `build/driven`, so that an interrupted run goes on
where it was. The figures are of layouts that are held out, and make `data/models/DRIVEN.md`.
"""

from __future__ import annotations

import argparse
import json
import os
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from dataclasses import dataclass, replace
from functools import cached_property
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import torch

import voxnca
from analysis.goals import goal_figures
from analysis.obstacles import obstacle_figures, unseen_obstacles
from analysis.reports.steering import study_steering
from apps.commands.assignment import VINE, Assignment
from apps.commands.steering import SIDES
from apps.items import Reading
from apps.options import DEFAULTS, Task
from apps.workshop.driven_table import document
from apps.workshop.thumbnails import write_thumbnail
from voxnca import NCA, Training
from voxnca.atomic import write_bytes
from voxnca.layouts import held_out_layouts
from voxnca.parts import finish
from voxnca.steering import blind

BUILD = Path(__file__).resolve().parents[2] / "build" / "driven"
DOCUMENT = "DRIVEN.md"
NUM_LAYOUTS = 500
NUM_OBSTACLES = {2: 200, 3: 100}
NUM_OF_CONTROLS = 20
"""Layouts that controls are measured in: patterns that run away take long."""


@dataclass(frozen=True)
class Case:
    """A model that is trained.

    Attributes:
        name: of the model, and of its files.
        assignment: what is typed to train it.
        control: whether it is trained without walls, to be held against the other.
    """

    name: str
    assignment: Assignment
    control: bool = False

    @property
    def model_file(self) -> Path:
        """Where it is kept."""
        return BUILD / f"{self.name}.safetensors"

    @property
    def record_file(self) -> Path:
        """Where its figures are kept."""
        return BUILD / f"{self.name}.json"

    @property
    def training_file(self) -> Path:
        """Where what is known of its training is kept."""
        return BUILD / f"{self.name}.training.json"

    def begin(self) -> Training:
        """Begin to train it."""
        training = self.assignment.begin()
        if not self.control:
            return training
        config = training.config
        return Training(
            NCA(training.model.config, seed=config.seed),
            training.targets or None,
            replace(config, task=replace(config.task, walls=False)),
        )

    @cached_property
    def model(self) -> NCA:
        """The trained model."""
        return voxnca.load(self.model_file)


def _goals(name: str, *targets: str, size: int) -> Case:
    return Case(name, Assignment(targets, DEFAULTS, Reading(size=size), Task.GOALS))


def _obstacles(name: str, target: str, *, size: int) -> Case:
    return Case(name, Assignment([target], DEFAULTS, Reading(size=size), Task.OBSTACLES))


def _vine(name: str, num_dims: int, *, task: Task = Task.STEER, control: bool = False) -> Case:
    return Case(name, Assignment([VINE], DEFAULTS, Reading(), task, num_dims), control)


SHIPPED = (
    _goals("shapes", "heart", "butterfly", "flower", "gecko", size=24),
    _goals("creatures", "duck", "mushroom", "tree", size=16),
    _obstacles("walled", "heart", size=24),
    _obstacles("walled-3d", "mushroom", size=16),
    _vine("vine", 2),
    _vine("liana", 3),
    _vine("seeker", 2, task=Task.SEEK),
)
CONTROLS = {
    "vine": _vine("open-vine", 2, control=True),
    "liana": _vine("open-liana", 3, control=True),
}
UNWALLED = {"walled": "shapes", "walled-3d": "creatures"}
"""Rules that grow the same shape, among others, and have never met an obstacle."""
CASES = {case.name: case for case in (*SHIPPED, *CONTROLS.values())}


def train(name: str) -> str:
    """Train a case, keep the model that did best, and say what it took."""
    _use_one_thread()
    case = CASES[name]
    training = case.begin()
    began = time.process_time()
    for _ in training:
        pass
    spent = time.process_time() - began
    model = training.best()
    voxnca.save(model, case.model_file)
    known = {
        "command": _typed(case.assignment),
        "cpu_seconds": round(spent, 1),
        "num_steps": training.num_steps,
        "grow_steps": training.grow_steps,
        "num_parameters": model.num_parameters,
    }
    _write(case.training_file, json.dumps(known, indent=1))
    return f"{spent:.0f} CPU-s"


def _typed(assignment: Assignment) -> str:
    size = assignment.reading.size
    return f"voxnca train {assignment.words}" + (f" --size {size}" if size else "")


def measure(name: str) -> str:
    """Measure a shipped model, beside its controls, and keep the figures."""
    _use_one_thread()
    case = CASES[name]
    kinds: dict[Task, Callable[[Case], dict[str, Any]]] = {
        Task.GOALS: lambda case: goal_figures(case.model).to_json(),
        Task.OBSTACLES: _among_obstacles,
        Task.STEER: _steered,
        Task.SEEK: _steered,
    }
    figures = kinds[case.assignment.task](case)
    _write(case.record_file, json.dumps(figures, indent=1))
    return "measured"


def _among_obstacles(case: Case) -> dict[str, Any]:
    target = case.model.target
    assert target is not None
    obstacles = unseen_obstacles(target, NUM_OBSTACLES[target.num_dims])
    other = CASES[UNWALLED[case.name]].model
    goal = [each.name for each in other.targets].index(target.name)
    growers = {
        "rule": (case.model, None),
        f"trained without obstacles ({UNWALLED[case.name]}, told {target.name})": (other, goal),
        "blind": (blind(case.model), None),
    }
    return {
        who: obstacle_figures(
            model, obstacles if who == "rule" else obstacles[:NUM_OF_CONTROLS], goal=goal
        ).to_json()["summary"]
        for who, (model, goal) in growers.items()
    }


def _steered(case: Case) -> dict[str, Any]:
    d, control = case.model.config.num_dims, CONTROLS.get(case.name)
    space = (SIDES[d],) * d
    study = finish(
        study_steering(
            case.model,
            held_out_layouts(space, NUM_LAYOUTS),
            name=case.name,
            against=None if control is None else control.model,
        )
    )
    return {key: value for key, value in study.to_json().items() if key not in ("trials", "making")}


def _write(path: Path, text: str) -> None:
    write_bytes(path, text.encode())


def _use_one_thread() -> None:
    torch.set_num_threads(1)
    voxnca.set_num_threads(1)


def run_all(work: Callable[[str], str], names: Sequence[str], num_processes: int) -> None:
    """Do some work for each of several cases, one thread each; a failure does not stop others."""
    with ProcessPoolExecutor(num_processes, mp_context=get_context("spawn")) as pool:
        runs = {pool.submit(work, name): name for name in names}
        for done in as_completed(runs):
            print(f"{runs[done]}: {_outcome(done)}", flush=True)


def _outcome(done: Future[str]) -> str:
    error = done.exception()
    return done.result() if error is None else f"failed: {error}"


def ship(case: Case) -> None:
    """Put a model among the shipped ones, with its thumbnail."""
    folder = voxnca.data_path() / "models"
    case.model.info = replace(case.model.info, name=case.name)
    voxnca.save(case.model, folder / f"{case.name}.safetensors")
    write_thumbnail(case.model, folder / f"{case.name}.png")


def records() -> dict[str, dict[str, Any]]:
    """Return what is known of each shipped model: how it was trained, and its figures."""
    known = {}
    for case in SHIPPED:
        if case.record_file.exists():
            trained = json.loads(case.training_file.read_text(encoding="utf-8"))
            figures = json.loads(case.record_file.read_text(encoding="utf-8"))
            known[case.name] = {"training": trained, "figures": figures}
    return known


def main() -> None:
    """Train what is not kept yet, or what is named anew; measure it, and write the document."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("cases", nargs="*", metavar="CASE", help=f"of {', '.join(CASES)}")
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    options = parser.parse_args()
    unknown = set(options.cases) - set(CASES)
    if unknown:
        parser.error(f"unknown: {', '.join(sorted(unknown))}; known: {', '.join(CASES)}")
    BUILD.mkdir(parents=True, exist_ok=True)
    named = options.cases or list(CASES)
    run_all(train, [n for n in named if not CASES[n].model_file.exists()], options.processes)
    ready = [c.name for c in SHIPPED if c.name in named and _is_trained(c)]
    run_all(measure, [n for n in ready if not CASES[n].record_file.exists()], options.processes)
    for name in ready:
        ship(CASES[name])
    _write(voxnca.data_path() / "models" / DOCUMENT, document(records()))


def _is_trained(case: Case) -> bool:
    needed = (case, CONTROLS.get(case.name, case), CASES[UNWALLED.get(case.name, case.name)])
    return all(each.model_file.exists() for each in needed)


if __name__ == "__main__":
    main()
