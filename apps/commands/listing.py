"""What is at hand: models with their quality, and targets."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from apps.items import Kind, find
from apps.terminal import result, say, table
from voxnca import Quality, load, load_target, model_names, target_names

_HEADINGS = (
    "model",
    "dims",
    "size",
    "T",
    "grown",
    "at 500",
    "regrown",
    "healed",
    "rgb error",
    "parameters",
)


@dataclass(frozen=True)
class ModelRow:
    """A model, by the figures in its file; None where it was never measured.

    Attributes:
        name: as `voxnca grow` takes it.
        num_dims: 2 or 3.
        target: what it grows.
        size: of the target, in index order.
        grow_steps: T.
        iou_grown: IoU from the seed at T.
        iou_late: IoU from the seed at 500 steps.
        iou_regrown: mean IoU 96 steps after the standard wounds.
        healed: mean share of the lost IoU that came back.
        rgb_error: at T.
        num_parameters: of the rule.
    """

    name: str
    num_dims: int
    target: str | None
    size: tuple[int, ...] | None
    grow_steps: int | None
    iou_grown: float | None
    iou_late: float | None
    iou_regrown: float | None
    healed: float | None
    rgb_error: float | None
    num_parameters: int


def list_models(names: Sequence[str], *, as_json: bool) -> None:
    """Print models as a table or as JSON; no names means the shipped ones."""
    rows = [_row(name) for name in names or model_names()]
    if as_json:
        result(json.dumps([asdict(row) for row in rows], indent=2))
    elif rows:
        result(table(_HEADINGS, [_cells(row) for row in rows]))
    else:
        say("no model is shipped; train one: voxnca train mushroom -o mushroom.safetensors")


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


def _row(name: str) -> ModelRow:
    source = find(name, Kind.MODEL).source
    model = load(source)
    return ModelRow(
        name=source.stem if isinstance(source, Path) else source,
        num_dims=model.config.num_dims,
        target=model.target.name if model.target else None,
        size=model.target.size if model.target else None,
        grow_steps=model.info.grow_steps,
        num_parameters=sum(p.numel() for p in model.parameters()),
        **_figures(model.info.quality),
    )


def _figures(quality: Quality | None) -> dict[str, float | None]:
    if quality is None:
        return dict.fromkeys(("iou_grown", "iou_late", "iou_regrown", "healed", "rgb_error"))
    return {
        "iou_grown": quality.grown.iou,
        "iou_late": quality.stable[-1].iou,
        "iou_regrown": quality.regrown_iou,
        "healed": quality.healed,
        "rgb_error": quality.grown.rgb_error,
    }


def _cells(row: ModelRow) -> tuple[str, ...]:
    figures = (row.iou_grown, row.iou_late, row.iou_regrown, row.healed, row.rgb_error)
    return (
        row.name,
        f"{row.num_dims}D",
        _size(row.size) if row.size else "-",
        str(row.grow_steps or "-"),
        *("-" if value is None else f"{value:.3f}" for value in figures),
        str(row.num_parameters),
    )


def _size(space: Sequence[int]) -> str:
    return "x".join(map(str, space))
