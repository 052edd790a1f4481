"""What the page's list of models offers: a name, a line about it and a picture."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator
from functools import cache
from typing import Any

from analysis import rules
from analysis.rules.named import Entry
from apps.lab.opening import seeks
from apps.thumbnails import (
    model_thumbnail,
    pattern_thumbnail,
    shipped_rule_thumbnail,
    shipped_thumbnail,
)
from voxnca import NCA, Target, VoxncaError, load, model_names
from voxnca.export.thumbnails import encode_thumbnail

Choice = dict[str, Any]
"""An item of Vuetify's `v-select`, and `picture`, a data URI, empty for none."""


def opened_choice(name: str, model: NCA) -> Choice:
    """Offer the model that the viewer was started on; its picture is its target."""
    return _choice(name, " · ".join(_facts(name, model)), model_thumbnail(model))


def listed_choice(name: str) -> Choice:
    """Offer a model by the name `voxnca.load` knows; one that cannot be read says so."""
    try:
        model = load(name)
    except VoxncaError:
        return _choice(name, "cannot be read", None)
    shipped = name in model_names()
    picture = shipped_thumbnail(name, model) if shipped else model_thumbnail(model)
    return _choice(name, " · ".join(_facts(name, model)), picture)


def target_choice(target: Target) -> Choice:
    """Offer a target."""
    return _choice(target.name, f"{target.num_dims}D", encode_thumbnail(target.rgba8))


@cache
def rule_choices() -> list[Choice]:
    """Offer the rules of the catalogue."""
    return [_rule_choice(entry) for entry in rules.entries()]


@cache
def pattern_choices() -> list[Choice]:
    """Offer the shipped patterns."""
    return [_pattern_choice(name) for name in rules.pattern_names()]


def _rule_choice(entry: Entry) -> Choice:
    rule = entry.rule
    notation = "" if str(rule) == entry.name else f"{rule} · "
    line = f"{notation}{rule.num_dims}D · {rule.num_states} states"
    return _choice(entry.name, line, shipped_rule_thumbnail(entry.name))


def _pattern_choice(name: str) -> Choice:
    pattern = rules.shipped_pattern(name)
    return _choice(name, f"{pattern.name} · {pattern.rule}", pattern_thumbnail(pattern))


def _choice(name: str, line: str, picture: bytes | None) -> Choice:
    data = "" if picture is None else f"data:image/png;base64,{b64encode(picture).decode()}"
    return {"title": name, "value": name, "props": {"subtitle": line}, "picture": data}


def _facts(name: str, model: NCA) -> Iterator[str]:
    yield f"{model.config.num_dims}D"
    if model.target is not None:
        yield "\N{MULTIPLICATION SIGN}".join(map(str, model.target.size))
        if not model.config.num_goals and not name.startswith(model.target.name):
            yield model.target.name
    if model.config.num_goals:
        yield f"{model.config.num_goals} goals"
    if seeks(model):
        yield "seeks a beacon"
    elif model.config.senses:
        yield "grows round walls"
    if model.is_discrete:
        yield f"{model.config.num_states} states"
    if model.info.learned_rule is not None:
        yield model.info.learned_rule.written
    if model.info.quality is not None:
        yield f"heals {max(model.info.quality.healed, 0):.0%}"
