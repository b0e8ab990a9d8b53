"""Runs a worker script on a PDF in a process of its own, which can be stopped: a hostile file takes nothing else down."""

import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from qa.errors import CorpusError


def run_apart(worker: Path, name: str, reasons: Mapping[str, str], arguments: Sequence[str], seconds: int, memory: int) -> dict[str, Any]:
    """Return the JSON object that a worker prints.

    Args:
        worker: the script; it gets `arguments`, then memory and seconds.
        name: what the file is called in errors.
        reasons: what is said for each error code of the worker; "time", "memory" and "damaged" are among them.
        seconds: after which the process is stopped.
        memory: bytes, where the system can limit them.

    Raises:
        CorpusError: nothing came out; one line with the reason and what to do.
    """
    command = [sys.executable, "-P", str(worker), *arguments, str(memory), str(seconds)]
    try:
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, timeout=seconds, check=False)
    except subprocess.TimeoutExpired as error:
        raise CorpusError(f"{name}: {reasons['time']}") from error
    except OSError as error:
        raise CorpusError(f"{name}: can't be opened in a process of its own ({error.strerror}); try again") from error
    try:
        found: dict[str, Any] = json.loads(done.stdout)
    except ValueError:
        stopped_by_time = done.returncode in (-24, -9)  # SIGXCPU, SIGKILL: the limits that the process was given
        raise CorpusError(f"{name}: {reasons['time' if stopped_by_time else 'memory']}") from None
    if "error" in found:
        raise CorpusError(f"{name}: {reasons.get(str(found['error']), reasons['damaged'])}")
    return found
