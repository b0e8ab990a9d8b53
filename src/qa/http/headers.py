"""Security headers on every response, and a content security policy with a nonce for the page's own scripts.

Inline scripts run only with the nonce of their response, so markup that slips into the page can't run anything.
`unsafe-eval` stays: Gradio's HTML component makes its template with `Function(...)` and shows an error without it.
`unsafe-inline` for styles stays: Gradio and Svelte set style attributes. docs/threat-model.md says what that leaves.
"""

import gzip
import os
import re
import secrets

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

POLICY = (
    "default-src 'none'; script-src 'self' 'nonce-{nonce}' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self'; manifest-src 'self'; worker-src 'self'; "
    "form-action 'self'; base-uri 'self'; object-src 'none'; frame-ancestors {ancestors}"
)
FIXED = {
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}
ELSEWHERE = "access-control-"  # CORS is closed: whatever a library allows other sites is taken out again
SCRIPT = re.compile(rb"<script(?=[\s>])")


def frame_ancestors() -> str:
    """Return who may show the page in a frame: nobody but itself, and on a Hugging Face Space the site around it."""
    return "'self' https://huggingface.co" if os.environ.get("SPACE_ID") else "'self'"


class SecurityHeaders:
    """ASGI middleware, the outermost: adds the headers, and gives the scripts of an HTML page their nonce."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self.ancestors = frame_ancestors()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        nonce = secrets.token_urlsafe(16)
        asked = Headers(scope=scope)
        held: list[Message] = []  # the start of an HTML page, until its length with the nonces is known
        page = bytearray()

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                self._fill(headers, nonce)
                if headers.get("content-type", "").startswith("text/html") and "content-encoding" not in headers:
                    held.append(message)
                    return
            elif held:
                page.extend(message.get("body", b""))
                if message.get("more_body", False):
                    return
                body = SCRIPT.sub(b'<script nonce="' + nonce.encode() + b'"', bytes(page))
                headers = MutableHeaders(scope=held[0])
                if "gzip" in asked.get("accept-encoding", ""):
                    body = gzip.compress(body, 6)
                    headers["content-encoding"] = "gzip"
                headers["content-length"] = str(len(body))
                await send(held.pop())
                message = {"type": "http.response.body", "body": body}
            await send(message)

        await self.app(_uncompressed(scope, asked), receive, sending)

    def _fill(self, headers: MutableHeaders, nonce: str) -> None:
        for name in [name for name in headers if name.startswith(ELSEWHERE)]:
            del headers[name]
        headers["Content-Security-Policy"] = POLICY.format(nonce=nonce, ancestors=self.ancestors)
        for name, value in FIXED.items():
            headers.setdefault(name, value)


def _uncompressed(scope: Scope, asked: Headers) -> Scope:
    """Return the scope of a page view without its compressions: Gradio would compress before the nonces are in."""
    if "text/html" not in asked.get("accept", ""):
        return scope
    return {**scope, "headers": [pair for pair in scope["headers"] if pair[0] != b"accept-encoding"]}
