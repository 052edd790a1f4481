"""The viewer inside a notebook: served from a thread, shown in a frame of the page."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import Future
from functools import cache
from html import escape
from typing import Any, Self, TypeVar

import torch
from numpy.typing import NDArray
from torch import Tensor

from analysis.rules import Rule
from apps.lab.lab import Lab
from apps.lab.moment import Moment
from apps.lab.session import Session
from apps.viewer.gl import check_gl
from apps.viewer.security import LOOPBACK_PAGES
from apps.viewer.server import Viewer, pass_over_closed_tabs
from voxnca import NCA, ArgumentError, ModelConfig, VoxncaError, model_names

HOST = "127.0.0.1"
STOP_SECONDS = 10.0
"""A viewer that takes longer to end is left to the end of the process."""
MIN_HEIGHT, MAX_HEIGHT = 100, 10_000

T = TypeVar("T")

_check_gl_once = cache(check_gl)  # it takes a second, and a machine that can draw goes on drawing


class Embedding:
    """A viewer that runs beside the notebook, until it is closed or the kernel ends.

    As the last value of a cell it shows itself. What it shows can be reached meanwhile: `moment`
    is what there is to see, `perform` does what a click would do.

    Args:
        session: what it shows; from now on called from the viewer's thread alone.
        height: of the frame, in pixels.
        port: 0 for any that is free.
    """

    def __init__(self, session: Session, *, height: int, port: int) -> None:
        self._session, self._height, self._port = session, height, port
        self._started: Future[Viewer] = Future()
        self._thread = threading.Thread(target=self._run, name="voxnca-view", daemon=True)
        self._thread.start()
        self._viewer = self._started.result()
        _open.add(self)

    @property
    def url(self) -> str:
        """The address, key included: for a tab of its own."""
        return self._viewer.url

    @property
    def closed(self) -> bool:
        """Whether it has ended."""
        return not self._thread.is_alive()

    @property
    def moment(self) -> Moment:
        """What there is to see now, or was when it was closed."""
        return self._viewer.driver.moment

    def perform(self, work: Callable[[Session], T]) -> T:
        """Do something to the session between two steps, as `lambda s: s.wound_center(4)`.

        Returns:
            What `work` returns.

        Raises:
            VoxncaError: when the view is closed; else what `work` raises.
        """
        if self.closed:
            raise VoxncaError("this view is closed; make another by view(...)")
        outcome: Future[T] = Future()
        doing = self._viewer.driver.perform(lambda lab: _settle(outcome, work, lab.session))
        asyncio.run_coroutine_threadsafe(doing, self._loop).result()
        return outcome.result()

    def close(self) -> None:
        """Stop the viewer; closed already, nothing happens."""
        _open.discard(self)
        # A process that was forked off has no such thread, but would wake its parent's.
        if self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._stop.set)
            self._thread.join(STOP_SECONDS)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __repr__(self) -> str:
        return "voxnca viewer, closed" if self.closed else f"voxnca viewer at {self.url}"

    def _repr_html_(self) -> str:
        if self.closed:
            return "<p>This view is closed; make another by <code>view(...)</code>.</p>"
        return (
            f'<iframe src="{escape(self.url)}" title="voxnca viewer" width="100%" '
            f'height="{self._height}" style="border: 0" allow="clipboard-write; fullscreen">'
            "</iframe>"
        )

    def _run(self) -> None:
        try:
            asyncio.run(self._serve())
        except BaseException as error:
            if self._started.done():
                raise
            self._started.set_exception(error)  # it is the caller of `view` who wants to know

    async def _serve(self) -> None:
        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        self._loop.set_exception_handler(pass_over_closed_tabs)
        async with Viewer(
            Lab(self._session),
            models=model_names(),
            host=HOST,
            port=self._port,
            framed_by=LOOPBACK_PAGES,
        ) as viewer:
            self._started.set_result(viewer)
            await self._stop.wait()


def view(
    item: NCA | Rule | Tensor | NDArray[Any],
    *,
    model: NCA | None = None,
    height: int = 600,
    playing: bool | None = None,
    port: int = 0,
) -> Embedding:
    """Show a model, a hand-made rule or a state in a notebook; write it as the last line of a cell.

    The page is the one of `voxnca app`, in a frame. It is served by the kernel on 127.0.0.1: a
    browser on another machine needs that port forwarded to the same number of its own.

    Args:
        item: a model, which grows from its seed; a hand-made rule, which runs on a soup; or a
            state `(1, *space, C)`.
        model: the rule that a state goes on by. Without one a state stands still, and what is
            carved out of it stays out.
        height: of the frame, in pixels, 100 to 10,000.
        playing: whether it runs at once; by default a rule does, and a state waits.
        port: to serve on; 0 for any that is free.

    Returns:
        The viewer, which ends with the kernel or by its `close()`.

    Raises:
        ArgumentError: for an item of another kind or shape, or an argument out of range.
        VoxncaError: when the port is in use, or this machine cannot draw in 3D.

    Example:
        >>> view(voxnca.load("mushroom"))  # doctest: +SKIP
    """
    if isinstance(height, bool) or not MIN_HEIGHT <= height <= MAX_HEIGHT:
        raise ArgumentError(f"height={height!r} must be from {MIN_HEIGHT} to {MAX_HEIGHT} pixels")
    session = _session(item, model)
    if not (isinstance(item, NCA | Rule) if playing is None else playing):
        session.pause()
    _check_gl_once()  # in the kernel's own process VTK would take the notebook's work with it
    return Embedding(session, height=height, port=port)


def _session(item: object, model: NCA | None) -> Session:
    if isinstance(item, NCA | Rule):
        if model is not None:
            raise ArgumentError("model= goes with a state; item is a rule already, pass it alone")
        return Session(item)
    try:
        state = torch.as_tensor(item).detach()
    except (TypeError, ValueError, RuntimeError) as error:
        kind = type(item).__name__
        raise ArgumentError(
            f"item is a {kind}; pass a model, as voxnca.load(name), or a state (1, *space, C)"
        ) from error
    return Session(model or _still_rule(state), state=state.cpu().numpy())


def _still_rule(state: Tensor) -> NCA:
    """Make the rule that changes nothing: the last layer of one that is not trained is zero."""
    if state.ndim not in (4, 5):
        raise ArgumentError(
            f"state {tuple(state.shape)} must be (1, *space, C); make one by voxnca.seed()"
        )
    return NCA(ModelConfig(num_dims=state.ndim - 2, num_channels=state.shape[-1]))


def _settle(outcome: Future[T], work: Callable[[Session], T], session: Session) -> None:
    try:
        outcome.set_result(work(session))
    except Exception as error:  # noqa: BLE001  raised anew where `perform` was called
        outcome.set_exception(error)


_open: set[Embedding] = set()


def _close_all() -> None:
    for embedding in list(_open):
        embedding.close()


# Not `atexit`, which comes after the end of the thread pools, and so of the viewers' own.
threading._register_atexit(_close_all)  # type: ignore[attr-defined]  # noqa: SLF001
