"""Files that come in from the page, and files that go out to it.

Both ways need the key, as everything else does. A file that comes in is checked as on the command
line, after its size; what is wrong with it is said in the page.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from functools import partial
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from aiohttp import web
from numpy.typing import NDArray

from analysis import rules
from analysis.rules.files.patterns import SUFFIXES as PATTERN_SUFFIXES
from apps.items import MODEL_SUFFIX, RULE_SUFFIX
from apps.lab.clip import KINDS
from apps.lab.lab import Lab
from apps.lab.recording_file import encode_recording
from apps.viewer.driver import Driver, sentence
from apps.viewer.panels.goal import GoalPanel
from apps.viewer.panels.rule import RulePanel
from apps.viewer.security import Gate
from voxnca import FileError, Target, VoxncaError, load, load_target
from voxnca.checkpoint import encode as encode_model
from voxnca.targets.loading import SUFFIXES as TARGET_SUFFIXES

Encode = Callable[[], bytes]

MAX_BYTES = 64 * 2**20


class Exchange:
    """Uploads and downloads of one viewer.

    Args:
        driver: of the lab.
        gate: knows the key.
        goal: is offered the targets that come in.
        rule: runs the patterns that come in.
    """

    def __init__(self, driver: Driver, gate: Gate, goal: GoalPanel, rule: RulePanel) -> None:
        self._driver, self._gate, self._goal, self._rule = driver, gate, goal, rule
        self._made: TemporaryDirectory[str] | None = None

    def add_routes(self, router: web.UrlDispatcher) -> None:
        """Serve them."""
        router.add_post("/upload", self._receive)
        router.add_get("/download/{name}", self._send)

    def close(self) -> None:
        """Remove what came in."""
        if self._made is not None:
            self._made.cleanup()

    @property
    def _folder(self) -> Path:
        """Where it is kept, to be read again at another size; made when it is first needed."""
        if self._made is None:
            self._made = TemporaryDirectory(prefix="voxnca-files-", ignore_cleanup_errors=True)
        return Path(self._made.name)

    async def _receive(self, request: web.Request) -> web.Response:
        """Take a target, a model, a rule or a pattern, told apart by the suffix of its name."""
        if not self._gate.admits(request):
            return web.Response(status=403, text="wrong key\n")
        try:
            path = await self._store(request)
            await self._take(path)
        except VoxncaError as error:
            text = sentence(str(error).replace(f"{self._folder}/", ""))
            self._driver.say(text, is_error=True)
            return web.json_response({"error": text}, status=422)
        return web.json_response({"name": path.stem})

    async def _store(self, request: web.Request) -> Path:
        name = Path(request.query.get("name", "").replace("\\", "/")).name
        suffix = Path(name).suffix.lower()
        known = (*TARGET_SUFFIXES, MODEL_SUFFIX, RULE_SUFFIX, *PATTERN_SUFFIXES)
        if suffix not in known:
            raise FileError(
                f"{name or 'a file without a name'}: the suffix {suffix!r} is unknown; "
                f"use one of {', '.join(known)}"
            )
        path = self._folder / name
        size = 0
        with path.open("wb") as file:
            async for piece in request.content.iter_chunked(2**16):
                size += len(piece)
                if size > MAX_BYTES:
                    break
                file.write(piece)
        if size > MAX_BYTES:
            path.unlink()
            raise FileError(
                f"{name}: larger than {MAX_BYTES // 2**20} MiB; read it by the command line: "
                f"voxnca app {name}"
            )
        return path

    async def _take(self, path: Path) -> None:
        """Read a file in a thread of its own: the creature lives on meanwhile."""
        suffix = path.suffix.lower()
        if suffix == MODEL_SUFFIX:
            model = await asyncio.to_thread(load, path)
            await self._do(lambda lab: lab.open(model, path.stem))
            return
        if suffix == RULE_SUFFIX:
            rule = await asyncio.to_thread(rules.load_rule, path)
            await self._do(lambda lab: lab.open(rule, path.stem))
            return
        if suffix in PATTERN_SUFFIXES:
            pattern = await asyncio.to_thread(rules.read_pattern, path)
            await self._do(lambda lab: self._rule.lay(lab, pattern))
            return
        target = await asyncio.to_thread(_read(path), None)
        self._goal.offer(target, _read(path))
        await self._do(lambda lab: lab.aim(target))
        for note in target.notes:
            self._driver.say(sentence(f"{target.name}: {note}"))

    async def _do(self, work: Callable[[Lab], object]) -> None:
        await self._driver.perform(work)

    async def _send(self, request: web.Request) -> web.StreamResponse:
        """Send what was asked for by name: `model.safetensors`, `run.json`, `clip.gif`."""
        if not self._gate.admits(request):
            return web.Response(status=403, text="wrong key\n")
        take = _taker(request.match_info["name"], request.query)
        if take is None:
            return web.Response(status=404, text="unknown\n")
        encode = await self._driver.perform(take)
        if encode is None:
            return web.Response(status=422, text="failed; the page says why\n")
        try:
            data = await asyncio.to_thread(encode)  # the creature lives on meanwhile
        except VoxncaError as error:
            self._driver.say(sentence(str(error)), is_error=True)
            return web.Response(status=422, text="failed; the page says why\n")
        return web.Response(body=data, content_type="application/octet-stream")


def _taker(name: str, query: Mapping[str, str]) -> Callable[[Lab], Encode] | None:
    """Return what takes a thing of that name out of the lab, to be written elsewhere."""
    stem, _, suffix = name.rpartition(".")
    if stem == "clip" and suffix in KINDS:
        first, last = (_count(query.get(key, "")) for key in ("first", "last"))
        return lambda lab: partial(lab.session.clip(first, last).encode, suffix)
    takers: dict[str, Callable[[Lab], Encode]] = {
        "model.safetensors": lambda lab: partial(encode_model, lab.learned() or lab.model),
        "state.npy": lambda lab: partial(_encode_state, lab.session.state()),
        "pattern.rle": _take_pattern,
        "pattern.rle3": _take_pattern,
        "run.json": lambda lab: partial(encode_recording, lab.session.recording()),
    }
    return takers.get(name)


def _take_pattern(lab: Lab) -> Encode:
    pattern = lab.session.pattern()
    return lambda: rules.write_rle(pattern).encode()


def _encode_state(state: NDArray[np.float32]) -> bytes:
    buffer = BytesIO()
    np.save(buffer, state)
    return buffer.getvalue()


def _read(path: Path) -> Callable[[int | None], Target]:
    def read(size: int | None) -> Target:
        return load_target(path, size=size)

    return read


def _count(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None
