"""What is at hand: models with their quality, and targets."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from apps.commands.figures import ModelRow
from apps.commands.gallery import hang
from apps.items import Kind, find
from apps.terminal import picture_console, result, say, table
from apps.thumbnails import model_thumbnail, shipped_thumbnail
from voxnca import NCA, Quality, load, load_target, model_names, target_names

_HEADINGS = (
    "model",
    "dims",
    "size",
    "T",
    "grown",
    "500",
    "2000",
    "wound",
    "heals",
    "rgb",
    "params",
)
"""Short, for 80 columns: IoU when grown, at 500 and at 2,000 steps and after wounds, and so on."""
_VINE_HEADINGS = (
    "vine",
    "dims",
    "layouts",
    "T",
    "reach",
    "detour",
    "moved",
    "cut",
    "late",
    "way",
    "params",
)
"""Shares that reach the beacon: in all layouts, where a detour is forced, and so on; and their
way, of the shortest."""
_TOLD_HEADINGS = ("model", "is told")
_DISCRETE_HEADINGS = ("discrete model", "dims", "states", "computes", "wrong", "params")


def list_models(names: Sequence[str], *, as_json: bool) -> None:
    """Print models: with pictures in a terminal, else as a table, or as JSON.

    Args:
        names: of models, as they were typed; none means the shipped ones.
        as_json: print JSON.

    Raises:
        VoxncaError: for a model that is unknown or cannot be read.
    """
    sources = [find(name, Kind.MODEL).source for name in names or model_names()]
    models = [(source, load(source)) for source in sources]
    rows = [ModelRow.of(source, model) for source, model in models]
    if as_json:
        result(json.dumps([asdict(row) for row in rows], indent=2))
    elif not rows:
        say("no model is shipped; train one: voxnca train mushroom -o mushroom.safetensors")
    elif (console := picture_console()) is not None:
        hang(console, rows, [_picture(source, model) for source, model in models])
    else:
        result(_tables(rows))


def _tables(rows: Sequence[ModelRow]) -> str:
    """Return models that grow targets in one table, vines in another, discrete ones in a third.

    What is told beside their state stands in a table of its own.
    """
    growing = [row for row in rows if row.num_states is None]
    vines = [_vine_cells(row) for row in growing if row.is_vine]
    told = [(row.name, row.told) for row in growing if row.told]
    discrete = [_discrete_cells(row) for row in rows if row.num_states is not None]
    tables: list[tuple[Sequence[str], Sequence[Sequence[str]], tuple[int, ...]]] = [
        (_HEADINGS, [_cells(row) for row in growing if not row.is_vine], (0,)),
        (_VINE_HEADINGS, vines, (0,)),
        (_TOLD_HEADINGS, told, (0, 1)),
        (_DISCRETE_HEADINGS, discrete, (0,)),
    ]
    return "\n\n".join(
        table(headings, cells, left=left) for headings, cells, left in tables if cells
    )


def list_targets(*, as_json: bool) -> None:
    """Print the built-in targets, at their default size, as a table or as JSON."""
    targets = [load_target(name) for name in target_names()]
    if as_json:
        fields = [
            {"name": t.name, "num_dims": t.num_dims, "size": t.size, "num_solid": t.num_solid}
            for t in targets
        ]
        result(json.dumps(fields, indent=2))
        return
    rows = [(t.name, f"{t.num_dims}D", _size(t.size), str(t.num_solid)) for t in targets]
    result(table(("target", "dims", "size", "voxels"), rows))


def describe(quality: Quality) -> str:
    """Say in one line how good a rule is."""
    late = quality.stable[-1]
    return (
        f"IoU {quality.grown.iou:.3f} grown, {late.iou:.3f} at {late.step} steps, "
        f"{quality.regrown_iou:.3f} after wounds"
    )


def _picture(source: str | Path, model: NCA) -> bytes | None:
    if isinstance(source, Path):
        return model_thumbnail(model)
    return shipped_thumbnail(source, model)


def _cells(row: ModelRow) -> tuple[str, ...]:
    ious = (row.iou_grown, row.iou_500, row.iou_2000, row.iou_regrown)
    return (
        row.name,
        f"{row.num_dims}D",
        _size(row.size) if row.size else "-",
        str(row.grow_steps or "-"),
        *("-" if value is None else f"{value:.3f}" for value in (*ious, row.healed, row.rgb_error)),
        str(row.num_parameters),
    )


def _vine_cells(row: ModelRow) -> tuple[str, ...]:
    steering, figures = row.steering, ["-"] * 7
    if steering is not None:
        reaches = (steering.grown, steering.forced, steering.moved, steering.cut, steering.late)
        shares = ["-" if reach is None else f"{reach.share:.3f}" for reach in reaches]
        ratio = steering.median_ratio
        figures = [_size(steering.space), *shares, "-" if ratio is None else f"{ratio:.3f}"]
    space, *measured = figures
    steps = str(row.grow_steps or "-")
    return (row.name, f"{row.num_dims}D", space, steps, *measured, str(row.num_parameters))


def _discrete_cells(row: ModelRow) -> tuple[str, ...]:
    wrong = "-" if row.num_wrong is None else f"{row.num_wrong:,} of {row.num_neighborhoods:,}"
    dims, states = f"{row.num_dims}D", str(row.num_states)
    return (row.name, dims, states, row.rule or "-", wrong, str(row.num_parameters))


def _size(space: Sequence[int]) -> str:
    return "x".join(map(str, space))
