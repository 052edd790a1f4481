"""`voxnca replay`: a recorded run, again, to the same bits."""

from __future__ import annotations

import json
from collections.abc import Iterator
from math import ceil, prod
from pathlib import Path

from rich.progress import track
from torch import Tensor

from apps.commands.engine import get_ready
from apps.commands.growth import check_output
from apps.commands.plan import MAX_FRAMES
from apps.lab.neural_run import NeuralRun
from apps.lab.recording import Recording, digest_of
from apps.lab.recording_file import read_recording
from apps.setting import drawn, fitting
from apps.terminal import console, result
from voxnca import ArgumentError, FileError, export
from voxnca.quality import iou_of_cells

MAX_VALUES = 2**28
"""Of a whole state that is to be written: 1 GB."""


def run(file: Path, output: Path | None = None, *, as_json: bool = False) -> None:
    """Run a recording again, tell what came of it, and write it.

    Args:
        file: that holds the recording.
        output: as of `voxnca grow`; None writes nothing.
        as_json: print JSON, for machines.

    Raises:
        VoxncaError: for anything the user can mend, and when the bits are not those recorded.
    """
    if output is not None:
        check_output(output)
    recording = read_recording(file)
    if output is not None:
        _check_size(recording)
    get_ready()
    last = _replay(recording, output)
    try:
        recording.check(last)
    except FileError:
        result(_told(recording, last, as_json=as_json, same=False))
        raise
    result(_told(recording, last, as_json=as_json, same=True))


def _check_size(recording: Recording) -> None:
    if prod(recording.space) * recording.model.config.num_channels > MAX_VALUES:
        raise ArgumentError(
            f"output: the grid of {list(recording.space)} is too large to be written whole; "
            "replay it without -o"
        )


def _replay(recording: Recording, output: Path | None) -> NeuralRun:
    """Step to the end, and write what was asked for on the way."""
    last: list[NeuralRun] = []
    runs = track(
        _noting(recording.replay(), last),
        "replay",
        total=recording.num_steps + 1,
        console=console,
        disable=not console.is_terminal,
    )
    if output is not None and output.suffix.lower() in export.MOVIE_SUFFIXES:
        export.save_movie(_frames(iter(runs), recording.num_steps), output)
        return last[0]
    for _ in runs:
        pass
    if output is not None:
        is_picture = output.suffix.lower() == ".png"
        export.save_state(_pictured(last[0]) if is_picture else last[0].rollout.state(), output)
    return last[0]


def _pictured(run: NeuralRun) -> Tensor:
    """Return the state as it is drawn, with what stands round the creature."""
    return drawn(run.rollout.state(), run.conditions)


def _noting(runs: Iterator[NeuralRun], last: list[NeuralRun]) -> Iterator[NeuralRun]:
    for run in runs:
        last[:] = [run]
        yield run


def _frames(runs: Iterator[NeuralRun], num_steps: int) -> Iterator[Tensor]:
    """Yield the state at intervals, and the last one."""
    interval = max(1, ceil(num_steps / MAX_FRAMES))
    for run in runs:
        if run.step_index % interval == 0 or run.step_index == num_steps:
            yield _pictured(run)


def _told(recording: Recording, last: NeuralRun, *, as_json: bool, same: bool) -> str:
    body, target = last.body(), fitting(last.target, recording.space)
    iou = None if target is None else iou_of_cells(body, target, recording.space)
    if as_json:
        fields = {
            "step": last.step_index,
            "voxels": len(body),
            "iou": iou,
            "events": len(recording.events),
            "same_bits": same,
            "digest": digest_of(last.frozen()),
        }
        return json.dumps(fields)
    text = f"step {last.step_index}, {len(body)} voxels"
    text += "" if iou is None else f", IoU {iou:.3f}"
    return f"{text}: {'the same bits as recorded' if same else 'not the bits that were recorded'}"
