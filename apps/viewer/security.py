"""Who may talk to the viewer: those who have the key, by a name that is this machine's.

A page of another site runs in the same browser and may send requests to any address. Three things
keep it out: a random key, new at every start and found in the printed address alone; the Origin
of a request, which a page cannot forge; and its Host, since a foreign name that was pointed at
this machine (DNS rebinding) makes a foreign page look like ours.
"""

from __future__ import annotations

import hmac
import re
import secrets
from collections.abc import Awaitable, Callable, Sequence
from ipaddress import ip_address
from socket import gethostname

from aiohttp import web

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

_HOST = re.compile(r"(?:\[(?P<address>[0-9a-f:.]+)\]|(?P<name>[a-z0-9._-]+))(?::\d+)?")
WILDCARDS = ("0.0.0.0", "::", "")  # noqa: S104  compared with, not bound to
LOOPBACK_PAGES = ("http://localhost:*", "http://127.0.0.1:*")
"""Pages of this machine, as a notebook is; in this notation http means https too."""
_POLICY = (
    # Vue compiles the page's template in the browser, hence eval; nothing comes from elsewhere.
    "default-src 'self'; script-src 'self' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; font-src 'self' data:; base-uri 'self'; form-action 'none'; "
    "frame-ancestors {ancestors}"
)


class Gate:
    """The key of one start, and the names this machine may be called by.

    Attributes:
        key: random, for the printed address.

    Args:
        host: the address the server is bound to.
        framed_by: whose pages may show ours in a frame, as sources of a Content-Security-Policy;
            by default nobody's: buttons in an unseen frame can be clicked by mistake.
    """

    def __init__(self, host: str, *, framed_by: Sequence[str] = ()) -> None:
        self._host = host.lower()
        self._headers = {
            "Content-Security-Policy": _POLICY.format(ancestors=" ".join(framed_by) or "'none'"),
            "Referrer-Policy": "no-referrer",
            "X-Content-Type-Options": "nosniff",
            "Cache-Control": "no-cache",
        }
        # The letter in front keeps the page from reading a key of digits as a number.
        self.key = "k" + secrets.token_urlsafe(24)

    def opens(self, key: str) -> bool:
        """Tell whether it is the key, in a time that does not depend on how nearly."""
        return hmac.compare_digest(key.encode(), self.key.encode())

    def knows_host(self, host: str) -> bool:
        """Tell whether a request's Host is a name of this machine, its port left aside."""
        name = _host_name(host)
        if name is None:
            return False
        if name in ("localhost", self._host) or _is_loopback(name):
            return True
        # Bound to every address, each of them is ours; a rebound name is never an address.
        return self._host in WILDCARDS and (_is_address(name) or name == gethostname().lower())

    def knows_origin(self, origin: str, host: str) -> bool:
        """Tell whether the page that sent a request came from the very server it was sent to."""
        return origin.lower() in (f"http://{host.lower()}", f"https://{host.lower()}")

    @web.middleware
    async def guard(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Refuse what comes from elsewhere; add the headers of a page that needs nobody."""
        if not self.knows_host(request.host):
            raise web.HTTPForbidden(text="unknown Host; open the address that voxnca printed\n")
        origin = request.headers.get("Origin")
        if origin is not None and not self.knows_origin(origin, request.host):
            raise web.HTTPForbidden(text="foreign Origin\n")
        response = await handler(request)
        if not response.prepared:
            response.headers.update(self._headers)
        return response

    async def check_key(self, request: web.Request) -> web.Response:
        """Answer 204 to a request that bears the key, 403 to any other."""
        return web.Response(status=204 if self.admits(request) else 403)

    def admits(self, request: web.Request) -> bool:
        """Tell whether a request bears the key."""
        return self.opens(request.headers.get("Authorization", "").removeprefix("Bearer "))


def _host_name(host: str) -> str | None:
    match = _HOST.fullmatch(host.lower())
    return match and (match["address"] or match["name"])


def _is_address(name: str) -> bool:
    try:
        ip_address(name)
    except ValueError:
        return False
    return True


def _is_loopback(name: str) -> bool:
    return _is_address(name) and ip_address(name).is_loopback
