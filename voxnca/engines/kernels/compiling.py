"""Compile kernels once, for the processor at hand, and keep what was compiled on disk."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from functools import cache, partial
from hashlib import sha256
from pathlib import Path
from typing import Any, TypeVar

import numba

F = TypeVar("F", bound=Callable[..., Any])

_config: Any = numba.config  # its settings are made at run time
_njit: Any = partial(numba.njit, error_model="numpy", boundscheck=False)
_APPLE, _WINDOWS = "Library/Caches", "AppData/Local"


def compiled(function: F) -> F:
    """Compile a function that a thread can run without holding the interpreter's lock.

    Sums are computed in the order they are written, so that the same input gives the same bits.
    """
    before, folder = _config.CACHE_DIR, cache_folder(Path(function.__code__.co_filename).parent)
    _config.CACHE_DIR = str(folder or "")
    try:
        kernel: F = _njit(nogil=True, cache=folder is not None)(function)
    finally:
        _config.CACHE_DIR = before
    return kernel


def inlined(function: F) -> F:
    """Compile a part of a kernel; LLVM sees into it, Python cannot call it."""
    part: F = _njit(no_cpython_wrapper=True, no_cfunc_wrapper=True)(function)
    return part


def pasted(function: F) -> F:
    """Write a part into the one kernel that calls it: compiled once, with that kernel."""
    part: F = _njit(inline="always")(function)
    return part


def is_cold() -> bool:
    """Tell whether this room's kernels are still to be compiled, which takes some ten seconds."""
    return CACHE_FOLDER is None or not any(CACHE_FOLDER.rglob("*.nbi"))


def _user_cache() -> Path:
    if os.environ.get("NUMBA_CACHE_DIR"):
        return Path(os.environ["NUMBA_CACHE_DIR"])
    if os.environ.get("XDG_CACHE_HOME"):
        return Path(os.environ["XDG_CACHE_HOME"])
    if sys.platform == "darwin":
        return Path.home() / _APPLE
    return Path.home() / (_WINDOWS if sys.platform == "win32" else ".cache")


@cache
def cache_folder(room: Path) -> Path | None:
    """Return where the compiled kernels of a folder of sources are kept; None where nothing can be.

    It is of its own for these very sources: numba looks at the time stamp of one file, but a
    kernel is made of several.
    """
    sources = b"".join(path.read_bytes() for path in sorted(room.glob("*.py")))
    try:
        folder = _user_cache() / "voxnca" / f"{room.name}-{sha256(sources).hexdigest()[:16]}"
        folder.mkdir(parents=True, exist_ok=True)
    except (OSError, RuntimeError):
        return None
    return folder if os.access(folder, os.W_OK | os.X_OK) else None


CACHE_FOLDER = cache_folder(Path(__file__).parent)
"""Where the compiled kernels of this room are kept; None where nothing can be."""
