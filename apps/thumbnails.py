"""The picture of a model in a list."""

from __future__ import annotations

from voxnca import NCA
from voxnca.export.thumbnails import encode_thumbnail
from voxnca.shipped import thumbnail_path


def shipped_thumbnail(name: str, model: NCA) -> bytes | None:
    """Return the .png that ships beside a model; one without it yet is drawn by its target.

    Raises:
        ArgumentError: for an unknown name.
    """
    path = thumbnail_path(name)
    return path.read_bytes() if path.is_file() else target_thumbnail(model)


def target_thumbnail(model: NCA) -> bytes | None:
    """Draw what a model is to grow, as a .png; None when it has no target."""
    return None if model.target is None else encode_thumbnail(model.target.rgba8)
