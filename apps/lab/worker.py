"""The training process, from its first line: spawned, with one thread to compute.

It imports nothing heavy at the top: torch reads the environment when it is loaded.
"""

from __future__ import annotations

import os
import shutil
import signal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

    from apps.lab.orders import Order
    from apps.lab.report import Report

_THREADS = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMBA_NUM_THREADS")


def work(pipe: Connection[Report, Order], folder: str) -> None:
    """Train as told through a pipe, until it closes.

    Args:
        pipe: orders in, reports out.
        folder: where the run is saved; removed when the pipe closes, for then whoever would
            have removed it is gone.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the process that started this
    os.environ.update(dict.fromkeys(_THREADS, "1"))

    from apps.lab.mail import Inbox, Outbox  # noqa: PLC0415
    from apps.lab.training_loop import TrainingLoop  # noqa: PLC0415
    from voxnca import set_num_threads  # noqa: PLC0415

    def leave() -> None:
        shutil.rmtree(folder, ignore_errors=True)
        os._exit(0)  # in the midst of a step, too

    set_num_threads(1)
    TrainingLoop(Inbox(pipe, leave), Outbox(pipe.send), folder).run()
