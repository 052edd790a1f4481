"""The form of a study of steering in JSON, and the unit of every number in it."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from analysis.reports.schema import Schema, read_schema, units_of

NAME = "voxnca steering"
VERSION = 1


@cache
def schema() -> Schema:
    """Return the JSON Schema (draft 2020-12) of `Study.to_json`.

    Beside what that standard knows, every number has a `unit`.
    """
    return read_schema(Path(__file__).with_name("schema.json"))


@cache
def units() -> dict[str, str]:
    """Return the unit of every number, by where it stands: `trials[].moments.grown.ratio`."""
    return units_of(schema())
