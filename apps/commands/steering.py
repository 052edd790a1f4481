"""`voxnca steer`: how often a rule's vines reach their beacons, beside the controls."""

from __future__ import annotations

import json
import shlex
from dataclasses import dataclass
from datetime import date

from analysis.reports.steering import Study, steering_html, study_steering
from analysis.reports.steering.figures import ROWS
from analysis.reports.steering.subject import RULE
from analysis.reports.steering.table import interval, written
from apps.commands.engine import get_ready
from apps.commands.outputs import Outputs
from apps.commands.stages import watched
from apps.items import open_model
from apps.terminal import table
from voxnca.layouts import Layout, held_out_layouts
from voxnca.steering.trials import check_measured

SIDES = {2: 32, 3: 20}
"""Of the layouts, where nothing else is said."""


@dataclass(frozen=True)
class Trials:
    """What is to be measured.

    Attributes:
        num_layouts: of the test split, at least 1.
        size: their side; None is `SIDES`.
        num_steps: T; None is the model's.
        seed: of the firing mask.
        controls: whether to measure the controls.
        against: a model trained without walls, as it was typed; None for none.
    """

    num_layouts: int
    size: int | None
    num_steps: int | None
    seed: int
    controls: bool
    against: str | None

    def layouts(self, num_dims: int) -> tuple[Layout, ...]:
        """Return the layouts."""
        return held_out_layouts((self.size or SIDES[num_dims],) * num_dims, self.num_layouts)

    def options(self) -> list[str]:
        """Return what was typed to ask for them."""
        typed = {
            "--layouts": self.num_layouts,
            "--size": self.size,
            "--steps": self.num_steps,
            "--seed": self.seed or None,
            "--against": self.against,
        }
        options = [
            part
            for name, value in typed.items()
            if value is not None
            for part in (name, str(value))
        ]
        return options if self.controls else [*options, "--no-controls"]


def run(text: str, trials: Trials, outputs: Outputs) -> None:
    """Measure a rule that steers, print its figures, and write what was asked for.

    Args:
        text: the model, as it was typed.
        trials: what is to be measured.
        outputs: where the page and the figures go.

    Raises:
        VoxncaError: for a model that is unknown or senses no beacon, or a file that cannot be
            written.
    """
    model = open_model(text)
    against = None if trials.against is None else open_model(trials.against)
    d = model.config.num_dims
    layouts = trials.layouts(d)
    for each in (model, against):
        if each is not None:
            check_measured(each, layouts)
    get_ready()
    command = ["voxnca", "steer", text, *trials.options(), *outputs.options()]
    found = watched(
        study_steering(
            model,
            layouts,
            name=model.info.name or text,
            against=against,
            controls=trials.controls,
            num_steps=trials.num_steps,
            seed=trials.seed,
            command=shlex.join(command),
            date=date.today().isoformat(),  # noqa: DTZ011 - the day where the reader is
        )
    )
    outputs.write(
        steering_html(found) if outputs.page else None,
        json.dumps(found.to_json(), indent=1, ensure_ascii=False),
        [to_table(found)],
    )


def to_table(found: Study) -> str:
    """Return a row a figure and a column a subject, the rule's with its interval."""
    headings, lines = [""], [[row.title] for row in ROWS]
    for subject in found.subjects:
        headings.append(subject.name)
        for row, line in zip(ROWS, lines, strict=True):
            line.append(written(row, subject.figures[row.key]))
        if subject.key == RULE:
            headings.append("95% interval")
            for row, line in zip(ROWS, lines, strict=True):
                line.append(interval(row, subject.figures[row.key]) or "")
    return table(headings, lines)
