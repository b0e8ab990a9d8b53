"""Bounds on what a request may send."""

import asyncio
from collections.abc import Mapping
from types import MappingProxyType

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from qa.http.problems import problem

LARGEST_BODY = 256 * 1024  # bytes; the longest question with all its history fits many times over
SLOWEST_BODY = 20.0  # seconds for the whole body to arrive
NO_FILES: Mapping[str, int] = MappingProxyType({})
CLOSE = {"Connection": "close"}  # what was not read must not be taken for the next request


class Limits:
    """ASGI middleware: 413 for a body over `largest` bytes, 408 for one slower than `slowest` seconds.

    The body is read here, before the app runs: FastAPI would turn an error raised while it reads into a 400.
    """

    def __init__(
        self,
        app: ASGIApp,
        largest: int = LARGEST_BODY,
        slowest: float = SLOWEST_BODY,
        files: Mapping[str, int] = NO_FILES,
    ) -> None:
        self.app = app
        self.largest = largest
        self.files = files  # addresses that take files, each with its own bound in bytes
        self.slowest = slowest

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        largest = self.files.get(scope["path"], self.largest)
        try:
            async with asyncio.timeout(self.slowest):
                body = await self._body(scope, receive, largest)
        except TimeoutError:
            detail = f"the request did not arrive within {self.slowest:g} seconds; send it again"
            await problem(408, detail, CLOSE)(scope, receive, send)
            return
        if body is None:
            detail = f"the request is larger than {largest} bytes; send less at once"
            await problem(413, detail, CLOSE)(scope, receive, send)
            return
        await self.app(scope, _replay(body, receive), send)

    async def _body(self, scope: Scope, receive: Receive, largest: int) -> bytes | None:
        """Return the whole body, or None as soon as it is known to be too large."""
        declared = dict(scope["headers"]).get(b"content-length", b"")
        if declared.isdigit() and int(declared) > largest:
            return None
        body, more = bytearray(), True
        while more:
            message = await receive()
            body += message.get("body", b"")
            more = message.get("more_body", False)
            if len(body) > largest:
                return None
        return bytes(body)


def _replay(body: bytes, receive: Receive) -> Receive:
    """Return a receive that gives the body once, then whatever the client does next."""
    messages: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def receiving() -> Message:
        return messages.pop() if messages else await receive()

    return receiving
