"""A run as a file: what it began with and what happened, so that anybody gets the same bits."""

from __future__ import annotations

import copy
import platform
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256

import numpy as np
from torch import Tensor

import voxnca
from apps.lab.conditions import Conditions
from apps.lab.events import Adopted, Event, Planted, Steered
from apps.lab.neural_run import NeuralRun
from apps.lab.past import Frozen
from apps.lab.start import Start
from voxnca import NCA, FileError, VoxncaError

MAX_STEPS = 10**6


@dataclass(frozen=True, eq=False)
class Recording:
    """A run that can be run again.

    Attributes:
        model: the rule it began with; its target is what the creature is compared with.
        seed: of the firing mask.
        space: sizes of the grid.
        start: what it began from.
        conditions: it began under.
        events: what happened, in order.
        num_steps: in all.
        digest: of the last state, as `digest_of` counts it.
        made_by: the version and the machine, for people.
    """

    model: NCA
    seed: int
    space: tuple[int, ...]
    start: Start
    conditions: Conditions
    events: tuple[Event, ...]
    num_steps: int
    digest: str
    made_by: str

    @classmethod
    def of_run(cls, run: NeuralRun) -> Recording:
        """Record a run up to the step that is shown.

        Raises:
            VoxncaError: when it has more events or steps than a recording may hold.
        """
        if run.step_index > MAX_STEPS:
            raise VoxncaError(
                f"the run is longer than {MAX_STEPS:,} steps, too long to be recorded; "
                "rewind it, or grow again from the seed, then share"
            )
        model = copy.copy(run.first_model)  # the same weights
        model.targets = run.model.targets
        start = run.start
        if start.kind == "target" and model.target is not run.first_model.target:
            rows = start.rows(run.first_model, run.space, run.first_conditions)
            start = Start("state", Frozen.of_rows(rows, run.space, 0), run.space)
        made_by = f"voxnca {voxnca.__version__} on {platform.machine()}"
        return cls(
            model,
            run.seed,
            run.space,
            start,
            run.first_conditions,
            run.events,
            run.step_index,
            digest_of(run.frozen()),
            made_by,
        )

    def replay(self) -> Iterator[NeuralRun]:
        """Run it again: yield the same run at every step, after what happened there.

        Raises:
            VoxncaError: when an event does not fit the run.
        """
        run = NeuralRun(
            self.model,
            self.start,
            space=self.space,
            seed=self.seed,
            conditions=self.conditions,
            max_bytes=0,
        )
        waiting = list(reversed(self.events))
        for step_index in range(self.num_steps + 1):
            if step_index:
                run.step()
            while waiting and waiting[-1].step_index == step_index:
                _repeat(run, waiting.pop())
            yield run

    def check(self, run: NeuralRun) -> None:
        """Check that a replayed run ended in the bits that were recorded.

        Raises:
            FileError: when it did not, with what that can come from.
        """
        if digest_of(run.frozen()) != self.digest:
            here = f"voxnca {voxnca.__version__} on {platform.machine()}"
            raise FileError(
                "the end is not the one recorded, to the bit: the file was changed, or another "
                f"processor, engine or version rounds otherwise (recorded by {self.made_by}, "
                f"replayed by {here}); replay it where it was made"
            )


def digest_of(state: Frozen) -> str:
    """Return the sha256 of a state's rows: cells in index order, then what they hold.

    Cells that hold nothing do not count, and zero has no sign.
    """
    held = (state.values != 0).any(1)
    cells, values = state.cells[held].astype("<i4"), state.values[held].astype("<f4") + 0.0
    order = np.lexsort(cells.T[::-1])
    content = sha256(repr(values.shape).encode())
    content.update(np.ascontiguousarray(cells[order]).tobytes())
    content.update(np.ascontiguousarray(values[order]).tobytes())
    return content.hexdigest()


def digest_of_weights(model: NCA) -> str:
    """Return the sha256 of a rule: its config and its weights, by name."""
    content = sha256(repr(sorted(model.config.to_json().items())).encode())
    weights: dict[str, Tensor] = model.state_dict()
    for name in sorted(weights):
        array = weights[name].detach().float().contiguous().numpy()
        content.update(f"{name}{array.shape}".encode())
        content.update(array.astype("<f4").tobytes())
    return content.hexdigest()


def _repeat(run: NeuralRun, event: Event) -> None:
    if isinstance(event, Adopted):
        run.adopt(event.model)
    elif isinstance(event, Planted):
        run.plant(event.cell)
    elif isinstance(event, Steered):
        run.steer(event.steering)
    else:
        run.wound(event.wound, "recorded wound")
