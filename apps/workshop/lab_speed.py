"""Measure the live lab as its user feels it: `python -m apps.workshop.lab_speed [MINUTES]`.

The shipped duck of 16 voxels learns on in the page, in a headless Chromium, while somebody clicks
on it and turns it: a rule that has learned nothing has no body to click on.
How long the same training steps take is held against the same run in a process by itself, as
`voxnca train --threads 1` does them, in turn. With MINUTES, play and training go on for so long,
and the memory of the processes is printed on the way.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from statistics import median
from time import perf_counter

from playwright.sync_api import Page

import voxnca
from apps.lab.knobs import Settings
from apps.lab.lab import Lab
from apps.lab.session import Session
from apps.viewer import serve
from apps.workshop.browser import browser, served
from apps.workshop.viewer_speed import WATCH, frames_per_second, milliseconds_to_wound

MODEL = "duck"
FIRST, LAST = 20, 230
"""The training steps that are timed: the first wait for the process to warm up."""
ROUNDS = 2
_ME = "apps.workshop.lab_speed"
_REACHED = "step => Number(document.querySelector('#voxnca-learn-step')?.textContent) >= step"


def seconds_alone() -> float:
    """Train without a page; return how long the timed steps take."""
    voxnca.set_num_threads(1)
    model, began = voxnca.load(MODEL), 0.0
    assert model.target is not None
    for step in voxnca.train(model, model.target, Settings.of(3).train_config()):
        if step.index == FIRST:
            began = perf_counter()
        if step.index == LAST:
            break
    return perf_counter() - began


def open_lab(page: Page, address: str) -> tuple[float, int]:
    """Open the page and begin to train; return when the timed steps began, and at which step."""
    page.goto(address)
    page.locator("canvas[data-frame]").wait_for()
    page.wait_for_function("Number(document.querySelector('canvas').dataset.step) > 40")
    page.get_by_role("button", name="Train", exact=True).click()
    page.wait_for_function(_REACHED, arg=FIRST, timeout=120_000)
    began = perf_counter(), int(page.locator("#voxnca-learn-step").inner_text())
    page.evaluate(WATCH)
    return began


def seconds_watched(page: Page, began: float, first: int) -> float:
    """Watch, and return how long the timed steps take."""
    page.wait_for_function(_REACHED, arg=LAST, timeout=300_000)
    last = int(page.locator("#voxnca-learn-step").inner_text())
    return (perf_counter() - began) * (LAST - FIRST) / (last - first)


def touch(page: Page) -> tuple[float, list[float]]:
    """Turn it and click on it; return frames a second, and milliseconds from click to wound.

    The robot that does so has its share of the processors, too.
    """
    frames = frames_per_second(page, turning=True)
    page.keyboard.press("c")
    return frames, milliseconds_to_wound(page)


def seconds_to_rest(page: Page) -> float:
    """Press pause; return how long it takes until the page says that training rests."""
    began = perf_counter()
    page.get_by_role("button", name="Pause training").click()
    page.get_by_role("button", name="Resume training").wait_for()
    return perf_counter() - began


def play(page: Page, minutes: float, server_id: int) -> None:
    """Train and wound for some minutes; print what memory the processes hold."""
    page.get_by_role("button", name="Resume training").click()
    end = perf_counter() + 60 * minutes
    while perf_counter() < end:
        for _ in range(6):
            page.wait_for_timeout(5000)
            page.get_by_role("button", name="Wound the centre").click()
        for name in ("Train on", "Resume training"):
            if page.get_by_role("button", name=name).count():
                page.get_by_role("button", name=name).click()
        frames = page.locator("#voxnca-frames").inner_text()
        print(f"memory: {_megabytes(server_id)} MB, {frames} frames a second", flush=True)


def _megabytes(server_id: int) -> str:
    """Return the resident memory of the server and of its training process."""
    tasks = Path(f"/proc/{server_id}/task").glob("*/children")
    children = [child for task in tasks for child in task.read_text(encoding="ascii").split()]
    sizes = []
    for process in (str(server_id), *children):
        status = Path(f"/proc/{process}/status").read_text(encoding="ascii")
        line = next(line for line in status.splitlines() if line.startswith("VmRSS"))
        sizes.append(int(line.split()[1]) // 1024)
    return " + ".join(map(str, sizes))


def main(minutes: float) -> None:
    """Print the figures."""
    for _ in range(ROUNDS):
        alone = float(subprocess.check_output([sys.executable, "-m", _ME, "alone"], text=True))  # noqa: S603
        command = [sys.executable, "-m", _ME, "serve"]
        with served(command) as (address, process_id), browser() as chromium:
            page = chromium.new_page(viewport={"width": 1280, "height": 800})
            seconds = seconds_watched(page, *open_lab(page, address))
            frames, taken = touch(page)
            rest = seconds_to_rest(page)
            print(f"training steps a second, in the page over alone: {alone / seconds:.2f}")
            print(f"frames a second while training and turning: {frames:.1f}")
            print(f"click to wound: median {median(taken):.0f} ms, worst {max(taken):.0f} ms")
            print(f"from the click on pause until training rests: {rest:.2f} s", flush=True)
    if minutes:
        with served(command) as (address, process_id), browser() as chromium:
            page = chromium.new_page(viewport={"width": 1280, "height": 800})
            open_lab(page, address)
            seconds_to_rest(page)
            play(page, minutes, process_id)


if __name__ == "__main__":
    if sys.argv[1:] == ["serve"]:
        serve(Lab(Session(voxnca.load(MODEL))), models=(), port=0, open_browser=False)
    elif sys.argv[1:] == ["alone"]:
        print(seconds_alone())
    else:
        main(float(sys.argv[1]) if sys.argv[1:] else 0.0)
