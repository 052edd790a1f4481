"""What stands at a path, for names that people type."""

from __future__ import annotations

from pathlib import Path


def is_file(path: Path) -> bool:
    """Tell whether a path is a file; a name that no file can have (too long) is none."""
    try:
        return path.is_file()
    except (OSError, ValueError):
        return False
