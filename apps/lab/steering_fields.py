"""Conditions and what changes of them as JSON, and back."""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Sequence
from math import prod
from typing import Any, cast, get_args

import numpy as np
from numpy.typing import NDArray

from apps.lab.conditions import Conditions
from apps.lab.fields import numbers, typed, whole_numbers
from apps.lab.hit import Cell, check_cell
from apps.lab.steering import NewBeacon, NewGoal, Steering, Walls
from voxnca.conditions.compass import Signal

STEERINGS = ("goal", "walls", "beacon")
"""Kinds of events."""
MAX_WALLS = 2**16
"""Cells of one event."""

Fields = dict[str, Any]


def steering_to_json(steering: Steering) -> Fields:
    """Return a change of the conditions as a dict that `json` can write."""
    if isinstance(steering, NewGoal):
        return {"kind": "goal", "weights": list(steering.weights)}
    if isinstance(steering, NewBeacon):
        return {"kind": "beacon", "cell": list(steering.cell)}
    assert isinstance(steering, Walls)
    cells = [list(cell) for cell in steering.cells]
    return {"kind": "walls", "stand": steering.stand, "cells": cells}


def steering_from_json(fields: Fields, num_dims: int) -> Steering:
    """Read a change of the conditions.

    Raises:
        ValueError: for one that is damaged.
    """
    if fields["kind"] == "goal":
        return NewGoal(numbers(fields["weights"], "weights"))
    if fields["kind"] == "beacon":
        return NewBeacon(_cell(fields["cell"], num_dims))
    cells: list[Any] = typed(list, fields["cells"], "cells")
    if len(cells) > MAX_WALLS:
        raise ValueError(f"walls in more than {MAX_WALLS} cells at once")
    stand = typed(bool, fields["stand"], "stand")
    return Walls(tuple(_cell(cell, num_dims) for cell in cells), stand)


def conditions_to_json(conditions: Conditions) -> Fields:
    """Return conditions as a dict that `json` can write."""
    fields: Fields = {"root": list(conditions.root)}
    if conditions.goal:
        fields["goal"] = list(conditions.goal)
    if conditions.blocked is not None:
        fields["blocked"] = b64encode(np.packbits(conditions.blocked).tobytes()).decode()
    if conditions.beacon is not None:
        fields |= {"beacon": list(conditions.beacon), "signal": conditions.signal}
    return fields


def conditions_from_json(fields: Fields, space: Sequence[int]) -> Conditions:
    """Read conditions on a grid.

    Raises:
        ValueError: when they are damaged.
        ArgumentError: for a cell off the grid.
    """
    d = len(space)
    beacon = fields.get("beacon")
    blocked = fields.get("blocked")
    conditions = Conditions(
        check_cell(_cell(fields["root"], d), space),
        goal=numbers(fields["goal"], "goal") if "goal" in fields else (),
        blocked=None if blocked is None else _blocked(typed(str, blocked, "blocked"), space),
        beacon=None if beacon is None else check_cell(_cell(beacon, d), space),
        signal=_signal(fields.get("signal", "diffusion")),
    )
    if conditions.is_blocked(conditions.root):
        raise ValueError("a root in a wall")
    return conditions


def _cell(value: Any, num_dims: int) -> Cell:
    cell = whole_numbers(value, "cell")
    if len(cell) != num_dims:
        raise ValueError(f"a cell must have {num_dims} coordinates")
    return cell


def _signal(value: Any) -> Signal:
    for signal in get_args(Signal):
        if value == signal:
            return cast("Signal", signal)
    raise ValueError("an unknown signal")


def _blocked(text: str, space: Sequence[int]) -> NDArray[np.bool_]:
    content = np.frombuffer(b64decode(text, validate=True), np.uint8)
    count = prod(space)
    if len(content) != -(-count // 8):
        raise ValueError("walls of another grid")
    return np.unpackbits(content, count=count).astype(bool).reshape(tuple(space))
