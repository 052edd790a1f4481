"""Compile kernels once, for the processor at hand, and keep what was compiled on disk."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from functools import partial
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
    before = _config.CACHE_DIR
    _config.CACHE_DIR = str(CACHE_FOLDER or "")
    try:
        kernel: F = _njit(nogil=True, cache=CACHE_FOLDER is not None)(function)
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
    """Tell whether kernels are still to be compiled, which takes some ten seconds."""
    return CACHE_FOLDER is None or not any(CACHE_FOLDER.rglob("*.nbi"))


def _user_cache() -> Path:
    if os.environ.get("NUMBA_CACHE_DIR"):
        return Path(os.environ["NUMBA_CACHE_DIR"])
    if os.environ.get("XDG_CACHE_HOME"):
        return Path(os.environ["XDG_CACHE_HOME"])
    if sys.platform == "darwin":
        return Path.home() / _APPLE
    return Path.home() / (_WINDOWS if sys.platform == "win32" else ".cache")


def _cache_folder() -> Path | None:
    """Return a folder of its own for these very sources; None where nothing can be written.

    Numba looks at the time stamp of one file, but a kernel is made of several.
    """
    here = Path(__file__).parent
    sources = b"".join(path.read_bytes() for path in sorted(here.glob("*.py")))
    try:
        folder = _user_cache() / "voxnca" / f"kernels-{sha256(sources).hexdigest()[:16]}"
        folder.mkdir(parents=True, exist_ok=True)
    except (OSError, RuntimeError):
        return None
    return folder if os.access(folder, os.W_OK | os.X_OK) else None


CACHE_FOLDER = _cache_folder()
"""Where compiled kernels are kept; None where nothing can be."""
