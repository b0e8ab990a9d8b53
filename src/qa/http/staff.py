"""Uploads of originals by staff: only if started with `qa serve --staff` and a password.

A file is added by `qa add` in a process of its own: what reads a hostile PDF is not what answers patients.
"""

import asyncio
import sys
import tempfile
import unicodedata
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import JSONResponse, Response
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from qa.errors import QAError, UsageError
from qa.http.password import matches, password_of
from qa.http.problems import problem
from qa.http.rate import Buckets, client_of
from qa.service.logs import event
from qa.service.service import Service

UPLOADS = "/api/originals"
LARGEST_FILE = 20 * 1024 * 1024  # bytes
SLOWEST_ADDING = 900.0  # seconds, the new index included
TYPES = (".txt", ".md", ".html", ".pdf")
WRONG_A_MINUTE = 10  # passwords tried by one client


class StaffDoor:
    """ASGI middleware before the body is read: 404 below `UPLOADS` without --staff, 401 without the right password."""

    def __init__(self, app: ASGIApp, known: str) -> None:
        self.app = app
        self.known = known
        self.tries = Buckets(WRONG_A_MINUTE)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not scope["path"].startswith(UPLOADS):
            await self.app(scope, receive, send)
            return
        if not self.known:
            detail = "this server takes no files; whoever runs it can allow them with: qa serve --staff"
            await problem(404, detail)(scope, receive, send)
            return
        password = password_of(Headers(scope=scope).get("authorization", ""))
        client = client_of(scope)[0]
        if password is not None and not self.tries.wait(client):
            if await asyncio.to_thread(matches, password, self.known):
                self.tries.give_back(client)
                await self.app(scope, receive, send)
                return
        elif password is not None:
            await problem(429, "too many wrong passwords; try again in a minute", {"Retry-After": "60"})(scope, receive, send)
            return
        asks = {"WWW-Authenticate": 'Basic realm="staff", charset="UTF-8"'}
        await problem(401, "this needs the staff password, as HTTP Basic authorization", asks)(scope, receive, send)


def file_name(name: str) -> str:
    """Return a name that is safe to write, of a type that `qa add` reads; UsageError if it is neither."""
    plain = unicodedata.normalize("NFC", name).strip()
    odd = any(unicodedata.category(c).startswith("C") or c in '/\\:*?"<>|' for c in plain)
    if not plain or odd or plain.startswith((".", "-")) or len(plain.encode()) > 150:
        raise UsageError("name: a plain file name without folders is needed, of at most 150 bytes")
    if Path(plain).suffix.lower() not in TYPES:
        raise UsageError(f"name: it must end with one of {', '.join(TYPES)}")
    return plain


async def add_file(name: str, content: bytes, citation: int | None, folders: Sequence[str]) -> str:
    """Add one original with `qa add` in its own process and return its line.

    Args:
        folders: the options that name corpus and index, as `qa add` takes them.

    Raises:
        UsageError: the file can't become part of the corpus; the message says why.
        QAError: it took too long.
    """
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / file_name(name)
        path.write_bytes(content)
        number = ["--citation", str(citation)] if citation else []
        command = [sys.executable, "-m", "qa.cli", "add", str(path), *number, *folders]
        pipe = asyncio.subprocess.PIPE
        adding = await asyncio.create_subprocess_exec(*command, stdin=asyncio.subprocess.DEVNULL, stdout=pipe, stderr=pipe)
        try:
            said, complaint = await asyncio.wait_for(adding.communicate(), SLOWEST_ADDING)
        except TimeoutError as error:
            raise QAError(f"{name}: not added within {SLOWEST_ADDING:g} seconds; try qa add on the server") from error
        finally:
            if adding.returncode is None:
                adding.kill()
        lines = (complaint if adding.returncode else said).decode("utf-8", "replace").replace(folder, "").strip().splitlines()
        line = lines[0].removeprefix("qa: ") if lines else f"{name}: qa add ended with code {adding.returncode}"
        if adding.returncode:
            raise UsageError(line)
        return line


def staff_routes(service: Service, folders: Sequence[str]) -> APIRouter:
    """Return the route that takes originals; `folders` are the options of `qa add` that name corpus and index."""
    router = APIRouter()
    turn = asyncio.Lock()

    @router.post(UPLOADS, summary="Add an original (staff)", status_code=201)
    async def add(
        request: Request, name: Annotated[str, Query(max_length=200)], citation: Annotated[int | None, Query(ge=1)] = None
    ) -> Response:
        async with turn:  # one builder at a time
            line = await add_file(name, await request.body(), citation, folders)
            await asyncio.to_thread(service.opening.renew)
        event("original added", file=name)
        return JSONResponse({"status": "added", "detail": line}, 201)

    return router
