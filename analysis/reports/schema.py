"""The forms of results in JSON, and the unit of every number in them."""

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
    return read_schema(Path(__file__).with_name("schema.json"))


@cache
def units() -> dict[str, str]:
    """Return the unit of every number, by where it stands: `pairs[].distances.hamming.value`."""
    return units_of(schema())


def read_schema(path: Path) -> Schema:
    """Read a JSON Schema from the file of a package."""
    read: Schema = json.loads(path.read_text("utf-8"))
    return read


def units_of(whole: Schema) -> dict[str, str]:
    """Return the unit of every number of a schema, by where it stands."""
    return dict(_units(whole, whole, ""))


def _units(whole: Schema, part: Schema, path: str) -> Iterator[tuple[str, str]]:
    if "$ref" in part:
        part = {**whole["$defs"][part["$ref"].rpartition("/")[2]], **part}
    if "unit" in part:
        yield path, part["unit"]
    for name, inner in part.get("properties", {}).items():
        yield from _units(whole, inner, f"{path}.{name}" if path else name)
    if "items" in part:
        yield from _units(whole, part["items"], f"{path}[]")
    for choice in part.get("anyOf", ()):
        yield from _units(whole, choice, path)
