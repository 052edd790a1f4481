"""Files in and out of the page: with the key alone, checked as on the command line."""

from __future__ import annotations

import re
from io import BytesIO

import aiohttp
import numpy as np
import pytest

import voxnca
from apps.lab.lab import Lab
from apps.lab.recording_file import decode_recording
from apps.lab.session import Session
from apps.viewer import exchange
from apps.viewer.server import Viewer
from apps.workshop.served_viewer import cube
from voxnca.checkpoint import decode as decode_model

SECONDS = 30


@pytest.fixture
async def viewer():
    session = Session(cube(2), start="target")
    session.pause()
    async with Viewer(Lab(session), models=(), host="127.0.0.1", port=0) as viewer:
        yield viewer


@pytest.fixture
async def client(viewer):
    base = f"http://127.0.0.1:{viewer.port}"
    async with aiohttp.ClientSession(base, timeout=aiohttp.ClientTimeout(SECONDS)) as client:
        client.headers["Authorization"] = f"Bearer {viewer.gate.key}"
        yield client


async def upload(client, name: str, content: bytes, **options) -> aiohttp.ClientResponse:
    return await client.post("/upload", params={"name": name}, data=content, **options)


@pytest.mark.parametrize("key", ["", "Bearer ", "Bearer wslink-secret"])
async def test_without_the_key_nothing_comes_in_or_goes_out(viewer, client, key):
    headers = {"Authorization": key}
    assert (await upload(client, "a.png", b"", headers=headers)).status == 403
    for name in ("model.safetensors", "state.npy", "run.json", "clip.png"):
        assert (await client.get(f"/download/{name}", headers=headers)).status == 403
    assert viewer.driver.lab.model.target.name == "cube"


async def test_a_target_comes_in(viewer, client, tmp_path):
    path = tmp_path / "mine.npy"
    np.save(path, np.full((5, 7, 4), 255, np.uint8))
    answer = await upload(client, "mine.npy", path.read_bytes())
    assert answer.status == 200
    target = viewer.driver.lab.model.target
    assert (target.name, target.size) == ("mine", (5, 7))


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("bad.png", b"nothing of the kind", "bad.png"),
        ("bad.safetensors", b"nothing of the kind", "Bad.safetensors"),
        ("bad.exe", b"MZ", r"the suffix '\.exe' is unknown"),
        ("", b"", "A file without a name"),
        ("../../outside.png", b"no", "outside.png"),
        ("..\\..\\outside.png", b"no", "outside.png"),
    ],
)
async def test_a_bad_file_is_said_in_one_line_and_changes_nothing(
    viewer, client, name, content, said
):
    answer = await upload(client, name, content)
    assert answer.status == 422
    line = (await answer.json())["error"]
    assert viewer.driver.notice.text == line
    assert viewer.driver.notice.is_error
    assert "\n" not in line
    assert "/tmp" not in line
    assert re.search(said, line)
    assert viewer.driver.lab.model.target.name == "cube"


async def test_a_large_file_is_refused_while_it_comes(viewer, client, monkeypatch):
    monkeypatch.setattr(exchange, "MAX_BYTES", 2**20)

    async def endless():
        for _ in range(2**10):
            yield bytes(2**16)

    answer = await client.post("/upload", params={"name": "big.npy"}, data=endless())
    assert answer.status == 422
    assert "larger than 1 MiB" in (await answer.json())["error"]
    assert viewer.driver.lab.model.target.name == "cube"


async def test_what_goes_out_can_be_read_again(viewer, client):
    session = viewer.driver.lab.session
    model = decode_model(await (await client.get("/download/model.safetensors")).read(), "model")
    assert np.array_equal(model.target.rgba8, session.model.target.rgba8)
    state = np.load(BytesIO(await (await client.get("/download/state.npy")).read()))
    assert np.array_equal(state, session.state())
    run = decode_recording(await (await client.get("/download/run.json")).read())
    *_, last = run.replay()
    run.check(last)
    clip = await (await client.get("/download/clip.png?first=0&last=0")).read()
    assert clip.startswith(b"\x89PNG")


@pytest.mark.parametrize("name", ["clip.exe", "model", "..%2f..%2fetc%2fpasswd", "clip."])
async def test_nothing_else_goes_out(client, name):
    assert (await client.get(f"/download/{name}")).status == 404


async def test_a_clip_of_steps_that_are_gone_is_said(viewer, client):
    answer = await client.get("/download/clip.png?first=900&last=901")
    assert answer.status == 422
    assert "are not kept" in viewer.driver.notice.text


async def test_a_model_comes_in(viewer, client, small_model_file):
    answer = await upload(client, "small.safetensors", small_model_file.read_bytes())
    assert answer.status == 200
    assert viewer.driver.lab.label == "small"
    assert viewer.driver.lab.model.info.name == "small"
    assert voxnca.load(small_model_file).config == viewer.driver.lab.model.config
