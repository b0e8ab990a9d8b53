"""Bounds on what a request may send, and headers that keep the page from loading anything from elsewhere."""

import asyncio

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from qa.http.problems import problem
from qa.service.metrics import Metrics

LARGEST_BODY = 256 * 1024  # bytes; the longest question with all its history fits many times over
SLOWEST_BODY = 20.0  # seconds for the whole body to arrive
# Gradio's front end needs inline scripts and `new Function`; nothing may come from, or go to, another host.
CONTENT_POLICY = (
    "default-src 'self' 'unsafe-inline' 'unsafe-eval' data: blob:; connect-src 'self'; form-action 'self'; "
    "base-uri 'self'; object-src 'none'; frame-ancestors 'self'"
)
HEADERS = {
    "Content-Security-Policy": CONTENT_POLICY,
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
CLOSE = {"Connection": "close"}  # what was not read must not be taken for the next request
COUNTED = ("/api/", "/healthz", "/metrics", "/openapi.json")


class Limits:
    """ASGI middleware: 413 for a body over `largest` bytes, 408 for one slower than `slowest` seconds; counts requests.

    The body is read here, before the app runs: FastAPI would turn an error raised while it reads into a 400.
    """

    def __init__(
        self, app: ASGIApp, metrics: Metrics, largest: int = LARGEST_BODY, slowest: float = SLOWEST_BODY
    ) -> None:
        self.app = app
        self.metrics = metrics
        self.largest = largest
        self.slowest = slowest

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
                if scope["path"].startswith(COUNTED):
                    self.metrics.request(str(getattr(scope.get("route"), "path", "other")), message["status"])
            await send(message)

        try:
            async with asyncio.timeout(self.slowest):
                body = await self._body(scope, receive)
        except TimeoutError:
            detail = f"the request did not arrive within {self.slowest:g} seconds; send it again"
            await problem(408, detail, CLOSE)(scope, receive, sending)
            return
        if body is None:
            detail = f"the request is larger than {self.largest} bytes; send a shorter question or less history"
            await problem(413, detail, CLOSE)(scope, receive, sending)
            return
        await self.app(scope, _replay(body, receive), sending)

    async def _body(self, scope: Scope, receive: Receive) -> bytes | None:
        """Return the whole body, or None as soon as it is known to be too large."""
        declared = dict(scope["headers"]).get(b"content-length", b"")
        if declared.isdigit() and int(declared) > self.largest:
            return None
        body, more = b"", True
        while more:
            message = await receive()
            body += message.get("body", b"")
            more = message.get("more_body", False)
            if len(body) > self.largest:
                return None
        return body


def _replay(body: bytes, receive: Receive) -> Receive:
    """Return a receive that gives the body once, then whatever the client does next."""
    messages: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def receiving() -> Message:
        return messages.pop() if messages else await receive()

    return receiving
