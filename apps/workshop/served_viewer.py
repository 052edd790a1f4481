"""A viewer in a thread and a page on it in a real browser: for tests, and for pictures.

Nothing here waits for time to pass, but for what it wants to see.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Self, TypeVar

import numpy as np
from numpy.typing import NDArray
from playwright.sync_api import Browser, Page, Request, expect

import voxnca
from apps.lab.lab import Lab
from apps.lab.moment import Moment
from apps.lab.session import Session
from apps.viewer.server import Viewer

SECONDS = 40
"""A busy machine takes its time; what never comes is a failure all the same."""
T = TypeVar("T")


class Served:
    """A viewer that runs in a thread, and the session behind it."""

    def __init__(self, session: Session, models: tuple[str, ...] = ()) -> None:
        self.session, self._models = session, models
        self.loop = asyncio.new_event_loop()
        self._ready, self._stop = threading.Event(), asyncio.Event()
        self._thread = threading.Thread(target=lambda: self.loop.run_until_complete(self._run()))

    def __enter__(self) -> Self:
        self._thread.start()
        assert self._ready.wait(SECONDS)
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
        self.loop.close()

    def stop(self) -> None:
        """End the viewer; ended already, nothing happens."""
        if self._thread.is_alive():
            self.loop.call_soon_threadsafe(self._stop.set)
            self._thread.join(SECONDS)
            assert not self._thread.is_alive()

    @property
    def moment(self) -> Moment:
        """What there is to see of the creature."""
        return self.viewer.driver.moment

    def perform(self, work: Callable[[Session], object]) -> object:
        """Do something to the session in its own thread."""
        return self.perform_in_lab(lambda lab: work(lab.session))

    def perform_in_lab(self, work: Callable[[Lab], object]) -> object:
        """Do something in the lab in its own thread."""
        done = asyncio.run_coroutine_threadsafe(self.viewer.driver.perform(work), self.loop)
        return done.result(SECONDS)

    def until(self, condition: Callable[[], bool]) -> None:
        """Wait until something holds that the driver tells of."""
        asyncio.run_coroutine_threadsafe(self._until(condition), self.loop).result(SECONDS)

    async def _until(self, condition: Callable[[], bool]) -> None:
        changed = asyncio.Event()
        stop = self.viewer.driver.watch(changed.set)
        while not condition():
            await changed.wait()
            changed.clear()
        stop()

    async def _run(self) -> None:
        async with Viewer(
            Lab(self.session), models=self._models, host="127.0.0.1", port=0
        ) as self.viewer:
            self.url = self.viewer.url
            self._ready.set()
            await self._stop.wait()


def cube(num_dims: int, size: int = 10) -> voxnca.NCA:
    """Make a still creature, a square or a cube, in which every cell has a colour of its own."""
    index = np.indices((size,) * num_dims)
    rgba = np.full((size,) * num_dims + (4,), 255, dtype=np.uint8)
    for channel in range(3):
        rgba[..., channel] = 40 + 20 * index[channel % num_dims]
    rgba[..., 2] = 240 - rgba[..., 0] if num_dims == 2 else rgba[..., 2]
    model = voxnca.NCA(voxnca.ModelConfig(num_dims=num_dims))
    model.target = voxnca.Target.from_rgba8(rgba, name="cube")
    return model


@contextmanager
def pages(browser: Browser) -> Iterator[Callable[..., Page]]:
    """Open pages that must neither complain nor call anybody but this machine."""
    expect.set_options(timeout=1000 * SECONDS)
    contexts = []
    complaints: list[str] = []

    def note(request: Request) -> None:
        local = request.url.startswith(("http://127.0.0.1:", "ws://127.0.0.1:", "data:", "blob:"))
        if not local:
            complaints.append(f"request to {request.url}")

    def open_page(
        url: str, *, width: int = 1000, height: int = 700, tour: bool = False, **options: Any
    ) -> Page:
        options.setdefault("color_scheme", "dark")
        context = browser.new_context(viewport={"width": width, "height": height}, **options)
        contexts.append(context)
        if not tour:
            context.add_init_script("localStorage.setItem('voxnca-tour-seen', '1')")
        page = context.new_page()
        page.set_default_timeout(SECONDS * 1000)
        page.on("pageerror", lambda error: complaints.append(f"error: {error}"))
        page.on("request", note)
        page.goto(url)
        page.locator("canvas[data-frame]").wait_for()
        settle(page)
        return page

    yield open_page
    for context in contexts:
        context.close()
    if complaints:
        raise AssertionError(complaints)


def settle(page: Page, after: str = "0") -> None:
    """Wait until the picture, of a paused session, fits the page and is final.

    Args:
        page: to look at.
        after: number of a frame that is out of date.
    """
    page.wait_for_function(
        """after => {
            const canvas = document.querySelector("canvas");
            const fits = Math.abs(canvas.width / canvas.height
                                  - canvas.clientWidth / canvas.clientHeight) < 0.01;
            return fits && canvas.dataset.final === "1" && Number(canvas.dataset.frame) > after;
        }""",
        arg=int(after),
    )


def wait_for_frame(page: Page, condition: str) -> None:
    """Wait for a frame on the screen; `condition` is about `frame`, `step` and so on."""
    page.wait_for_function(
        f"""() => {{
            const shown = document.querySelector("canvas")?.dataset ?? {{}};
            const [frame, run, step, wounds] =
                [shown.frame, shown.run, shown.step, shown.wounds].map(Number);
            return {condition};
        }}"""
    )


def point(page: Page, x: float, y: float) -> tuple[float, float]:
    """Turn fractions of the picture into a place on the page."""
    box = page.locator("canvas").bounding_box()
    assert box is not None
    return box["x"] + round(box["width"] * x), box["y"] + round(box["height"] * y)


def color_at(page: Page, x: float, y: float) -> np.ndarray:
    """Read the colour of a place of the page from the picture."""
    return np.array(
        page.evaluate(
            """([x, y]) => {
                const canvas = document.querySelector("canvas");
                const area = canvas.getBoundingClientRect();
                const column = Math.floor((x - area.left) / area.width * canvas.width);
                const row = Math.floor((y - area.top) / area.height * canvas.height);
                return [...canvas.getContext("2d").getImageData(column, row, 1, 1).data];
            }""",
            [x, y],
        )[:3],
        dtype=float,
    )


def frame_number(page: Page) -> str:
    """Return the number of the frame that is shown."""
    return page.locator("canvas").get_attribute("data-frame") or "0"


def picture(page: Page) -> str:
    """Return the picture that is shown, as a data URI."""
    return str(page.evaluate("document.querySelector('canvas').toDataURL()"))


def ball(cells: NDArray[np.int64], center: list[int], radius: float) -> NDArray[np.bool_]:
    """Tell which cells lie within a radius of a cell."""
    inside: NDArray[np.bool_] = ((cells - center) ** 2).sum(1) <= radius**2
    return inside


def press(page: Page, name: str) -> None:
    """Click on the button of that name."""
    page.get_by_role("button", name=name, exact=True).click()


def open_page_running(open_page: Callable[..., Page], served: Served) -> Page:
    """Open a page on a creature that moves: it is paused until the picture has settled."""
    served.perform(Session.pause)
    page = open_page(served.url)
    served.perform(Session.play)
    return page
