"""What a name on the command line means: a file, a model, a hand-made rule, a target or a pattern.

An existing file comes first, then `model:NAME`, `rule:NAME`, `target:NAME` and `pattern:NAME`, then
a shipped model, then a rule, by name or notation, then a target, then a shipped pattern.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path

from analysis.rules import (
    Pattern,
    Rule,
    load_rule,
    parse,
    pattern_names,
    read_pattern,
    shipped_pattern,
)
from analysis.rules.catalogue import similar
from analysis.rules.files.patterns import SUFFIXES as PATTERN_SUFFIXES
from analysis.rules.parsing import resembles_notation
from voxnca import (
    NCA,
    ArgumentError,
    FileError,
    Target,
    load,
    load_target,
    model_names,
    target_names,
)
from voxnca.paths import is_file
from voxnca.targets.loading import SUFFIXES

MODEL_SUFFIX = ".safetensors"
RULE_SUFFIX = ".rule"


class Kind(StrEnum):
    """What an item is."""

    MODEL = "model"
    RULE = "rule"
    TARGET = "target"
    PATTERN = "pattern"


@dataclass(frozen=True)
class Reading:
    """How a target is read; errors and defaults as of `voxnca.load_target`.

    Attributes:
        size: its longest side; of a rule or a pattern, the side of the grid it runs on.
        up: which axis of a mesh points up.
        hollow: whether to keep a shell of a mesh.
    """

    size: int | None = None
    up: str | None = None
    hollow: bool = False

    def load(self, source: str | Path) -> Target:
        """Load a target."""
        return load_target(source, size=self.size, up=self.up, hollow=self.hollow)


AS_IT_IS = Reading()
"""A target read with nothing chosen."""


@dataclass(frozen=True)
class Item:
    """A model, rule, target or pattern that exists, not yet opened.

    Attributes:
        kind: which of them.
        source: a file, the name of what is shipped, or a rule's name or notation.
    """

    kind: Kind
    source: str | Path


def find(text: str, *kinds: Kind) -> Item:
    """Find what a name means.

    Args:
        text: as it was typed.
        kinds: what it may be; none is anything.

    Raises:
        FileError: for a file that is missing or of no known type.
        ArgumentError: for an unknown name, or an item of another kind.
    """
    kinds = kinds or tuple(Kind)
    item = _find_file(text) or _find_prefixed(text) or _find_name(text, kinds)
    if item.kind not in kinds:
        wanted = " or ".join(kinds)
        raise ArgumentError(f"{text}: is a {item.kind}; give a {wanted}: {_offer(kinds)}")
    return item


def open_model(text: str) -> NCA:
    """Find and load a model; raises as `find` and `voxnca.load`."""
    return load(find(text, Kind.MODEL).source)


def open_target(text: str, reading: Reading = AS_IT_IS) -> Target:
    """Find and load a target; raises as `find` and `voxnca.load_target`."""
    return reading.load(find(text, Kind.TARGET).source)


def open_rule(text: str) -> Rule:
    """Find and read a rule; raises as `find` and `analysis.rules.parsing.parse`."""
    return _load_rule(find(text, Kind.RULE).source)


def open_item(text: str, reading: Reading = AS_IT_IS) -> NCA | Rule | Target | Pattern:
    """Find and load whatever a name means.

    Args:
        text: as it was typed.
        reading: of a target; a model has its own, and only the size is one of rules and patterns.

    Raises:
        ArgumentError: for a reading that does not fit; else as `find` and the loaders.
    """
    item = find(text)
    if item.kind is Kind.TARGET:
        return reading.load(item.source)
    for name, value in asdict(reading).items():
        if value != getattr(AS_IT_IS, name) and (name, item.kind) not in _ALSO_READ:
            has = "has its own" if item.kind is Kind.MODEL else "has none"
            raise ArgumentError(f"{name}={value}: the {item.kind} {text} {has}; give a target")
    if item.kind is Kind.MODEL:
        return load(item.source)
    return _load_rule(item.source) if item.kind is Kind.RULE else _load_pattern(item.source)


_ALSO_READ = {("size", Kind.RULE), ("size", Kind.PATTERN)}


def _find_file(text: str) -> Item | None:
    path = Path(text)
    if not is_file(path):
        return None
    suffix = path.suffix.lower()
    if suffix == MODEL_SUFFIX:
        return Item(Kind.MODEL, path)
    if suffix == RULE_SUFFIX:
        return Item(Kind.RULE, path)
    if suffix in SUFFIXES:
        return Item(Kind.TARGET, path)
    if suffix in PATTERN_SUFFIXES:
        return Item(Kind.PATTERN, path)
    raise FileError(
        f"{path}: the suffix {suffix!r} is unknown; a model is a {MODEL_SUFFIX} file, "
        f"a rule a {RULE_SUFFIX} file, a target one of {', '.join(SUFFIXES)}, "
        f"a pattern one of {', '.join(PATTERN_SUFFIXES)}"
    )


def _find_prefixed(text: str) -> Item | None:
    prefix, colon, name = text.partition(":")
    if not colon or prefix not in tuple(Kind):
        return None
    kind = Kind(prefix)
    if kind is Kind.RULE:
        parse(name)
    elif name not in _known(kind):
        raise ArgumentError(f"{text}: there is no such {kind}; {_offer((kind,))}")
    return Item(kind, name)


def _find_name(text: str, kinds: tuple[Kind, ...]) -> Item:
    for kind in (*kinds, *Kind):
        if _is_known(text, kind):
            return Item(kind, text)
    if Kind.RULE in kinds and resembles_notation(text):
        parse(text)  # says what is wrong with it
    if Path(text).suffix or "/" in text:
        raise FileError(f"{text}: no such file; check the path")
    near = similar(text) if Kind.RULE in kinds else ()
    hint = f"did you mean {near[0]}? " if near else ""
    raise ArgumentError(
        f"{text!r} is neither a file nor a {' nor a '.join(kinds)}; {hint}{_offer(kinds)}"
    )


def _is_known(text: str, kind: Kind) -> bool:
    if kind is not Kind.RULE:
        return text in _known(kind)
    try:
        parse(text)
    except ArgumentError:
        return False
    return True


def _load_rule(source: str | Path) -> Rule:
    return load_rule(source) if isinstance(source, Path) else parse(source)


def _load_pattern(source: str | Path) -> Pattern:
    return read_pattern(source) if isinstance(source, Path) else shipped_pattern(source)


def _known(kind: Kind) -> tuple[str, ...]:
    return {
        Kind.MODEL: model_names,
        Kind.TARGET: target_names,
        Kind.PATTERN: pattern_names,
    }[kind]()


def _offer(kinds: tuple[Kind, ...]) -> str:
    """Say what could have been meant."""
    named = [kind for kind in kinds if kind is not Kind.RULE]
    known = ", ".join(name for kind in named for name in _known(kind)) or "(none is shipped)"
    rules = "a rule like B3/S23 or one that voxnca rules lists"
    if not named:
        return f"use {rules}"
    return f"use one of: {known}" + (f"; or {rules}" if Kind.RULE in kinds else "")
