"""Asks one server by many clients for minutes and compares every answer: python tools/soak.py [--clients 200] [--seconds 300].

Each question is answered in process first. Then `qa serve` runs on loopback and every client asks one question after the
other. A reply is right (the very answer), refused for now (503 or 429 with Retry-After, after which the client waits as
asked, but at most two seconds), or wrong. Memory of the server is read twice a second. At the end SIGTERM is sent while
questions are under way: those that were let in must be answered, and the server must end by itself with code 0.
Prints the table of docs/reliability.md; --write puts it there, in place of the one before. Needs Linux, for /proc.
"""

import argparse
import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT / "src"), str(ROOT / "benchmarks")]

PAGE = ROOT / "docs" / "reliability.md"
START, END = "<!-- soak -->", "<!-- end of soak -->"
WAIT = 2.0  # seconds that a client waits at most after 503 or 429
WARM = 0.2  # share of the time after which memory should no longer grow
FLAT = 1.1  # the last fifth of the samples may lie this much above the first fifth after warming up


@dataclass
class Soak:
    """What the clients saw."""

    right: int = 0
    later: Counter[int] = field(default_factory=Counter)  # 503 and 429 with Retry-After, by status
    wrong: list[str] = field(default_factory=list)  # one line each
    seconds: list[float] = field(default_factory=list)  # of the right ones
    memory: list[float] = field(default_factory=list)  # MiB, twice a second
    lost: list[str] = field(default_factory=list)  # questions that were let in before SIGTERM and got no answer
    drained: int = 0  # such questions that were answered
    code: int | None = None  # how the server ended


async def one_client(number: int, address: str, texts: list[str], expected: dict[str, str], soak: Soak, until: float) -> None:
    """Ask one question after the other until the time is over."""
    import httpx

    async with httpx.AsyncClient(timeout=120, trust_env=False) as client:
        at = number
        while time.perf_counter() < until:
            text, at = texts[at % len(texts)], at + 7  # neighbours ask different things at the same moment
            started = time.perf_counter()
            try:
                reply = await client.post(f"{address}/api/ask", json={"question": text})
            except httpx.HTTPError as error:
                soak.wrong.append(f"{type(error).__name__}: {error}")
                continue
            await asyncio.sleep(judged(soak, text, reply.status_code, reply.text, reply.headers.get("retry-after"), expected, time.perf_counter() - started))


def judged(soak: Soak, text: str, status: int, body: str, retry_after: str | None, expected: dict[str, str], seconds: float) -> float:
    """Count one reply and return the seconds to wait before the next question."""
    if status == 200 and body == expected[text]:
        soak.right += 1
        soak.seconds.append(seconds)
    elif status in (429, 503) and retry_after is not None and retry_after.isdigit():
        soak.later[status] += 1
        return min(float(retry_after), WAIT)
    else:
        soak.wrong.append(f"{status} to {text!r}: {body[:200]}")
    return 0.0


async def last_client(address: str, text: str, expected: dict[str, str], soak: Soak) -> None:
    """Ask once while the server is told to stop: an answer, a refusal with Retry-After, or no connection is right; half of one is not."""
    import httpx

    try:
        async with httpx.AsyncClient(timeout=60, trust_env=False) as client:
            reply = await client.post(f"{address}/api/ask", json={"question": text})
    except httpx.ConnectError:
        return  # the door was closed before the question came
    except httpx.HTTPError as error:
        soak.lost.append(f"{type(error).__name__} {error}")
        return
    if reply.status_code == 200 and reply.text == expected[text]:
        soak.drained += 1
    elif not (reply.status_code == 503 and reply.headers.get("retry-after")):
        soak.lost.append(f"{reply.status_code} {reply.text[:200]}")


async def watched(soak: Soak, process: int, until: float) -> None:
    """Read the resident memory of a process twice a second."""
    while time.perf_counter() < until:
        soak.memory.append(resident(process))
        await asyncio.sleep(0.5)


def started(index: Path) -> tuple["subprocess.Popen[str]", str]:
    """Start `qa serve` on a free port of loopback, as an operator does; return it and its address when it can answer."""
    import httpx

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "qa.cli", "serve", "--port", str(port), "--index", str(index)]
    path = os.pathsep.join([str(ROOT / "src"), *filter(None, [os.environ.get("PYTHONPATH")])])
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, text=True, env={**os.environ, "PYTHONPATH": path})
    address = f"http://127.0.0.1:{port}"
    for _ in range(600):
        try:
            if httpx.get(f"{address}/healthz", timeout=5, trust_env=False).status_code == 200:
                return server, address
        except httpx.HTTPError:
            pass
        if server.poll() is not None:
            break
        time.sleep(0.2)
    server.kill()
    raise SystemExit("qa serve was not ready; run it by hand to see why")


def resident(process: int) -> float:
    """Return the resident memory of a process in MiB."""
    lines = Path(f"/proc/{process}/status").read_text("ascii").splitlines()
    return int(next(line for line in lines if line.startswith("VmRSS:")).split()[1]) / 1024


async def run(address: str, server: "subprocess.Popen[str]", texts: list[str], expected: dict[str, str], clients: int, seconds: float) -> Soak:
    """Soak a server that is ready, then stop it in the middle of questions; return what came of it."""
    soak = Soak()
    until = time.perf_counter() + seconds
    await asyncio.gather(watched(soak, server.pid, until), *(one_client(i, address, texts, expected, soak, until) for i in range(clients)))
    asking = [asyncio.create_task(last_client(address, texts[i % len(texts)], expected, soak)) for i in range(min(clients, 32))]
    await asyncio.sleep(0.1)  # some are let in, some still on their way
    server.send_signal(signal.SIGTERM)
    await asyncio.gather(*asking)
    try:
        soak.code = await asyncio.to_thread(server.wait, 40)
    except subprocess.TimeoutExpired:
        server.kill()
    return soak


def growth(memory: list[float]) -> float:
    """Return the median memory of the last fifth of the time, as a ratio to that of the first fifth after warming up."""
    after = memory[int(len(memory) * WARM) :]
    fifth = max(1, len(after) // 5)
    return median(after[-fifth:]) / median(after[:fifth])


def failures(soak: Soak) -> list[str]:
    """Return what must not be, one line each; empty if the server held."""
    found = [f"wrong: {line}" for line in soak.wrong[:5]] + [f"lost at the end: {line}" for line in soak.lost[:5]]
    if not soak.right:
        found.append("no question was answered")
    if growth(soak.memory) > FLAT:
        found.append(f"memory grew: {growth(soak.memory):.2f} times")
    if not soak.drained:
        found.append("no question was under way when the server was told to stop: nothing was shown of draining")
    return found if soak.code == 0 else [*found, f"the server ended with {soak.code} instead of 0"]


def table(soak: Soak, clients: int, seconds: float) -> str:
    """Return the counts as a Markdown table."""
    import numpy as np

    p50, p95 = np.percentile(soak.seconds or [float("nan")], [50, 95])
    rows: list[tuple[str, Any]] = [
        ("clients, seconds", f"{clients}, {seconds:g}"),
        ("answers, all as expected", f"{soak.right:,} ({soak.right / seconds:.0f} a second; median {p50:.2f} s, 95 % within {p95:.2f} s)"),
        ("503 with Retry-After", f"{soak.later[503]:,}"),
        ("429 with Retry-After", f"{soak.later[429]:,}"),
        ("wrong, mixed or broken off", f"{len(soak.wrong):,}"),
        ("memory of the server, MiB", f"{soak.memory[int(len(soak.memory) * WARM)]:.0f} after warming up, {soak.memory[-1]:.0f} at the end ({growth(soak.memory):.2f} times), {max(soak.memory):.0f} at most"),
        ("SIGTERM while 32 ask", f"{soak.drained} let in and answered, {len(soak.lost)} lost, exit code {soak.code}"),
    ]  # fmt: skip
    return "\n".join(["| soak | |", "|---|---|", *(f"| {name} | {value} |" for name, value in rows)])


def write(page: Path, text: str) -> None:
    """Put a table between the marks of a page, in place of what is there."""
    whole = page.read_text("utf-8")
    before, found, rest = whole.partition(START)
    _, ended, after = rest.partition(END)
    if not found or not ended:
        raise SystemExit(f"{page}: no place for the table; it goes between {START} and {END}")
    page.write_text(f"{before}{START}\n\n{text}\n\n{END}{after}", "utf-8")


def main() -> int:
    from speed_questions import questions_of
    from timing import machine

    from qa.answering.answer import to_json
    from qa.answering.assistant import Assistant
    from qa.errors import QAError
    from qa.settings import default_index

    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--clients", type=int, default=200)
    parser.add_argument("--seconds", type=float, default=300.0)
    parser.add_argument("--index", type=Path, default=default_index())
    parser.add_argument("--questions", type=Path, default=ROOT / "tests" / "questions" / "test.jsonl")
    parser.add_argument("--number", type=int, default=300, help="different questions (default 300)")
    parser.add_argument("--write", action="store_true", help="put the table into docs/reliability.md")
    args = parser.parse_args()
    texts = questions_of(args.questions, args.number)
    try:
        assistant = Assistant.open(args.index)
    except QAError as error:
        raise SystemExit(f"soak: {error}") from None
    expected = {text: json.dumps(to_json(assistant.ask(text)), ensure_ascii=False) for text in texts}
    del assistant
    server, address = started(args.index)
    try:
        soak = asyncio.run(run(address, server, texts, expected, args.clients, args.seconds))
    finally:
        if server.poll() is None:
            server.kill()
    found = f"{table(soak, args.clients, args.seconds)}\n\nOn {machine()}."
    print(found)
    wrong = failures(soak)
    for line in wrong:
        print(line, file=sys.stderr)
    if args.write and not wrong:
        write(PAGE, found)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
