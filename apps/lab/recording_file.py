"""The format `voxnca-run-1`: a recording as JSON.

What a file says is checked field by field before anything is run: it may come from anywhere.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from apps.lab.conditions import Conditions
from apps.lab.embedding import embed_model, embed_state, read_model, read_state
from apps.lab.event_fields import event_to_json, events_from_json
from apps.lab.fields import digest, line, refuse, typed, whole, whole_numbers
from apps.lab.recording import MAX_STEPS, Recording, digest_of_weights
from apps.lab.start import Start
from apps.lab.steering_fields import conditions_from_json, conditions_to_json
from voxnca import NCA, FileError, VoxncaError, load, model_names
from voxnca.config import check_seed
from voxnca.grid import center, check_space
from voxnca.targets.reading import read_bytes

FORMAT = "voxnca-run-1"
MAX_FILE_BYTES = 2**26
_DAMAGED = (KeyError, TypeError, ValueError, RecursionError, VoxncaError)

Fields = dict[str, Any]


def encode_recording(recording: Recording) -> bytes:
    """Return the file."""
    fields = {
        "format": FORMAT,
        "made_by": recording.made_by,
        "model": _model_to_json(recording.model),
        "seed": recording.seed,
        "space": list(recording.space),
        "start": _start_to_json(recording.start),
        "conditions": conditions_to_json(recording.conditions),
        "num_steps": recording.num_steps,
        "events": [event_to_json(event) for event in recording.events],
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
        fields = json.loads(content.decode(), parse_constant=refuse)
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
    model = _model_from_json(typed(dict, fields["model"], "model"))
    space = check_space(whole_numbers(fields["space"], "space"), model.config.num_dims)
    num_steps = whole(fields["num_steps"], "num_steps", MAX_STEPS)
    start = _start_from_json(typed(dict, fields["start"], "start"), model, space)
    conditions = _conditions(fields, space)
    start.rows(model, space, conditions)  # it fits, or this says why not
    return Recording(
        model,
        check_seed(whole(fields["seed"], "seed", 2**32 - 1)),
        space,
        start,
        conditions,
        events_from_json(typed(list, fields["events"], "events"), model, num_steps),
        num_steps,
        digest(fields["digest"]),
        line(fields["made_by"]),
    )


def _model_to_json(model: NCA) -> Fields:
    """Name a shipped model; embed any other."""
    digest, name = digest_of_weights(model), model.info.name
    if name in model_names():
        shipped = load(name)
        if digest_of_weights(shipped) == digest and _same_targets(model, shipped):
            return {"name": name, "sha256": digest}
    return {"embedded": embed_model(model)}


def _model_from_json(fields: Fields) -> NCA:
    if "embedded" in fields:
        return read_model(typed(str, fields["embedded"], "embedded"))
    name = typed(str, fields["name"], "name")
    if name not in model_names():
        raise ValueError(f"no shipped model {name[:40]!r}; update voxnca")
    model = load(name)
    if digest_of_weights(model) != digest(fields["sha256"]):
        raise ValueError(f"the model {name} shipped here has other weights; use the same version")
    return model


def _same_targets(model: NCA, other: NCA) -> bool:
    def content(model: NCA) -> list[tuple[object, ...]]:
        return [(target.rgba8.shape, target.rgba8.tobytes()) for target in model.targets]

    return content(model) == content(other)


def _conditions(fields: Fields, space: tuple[int, ...]) -> Conditions:
    """Read what the run began under; before there were conditions, files had no such field."""
    if "conditions" not in fields:
        return Conditions(center(space))
    return conditions_from_json(typed(dict, fields["conditions"], "conditions"), space)


def _start_to_json(start: Start) -> Fields:
    if start.state is None:
        return {"kind": start.kind}
    return {"kind": "state", "embedded": embed_state(start.state)}


def _start_from_json(fields: Fields, model: NCA, space: tuple[int, ...]) -> Start:
    kind = typed(str, fields["kind"], "kind")
    if kind != "state":
        return Start.named(kind)
    text = typed(str, fields["embedded"], "embedded")
    return Start("state", read_state(text, model.config, space), space)
