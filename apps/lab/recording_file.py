"""The format `voxnca-run-1`: a recording as JSON.

What a file says is checked field by field before anything is run: it may come from anywhere.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any, TypeVar

from apps.lab.carving import Overlap, Stroke
from apps.lab.embedding import embed_model, embed_state, read_model, read_state
from apps.lab.events import MAX_ADOPTED, MAX_EVENTS, Adopted, Event, Planted, Wounded
from apps.lab.recording import MAX_STEPS, Recording, digest_of_weights
from apps.lab.start import Start
from voxnca import NCA, FileError, VoxncaError, load, model_names
from voxnca.config import check_seed
from voxnca.grid import check_space
from voxnca.targets.reading import read_bytes
from voxnca.wounds import Wound, check, parse, written

FORMAT = "voxnca-run-1"
MAX_FILE_BYTES = 2**26
MAX_OVERLAP = 4
_SHA256 = re.compile(r"[0-9a-f]{64}")
_DAMAGED = (KeyError, TypeError, ValueError, RecursionError, VoxncaError)

Fields = dict[str, Any]
T = TypeVar("T")


def encode_recording(recording: Recording) -> bytes:
    """Return the file."""
    fields = {
        "format": FORMAT,
        "made_by": recording.made_by,
        "model": _model_to_json(recording.model),
        "seed": recording.seed,
        "space": list(recording.space),
        "start": _start_to_json(recording.start),
        "num_steps": recording.num_steps,
        "events": [_event_to_json(event) for event in recording.events],
        "digest": recording.digest,
    }
    return json.dumps(fields, indent=1).encode()


def decode_recording(content: bytes, name: str = "the recording") -> Recording:
    """Read a file.

    Args:
        content: of the file.
        name: for the error message.

    Raises:
        FileError: when it is too long, damaged, or no recording.
    """
    if len(content) > MAX_FILE_BYTES:
        raise FileError(f"{name}: longer than {MAX_FILE_BYTES // 2**20} MB; share a shorter run")
    try:
        fields = json.loads(content.decode(), parse_constant=_refuse)
        if not isinstance(fields, dict) or fields.get("format") != FORMAT:
            raise ValueError(f"not a {FORMAT} file")
        return _recording(fields)
    except _DAMAGED as error:
        missing = "no " if isinstance(error, KeyError) else ""
        reason = " ".join(f"{missing}{error}".split())[:300]
        raise FileError(
            f"{name}: cannot be read as a recorded run ({reason}); share the run again"
        ) from error


def read_recording(path: Path) -> Recording:
    """Read a file from disk; errors as of `decode_recording`, and when it cannot be read."""
    return decode_recording(read_bytes(path), str(path))


def _recording(fields: Fields) -> Recording:
    model = _model_from_json(_a(dict, fields["model"], "model"))
    space = check_space(_whole_numbers(fields["space"], "space"), model.config.num_dims)
    num_steps = _whole(fields["num_steps"], "num_steps", MAX_STEPS)
    start = _start_from_json(_a(dict, fields["start"], "start"), model, space)
    start.rows(model, space)  # it fits, or this says why not
    return Recording(
        model,
        check_seed(_whole(fields["seed"], "seed", 2**32 - 1)),
        space,
        start,
        _events(_a(list, fields["events"], "events"), model, num_steps),
        num_steps,
        _digest(fields["digest"]),
        _line(fields["made_by"]),
    )


def _events(items: list[Any], model: NCA, num_steps: int) -> tuple[Event, ...]:
    if len(items) > MAX_EVENTS:
        raise ValueError(f"more than {MAX_EVENTS} events")
    events = tuple(_event_from_json(_a(dict, item, "event"), model) for item in items)
    steps = [event.step_index for event in events]
    if steps != sorted(steps) or (steps and steps[-1] > num_steps):
        raise ValueError("events are not in order of their steps")
    if sum(isinstance(event, Adopted) for event in events) > MAX_ADOPTED:
        raise ValueError(f"more than {MAX_ADOPTED} changes of weights")
    return events


def _model_to_json(model: NCA) -> Fields:
    """Name a shipped model; embed any other."""
    digest, name = digest_of_weights(model), model.info.name
    if name in model_names():
        shipped = load(name)
        if digest_of_weights(shipped) == digest and _same_target(model, shipped):
            return {"name": name, "sha256": digest}
    return {"embedded": embed_model(model)}


def _model_from_json(fields: Fields) -> NCA:
    if "embedded" in fields:
        return read_model(_a(str, fields["embedded"], "embedded"))
    name = _a(str, fields["name"], "name")
    if name not in model_names():
        raise ValueError(f"no shipped model {name[:40]!r}; update voxnca")
    model = load(name)
    if digest_of_weights(model) != _digest(fields["sha256"]):
        raise ValueError(f"the model {name} shipped here has other weights; use the same version")
    return model


def _same_target(model: NCA, other: NCA) -> bool:
    ours, theirs = model.target, other.target
    if ours is None or theirs is None:
        return ours is theirs
    return ours.rgba8.shape == theirs.rgba8.shape and ours.rgba8.tobytes() == theirs.rgba8.tobytes()


def _start_to_json(start: Start) -> Fields:
    if start.state is None:
        return {"kind": start.kind}
    return {"kind": "state", "embedded": embed_state(start.state)}


def _start_from_json(fields: Fields, model: NCA, space: tuple[int, ...]) -> Start:
    kind = _a(str, fields["kind"], "kind")
    if kind != "state":
        return Start.named(kind)
    text = _a(str, fields["embedded"], "embedded")
    return Start("state", read_state(text, model.config, space), space)


def _event_to_json(event: Event) -> Fields:
    step = {"step": event.step_index}
    if isinstance(event, Planted):
        return {**step, "kind": "planted", "cell": list(event.cell)}
    if isinstance(event, Adopted):
        return {**step, "kind": "adopted", "embedded": embed_model(_bare(event.model))}
    if isinstance(event.wound, Stroke):
        cells = [list(cell) for cell in event.wound.cells]
        radius = float(event.wound.radius_cells)
        return {**step, "kind": "stroke", "cells": cells, "radius_cells": radius}
    parts = event.wound.wounds if isinstance(event.wound, Overlap) else (event.wound,)
    return {**step, "kind": "wound", "wound": [written(part) for part in parts]}


def _event_from_json(fields: Fields, model: NCA) -> Event:
    step, num_dims = _whole(fields["step"], "step", MAX_STEPS), model.config.num_dims
    match fields["kind"]:
        case "planted":
            cell = _whole_numbers(fields["cell"], "cell")
            if len(cell) != num_dims:
                raise ValueError(f"a planted cell must have {num_dims} coordinates")
            return Planted(step, cell)
        case "adopted":
            return Adopted(step, _adopted(_a(str, fields["embedded"], "embedded"), model))
        case "stroke":
            given: list[Any] = _a(list, fields["cells"], "cells")
            cells = [_whole_numbers(cell, "cells") for cell in given]
            return _wounded(step, Stroke(tuple(cells), _number(fields["radius_cells"])), num_dims)
        case "wound":
            texts: list[Any] = _a(list, fields["wound"], "wound")
            if not 1 <= len(texts) <= MAX_OVERLAP:
                raise ValueError(f"a wound must have 1 to {MAX_OVERLAP} parts")
            parts = tuple(parse(_a(str, text, "wound")) for text in texts)
            for part in parts:
                check(part, num_dims, 1, None)
            return _wounded(step, parts[0] if len(parts) == 1 else Overlap(parts), num_dims)
        case other:
            raise ValueError(f"an event of kind {str(other)[:40]!r}")


def _wounded(step: int, wound: Wound, num_dims: int) -> Wounded:
    check(wound, num_dims, 1, None)
    return Wounded(step, wound)


def _adopted(text: str, model: NCA) -> NCA:
    adopted = read_model(text)
    ours, theirs = model.config, adopted.config
    if (ours.num_dims, ours.num_channels) != (theirs.num_dims, theirs.num_channels):
        raise ValueError("weights of another architecture")
    return adopted


def _bare(model: NCA) -> NCA:
    """Return the weights alone: a run has one target, whatever it learns."""
    bare = NCA(model.config)
    bare.load_state_dict(model.state_dict())
    return bare


def _a(kind: type[T], value: Any, name: str) -> T:
    if not isinstance(value, kind):
        raise ValueError(f"{name} is {type(value).__name__}")  # noqa: TRY004 - a file, not a call
    return value


def _whole(value: Any, name: str, highest: int) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= highest:
        raise ValueError(f"{name} must be a whole number from 0 to {highest}")
    return value


def _whole_numbers(value: Any, name: str) -> tuple[int, ...]:
    numbers: Sequence[Any] = _a(list, value, name)
    if not 2 <= len(numbers) <= 3:
        raise ValueError(f"{name} must have 2 or 3 numbers")
    return tuple(_whole(number, name, 2**31 - 1) for number in numbers)


def _number(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < 1e9:
        raise ValueError("radius_cells must be a number >= 0")
    return float(value)


def _digest(value: Any) -> str:
    if not isinstance(value, str) or not _SHA256.fullmatch(value):
        raise ValueError("a sha256 must be 64 hexadecimal digits")
    return value


def _line(value: Any) -> str:
    text = _a(str, value, "made_by")
    if len(text) > 200 or not text.isprintable():
        raise ValueError("made_by must be one short line")
    return text


def _refuse(name: str) -> None:
    raise ValueError(f"{name} is no number")
