"""A limit on questions per client, so that one of them can't take the server from all others.

A token bucket each: as many questions at once as a minute allows, then one whenever the next is due. Clients are told
apart by address, an IPv6 one by its network (/64). Behind a proxy uvicorn takes the address from X-Forwarded-For if
`FORWARDED_ALLOW_IPS` names the proxy.
"""

import ipaddress
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from math import ceil

from starlette.types import ASGIApp, Receive, Scope, Send

from qa.http.problems import problem

MOST_CLIENTS = 20_000  # remembered; beyond it the one that has been quiet longest is forgotten
ASKING = ("/api/ask", "/api/check", "/api/answer.pdf", "/api/feedback", "/api/originals", "/gradio_api/queue/join")
ASKING_BELOW = ("/gradio_api/call/", "/gradio_api/run/", "/gradio_api/api/", "/gradio_api/mcp")


@dataclass
class _Bucket:
    tokens: float
    seen: float


class Buckets:
    """How much each client may still ask. Used from one event loop only."""

    def __init__(self, per_minute: float, most: int = MOST_CLIENTS, clock: Callable[[], float] = time.monotonic) -> None:
        self.per_minute = per_minute
        self.most = most
        self._clock = clock
        self._buckets: OrderedDict[str, _Bucket] = OrderedDict()

    def wait(self, client: str) -> float:
        """Take one question from a client's bucket; return 0, or the seconds until there will be one."""
        now = self._clock()
        bucket = self._buckets.pop(client, None) or _Bucket(self.per_minute, now)
        bucket.tokens = min(self.per_minute, bucket.tokens + (now - bucket.seen) * self.per_minute / 60)
        bucket.seen = now
        self._buckets[client] = bucket
        if len(self._buckets) > self.most:
            self._buckets.popitem(last=False)
        if bucket.tokens < 1:
            return (1 - bucket.tokens) * 60 / self.per_minute
        bucket.tokens -= 1
        return 0.0

    def give_back(self, client: str) -> None:
        """Put back what `wait` took: what it was taken for did not happen."""
        if client in self._buckets:
            self._buckets[client].tokens += 1


def client_of(scope: Scope) -> tuple[str, bool]:
    """Return the name under which a client is counted, and whether it is this machine itself."""
    host = (scope.get("client") or ("unknown", 0))[0]
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host, False
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped:
            return str(address.ipv4_mapped), address.ipv4_mapped.is_loopback
        if not address.is_loopback:
            return str(ipaddress.ip_network((address, 64), strict=False)), False
    return host, address.is_loopback


class RateLimit:
    """ASGI middleware: 429 with Retry-After for a client that asks more than `per_minute` questions; 0 is no limit."""

    def __init__(self, app: ASGIApp, per_minute: float, this_machine_too: bool = True) -> None:
        self.app = app
        self.buckets = Buckets(per_minute)
        self.this_machine_too = this_machine_too

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self.buckets.per_minute and scope["type"] == "http" and scope["method"] == "POST" and _asks(scope["path"]):
            client, local = client_of(scope)
            wait = self.buckets.wait(client) if self.this_machine_too or not local else 0.0
            if wait:
                seconds = ceil(wait)
                detail = f"more than {self.buckets.per_minute:g} questions a minute; ask again in {seconds} s"
                await problem(429, detail, {"Retry-After": str(seconds)})(scope, receive, send)
                return
        await self.app(scope, receive, send)


def _asks(path: str) -> bool:
    return path in ASKING or path.startswith(ASKING_BELOW)
