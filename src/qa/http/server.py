"""One process that serves the web page and the HTTP interface: FastAPI with the Gradio app mounted at its root."""

import contextlib
import os
import socket
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path

from fastapi import FastAPI

from qa.answering.assistant import Assistant
from qa.encoding.encoder import open_encoder
from qa.errors import QAError
from qa.http import problems
from qa.http.api import PROBLEMS, api_routes
from qa.http.doors import Doors
from qa.http.draining import draining_server
from qa.http.headers import SecurityHeaders
from qa.http.health import health_routes
from qa.http.limits import Limits
from qa.http.options import Options, options_from
from qa.http.pages import page_routes
from qa.http.password import staff_password
from qa.http.rate import RateLimit
from qa.http.requests import Requests
from qa.http.staff import LARGEST_FILE, UPLOADS, StaffDoor, staff_routes
from qa.http.visitors import visitor_routes
from qa.service import logs
from qa.service.background import Opening
from qa.service.batching import BatchingEncoder
from qa.service.gate import Gate
from qa.service.service import Service
from qa.web.page import mount_app

TITLE = "Stem cells for cirrhosis: quoted answers"


def create_app(
    open_assistant: Callable[[], Assistant], options: Options | None = None, folders: Sequence[str] = ()
) -> FastAPI:
    """Return the whole server. The assistant starts to open in the background.

    Args:
        options: how clients are treated; by default `Options()`, whatever the environment says.
        folders: the options of `qa add` that name corpus and index, for uploads by staff.
    """
    options = options or Options()
    gate = Gate(options.most_waiting)
    service = Service(Opening(open_assistant), gate=gate, log_questions=options.log_questions)
    # no /docs: FastAPI's pages load their scripts from another host
    app = FastAPI(title=TITLE, version="1", docs_url=None, redoc_url=None, responses=PROBLEMS)
    app.include_router(visitor_routes(service))  # before the API, which answers every other address below /api/
    if options.staff_password:
        app.include_router(staff_routes(service, folders))
    app.include_router(page_routes(service))
    app.include_router(health_routes(service))
    app.include_router(api_routes(service))
    problems.install(app)
    mount_app(app, service)
    # from the innermost to the outermost: a request passes them in the opposite order
    app.add_middleware(Limits, files={UPLOADS: LARGEST_FILE})
    app.add_middleware(StaffDoor, known=options.staff_password)
    app.add_middleware(RateLimit, per_minute=options.per_minute, this_machine_too=options.limit_this_machine)
    app.add_middleware(Doors)
    app.add_middleware(Requests, metrics=service.metrics)
    app.add_middleware(SecurityHeaders)
    app.state.service = service
    service.opening.start()  # last: loading the model would make the page wait for its turn of the interpreter
    return app


def listening_socket(host: str, port: int) -> socket.socket:
    """Return a bound socket; port 0 takes a free one. QAError if the address can't be used."""
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        with contextlib.ExitStack() as unless_bound:
            # the protocol is named: asyncio sends small replies at once only on sockets that say they are TCP
            bound = unless_bound.enter_context(socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP))
            if os.name == "posix":  # elsewhere the option would let two servers share a port
                bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            bound.bind((host, port))
            unless_bound.pop_all()
    except (OSError, OverflowError) as error:
        raise QAError(
            f"can't listen on {host} port {port} ({error}); choose another with: qa serve --port PORT"
        ) from error
    return bound


def serve(
    host: str = "127.0.0.1",
    port: int = 7860,
    index: Path | None = None,
    corpus: Path | None = None,
    staff: bool = False,
) -> None:
    """Serve the web app until interrupted; then let nobody in any more, answer who is inside, and stop.

    Args:
        port: 0 takes a free port; the address is printed.
        index, corpus: as in `Assistant.open`; whatever is wrong with them is shown on the page, with the mending command.
        staff: take uploads of originals from whoever knows the staff password.

    Raises:
        QAError: the address can't be used.
        UsageError: an option in the environment can't be used.
    """
    options = options_from()
    if staff:
        options = replace(options, staff_password=staff_password())
    bound = listening_socket(host, port)
    encoder = cache(lambda: BatchingEncoder(open_encoder()))
    named = [part for name, folder in (("--index", index), ("--corpus", corpus)) if folder for part in (name, str(folder))]
    app = create_app(lambda: Assistant.open(index, corpus, encoder()), options, named)
    shown = f"[{host}]" if ":" in host else host
    print(f"Open http://{shown}:{bound.getsockname()[1]} in a browser. Stop with Ctrl-C.", flush=True)  # noqa: T201
    logs.configure(options.log_questions)
    draining_server(app, app.state.service.gate).run(sockets=[bound])
