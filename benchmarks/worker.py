"""One phase of one peer in a process of its own, started by `peers.py`: `worker.py build|ask PEER SETTING FOLDER STARTED`.

`build` cuts and indexes the texts; `ask` opens the written index in a fresh process and asks every question, so that cold
start and memory are those of a program that answers. Files in FOLDER carry the data; STARTED is when Python was started.
"""

import importlib
import json
import os
import resource
import sys
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any

from harness import Entry


def peak_megabytes() -> float:
    """Return the most memory that this process has held so far, in MiB.

    From /proc where there is one: elsewhere, and in a child, `ru_maxrss` can start at what its parent held.
    """
    status = Path("/proc/self/status")
    if status.is_file():
        line = next(line for line in status.read_text("ascii").splitlines() if line.startswith("VmHWM:"))
        return int(line.split()[1]) / 1024
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1024 * 1024 if sys.platform == "darwin" else 1024)


def read_entries(path: Path) -> list[Entry]:
    """Return the entries in a file."""
    return [Entry(**row) for row in json.loads(path.read_text("utf-8"))]


def write_entries(path: Path, entries: list[Entry]) -> None:
    """Write entries, to be read by `read_entries`."""
    path.write_text(json.dumps([asdict(entry) for entry in entries], ensure_ascii=False), "utf-8")


def _build(peer: Any, setting: str, folder: Path, task: dict[str, Any]) -> None:
    entries = folder / "entries.json"
    if setting == "chunks":
        write_entries(entries, peer.chunk(Path(task["corpus"]), task["files"]))
    from project import encoder

    model = encoder()
    (folder / "index").mkdir()
    started = time.perf_counter()
    peer.build(read_entries(entries), model, folder / "index")
    _write(folder / "built.json", {"build_seconds": round(time.perf_counter() - started, 2)})


def _ask(peer: Any, folder: Path, task: dict[str, Any], started: float) -> None:
    entries = read_entries(folder / "entries.json")
    if hasattr(peer, "open_own"):
        ask = peer.open_own(Path(task["index"]), Path(task["corpus"]))
    else:
        from project import encoder

        ask = peer.open_index(entries, encoder(), folder / "index")
    opened, opened_cpu = time.time() - started, time.process_time()
    replies = []
    for question in task["questions"]:
        before, before_cpu = time.perf_counter(), time.process_time()
        rows = ask(question["text"], question["history"])
        replies.append({"rows": rows, "seconds": time.perf_counter() - before, "cpu": time.process_time() - before_cpu})
    facts = {
        "cold_start_seconds": round(opened, 2),
        "cold_start_cpu_seconds": round(opened_cpu, 2),
        "first_answer_seconds": round(replies[0]["seconds"], 3) if replies else None,
        "peak_megabytes": round(peak_megabytes()),
        "load": round(os.getloadavg()[0], 1) if hasattr(os, "getloadavg") else None,  # Windows has none
    }
    _write(folder / "asked.json", {"facts": facts, "replies": replies})


def _write(path: Path, value: Any) -> None:
    path.write_text(json.dumps(value), "utf-8")


def main(arguments: list[str]) -> int:
    """Run one phase; the exit code is not 0 if it fails, with the reason as the last line on stderr."""
    phase, name, setting, folder, started = arguments
    task = json.loads((Path(folder) / "task.json").read_text("utf-8"))
    peer = importlib.import_module(f"peer_{name}")
    if phase == "build":
        _build(peer, setting, Path(folder), task)
    else:
        _ask(peer, Path(folder), task, float(started))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
