"""`voxnca grow`: a run from the seed, with or without a wound, written to a file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import torch
from rich.progress import track
from torch import Tensor

from analysis.morphology import observe
from apps.commands.engine import get_ready
from apps.commands.plan import DISCRETE_SIDE, Plan, make_plan, read_size
from apps.commands.report import Entry, Report
from apps.items import open_model
from apps.lab.conditions import Conditions
from apps.lab.opening import seeks
from apps.lab.start import Start
from apps.setting import NOTHING_ASKED, Asked, Setting, drawn, free_part, reach
from apps.states import open_state, soup_rows
from apps.terminal import console, result, say
from voxnca import NCA, ArgumentError, FileError, Rollout, Target, export, solid
from voxnca.grid import center
from voxnca.quality import iou
from voxnca.states import Colors


class Instant(NamedTuple):
    """A run as it stands, between two steps.

    Attributes:
        rollout: the same every time.
        wound: "before" or "after" when a wound is dealt at this step, else None.
    """

    rollout: Rollout
    wound: str | None = None


def run(
    name: str,
    output: Path,
    *,
    steps: int | None = None,
    wounds: Sequence[str] = (),
    wound_at: int | None = None,
    seed: int = 0,
    size: str | None = None,
    start: Path | None = None,
    asked: Asked = NOTHING_ASKED,
    with_report: bool = False,
    as_json: bool = False,
) -> None:
    """Grow a model and write the end, or for a movie the whole run.

    Args:
        name: of the model, as it was typed.
        output: the file; its suffix says what is written.
        steps: to run; None is T, and 96 more after a wound.
        wounds: as `voxnca.wounds.parse` reads them.
        wound_at: the step after which to wound; None is T.
        seed: of the firing mask; of a discrete rule's soup.
        size: side of the grid, or its sides joined by commas; None fits the target.
        start: file of a state to grow from; None is the seed, or a soup for a discrete rule.
        asked: the goal, the walls, the beacon and the root.
        with_report: print the form of the pattern over the run, too.
        as_json: print the report alone, for machines.

    Raises:
        VoxncaError: for anything the user can mend.
    """
    check_output(output)
    if as_json and not with_report:
        raise ArgumentError("json=True without a report to print; add --report")
    model = open_model(name)
    begin = Start() if start is None else Start.of_state(open_state(start), model)
    setting = _set_up(model, asked, size, begin.space)
    plan = make_plan(model, setting.space, steps=steps, wounds=wounds, wound_at=wound_at)
    _tell(model, asked)
    get_ready()
    if model.is_discrete and start is None:
        say("it starts from a soup; --seed chooses another one, --from a state")
        rows = soup_rows(model, plan.space, seed)
    else:
        rows = begin.rows(model, plan.space) if begin.space else setting.rows(model)
    rollout = setting.rollout(model, rows, seed=seed)
    instants = _walk(rollout, plan)
    target = setting.target(model)
    entries: list[Entry] = []
    if with_report:
        if model.target is not None and target is None:
            say(f"{setting.without_target}: nothing is compared with it")
        instants = _noting(instants, plan.report_steps, target, entries)
    _write(_tracked(instants, name, plan), plan, rollout, output, model.colors, setting)
    if not as_json:
        result(f"{output}: {_describe(rollout, setting, target)}")
    if with_report:
        report = Report(name, str(output), plan.space, seed, target, entries)
        result(report.to_json() if as_json else report.to_table())


def _set_up(
    model: NCA, asked: Asked, size: str | None, of_state: tuple[int, ...] | None
) -> Setting:
    """Lay out the grid: as typed, else that of the state or of the walls, else what fits."""
    d = model.config.num_dims
    space = of_state or (None if size is None else read_size(size, d))
    if of_state is not None and size is not None:
        raise ArgumentError(f"size={size}: the state has its own; leave out one of both")
    if model.is_discrete:
        if asked != NOTHING_ASKED:
            raise ArgumentError("a discrete rule has no goals and senses nothing; leave them out")
        space = space or (DISCRETE_SIDE[d],) * d
        return Setting(space, Conditions(center(space)))
    if of_state is not None and seeks(model) and asked.beacon is None:
        raise ArgumentError(
            "beacon: a state does not tell where it was; pass --beacon, --root and --walls"
        )
    return Setting.of(model, asked, space)


def _tell(model: NCA, asked: Asked) -> None:
    """Say what was chosen because nothing was typed."""
    if model.config.num_goals and asked.goal is None:
        names = ", ".join(target.name for target in model.targets)
        say(f"it grows the first of its goals; --goal chooses one of: {names}")
    if seeks(model) and not asked.is_of_environment:
        say("it grows in the first of the test layouts; --walls, --beacon and --root make others")


def check_output(output: Path) -> None:
    """Refuse a place that cannot be written before any work.

    Raises:
        VoxncaError: for a suffix or a folder that is unknown.
    """
    export.check_suffix(output)
    if not output.parent.is_dir():
        raise FileError(f"{output.parent}: no such folder; make it first")


@torch.no_grad()
def _walk(rollout: Rollout, plan: Plan) -> Iterator[Instant]:
    """Step a rollout in place and yield it at every step; twice when it is wounded."""
    for index in range(plan.num_steps + 1):
        rollout.step(min(index, 1))
        if index != plan.wound_step:
            yield Instant(rollout)
            continue
        yield Instant(rollout, "before")
        removed = sum(rollout.wound(wound) for wound in plan.wounds)
        say(f"step {index}: the wound removes {removed} voxels")
        yield Instant(rollout, "after")


def _noting(
    instants: Iterable[Instant],
    steps: frozenset[int],
    target: Target | None,
    entries: list[Entry],
) -> Iterator[Instant]:
    """Pass a run on, and add what it is like at those steps to `entries`."""
    for instant in instants:
        if instant.rollout.step_index in steps:
            entries.append(Entry(instant.wound, observe(instant.rollout, target)))
        yield instant


def _tracked(instants: Iterable[Instant], name: str, plan: Plan) -> Iterable[Instant]:
    """Draw a progress bar while a run goes on."""
    return track(
        instants,
        name,
        total=plan.num_steps + 1 + bool(plan.wounds),
        console=console,
        disable=not console.is_terminal,
    )


def _write(
    instants: Iterable[Instant],
    plan: Plan,
    rollout: Rollout,
    output: Path,
    colors: Colors | None,
    setting: Setting,
) -> None:
    if output.suffix.lower() in export.MOVIE_SUFFIXES:
        frames = (drawn(state, setting.conditions) for state in _frames(instants, plan))
        export.save_movie(frames, output, colors=colors)
        return
    for _ in instants:
        pass
    state = rollout.state()
    if output.suffix.lower() == ".png":
        state = drawn(state, setting.conditions)
    export.save_state(state, output, colors=colors)


def _frames(instants: Iterable[Instant], plan: Plan) -> Iterator[Tensor]:
    """Yield the state at intervals, and the last one; of a wound, what it leaves."""
    for rollout, wound in instants:
        step = rollout.step_index
        if wound != "before" and (step % plan.frame_interval == 0 or step == plan.num_steps):
            yield rollout.state()


def _describe(rollout: Rollout, setting: Setting, target: Target | None) -> str:
    text = f"step {rollout.step_index}, {len(rollout.solid_cells)} voxels"
    if target is not None:
        wanted = free_part(target, setting.space, setting.conditions)
        return f"{text}, IoU {float(iou(rollout.state(), wanted)):.3f}"
    if setting.conditions.beacon is None:
        return text
    return f"{text}, {reach(solid(rollout.state())[0].numpy(), setting.conditions)}"
