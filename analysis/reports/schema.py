"""The form of a comparison in JSON, and the unit of every number in it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

NAME = "voxnca comparison"
VERSION = 1

Schema = dict[str, Any]


@cache
def schema() -> Schema:
    """Return the JSON Schema (draft 2020-12) of `Comparison.to_json`.

    Beside what that standard knows, every number has a `unit`.
    """
    text = Path(__file__).with_name("schema.json").read_text("utf-8")
    read: Schema = json.loads(text)
    return read


@cache
def units() -> dict[str, str]:
    """Return the unit of every number, by where it stands: `pairs[].distances.hamming.value`."""
    return dict(_units(schema(), ""))


def _units(part: Schema, path: str) -> Iterator[tuple[str, str]]:
    if "$ref" in part:
        part = {**_definition(part["$ref"]), **part}
    if "unit" in part:
        yield path, part["unit"]
    for name, inner in part.get("properties", {}).items():
        yield from _units(inner, f"{path}.{name}" if path else name)
    if "items" in part:
        yield from _units(part["items"], f"{path}[]")
    for choice in part.get("anyOf", ()):
        yield from _units(choice, path)


def _definition(reference: str) -> Schema:
    found: Schema = schema()["$defs"][reference.rpartition("/")[2]]
    return found
