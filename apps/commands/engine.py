"""The engine that a command is about to need."""

from __future__ import annotations

from apps.terminal import say
from voxnca.engines import compiled_engine


def get_ready() -> None:
    """Load the compiled engine; the first time on a machine it takes a while, so say so."""
    try:
        from voxnca.engines.kernels.compiling import is_cold  # noqa: PLC0415 - loads numba
    except ImportError:
        return  # the engine itself says what is wrong, when it is asked
    if is_cold():
        say("compiling the engine for this processor; this is done once and takes ten seconds")
        compiled_engine()
