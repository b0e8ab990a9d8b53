"""Names, counts and logs every request, and turns an unexpected error into a problem document without its details."""

import logging
import re
import secrets
import time
from typing import Any

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from qa.http.problems import problem
from qa.service.logs import event, request_id
from qa.service.metrics import Metrics

COUNTED = ("/api/", "/healthz", "/livez", "/readyz", "/metrics", "/openapi.json")
LOGGED = ("/api/", "/openapi.json", "/gradio_api/mcp", "/gradio_api/call/", "/gradio_api/run/")
GIVEN = re.compile(r"[A-Za-z0-9._-]{1,64}")
logger = logging.getLogger(__name__)


class Requests:
    """ASGI middleware: `X-Request-ID` in and out, counters, one log line for a request of the interface."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self.app = app
        self.metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        given = Headers(scope=scope).get("x-request-id", "")
        name = given if GIVEN.fullmatch(given) else secrets.token_hex(8)
        token = request_id.set(name)
        came, status = time.perf_counter(), 0

        async def sending(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)["X-Request-ID"] = name
                if scope["path"].startswith(COUNTED):
                    self.metrics.request(_route(scope), status)
            await send(message)

        try:
            await self.app(scope, receive, sending)
        except Exception as error:
            logger.error("unexpected error", exc_info=error)
            if not status:
                detail = f"something went wrong on our side; the server's log has it as request {name}"
                await problem(500, detail)(scope, receive, sending)
        finally:
            if scope["path"].startswith(LOGGED) or status >= 500:
                taken = round(1000 * (time.perf_counter() - came), 1)
                event("request", method=scope["method"], route=_route(scope), status=status, ms=taken)
            request_id.reset(token)


def _route(scope: Scope) -> str:
    """Return the template of the address, never the address itself: it may hold what someone typed."""
    route: Any = scope.get("route")
    return str(getattr(route, "path", "other"))
