"""Which addresses exist from outside. Gradio brings many the page never uses: they are closed, above all uploads.

Of Gradio's own routes only those named here are open, so that what a later version adds is closed until someone has
looked at it. Another site's page can't post here: a browser says where a request comes from.
"""

from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from qa.http.problems import problem

GRADIO = "/gradio_api/"
OPEN_EXACT = frozenset(
    GRADIO + name
    for name in (
        "app_id",
        "cancel",
        "info",
        "info/",
        "login_check",
        "mcp",
        "mcp/",
        "mcp/schema",
        "queue/data",
        "queue/join",
        "reset",
        "startup-events",
        "theme.css",
        "user",
    )
)
OPEN_BELOW = tuple(GRADIO + name for name in ("api/", "call/", "heartbeat/", "run/"))
# outside GRADIO's prefix: a list of runs, a login nobody has, figures on visitors, other people's conversations
CLOSED_BELOW = ("/monitoring", "/runs", "/login", "/logout", "/deep_link", GRADIO)
SAFE = ("GET", "HEAD", "OPTIONS")


def is_open(path: str) -> bool:
    """Return whether a path is served; whether something is there is another question."""
    if path in OPEN_EXACT or path.startswith(OPEN_BELOW):
        return True
    return not path.startswith(CLOSED_BELOW) and path != GRADIO.rstrip("/")


def from_elsewhere(headers: Headers) -> bool:
    """Return whether a browser sent this for another site's page. Programs send neither header and are let in."""
    site = headers.get("sec-fetch-site")
    if site is not None:
        return site == "cross-site"
    origin = headers.get("origin")
    if origin is None:
        return False
    here = {headers.get("host", ""), headers.get("x-forwarded-host", "")} - {""}
    return urlsplit(origin).netloc not in here


class Doors:
    """ASGI middleware: 404 for what is closed, 403 for what another site's page wants done."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
        elif not is_open(scope["path"]):
            await problem(404, "there is nothing at this address; see /openapi.json")(scope, receive, send)
        elif scope["method"] not in SAFE and from_elsewhere(Headers(scope=scope)):
            detail = "another site's page may not use this server; open it at its own address"
            await problem(403, detail)(scope, receive, send)
        else:
            await self.app(scope, receive, send)
