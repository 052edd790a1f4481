"""What ships with the package: models, targets, patterns, pictures."""

from __future__ import annotations

from pathlib import Path

from voxnca.errors import ArgumentError

_HERE = Path(__file__).resolve().parent


def data_path() -> Path:
    """Return the folder of shipped data: `voxnca/data` of a wheel, `data` of a checkout."""
    installed = _HERE / "data"
    return installed if installed.is_dir() else _HERE.parent / "data"


def model_names() -> tuple[str, ...]:
    """Return the names of the shipped models, sorted."""
    return tuple(sorted(path.stem for path in (data_path() / "models").glob("*.safetensors")))


def model_path(name: str) -> Path:
    """Return the file of a shipped model.

    Raises:
        ArgumentError: for an unknown name.
    """
    return _model_file(name, ".safetensors")


def thumbnail_path(name: str) -> Path:
    """Return the picture of a shipped model: a small .png of what it grows in T steps.

    Raises:
        ArgumentError: for an unknown name.
    """
    return _model_file(name, ".png")


def _model_file(name: str, suffix: str) -> Path:
    if name not in model_names():
        names = ", ".join(model_names()) or "none"
        raise ArgumentError(f"model {name!r} is not shipped; use one of: {names}")
    return data_path() / "models" / f"{name}{suffix}"
