"""A real browser, for the pictures, the measurements and the tests of the viewer."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from playwright.sync_api import Browser, sync_playwright

FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@contextmanager
def browser(*more_flags: str) -> Iterator[Browser]:
    """Start Chromium without a window: the system's, else the one Playwright has installed.

    Raises:
        playwright.sync_api.Error: when there is neither; it says how to install one.
    """
    # A snap does not start in containers, and it is what Ubuntu has in place of the program.
    found = [path for path in map(shutil.which, ("chromium", "chromium-browser")) if path]
    system = next((path for path in found if not _is_snap(path)), None)
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=system, args=[*FLAGS, *more_flags])
        yield started
        started.close()


class Running(NamedTuple):
    """A command that serves the viewer.

    Attributes:
        address: that it printed.
        process_id: its number.
    """

    address: str
    process_id: int


@contextmanager
def served(command: Sequence[str]) -> Iterator[Running]:
    """Run a command that serves the viewer; give where it is, and end it after."""
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603
        assert process.stdout is not None
        try:
            lines = (re.search(r"http://\S+", line) for line in process.stdout)
            yield Running(next(match[0] for match in lines if match), process.pid)
        finally:
            process.terminate()


def _is_snap(path: str) -> bool:
    with Path(path).open("rb") as file:
        start = file.read(4096)
    return path.startswith("/snap/") or (start.startswith(b"#!") and b"snap" in start)
