"""Train the models whose healing is proven, and write their certificates: `make certificates`.

Each is trained by `voxnca train TARGET --size SIZE --certifiable`, nothing else chosen, on one
thread; then its certificate is made by `voxnca certify NAME --json FILE`, on all cores. What is
trained is kept in `build/provable`, so that an interrupted run goes on where it was. The table of
what is proven, `data/certificates/CERTIFICATES.md`, is made of the certificates that are there.
"""

from __future__ import annotations

import argparse
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import voxnca
from analysis.certificate import model_digest, read_certificate
from analysis.reports.wording import percent
from apps.commands.assignment import Assignment
from apps.commands.certifying import Work, run
from apps.commands.listing import describe
from apps.commands.outputs import Outputs
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
    model.info = replace(model.info, name=case.name)
    models = voxnca.data_path() / "models"
    voxnca.save(model, models / f"{case.name}.safetensors")
    write_thumbnail(model, models / f"{case.name}.png")


def certify(case: Case) -> None:
    """Make the certificate of a shipped model, unless there is one of this very model."""
    path = certificate_path(case)
    if path.exists() and read_certificate(path).digest == model_digest(voxnca.load(case.name)):
        return
    path.parent.mkdir(exist_ok=True)
    # The command is noted in the file, and is to hold for every copy of the repository.
    run(case.name, Work(4, None, 0), Outputs(None, Path(os.path.relpath(path))))


def certificate_path(case: Case) -> Path:
    """Return where the certificate of a model ships."""
    return voxnca.data_path() / "certificates" / f"{case.name}.json"


def document() -> str:
    """Write the table of what is proven."""
    return _HEAD + "".join(f"{line}\n" for case in CASES for line in _lines(case))


_HEAD = """# What is proven of the shipped models

Made by `make certificates`. Each model is trained by `voxnca train TARGET --size SIZE
--certifiable`, nothing else chosen; its certificate lies beside this page and is verified afresh by
`voxnca certify --check data/certificates/NAME.json`. All ball wounds of a radius means every ball
round every cell of the grid that takes a living cell, of every radius at which a ball gains cells;
the standard wound takes a quarter of the body, round each of its cells. Shares are of all of them.
The last columns are of the rule in real numbers: the size of disturbance that provably dies down,
and, fired at random at a rate of 0.5, the probability to grow from the seed and to stay, bounded
from below at 99 % confidence; for a creature too large for that proof, the probability, measured,
to look grown after 1,800 and after 2,000 steps, bounded in the same way.

| model | target | grid | live cells | IoU | colour error | rests after | balls r <= 1 | r <= 2 | \
r <= 3 | r <= 4 | standard | slowest to heal | disturbance | spectral radius | at random | \
time, s |
|---|---|---|---|---|---|---|---|---|---|---|---|---|---|---|---|---|
"""


def _lines(case: Case) -> Iterator[str]:
    path = certificate_path(case)
    if not path.exists():
        return
    fields = json.loads(path.read_text(encoding="utf-8"))
    home, affine = fields["home"], fields["affine"]
    standard, balls = fields["wounds"]
    cells = [
        case.name,
        f"{case.target} {case.size}",
        " x ".join(map(str, fields["space"])),
        str(home["num_cells"]),
        f"{home['iou']:.3f}",
        f"{home['rgb_error']:.3f}",
        f"{home['steps']} steps",
        *(_share(balls, radius) for radius in (1, 2, 3, 4)),
        _share(standard, 1e9),
        f"{max(c['longest'] for c in (*standard['counts'], *balls['counts']))} steps",
        f"{affine['delta']:.1e}" if affine else "-",
        f"{affine['spectral_radius']:.3f}" if affine else "-",
        _at_random(fields),
        f"{sum(fields['report']['making']['seconds'].values()):.0f}",
    ]
    yield f"| {' | '.join(cells)} |"


def _at_random(fields: dict[str, Any]) -> str:
    if fields["chance"]:
        return f"{fields['chance']['bound']:.3f}"
    measured = fields["report"]["measured"]
    grown = measured and measured["at_random"]
    return f"{grown['low']:.3f} (measured)" if grown else "-"


def _share(claim: dict[str, Any], radius: float) -> str:
    counts = [count for count in claim["counts"] if count["radius_cells"] <= radius + 1e-9]
    total, healed = (sum(count[key] for count in counts) for key in ("num_wounds", "healed"))
    return f"{healed:,} of {total:,} ({percent(healed / total)})"


def main() -> None:
    """Train, ship and certify all cases, or those named."""
    parser = argparse.ArgumentParser(description=__doc__)
    known = {case.name: case for case in CASES}
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"default: {', '.join(known)}")
    options = parser.parse_args()
    unknown = set(options.names) - set(known)
    if unknown:
        parser.error(f"unknown: {', '.join(sorted(unknown))}; known: {', '.join(known)}")
    num_cores = voxnca.get_num_threads()
    for name in options.names or known:
        voxnca.set_num_threads(1)
        train(known[name])
        ship(known[name])
        voxnca.set_num_threads(num_cores)
        certify(known[name])
    path = voxnca.data_path() / "certificates" / "CERTIFICATES.md"
    path.write_text(document(), encoding="utf-8")


if __name__ == "__main__":
    main()
