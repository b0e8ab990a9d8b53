"""Times, ratios and memory, as every part of the performance benchmark reports them."""

import platform
import resource
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import numpy as np

LIBRARIES = ("numpy", "onnxruntime", "faiss-cpu", "bm25s", "gradio", "fastapi", "uvicorn")


def machine() -> str:
    """Return processor, cores, memory, system and versions as one line."""
    name, cores, memory = platform.processor() or platform.machine(), 0, 0
    cpu, mem = Path("/proc/cpuinfo"), Path("/proc/meminfo")
    if cpu.is_file():
        rows = [line.partition(":") for line in cpu.read_text("utf-8").splitlines()]
        name = next((value.strip() for key, _, value in rows if key.strip() == "model name"), name)
        cores = sum(key.strip() == "processor" for key, _, _ in rows)
    if mem.is_file():
        memory = round(int(mem.read_text("ascii").split()[1]) / 2**20)
    return f"{name}, {cores} cores, {memory} GB, {platform.system()}, Python {platform.python_version()}, " + ", ".join(
        f"{library} {installed(library)}" for library in LIBRARIES
    )


def installed(library: str) -> str:
    """Return the installed version of a library, or "not installed"."""
    try:
        return version(library)
    except PackageNotFoundError:
        return "not installed"


def peak_megabytes() -> float:
    """Return the most memory that this process has held so far, in MiB."""
    status = Path("/proc/self/status")
    if status.is_file():
        return int(next(line for line in status.read_text("ascii").splitlines() if line.startswith("VmHWM:")).split()[1]) / 1024
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1024 * 1024 if sys.platform == "darwin" else 1024)


def percentile(seconds: list[float], share: float) -> float:
    """Return a percentile in milliseconds."""
    return float(np.percentile(seconds, share) * 1000)


def ratio(ours: list[float], bare: list[float], share: float = 50, draws: int = 2000) -> tuple[float, float, float]:
    """Return the ratio of a percentile of paired times, and its 95 % bootstrap interval over the pairs."""
    a, b = np.array(ours), np.array(bare)
    rows = np.random.default_rng(0).integers(0, len(a), (draws, len(a)))
    drawn = np.percentile(a[rows], share, axis=1) / np.percentile(b[rows], share, axis=1)
    low, high = np.percentile(drawn, [2.5, 97.5])
    return float(np.percentile(a, share) / np.percentile(b, share)), float(low), float(high)


def table(head: list[str], rows: list[list[Any]]) -> str:
    """Return a Markdown table; figures with three significant digits."""
    lines = ["| " + " | ".join(head) + " |", "|---" + "|--:" * (len(head) - 1) + "|"]
    return "\n".join(lines + ["| " + " | ".join(_cell(value) for value in row) + " |" for row in rows])


def _cell(value: Any) -> str:
    if isinstance(value, tuple):
        return f"{value[0]:.2f} ({value[1]:.2f} to {value[2]:.2f})"
    if isinstance(value, float):
        return f"{value:.0f}" if abs(value) >= 100 else f"{value:.3g}"
    return f"{value:,}" if isinstance(value, int) else str(value)


class Stopwatch:
    """Adds up the time spent in functions that it wraps, by name."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    def clear(self) -> None:
        """Begin anew."""
        self.seconds = {}

    def wrap(self, owner: Any, attribute: str, name: str) -> None:
        """Put a timed function in place of an attribute of a module or an object."""
        function: Callable[..., Any] = getattr(owner, attribute)

        def timed(*arguments: Any, **named: Any) -> Any:
            with self.timing(name):
                return function(*arguments, **named)

        setattr(owner, attribute, timed)

    @contextmanager
    def timing(self, name: str) -> Iterator[None]:
        """Add the time of a block to a name."""
        started = time.perf_counter()
        try:
            yield
        finally:
            self.seconds[name] = self.seconds.get(name, 0.0) + time.perf_counter() - started
