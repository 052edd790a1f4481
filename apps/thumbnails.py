"""The picture of a model, a rule or a pattern in a list."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from analysis import distill, rules
from analysis.rules import Pattern, Rule, palette
from voxnca import NCA, ArgumentError, data_path
from voxnca.export.thumbnails import encode_thumbnail
from voxnca.shipped import thumbnail_path


def shipped_thumbnail(name: str, model: NCA) -> bytes | None:
    """Return the .png that ships beside a model; one without it yet is drawn.

    Raises:
        ArgumentError: for an unknown name.
    """
    path = thumbnail_path(name)
    return path.read_bytes() if path.is_file() else model_thumbnail(model)


def model_thumbnail(model: NCA) -> bytes | None:
    """Draw what a model is to grow, under each of its goals, as a .png; None without a target.

    Of a discrete one, what becomes of a soup; None when its table cannot be had.
    """
    if model.is_discrete:
        try:
            return rule_thumbnail(distill.to_table(model).rule)
        except ArgumentError:
            return None
    return encode_thumbnail(*(t.rgba8 for t in model.targets)) if model.targets else None


SOUP_SPACE = {2: (40, 40), 3: (12, 12, 12)}
SOUP_STEPS = {2: 48, 3: 6}
"""Enough for a rule to show its character, and little work."""


def rule_thumbnail(rule: Rule) -> bytes:
    """Draw what becomes of a soup under a hand-made rule, as a .png."""
    d = rule.num_dims
    rng = np.random.default_rng(0)
    soup = rng.integers(1, rule.num_states, SOUP_SPACE[d], dtype=np.uint8)
    soup *= rng.random(SOUP_SPACE[d]) < 0.3
    return _drawn(rules.step(rule.within(None), soup, SOUP_STEPS[d], border="torus"), rule)


def shipped_rule_thumbnail(name: str) -> bytes | None:
    """Return the .png that ships for a rule of the catalogue; None where there is none yet.

    Rules are drawn beforehand: to run them all takes kernels that a newcomer has yet to compile.
    """
    path = rule_thumbnail_path(name)
    return path.read_bytes() if path.is_file() else None


def rule_thumbnail_path(name: str) -> Path:
    """Return where the picture of a rule of the catalogue ships."""
    return data_path() / "pictures" / "rules" / f"{file_stem(name)}.png"


def file_stem(name: str) -> str:
    """Make a name for a file: of letters, digits and dashes."""
    return "-".join("".join(c if c.isalnum() else " " for c in name.lower()).split()) or "rule"


def pattern_thumbnail(pattern: Pattern) -> bytes:
    """Draw a pattern in the colours of its rule, as a .png."""
    return _drawn(pattern.cells, rules.parse(pattern.rule))


def _drawn(states: rules.States, rule: Rule) -> bytes:
    rgba = np.zeros((*states.shape, 4), dtype=np.uint8)
    rgba[..., :3] = np.array(palette.colors_of(rule), dtype=np.uint8)[states]
    rgba[..., 3] = 255 * (states > 0)
    return encode_thumbnail(rgba)
