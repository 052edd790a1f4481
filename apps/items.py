"""What a name on the command line means: a file, a shipped model or a target.

An existing file comes first, then `model:NAME` and `target:NAME`, then a shipped model, then a
target.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path

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
    TARGET = "target"


@dataclass(frozen=True)
class Reading:
    """How a target is read; errors and defaults as of `voxnca.load_target`.

    Attributes:
        size: its longest side.
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
    """A model or target that exists, not yet opened.

    Attributes:
        kind: which of the two.
        source: a file, or the name of what is shipped.
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
        raise ArgumentError(f"{text}: is a {item.kind}; give a {wanted}, one of: {_names(kinds)}")
    return item


def open_model(text: str) -> NCA:
    """Find and load a model; raises as `find` and `voxnca.load`."""
    return load(find(text, Kind.MODEL).source)


def open_target(text: str, reading: Reading = AS_IT_IS) -> Target:
    """Find and load a target; raises as `find` and `voxnca.load_target`."""
    return reading.load(find(text, Kind.TARGET).source)


def open_item(text: str, reading: Reading = AS_IT_IS):
    """Find and load whatever a name means.

    Args:
        text: as it was typed.
        reading: of a target; a model has its own.

    Raises:
        ArgumentError: for a reading beside a model; else as `find` and the loaders.
    """
    from analysis import rules

    try:
        return rules.parse(text)
    except ArgumentError:
        pass
    item = find(text)
    if item.kind is Kind.TARGET:
        return reading.load(item.source)
    for name, value in asdict(reading).items():
        if value != getattr(AS_IT_IS, name):
            raise ArgumentError(f"{name}={value}: the model {text} has its own; give a target")
    return load(item.source)


def _find_file(text: str) -> Item | None:
    path = Path(text)
    if not is_file(path):
        return None
    suffix = path.suffix.lower()
    if suffix == MODEL_SUFFIX:
        return Item(Kind.MODEL, path)
    if suffix in SUFFIXES:
        return Item(Kind.TARGET, path)
    raise FileError(
        f"{path}: the suffix {suffix!r} is unknown; a model is a {MODEL_SUFFIX} file, "
        f"a target one of {', '.join(SUFFIXES)}"
    )


def _find_prefixed(text: str) -> Item | None:
    prefix, colon, name = text.partition(":")
    if not colon or prefix not in tuple(Kind):
        return None
    kind = Kind(prefix)
    if name not in _known(kind):
        raise ArgumentError(f"{text}: there is no such {kind}; use one of: {_names((kind,))}")
    return Item(kind, name)


def _find_name(text: str, kinds: tuple[Kind, ...]) -> Item:
    for kind in kinds:
        if text in _known(kind):
            return Item(kind, text)
    if Path(text).suffix or "/" in text:
        raise FileError(f"{text}: no such file; check the path")
    for kind in Kind:
        if text in _known(kind):
            return Item(kind, text)
    raise ArgumentError(
        f"{text!r} is neither a file nor a {' nor a '.join(kinds)}; use one of: {_names(kinds)}"
    )


def _known(kind: Kind) -> tuple[str, ...]:
    return model_names() if kind is Kind.MODEL else target_names()


def _names(kinds: tuple[Kind, ...]) -> str:
    return ", ".join(name for kind in kinds for name in _known(kind)) or "(none is shipped)"
