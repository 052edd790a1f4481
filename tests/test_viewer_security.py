"""Who is let in: the page is served for real, and knocked at from outside."""

from __future__ import annotations

import asyncio

import aiohttp
import msgpack
import pytest
from aiohttp import WSMsgType

import voxnca
from apps.lab.lab import Lab
from apps.lab.session import Session
from apps.viewer import view
from apps.viewer.security import Gate
from apps.viewer.server import Viewer

SECONDS = 10


@pytest.fixture
async def viewer(small_model):
    session = Session(small_model)
    async with Viewer(Lab(session), models=(), host="127.0.0.1", port=0) as viewer:
        yield viewer


@pytest.fixture
async def client(viewer):
    base = f"http://127.0.0.1:{viewer.port}"
    async with aiohttp.ClientSession(base, timeout=aiohttp.ClientTimeout(SECONDS)) as client:
        yield client


async def hello(socket, key: str) -> dict[str, object]:
    """Greet wslink with a key and return its answer."""
    rpc = {
        "wslink": "1.0",
        "id": "system:c0:0",
        "method": "wslink.hello",
        "args": [{"secret": key}],
        "kwargs": {},
    }
    payload = msgpack.packb(rpc)
    header = b"\x00\x00\x00\x00" + (0).to_bytes(4, "little") + len(payload).to_bytes(4, "little")
    await socket.send_bytes(header + payload)
    message = await asyncio.wait_for(socket.receive(), SECONDS)
    assert message.type is WSMsgType.BINARY
    return msgpack.unpackb(message.data[12:])


class TestKey:
    def test_is_new_at_every_start_and_long(self):
        keys = {Gate("127.0.0.1").key for _ in range(20)}
        assert len(keys) == 20
        assert min(map(len, keys)) >= 32
        assert "wslink-secret" not in keys

    async def test_is_in_the_address_alone(self, viewer, client):
        assert viewer.url == f"http://127.0.0.1:{viewer.port}/?secret={viewer.gate.key}"
        paths = ["/", "/index.html", "/__voxnca/boot.js", "/__voxnca/view.js", "/vue.global.js"]
        for path in paths:
            async with client.get(path) as answer:
                assert answer.status == 200
                text = await answer.text()
                assert viewer.gate.key not in text + str(answer.headers)

    @pytest.mark.parametrize("key", ["wslink-secret", "", "k", "vtkweb-secret"])
    async def test_of_wslink_does_not_open(self, viewer, client, key):
        async with client.ws_connect("/ws") as socket:
            assert "error" in await hello(socket, key)

    async def test_opens(self, viewer, client):
        async with client.ws_connect("/ws") as socket:
            assert "clientID" in (await hello(socket, viewer.gate.key))["result"]

    async def test_is_asked_for_before_anything_is_told_or_done(self, viewer, client):
        rpc = {"wslink": "1.0", "id": "rpc:x:0", "method": "trame.state.get", "args": []}
        payload = msgpack.packb(rpc)
        header = bytes(8) + len(payload).to_bytes(4, "little")
        async with client.ws_connect("/ws") as socket:
            await socket.send_bytes(header + payload)
            message = await asyncio.wait_for(socket.receive(), SECONDS)
            answer = msgpack.unpackb(message.data[12:])
            assert "error" in answer
            assert "result" not in answer

    @pytest.mark.parametrize("header", [None, "", "Bearer", "Bearer wslink-secret", "Basic x"])
    async def test_check_refuses_any_other(self, client, header):
        headers = {} if header is None else {"Authorization": header}
        async with client.get("/key", headers=headers) as answer:
            assert answer.status == 403

    async def test_check_knows_it(self, viewer, client):
        headers = {"Authorization": f"Bearer {viewer.gate.key}"}
        async with client.get("/key", headers=headers) as answer:
            assert answer.status == 204


async def call(socket, method: str, *args: object) -> None:
    """Call a method of trame's as a page does."""
    rpc = {"wslink": "1.0", "id": "rpc:x:0", "method": method, "args": list(args)}
    payload = msgpack.packb(rpc)
    await socket.send_bytes(bytes(8) + len(payload).to_bytes(4, "little") + payload)


async def test_a_page_cannot_open_a_file_that_is_not_in_the_list(viewer, client, small_model_file):
    changed, model = asyncio.Event(), viewer.driver.lab.model
    async with client.ws_connect("/ws") as socket:
        await hello(socket, viewer.gate.key)
        viewer.driver.watch(changed.set)
        change = {"key": "model", "value": str(small_model_file)}
        await call(socket, "trame.state.update", [change])
        await call(socket, "trame.trigger", "pause", [], {})
        async with asyncio.timeout(SECONDS):
            while viewer.driver.playing:
                await changed.wait()
                changed.clear()
    assert viewer.driver.lab.model is model


class TestOrigin:
    @pytest.mark.parametrize("path", ["/ws", "/stream"])
    @pytest.mark.parametrize(
        "origin",
        ["http://evil.example", "null", "http://127.0.0.1:1", "http://127.0.0.1", "file://"],
    )
    async def test_of_another_site_is_refused(self, client, path, origin):
        with pytest.raises(aiohttp.WSServerHandshakeError) as refusal:
            await client.ws_connect(path, headers={"Origin": origin})
        assert refusal.value.status == 403

    @pytest.mark.parametrize("path", ["/ws", "/stream"])
    async def test_of_our_page_is_let_in(self, viewer, client, path):
        origin = f"http://127.0.0.1:{viewer.port}"
        async with client.ws_connect(path, headers={"Origin": origin}) as socket:
            assert not socket.closed

    async def test_guards_pages_too(self, client):
        async with client.get("/", headers={"Origin": "http://evil.example"}) as answer:
            assert answer.status == 403


class TestHost:
    @pytest.mark.parametrize("path", ["/", "/ws", "/stream", "/vue.global.js", "/key", "/nothing"])
    async def test_of_another_name_is_refused(self, viewer, client, path):
        host = f"evil.example:{viewer.port}"
        async with client.get(path, headers={"Host": host}) as answer:
            assert answer.status == 403

    async def test_rebound_is_refused_although_its_origin_fits(self, viewer, client):
        host = f"evil.example:{viewer.port}"
        with pytest.raises(aiohttp.WSServerHandshakeError) as refusal:
            await client.ws_connect("/ws", headers={"Host": host, "Origin": f"http://{host}"})
        assert refusal.value.status == 403

    @pytest.mark.parametrize(
        ("bound", "host", "known"),
        [
            ("127.0.0.1", "127.0.0.1:8080", True),
            ("127.0.0.1", "localhost:8080", True),
            ("127.0.0.1", "LOCALHOST", True),
            ("127.0.0.1", "[::1]:8080", True),
            ("127.0.0.1", "127.0.0.1.evil.example:8080", False),
            ("127.0.0.1", "localhost.evil.example", False),
            ("127.0.0.1", "192.168.1.7:8080", False),
            ("127.0.0.1", "evil.example@127.0.0.1", False),
            ("127.0.0.1", "127.0.0.1/evil.example", False),
            ("127.0.0.1", "127.0.0.1@evil.example", False),
            ("127.0.0.1", "", False),
            ("127.0.0.1", "[", False),
            ("127.0.0.1", "a:b:c", False),
            ("lab.example", "lab.example:8080", True),
            ("lab.example", "evil.example:8080", False),
            ("0.0.0.0", "192.168.1.7:8080", True),
            ("0.0.0.0", "evil.example:8080", False),
            ("::", "[fe80::1]:8080", True),
        ],
    )
    def test_is_known_by_its_name(self, bound, host, known):
        assert Gate(bound).knows_host(host) is known


class TestPages:
    @pytest.mark.parametrize(
        "path",
        [
            "/page.py",
            "/__voxnca/",
            "/__voxnca/../page.py",
            "/__voxnca/%2e%2e/page.py",
            "/__voxnca/..%2fpage.py",
            "/..%2f..%2f..%2fetc%2fpasswd",
            "//etc/passwd",
            "/assets",
        ],
    )
    async def test_nothing_else_is_served(self, viewer, path):
        reader, writer = await asyncio.open_connection("127.0.0.1", viewer.port)
        writer.write(
            f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode()
        )
        answer = await asyncio.wait_for(reader.read(), SECONDS)
        writer.close()
        status = int(answer.split()[1])
        assert 400 <= status < 500, answer[:100]

    async def test_the_page_may_load_from_itself_alone(self, client):
        async with client.get("/") as answer:
            policy = answer.headers["Content-Security-Policy"]
            assert "default-src 'self'" in policy
            assert "http" not in policy
            assert answer.headers["Referrer-Policy"] == "no-referrer"

    async def test_no_page_may_show_it_in_a_frame(self, client):
        for path in ("/", "/index.html", "/__voxnca/boot.js"):
            async with client.get(path) as answer:
                assert ancestors(answer) == ["'none'"]

    async def test_made_for_a_notebook_pages_of_this_machine_may(self, small_model):
        with view(small_model) as shown:
            async with aiohttp.ClientSession() as client, client.get(shown.url) as answer:
                assert answer.status == 200
                assert ancestors(answer) == ["http://localhost:*", "http://127.0.0.1:*"]

    async def test_made_for_a_notebook_it_is_as_strict_in_all_else(self, small_model):
        foreign = ({"Origin": "http://localhost:8888"}, {"Host": "evil.example"})
        with view(small_model) as shown:
            base = shown.url.split("/?")[0]
            async with aiohttp.ClientSession(base) as client:
                for headers in foreign:
                    with pytest.raises(aiohttp.WSServerHandshakeError) as refusal:
                        await client.ws_connect("/ws", headers=headers)
                    assert refusal.value.status == 403
                async with client.get("/key") as answer:
                    assert answer.status == 403

    async def test_the_page_names_no_other_site(self, client):
        async with client.get("/") as answer:
            assert "//" not in (await answer.text())


def ancestors(answer: aiohttp.ClientResponse) -> list[str]:
    """Return whose pages may show this one in a frame."""
    rules = answer.headers["Content-Security-Policy"].split("; ")
    [names] = (rule.split()[1:] for rule in rules if rule.startswith("frame-ancestors"))
    return names


class TestPort:
    @pytest.mark.parametrize("port", [-1, 65536])
    def test_out_of_range_is_refused(self, small_model, port):
        with pytest.raises(voxnca.ArgumentError, match=f"port={port}"):
            Viewer(Lab(Session(small_model)), models=(), host="127.0.0.1", port=port)
