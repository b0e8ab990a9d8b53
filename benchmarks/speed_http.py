"""The same questions over HTTP, by many clients at once, against asking in process; every reply is compared."""

import json
import os
import re
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from timing import percentile, table

ROOT = Path(__file__).parents[1]
LONGEST_START = 120.0  # seconds until the server must be ready


class Server:
    """`qa serve` in a process of its own on a free port."""

    def __init__(self, index: Path) -> None:
        environment = {**os.environ, "PYTHONPATH": str(ROOT / "src"), "QA_QUEUE": "200"}
        command = [sys.executable, "-m", "qa.cli", "serve", "--port", str(_free_port()), "--index", str(index)]
        self.started = time.perf_counter()
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=environment)
        assert self.process.stdout is not None
        found = re.search(r"http://[\d.:]+", self.process.stdout.readline())
        if not found:
            raise RuntimeError("qa serve did not start; run it by hand to see why")
        self.address = found.group()

    def wait(self) -> tuple[float, float]:
        """Return the seconds from the start until the page was shown and until an answer could be given."""
        import httpx

        shown = 0.0
        while time.perf_counter() - self.started < LONGEST_START:
            try:
                if not shown and httpx.get(self.address, timeout=5).status_code == 200:
                    shown = time.perf_counter() - self.started
                if shown and httpx.get(f"{self.address}/healthz", timeout=5).status_code == 200:
                    return shown, time.perf_counter() - self.started
            except httpx.HTTPError:
                pass
            time.sleep(0.1)
        raise RuntimeError(f"qa serve was not ready after {LONGEST_START:g} seconds")

    def stop(self) -> None:
        """End the server."""
        self.process.terminate()
        self.process.wait(20)


def _free_port() -> int:
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def clients_asking(address: str, texts: list[str], clients: int) -> tuple[float, list[float], dict[str, str]]:
    """Return the seconds for all questions by so many clients, the seconds of each, and the body of each question's reply."""
    import httpx

    local, seconds, bodies = threading.local(), [], {}

    def ask(text: str) -> None:
        if not hasattr(local, "client"):
            local.client = httpx.Client(timeout=120, trust_env=False)
        started = time.perf_counter()
        reply = local.client.post(f"{address}/api/ask", json={"question": text})
        seconds.append(time.perf_counter() - started)
        bodies[text] = reply.text if reply.status_code == 200 else f"{reply.status_code} {reply.text}"

    with ThreadPoolExecutor(clients) as pool:
        started = time.perf_counter()
        list(pool.map(ask, texts))
        return time.perf_counter() - started, seconds, bodies


def http(index: Path, texts: list[str], clients: int = 32) -> str:
    """Return the table of one client and of many, against the same questions in process, in one run."""
    from qa.answering.answer import to_json
    from qa.answering.assistant import Assistant

    assistant = Assistant.open(index)
    assistant.ask(texts[0])
    started = time.perf_counter()
    expected = {text: to_json(assistant.ask(text)) for text in texts}
    inside = len(texts) / (time.perf_counter() - started)
    del assistant
    server = Server(index)
    try:
        shown, ready = server.wait()
        clients_asking(server.address, texts[:10], 1)
        rows: list[list[Any]] = [["in process, one after the other", inside, "1", "", "", ""]]
        for count in (1, clients):
            whole, seconds, bodies = clients_asking(server.address, texts, count)
            wrong = sum(bodies[text] != json.dumps(expected[text], ensure_ascii=False) for text in texts)
            rate = len(texts) / whole
            rows.append(
                [f"HTTP, {count} client{'s' if count > 1 else ''}", rate, f"{rate / inside:.2f}", percentile(seconds, 50), percentile(seconds, 95), wrong]
            )
    finally:
        server.stop()
    found = table([f"{len(texts)} questions", "a second", "ratio", "p50 ms", "p95 ms", "other than in process"], rows)
    return f"{found}\n\nFrom `qa serve` to the page: {shown:.1f} s; to the first possible answer: {ready:.1f} s."
