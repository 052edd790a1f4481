"""Events as JSON, and back."""

from __future__ import annotations

from typing import Any

from apps.lab.carving import Overlap, Stroke
from apps.lab.embedding import embed_model, read_model
from apps.lab.events import MAX_ADOPTED, MAX_EVENTS, Adopted, Event, Planted, Steered, Wounded
from apps.lab.fields import radius, typed, whole, whole_numbers
from apps.lab.recording import MAX_STEPS
from apps.lab.steering_fields import STEERINGS, steering_from_json, steering_to_json
from voxnca import NCA
from voxnca.wounds import Wound, check, parse, written

MAX_OVERLAP = 4

Fields = dict[str, Any]


def event_to_json(event: Event) -> Fields:
    """Return an event as a dict that `json` can write."""
    step = {"step": event.step_index}
    if isinstance(event, Planted):
        return {**step, "kind": "planted", "cell": list(event.cell)}
    if isinstance(event, Adopted):
        return {**step, "kind": "adopted", "embedded": embed_model(_bare(event.model))}
    if isinstance(event, Steered):
        return {**step, **steering_to_json(event.steering)}
    if isinstance(event.wound, Stroke):
        cells = [list(cell) for cell in event.wound.cells]
        radius = float(event.wound.radius_cells)
        return {**step, "kind": "stroke", "cells": cells, "radius_cells": radius}
    parts = event.wound.wounds if isinstance(event.wound, Overlap) else (event.wound,)
    return {**step, "kind": "wound", "wound": [written(part) for part in parts]}


def _event_from_json(fields: Fields, model: NCA) -> Event:
    step, num_dims = whole(fields["step"], "step", MAX_STEPS), model.config.num_dims
    match fields["kind"]:
        case "planted":
            cell = whole_numbers(fields["cell"], "cell")
            if len(cell) != num_dims:
                raise ValueError(f"a planted cell must have {num_dims} coordinates")
            return Planted(step, cell)
        case "adopted":
            return Adopted(step, _adopted(typed(str, fields["embedded"], "embedded"), model))
        case "stroke":
            given: list[Any] = typed(list, fields["cells"], "cells")
            cells = [whole_numbers(cell, "cells") for cell in given]
            return _wounded(step, Stroke(tuple(cells), radius(fields["radius_cells"])), num_dims)
        case "wound":
            texts: list[Any] = typed(list, fields["wound"], "wound")
            if not 1 <= len(texts) <= MAX_OVERLAP:
                raise ValueError(f"a wound must have 1 to {MAX_OVERLAP} parts")
            parts = tuple(parse(typed(str, text, "wound")) for text in texts)
            for part in parts:
                check(part, num_dims, 1, None)
            return _wounded(step, parts[0] if len(parts) == 1 else Overlap(parts), num_dims)
        case kind if kind in STEERINGS:
            return Steered(step, steering_from_json(fields, num_dims))
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


def events_from_json(items: list[Any], model: NCA, num_steps: int) -> tuple[Event, ...]:
    """Read the events of a run of `num_steps` steps that begins by `model`.

    Raises:
        ValueError: for one that is damaged, or out of order, or too many.
    """
    if len(items) > MAX_EVENTS:
        raise ValueError(f"more than {MAX_EVENTS} events")
    events = tuple(_event_from_json(typed(dict, item, "event"), model) for item in items)
    steps = [event.step_index for event in events]
    if steps != sorted(steps) or (steps and steps[-1] > num_steps):
        raise ValueError("events are not in order of their steps")
    if sum(isinstance(event, Adopted) for event in events) > MAX_ADOPTED:
        raise ValueError(f"more than {MAX_ADOPTED} changes of weights")
    return events
