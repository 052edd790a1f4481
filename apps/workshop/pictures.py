"""Make the pictures of the README from the viewer itself: `make pictures`.

A real browser clicks on a real page. The creature is stepped, not played, so that the same
machine makes the same pictures again.
"""

from __future__ import annotations

import io
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import torch
from PIL import Image
from playwright.sync_api import Page

import voxnca
from apps.workshop.browser import browser, served
from voxnca.export.colours import to_rgba8
from voxnca.export.pictures import picture

MODEL = "mushroom"
GROW_STEPS, HEAL_STEPS = 44, 56
PLACES = ((0.56, 0.34), (0.62, 0.42), (0.54, 0.46))
"""Where to carve: fractions of the picture's width and height."""
LEARNED, LEARN_STEPS, LEARNED_IOU = "butterfly", 900, 0.9
COMPARED = ("learned-life", "HighLife", "butterfly")
GUN, GUN_STEPS = "gosper-glider-gun", 195
PROVEN, PROVEN_STEPS = "proven-3d", 40
VINE, VINE_STEPS = "vine", 70
SHAPES, GROWN_STEPS = "shapes", 90
MORPH, MORPH_MOMENTS = ("heart", "gecko"), (0, 3, 6, 10, 16, 30)
"""From what to what, and the steps after the goal changed."""
TILE_PX = 150
WINDOW = (816, 680)
"""Of the movie: narrow enough for the page to put its drawer away."""
MOVIE_WIDTH, MOVIE_HEIGHT = 480, 400
MOVIE_COLOURS = 200
FRAME_MS, HOLD_MS = 70, 1200
SETTLE_MS = 700
"""Until a picture that stands still has been drawn smoothly."""
VOXNCA = str(Path(sys.executable).with_name("voxnca"))


@contextmanager
def page(width: int, height: int, item: str = MODEL) -> Iterator[Page]:
    """Open the viewer in a browser window, paused at the start."""
    command = [VOXNCA, "app", item, "--port", "0", "--no-browser"]
    with served(command) as (address, _), browser() as chromium:
        tab = chromium.new_page(viewport={"width": width, "height": height}, color_scheme="dark")
        tab.add_init_script("localStorage.setItem('voxnca-tour-seen', '1')")
        tab.goto(address)
        tab.wait_for_selector("canvas[data-step]")
        tab.get_by_label("Pause", exact=True).click()
        tab.keyboard.press("r")  # from the start
        _wait_for(tab, 0)
        yield tab


def film(tab: Page) -> list[Image.Image]:
    """Grow, carve, heal: one picture a step."""
    frames = []
    for step in range(1, GROW_STEPS + 1):
        _step_to(tab, step)
        frames.append(_shot(tab))
    _carve(tab)
    frames.append(_shot(tab))
    for step in range(GROW_STEPS + 1, GROW_STEPS + HEAL_STEPS + 1):
        _step_to(tab, step)
        frames.append(_shot(tab))
    return frames


def write_movie(frames: list[Image.Image], name: str) -> None:
    """Write a .gif with one palette, which rests on the grown, the carved, the healed one."""
    small = [
        frame.resize((MOVIE_WIDTH, MOVIE_HEIGHT), Image.Resampling.LANCZOS) for frame in frames
    ]
    sheet = Image.new("RGB", (MOVIE_WIDTH, 3 * MOVIE_HEIGHT))
    for row, index in enumerate((GROW_STEPS // 4, GROW_STEPS, len(small) - 1)):
        sheet.paste(small[index], (0, row * MOVIE_HEIGHT))
    palette = sheet.quantize(MOVIE_COLOURS)
    drawn = [frame.quantize(palette=palette, dither=Image.Dither.NONE) for frame in small]
    durations = [FRAME_MS] * len(drawn)
    for index in (GROW_STEPS - 1, GROW_STEPS, len(drawn) - 1):
        durations[index] = HOLD_MS
    path = voxnca.data_path() / "pictures" / name
    drawn[0].save(
        path, save_all=True, append_images=drawn[1:], duration=durations, loop=0, optimize=True
    )
    print(f"{path.name}: {len(drawn)} frames, {path.stat().st_size / 1e6:.1f} MB")


def _carve(tab: Page) -> None:
    canvas = tab.locator("canvas")
    area: Any = canvas.bounding_box()
    wounds = int(canvas.get_attribute("data-wounds") or 0)
    for number, (x, y) in enumerate(PLACES, start=wounds + 1):
        canvas.click(position={"x": x * area["width"], "y": y * area["height"]})
        tab.wait_for_selector(f'canvas[data-wounds="{number}"]')
    canvas.blur()


def _step_to(tab: Page, step: int) -> None:
    tab.keyboard.press(".")
    _wait_for(tab, step)


def _wait_for(tab: Page, step: int) -> None:
    tab.wait_for_selector(f'canvas[data-step="{step}"]')


def _shot(tab: Page) -> Image.Image:
    tab.wait_for_timeout(SETTLE_MS)
    return Image.open(io.BytesIO(tab.screenshot())).convert("RGB")


def photograph(tab: Page, name: str) -> None:
    """Write a .png of the whole page with a fresh wound."""
    for step in range(1, GROW_STEPS + 1):
        _step_to(tab, step)
    _carve(tab)
    _save(tab, name)


def photograph_learning(tab: Page, name: str) -> None:
    """Write a .png of the page in which a rule has learned for a while."""
    tab.get_by_role("combobox", name="Target").first.click()
    tab.get_by_role("option", name=LEARNED).click()
    tab.get_by_role("button", name="Train", exact=True).click()
    tab.wait_for_function(
        "steps => Number(document.querySelector('#voxnca-learn-step')?.textContent) >= steps",
        arg=LEARN_STEPS,
        timeout=200_000,
    )
    tab.wait_for_function(
        "iou => Number(document.querySelector('#voxnca-iou').textContent) > iou",
        arg=LEARNED_IOU,
    )
    tab.get_by_label("Pause", exact=True).click()
    _save(tab, name)


def photograph_gun(tab: Page, name: str) -> None:
    """Write a .png of the page in which a gun has shot some gliders."""
    for step in range(1, GUN_STEPS + 1):
        _step_to(tab, step)
    _save(tab, name)


def photograph_vine(tab: Page, name: str) -> None:
    """Write a .png of the page in which a vine has found its beacon."""
    for step in range(1, VINE_STEPS + 1):
        _step_to(tab, step)
    _save(tab, name)


def photograph_healing(tab: Page, name: str) -> None:
    """Write a .png of the page that shows how the wounds of a creature heal."""
    for step in range(1, PROVEN_STEPS + 1):
        _step_to(tab, step)
    tab.get_by_role("button", name="Look inside").click()
    tab.get_by_role("combobox", name="Show").first.click()
    tab.get_by_role("option", name="healing").click()
    tab.locator(".voxnca-legend").wait_for()
    tab.locator("canvas").click()
    tab.get_by_text("are proven to heal").first.wait_for()
    _save(tab, name)


@torch.no_grad()
def draw_morph(name: str) -> None:
    """Write a .png of one goal's pattern turning into another's, moment by moment."""
    model = voxnca.load(SHAPES)
    names = [target.name for target in model.targets]
    begun, told = map(names.index, MORPH)
    state = voxnca.seed(model.config, voxnca.common_space(model.targets))
    state = model.grow(state, GROWN_STEPS, goal=begun)
    run = model.rollout(state, goal=told, first_step=GROWN_STEPS)
    tiles = []
    for moment in MORPH_MOMENTS:
        run.step(GROWN_STEPS + moment - run.step_index)
        tiles.append(picture(to_rgba8(run.state()), size_px=TILE_PX))
    width = sum(tile.width for tile in tiles)
    strip = Image.new("RGBA", (width, max(tile.height for tile in tiles)))
    left = 0
    for tile in tiles:
        strip.paste(tile, (left, 0))
        left += tile.width
    path = voxnca.data_path() / "pictures" / name
    strip.save(path, optimize=True)
    print(f"{path.name}: {path.stat().st_size / 1e6:.1f} MB")


def photograph_report(name: str) -> None:
    """Write a .png of the top of a comparison's page."""
    with TemporaryDirectory() as folder, browser() as chromium:
        path = Path(folder) / "report.html"
        subprocess.run([VOXNCA, "compare", *COMPARED, "-o", str(path)], check=True)  # noqa: S603
        tab = chromium.new_page(viewport={"width": 1000, "height": 1180}, color_scheme="light")
        tab.goto(path.as_uri())
        _save(tab, name)


def _save(tab: Page, name: str) -> None:
    path = voxnca.data_path() / "pictures" / name
    _shot(tab).quantize(256).save(path, optimize=True)
    print(f"{path.name}: {path.stat().st_size / 1e6:.1f} MB")


def main() -> None:
    """Make the pictures, all of them."""
    (voxnca.data_path() / "pictures").mkdir(exist_ok=True)
    with page(*WINDOW) as tab:
        write_movie(film(tab), "carve.gif")
    with page(1200, 760) as tab:
        photograph(tab, "viewer.png")
    with page(1200, 760) as tab:
        photograph_learning(tab, "learn.png")
    with page(1200, 760, GUN) as tab:
        photograph_gun(tab, "rules.png")
    with page(1200, 760, VINE) as tab:
        photograph_vine(tab, "vine.png")
    with page(1200, 760, PROVEN) as tab:
        photograph_healing(tab, "healing.png")
    draw_morph("morph.png")
    photograph_report("report.png")


if __name__ == "__main__":
    main()
