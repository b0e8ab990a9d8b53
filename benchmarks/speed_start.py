"""Cold starts: a command in a fresh process, its time to the end and the most memory it held."""

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import Any

from timing import table

ROOT = Path(__file__).parents[1]
RUN = """
import sys
from qa.cli import main
code = main(sys.argv[2:])
with open(sys.argv[1], "w") as out:
    sys.path.insert(0, {benchmarks!r})
    from timing import peak_megabytes
    out.write(str(peak_megabytes()) + " " + str(int("torch" in sys.modules)))
sys.exit(code)
"""


def run(arguments: list[str]) -> tuple[float, float, bool]:
    """Return seconds, MiB at the most, and whether torch was loaded, of one `qa` command; RuntimeError if it fails."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "peak"
        code = RUN.format(benchmarks=str(Path(__file__).parent))
        environment = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
        started = time.perf_counter()
        # the peak is read in a second run: reading it imports what the command may not need
        done = subprocess.run([sys.executable, "-m", "qa.cli", *arguments], capture_output=True, text=True, env=environment, check=False)
        seconds = time.perf_counter() - started
        if done.returncode:
            raise RuntimeError(f"qa {' '.join(arguments)}: {done.stderr.strip()}")
        subprocess.run([sys.executable, "-c", code, str(out), *arguments], capture_output=True, env=environment, check=False)
        peak, torch = out.read_text().split()
        return seconds, float(peak), torch == "1"


def cold_start(index: Path, question: str, rounds: int) -> str:
    """Return the table of cold starts; the files are in the system's cache, as on any second use of a day."""
    rows: list[list[Any]] = []
    for name, arguments in (("qa --help", ["--help"]), ("qa ask QUESTION", ["ask", question, "--index", str(index)])):
        runs = [run(arguments) for _ in range(rounds)]
        rows.append([name, median(r[0] for r in runs), max(r[0] for r in runs), max(r[1] for r in runs), "yes" if any(r[2] for r in runs) else "no"])
    return table([f"cold start, {rounds} runs", "median s", "slowest s", "memory MiB", "torch loaded"], rows)
