"""One process that serves the web page and the HTTP interface: FastAPI with the Gradio app mounted at its root."""

import contextlib
import os
import socket
from collections.abc import Callable
from pathlib import Path

from fastapi import FastAPI

from qa.answering.assistant import Assistant
from qa.errors import QAError
from qa.http import problems
from qa.http.api import api_routes
from qa.http.limits import Limits
from qa.service.background import Opening
from qa.service.service import Service
from qa.web.page import mount_app

TITLE = "Stem cells for cirrhosis: quoted answers"


def create_app(open_assistant: Callable[[], Assistant]) -> FastAPI:
    """Return the whole server. The assistant starts to open in the background."""
    service = Service(Opening(open_assistant))
    # no /docs: FastAPI's pages load their scripts from another host
    app = FastAPI(title=TITLE, version="1", docs_url=None, redoc_url=None)
    app.include_router(api_routes(service))
    problems.install(app)
    mount_app(app, service)
    app.add_middleware(Limits, metrics=service.metrics)
    app.state.service = service
    service.opening.start()  # last: loading the model would make the page wait for its turn of the interpreter
    return app


def listening_socket(host: str, port: int) -> socket.socket:
    """Return a bound socket; port 0 takes a free one. QAError if the address can't be used."""
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        with contextlib.ExitStack() as unless_bound:
            bound = unless_bound.enter_context(socket.socket(family, socket.SOCK_STREAM))
            if os.name == "posix":  # elsewhere the option would let two servers share a port
                bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            bound.bind((host, port))
            unless_bound.pop_all()
    except (OSError, OverflowError) as error:
        raise QAError(
            f"can't listen on {host} port {port} ({error}); choose another with: qa serve --port PORT"
        ) from error
    return bound


def serve(host: str = "127.0.0.1", port: int = 7860, index: Path | None = None, corpus: Path | None = None) -> None:
    """Serve the web app until interrupted.

    Args:
        port: 0 takes a free port; the address is printed.
        index, corpus: as in `Assistant.open`; whatever is wrong with them is shown on the page, with the mending command.

    Raises:
        QAError: the address can't be used.
    """
    import uvicorn

    bound = listening_socket(host, port)
    app = create_app(lambda: Assistant.open(index, corpus))
    shown = f"[{host}]" if ":" in host else host
    print(f"Open http://{shown}:{bound.getsockname()[1]} in a browser. Stop with Ctrl-C.", flush=True)  # noqa: T201
    config = uvicorn.Config(app, log_level="warning", ws="none", access_log=False, timeout_graceful_shutdown=3)
    uvicorn.Server(config).run(sockets=[bound])
