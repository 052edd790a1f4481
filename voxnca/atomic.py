"""Write files so that a full disk or a killed process loses nothing."""

from __future__ import annotations

import os
import uuid
from contextlib import suppress
from pathlib import Path

from voxnca.errors import FileError


def write_bytes(path: str | Path, content: bytes) -> None:
    """Write a file beside its place and move it there.

    Raises:
        FileError: when it cannot be written; an older file stays as it was.
    """
    path = Path(path)
    temporary = path.with_name(f".{path.name}.{uuid.uuid4().hex}.tmp")
    try:
        with temporary.open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except OSError as error:
        reason = error.strerror or str(error)
        raise FileError(f"{path}: cannot be written ({reason}); choose another place") from error
    finally:
        with suppress(OSError):  # it is gone already, or it never was
            temporary.unlink()
