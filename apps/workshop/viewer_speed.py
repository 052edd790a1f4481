"""Measure the viewer as its user feels it: `python -m apps.workshop.viewer_speed`.

A 32^3 grid with 12 % of its cells alive runs in a process of its own; a headless Chromium counts
the frames it is shown and the time from a click to the first frame with the wound, standing still
and while the mouse turns the creature.
"""

from __future__ import annotations

import sys
from statistics import median

import numpy as np
from playwright.sync_api import Page

import voxnca
from apps.lab.lab import Lab
from apps.lab.session import Session
from apps.viewer import serve
from apps.workshop.browser import browser, served

SPACE = (32, 32, 32)
ALIVE_SHARE = 0.12
NUM_CLICKS = 15
SECONDS = 6

WATCH = """() => {
    const canvas = document.querySelector("canvas");
    window.frames_seen = 0;
    new MutationObserver(changes => {
        if (!changes.some(change => change.attributeName === "data-frame")) return;
        window.frames_seen += 1;
        const wounds = Number(canvas.dataset.wounds);
        if (wounds > window.wounds_seen) window.healed_at?.(performance.now());
        window.wounds_seen = wounds;
    }).observe(canvas, { attributes: true });
    window.wounds_seen = Number(canvas.dataset.wounds);
    canvas.addEventListener("pointerup", () => { window.clicked_at = performance.now(); }, true);
}"""
_EXPECT = "() => { window.shown = new Promise(done => { window.healed_at = done; }); }"
_TAKEN = """async () => {
    const missed = new Promise(done => setTimeout(() => done(null), 3000));
    const shown = await Promise.race([window.shown, missed]);
    return shown && shown - window.clicked_at;
}"""


def creature() -> voxnca.NCA:
    """Make a ball that does the work of a trained rule at every step and stays as it is."""
    index = np.indices(SPACE).reshape(3, -1).T
    distance = ((index - 16) ** 2).sum(1)
    alive = np.argsort(distance, kind="stable")[: int(ALIVE_SHARE * len(index))]
    rgba = np.zeros((*SPACE, 4), dtype=np.uint8)
    rgba[tuple(index[alive].T)] = np.concatenate(
        [60 + 6 * index[alive], np.full((len(alive), 1), 255)], axis=1
    )
    model = voxnca.NCA(voxnca.ModelConfig(num_dims=3, num_channels=16, hidden_size=96))
    model.target = voxnca.Target.from_rgba8(rgba, name="ball")
    return model


def frames_per_second(page: Page, *, turning: bool) -> float:
    """Count the frames that reach the screen."""
    before = page.evaluate("window.frames_seen")
    start = page.evaluate("performance.now()")
    _pass_time(page, turning=turning)
    frames = page.evaluate("window.frames_seen") - before
    return float(1000 * frames / (page.evaluate("performance.now()") - start))


def _pass_time(page: Page, *, turning: bool) -> None:
    if not turning:
        page.wait_for_timeout(1000 * SECONDS)
        return
    page.mouse.move(500, 400)
    page.mouse.down()
    for k in range(30 * SECONDS):
        page.mouse.move(500 + k % 200, 400 + k % 30)
        page.wait_for_timeout(1000 / 30)
    page.mouse.up()


def milliseconds_to_wound(page: Page) -> list[float]:
    """Click on the creature again and again; return how long each wound took to be seen.

    A click that misses it, since it has just begun to grow, counts for nothing.
    """
    taken = []
    for k in range(NUM_CLICKS):
        page.evaluate(_EXPECT)
        box = page.locator("canvas").bounding_box()
        assert box
        page.mouse.click(
            box["x"] + box["width"] * (0.44 + 0.03 * (k % 5)),
            box["y"] + box["height"] * (0.42 + 0.04 * (k // 5)),
        )
        seconds = page.evaluate(_TAKEN)
        if seconds is not None:
            taken.append(seconds)
    return taken


def main() -> None:
    """Print the figures."""
    command = [sys.executable, "-m", "apps.workshop.viewer_speed", "serve"]
    with served(command) as (address, _), browser() as chromium:
        page = chromium.new_page(viewport={"width": 1280, "height": 800})
        page.goto(address)
        page.locator("canvas[data-frame]").wait_for()
        page.wait_for_timeout(2000)
        page.evaluate(WATCH)
        print(f"frames a second, running: {frames_per_second(page, turning=False):.1f}")
        print(f"frames a second, turning: {frames_per_second(page, turning=True):.1f}")
        page.keyboard.press("c")
        taken = sorted(milliseconds_to_wound(page))
        print(f"click to wound: median {median(taken):.0f} ms, worst {taken[-1]:.0f} ms")
        print("steps taken:", page.locator("canvas").get_attribute("data-step"))


if __name__ == "__main__":
    if sys.argv[1:] == ["serve"]:
        session = Session(creature(), space=SPACE, start="target")
        session.set_radius(2)
        serve(Lab(session), models=(), port=0, open_browser=False)
    else:
        main()
