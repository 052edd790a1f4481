"""Which threads give way to others when there is not enough processor for all."""

from __future__ import annotations

import os
import sys
import threading

NICENESS = 5
"""A thread as nice as that gets a third of a core that another one wants."""


def give_way() -> None:
    """Let this thread, and those that it starts, give way: a rule learns beside it.

    Elsewhere than on Linux a thread has no niceness of its own, and nothing changes.
    """
    if sys.platform == "linux":
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICENESS)
