"""A server that stops without breaking off an answer: first nobody is let in, then who is inside is answered.

Order on SIGTERM or Ctrl-C: `/readyz` says 503 and new questions get a 503 at once; the socket closes; running
questions end, up to `LONGEST_DRAIN`; then uvicorn closes the connections, those that a page keeps open last. The
process ends with exit code 0.
"""

import asyncio
import signal
import socket
import sys
import threading
import time
from typing import Any

from qa.service.gate import Gate

LONGEST_DRAIN = 25.0  # seconds; Kubernetes kills after 30
LAST_WORDS = 2  # seconds for responses under way and the page's open streams


def draining_server(app: Any, gate: Gate, **options: Any) -> Any:
    """Return a `uvicorn.Server` for an app that lets questions through this gate; `options` are uvicorn's."""
    import uvicorn

    class Draining(uvicorn.Server):
        def run(self, sockets: list[socket.socket] | None = None) -> None:
            if threading.current_thread() is threading.main_thread():  # elsewhere no signal arrives
                # uvicorn sends itself the signal again when it is done; to stop when told to is no failure: exit code 0
                signal.signal(signal.SIGTERM, lambda *ignored: sys.exit(0))
            super().run(sockets)

        async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
            gate.close()
            for server in self.servers:
                server.close()
            until = time.monotonic() + LONGEST_DRAIN
            while not gate.drained() and time.monotonic() < until and not self.force_exit:
                await asyncio.sleep(0.05)
            await super().shutdown(sockets)

    settings: dict[str, Any] = {
        "log_config": None,
        "ws": "none",
        "access_log": False,
        "server_header": False,
        "timeout_graceful_shutdown": LAST_WORDS,
    }
    return Draining(uvicorn.Config(app, **(settings | options)))
