"""Runs the real server on loopback for the tests of the web side."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from qa.http.server import create_app, listening_socket


@contextmanager
def running(open_assistant: Callable[[], Any], port: int = 0) -> Iterator[str]:
    """Yield the address of a server on a port of this machine, by default a free one; it is stopped at the end."""
    import uvicorn

    bound = listening_socket("127.0.0.1", port)
    server = uvicorn.Server(
        uvicorn.Config(create_app(open_assistant), log_level="error", ws="none", timeout_graceful_shutdown=1)
    )
    thread = threading.Thread(target=server.run, kwargs={"sockets": [bound]}, daemon=True)
    thread.start()
    try:
        deadline = time.monotonic() + 30
        while not server.started:
            assert thread.is_alive()
            assert time.monotonic() < deadline, "the server did not start"
            time.sleep(0.02)
        yield f"http://127.0.0.1:{bound.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(10)
        bound.close()
